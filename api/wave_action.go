package api

import (
	"context"
	"time"

	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// OnWave is which wave an action is for. It is exported because the contract library reads
// no others.
type OnWave struct {
	ID string `path:"id" doc:"Id of a wave"`
}

type resolveWaveInput struct {
	OnWave
	Body struct {
		Outcome string `json:"outcome" enum:"answered,no_reply_needed,published,forwarded,dismissed,other"`
		Note    string `json:"note,omitempty" maxLength:"2000" doc:"Kept with each item"`
	}
}

func (s *Server) resolveWave(ctx context.Context, who postgres.Caller, in *resolveWaveInput) (*bulkOutput, error) {
	return s.bulkWave(ctx, who, in.ID, queue.Action{
		Verb: queue.VerbResolve, Outcome: triage.Outcome(in.Body.Outcome), Note: in.Body.Note,
	})
}

type dismissWaveInput struct {
	OnWave
	Body struct {
		Outcome string `json:"outcome" enum:"spam,abuse,unrelated,duplicate,dismissed"`
		Note    string `json:"note,omitempty" maxLength:"2000" doc:"Kept with each item"`
	}
}

func (s *Server) dismissWave(ctx context.Context, who postgres.Caller, in *dismissWaveInput) (*bulkOutput, error) {
	return s.bulkWave(ctx, who, in.ID, queue.Action{
		Verb: queue.VerbDismiss, Outcome: triage.Outcome(in.Body.Outcome), Note: in.Body.Note,
	})
}

type snoozeWaveInput struct {
	OnWave
	Body struct {
		Until       time.Time `json:"until" doc:"In the future, at most a year away"`
		UntilAuthor bool      `json:"until_author,omitempty" doc:"Each comes back earlier when its author writes again"`
	}
}

func (s *Server) snoozeWave(ctx context.Context, who postgres.Caller, in *snoozeWaveInput) (*bulkOutput, error) {
	return s.bulkWave(ctx, who, in.ID, queue.Action{
		Verb: queue.VerbSnooze, Until: in.Body.Until, UntilAuthor: in.Body.UntilAuthor,
	})
}

type assignWaveInput struct {
	OnWave
	Body struct {
		Assignee string `json:"assignee" doc:"me, or the id of a person"`
	}
}

func (s *Server) assignWave(ctx context.Context, who postgres.Caller, in *assignWaveInput) (*bulkOutput, error) {
	return s.bulkWave(ctx, who, in.ID, queue.Action{Verb: queue.VerbAssign, Assignee: assigneeOf(who, in.Body.Assignee)})
}

type handOverWaveInput struct {
	OnWave
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"For the colleagues of the other queue"`
		Note   string `json:"note,omitempty" maxLength:"2000" doc:"Kept with each item"`
	}
}

func (s *Server) handOverWave(ctx context.Context, who postgres.Caller, in *handOverWaveInput) (*bulkOutput, error) {
	return s.bulkWave(ctx, who, in.ID, queue.Action{Verb: queue.VerbHandOver, Reason: in.Body.Reason, Note: in.Body.Note})
}

type tagWaveInput struct {
	OnWave
	Body struct {
		Add    []string `json:"add,omitempty" maxItems:"20"`
		Remove []string `json:"remove,omitempty" maxItems:"20"`
	}
}

func (s *Server) tagWave(ctx context.Context, who postgres.Caller, in *tagWaveInput) (*bulkOutput, error) {
	return s.bulkWave(ctx, who, in.ID, queue.Action{Verb: queue.VerbTags, Add: in.Body.Add, Remove: in.Body.Remove})
}

type releaseFromWaveInput struct {
	OnWave
	Body struct {
		Item string `json:"item" doc:"Id of a member that does not belong to it"`
	}
}

func (s *Server) releaseFromWave(ctx context.Context, who postgres.Caller, in *releaseFromWaveInput) (*itemOutput, error) {
	return changed(s.desk.LeaveWave(ctx, who, triage.ID(in.ID), triage.ID(in.Body.Item)))
}

type waveOutput struct {
	Body WaveBody
}

func (s *Server) closeWave(ctx context.Context, who postgres.Caller, in *OnWave) (*waveOutput, error) {
	if err := s.desk.CloseWave(ctx, who, triage.ID(in.ID)); err != nil {
		return nil, err
	}
	w, err := s.store.Wave(ctx, who.BrandID, triage.ID(in.ID), s.store.Now())
	if err != nil {
		return nil, err
	}
	return &waveOutput{Body: waveOf(w)}, nil
}
