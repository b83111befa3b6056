package api

import (
	"context"
	"net/http"
	"time"

	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// onItemFails are the statuses that every action on an item may answer.
var onItemFails = []int{http.StatusNotFound, http.StatusConflict, http.StatusGone, http.StatusPreconditionFailed}

func (s *Server) workRoutes() {
	action := func(verb, summary string) route {
		return route{
			method: http.MethodPost, path: "/v1/items/{id}/" + verb, id: verb + "-item", needs: mayWork, summary: summary, fails: onItemFails,
		}
	}
	register(s, action("answered", "Say that the author got an answer; there may be more to do"), s.answeredItem)
	register(s, action("wait", "Wait for the author: the clocks stand until they write again"), s.waitItem)
	register(s, action("dismiss", "Close it because it deserves nothing: spam and the like"), s.dismissItem)
	register(s, action("reopen", "Take back that it was closed, by whomever"), s.reopenItem)
	register(s, action("assign", "Give it to a person: leads to anybody, others to themselves"), s.assignItem)
	register(s, action("accept", "Say that what was handed over belongs here"), s.acceptItem)
	register(s, action("return", "Give back what was handed over"), s.returnItem)
	register(s, action("note", "Write something down about it"), s.noteItem)
	register(s, action("tags", "Add and remove tags"), s.tagItem)
	register(s, action("companion", "Make the linked item in the other queue"), s.companionItem)
	register(s, route{
		method: http.MethodPost, path: "/v1/items/bulk", id: "bulk-items", needs: mayWork,
		summary: "Do the same to many items", fails: []int{http.StatusConflict},
	}, s.bulkItems)
	register(s, route{
		method: http.MethodPost, path: "/v1/undo/{id}", id: "undo", needs: mayWork,
		summary: "Take back what was done within the last minute",
		fails:   []int{http.StatusNotFound, http.StatusConflict, http.StatusGone},
	}, s.undo)
}

type notedInput struct {
	OnItem
	Body *struct {
		LeaseBody
		Note string `json:"note,omitempty" maxLength:"2000"`
	}
}

func (in *notedInput) read() (queue.Given, string) {
	if in.Body == nil {
		return in.given(nil), ""
	}
	return in.given(in.Body.Fence), in.Body.Note
}

func (s *Server) answeredItem(ctx context.Context, who postgres.Caller, in *notedInput) (*itemOutput, error) {
	given, note := in.read()
	return changed(s.desk.Answered(ctx, who, triage.ID(in.ID), given, note))
}

func (s *Server) reopenItem(ctx context.Context, who postgres.Caller, in *notedInput) (*itemOutput, error) {
	given, note := in.read()
	return changed(s.desk.Reopen(ctx, who, triage.ID(in.ID), given, note))
}

type waitInput struct {
	OnItem
	Body *struct {
		LeaseBody
		FollowUp time.Time `json:"follow_up,omitempty" doc:"When it comes back if the author stays silent; default: in a week"`
		Note     string    `json:"note,omitempty" maxLength:"2000"`
	}
}

func (s *Server) waitItem(ctx context.Context, who postgres.Caller, in *waitInput) (*itemOutput, error) {
	if in.Body == nil {
		return changed(s.desk.Wait(ctx, who, triage.ID(in.ID), in.given(nil), time.Time{}, ""))
	}
	return changed(s.desk.Wait(ctx, who, triage.ID(in.ID), in.given(in.Body.Fence), in.Body.FollowUp, in.Body.Note))
}

type dismissInput struct {
	OnItem
	Body struct {
		LeaseBody
		Outcome string `json:"outcome" enum:"spam,abuse,unrelated,duplicate,dismissed"`
		Note    string `json:"note,omitempty" maxLength:"2000"`
	}
}

func (s *Server) dismissItem(ctx context.Context, who postgres.Caller, in *dismissInput) (*itemOutput, error) {
	return changed(s.desk.Dismiss(ctx, who, triage.ID(in.ID), in.given(in.Body.Fence), triage.Outcome(in.Body.Outcome), in.Body.Note))
}

type assignInput struct {
	OnItem
	Body struct {
		LeaseBody
		Assignee string `json:"assignee" doc:"me, or the id of a person"`
	}
}

func (s *Server) assignItem(ctx context.Context, who postgres.Caller, in *assignInput) (*itemOutput, error) {
	return changed(s.desk.Assign(ctx, who, triage.ID(in.ID), in.given(in.Body.Fence), assigneeOf(who, in.Body.Assignee)))
}

func assigneeOf(who postgres.Caller, word string) triage.ID {
	if word == "me" {
		return who.PersonID
	}
	return triage.ID(word)
}

func (s *Server) acceptItem(ctx context.Context, who postgres.Caller, in *leaseInput) (*itemOutput, error) {
	return changed(s.desk.Accept(ctx, who, triage.ID(in.ID), in.given()))
}

// reasonInput is what an action is told that needs a reason.
type reasonInput struct {
	OnItem
	Body struct {
		LeaseBody
		Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"For the colleagues of the other queue"`
	}
}

func (s *Server) returnItem(ctx context.Context, who postgres.Caller, in *reasonInput) (*itemOutput, error) {
	return changed(s.desk.Return(ctx, who, triage.ID(in.ID), in.given(in.Body.Fence), in.Body.Reason))
}

func (s *Server) companionItem(ctx context.Context, who postgres.Caller, in *reasonInput) (*itemOutput, error) {
	return changed(s.desk.Companion(ctx, who, triage.ID(in.ID), in.given(in.Body.Fence), in.Body.Reason))
}

type noteInput struct {
	OnItem
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) noteItem(ctx context.Context, who postgres.Caller, in *noteInput) (*itemOutput, error) {
	return changed(s.desk.Note(ctx, who, triage.ID(in.ID), in.given(nil), in.Body.Text))
}

type tagInput struct {
	OnItem
	Body struct {
		LeaseBody
		Add    []string `json:"add,omitempty" maxItems:"20"`
		Remove []string `json:"remove,omitempty" maxItems:"20"`
	}
}

func (s *Server) tagItem(ctx context.Context, who postgres.Caller, in *tagInput) (*itemOutput, error) {
	return changed(s.desk.Tag(ctx, who, triage.ID(in.ID), in.given(in.Body.Fence), in.Body.Add, in.Body.Remove))
}
