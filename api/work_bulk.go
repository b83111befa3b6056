package api

import (
	"context"
	"time"

	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

type bulkInput struct {
	Body struct {
		IDs    []string    `json:"ids,omitempty" maxItems:"500" doc:"Ids of items; or wave; or queue and filter"`
		Wave   string      `json:"wave,omitempty" doc:"Id of a wave: its live members that need no answer of their own"`
		Queue  string      `json:"queue,omitempty" enum:"smm,cm" doc:"With filter and expect: what that list holds"`
		Filter *ListFilter `json:"filter,omitempty"`
		Expect int         `json:"expect,omitempty" minimum:"0" doc:"How many items the list holds; another number changes nothing"`

		Action      string    `json:"action" enum:"resolve,dismiss,snooze,assign,tags,release,handover"`
		Outcome     string    `json:"outcome,omitempty" doc:"With resolve and dismiss, as there"`
		Until       time.Time `json:"until,omitzero" doc:"With snooze"`
		UntilAuthor bool      `json:"until_author,omitempty" doc:"With snooze"`
		Assignee    string    `json:"assignee,omitempty" doc:"With assign: me, or the id of a person"`
		Add         []string  `json:"add,omitempty" maxItems:"20" doc:"With tags"`
		Remove      []string  `json:"remove,omitempty" maxItems:"20" doc:"With tags"`
		Reason      string    `json:"reason,omitempty" maxLength:"2000" doc:"With handover"`
		Note        string    `json:"note,omitempty" maxLength:"2000" doc:"With resolve, dismiss and handover; kept with each item"`
	}
}

// SkippedBody are items that an action left as they are, and why.
type SkippedBody struct {
	Why    string      `json:"why" enum:"not_found,gone,forbidden,closed,held,assigned,not_held,not_possible,unavailable"`
	Holder *personBody `json:"holder" doc:"Whose they are, with held and assigned"`
	IDs    []string    `json:"ids" nullable:"false"`
}

type bulkOutput struct {
	Undo string `header:"Triage-Undo" doc:"Id under which this can be taken back for a minute; none when it cannot"`
	Body struct {
		Done      []string      `json:"done" nullable:"false"`
		Unchanged []string      `json:"unchanged" nullable:"false" doc:"They were that way already"`
		Skipped   []SkippedBody `json:"skipped" nullable:"false"`
		Undo      *string       `json:"undo" doc:"Id under which this can be taken back"`
		UndoUntil *time.Time    `json:"undo_until"`
	}
}

func (s *Server) bulkItems(ctx context.Context, who postgres.Caller, in *bulkInput) (*bulkOutput, error) {
	selection, err := in.selection(who)
	if err != nil {
		return nil, err
	}
	b := in.Body
	result, err := s.desk.Bulk(ctx, who, selection, queue.Action{
		Verb: queue.Verb(b.Action), Outcome: triage.Outcome(b.Outcome), Until: b.Until, UntilAuthor: b.UntilAuthor,
		Assignee: assigneeOf(who, b.Assignee), Add: b.Add, Remove: b.Remove, Reason: b.Reason, Note: b.Note,
	})
	if err != nil {
		return nil, err
	}
	return bulkBody(result), nil
}

// selection reads which items are meant: one way only, so that no mistake widens it.
func (in *bulkInput) selection(who postgres.Caller) (queue.Selection, error) {
	b := in.Body
	ways := 0
	for _, given := range []bool{len(b.IDs) > 0, b.Wave != "", b.Queue != ""} {
		if given {
			ways++
		}
	}
	if ways != 1 || (b.Filter != nil) != (b.Queue != "") {
		return queue.Selection{}, invalid("body", "expected either ids, or a wave, or a queue with a filter")
	}
	for _, id := range b.IDs {
		if !isID(id) {
			return queue.Selection{}, invalid("body.ids", "expected ids")
		}
	}
	if b.Wave != "" && !isID(b.Wave) {
		return queue.Selection{}, invalid("body.wave", "expected an id")
	}
	selection := queue.Selection{IDs: wordsOf[triage.ID](b.IDs), Wave: triage.ID(b.Wave), Queue: triage.Queue(b.Queue), Expect: b.Expect}
	if b.Filter == nil {
		return selection, nil
	}
	var err error
	selection.Filter, err = b.Filter.filter(who)
	return selection, err
}

func bulkBody(r queue.BulkResult) *bulkOutput {
	out := &bulkOutput{Undo: string(r.UndoID)}
	out.Body.Done, out.Body.Unchanged = texts(r.Done), texts(r.Unchanged)
	out.Body.Skipped = make([]SkippedBody, len(r.Skipped))
	for n, one := range r.Skipped {
		out.Body.Skipped[n] = SkippedBody{one.Why, personOf(one.Holder, one.Name), texts(one.IDs)}
	}
	if r.UndoID != "" {
		out.Body.Undo, out.Body.UndoUntil = textOrNull(string(r.UndoID)), timeOrNull(r.UndoUntil)
	}
	return out
}

type undoInput struct {
	ID string `path:"id" doc:"What a change answered in Triage-Undo"`
}

type undoOutput struct {
	Body struct {
		Restored []string `json:"restored" nullable:"false" doc:"Items that stand as they did before"`
		Changed  []string `json:"changed" nullable:"false" doc:"Items that somebody has changed since: they stay as they are"`
	}
}

func (s *Server) undo(ctx context.Context, who postgres.Caller, in *undoInput) (*undoOutput, error) {
	undone, err := s.desk.Undo(ctx, who, triage.ID(in.ID))
	if err != nil {
		return nil, err
	}
	out := &undoOutput{}
	out.Body.Restored, out.Body.Changed = texts(undone.Restored), texts(undone.Changed)
	return out, nil
}
