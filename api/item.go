package api

import (
	"context"
	"time"

	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

type getInput struct {
	Spoken
	ID string `path:"id" doc:"Id of an item"`
}

type getOutput struct {
	ETag string `header:"ETag"`
	Body DetailBody
}

func (s *Server) getItem(ctx context.Context, who postgres.Caller, in *getInput) (*getOutput, error) {
	item, err := s.store.Item(ctx, who.BrandID, triage.ID(in.ID))
	if err != nil {
		return nil, err
	}
	if item.Erased {
		return nil, triage.Errorf(triage.Gone, "This comment was erased.")
	}
	receipt, err := s.store.Receipt(ctx, item)
	if err != nil {
		return nil, err
	}
	body := detailOf(item, receipt, time.Now(), in.language())
	body.Answered = s.answered(ctx, item)
	promises, err := s.store.PromisesAbout(ctx, item)
	if err != nil {
		return nil, err
	}
	body.Promises = promisesOf(promises, s.store.Now())
	return &getOutput{ETag: etag(item), Body: body}, nil
}

// OnItem is what every action on an item may be told: which one, and what the caller
// believes of it. It is exported because the contract library reads no others.
type OnItem struct {
	ID      string `path:"id" doc:"Id of an item"`
	IfMatch string `header:"If-Match" doc:"ETag of the version that the caller saw; an older one is refused"`
}

// LeaseBody names the lease that the caller believes to have. It is exported because the
// contract library reads no others as part of a body.
type LeaseBody struct {
	Fence *int64 `json:"fence,omitempty" minimum:"0" doc:"Fencing number of the caller's lease; an older one is refused"`
}

func (o OnItem) given(fence *int64) queue.Given {
	return queue.Given{Version: versionGiven(o.IfMatch), Fence: fence}
}

type itemOutput struct {
	ETag string `header:"ETag"`
	Undo string `header:"Triage-Undo" doc:"Id under which this can be taken back for a minute; none when it cannot"`
	Body ItemBody
}

// changed answers with the item as an action left it.
func changed(item postgres.Item, err error) (*itemOutput, error) {
	if err != nil {
		return nil, err
	}
	return &itemOutput{ETag: etag(item), Undo: string(item.UndoID), Body: bodyOf(item, time.Now())}, nil
}

type leaseInput struct {
	OnItem
	Body *LeaseBody
}

func (in *leaseInput) given() queue.Given {
	if in.Body == nil {
		return in.OnItem.given(nil)
	}
	return in.OnItem.given(in.Body.Fence)
}

type claimInput struct {
	OnItem
	Body *struct {
		LeaseBody
		OverCapacity bool `json:"over_capacity,omitempty" doc:"Take it even if you then have more in hand than your capacity"`
	}
}

func (s *Server) claimItem(ctx context.Context, who postgres.Caller, in *claimInput) (*itemOutput, error) {
	given := in.given(nil)
	if in.Body != nil {
		given.Fence, given.OverCapacity = in.Body.Fence, in.Body.OverCapacity
	}
	return changed(s.desk.Claim(ctx, who, triage.ID(in.ID), given))
}

func (s *Server) releaseItem(ctx context.Context, who postgres.Caller, in *leaseInput) (*itemOutput, error) {
	return changed(s.desk.Release(ctx, who, triage.ID(in.ID), in.given()))
}

type resolveInput struct {
	OnItem
	Body struct {
		LeaseBody
		Outcome string `json:"outcome" enum:"answered,no_reply_needed,published,forwarded,dismissed,other"`
		Note    string `json:"note,omitempty" maxLength:"2000"`
	}
}

func (s *Server) resolveItem(ctx context.Context, who postgres.Caller, in *resolveInput) (*itemOutput, error) {
	return changed(s.desk.Resolve(ctx, who, triage.ID(in.ID), in.given(in.Body.Fence), queue.Outcome(in.Body.Outcome), in.Body.Note))
}

type snoozeInput struct {
	OnItem
	Body struct {
		LeaseBody
		Until       time.Time `json:"until" doc:"In the future, at most a year away"`
		UntilAuthor bool      `json:"until_author,omitempty" doc:"Come back earlier when the author writes again in the thread"`
	}
}

func (s *Server) snoozeItem(ctx context.Context, who postgres.Caller, in *snoozeInput) (*itemOutput, error) {
	return changed(s.desk.Snooze(ctx, who, triage.ID(in.ID), in.given(in.Body.Fence), in.Body.Until, in.Body.UntilAuthor))
}

type handOverInput struct {
	OnItem
	Body struct {
		LeaseBody
		Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"For the colleagues of the other queue"`
		Note   string `json:"note,omitempty" maxLength:"2000"`
	}
}

func (s *Server) handOverItem(ctx context.Context, who postgres.Caller, in *handOverInput) (*itemOutput, error) {
	return changed(s.desk.HandOver(ctx, who, triage.ID(in.ID), in.given(in.Body.Fence), in.Body.Reason, in.Body.Note))
}

type correctInput struct {
	OnItem
	Body struct {
		LeaseBody
		Intent        *triage.Intent    `json:"intent,omitempty" enum:"content_reaction,content_request,ugc,brand_mention,partnership,complaint,support_request,product_question,praise,product_suggestion,community_talk,abuse,spam,other"`
		Sentiment     *triage.Sentiment `json:"sentiment,omitempty" enum:"negative,neutral,positive"`
		Urgency       *triage.Urgency   `json:"urgency,omitempty" enum:"low,normal,high,urgent"`
		Queue         *triage.Queue     `json:"queue,omitempty" enum:"smm,cm"`
		ReplyExpected *bool             `json:"reply_expected,omitempty"`
	}
}

func (s *Server) correctItem(ctx context.Context, who postgres.Caller, in *correctInput) (*itemOutput, error) {
	b := in.Body
	return changed(s.desk.Correct(ctx, who, triage.ID(in.ID), in.given(b.Fence), postgres.Label{
		Intent: b.Intent, Sentiment: b.Sentiment, Urgency: b.Urgency, Queue: b.Queue, ReplyExpected: b.ReplyExpected,
	}))
}
