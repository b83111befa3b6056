package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"triage/postgres"
	"triage/queue"
	"triage/triage"
	"triage/wave"
)

func (s *Server) waveRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/waves", id: "list-waves", needs: mayRead,
		summary: "Near-duplicates in time: open waves first, then those that grew last",
	}, s.listWaves)
	register(s, route{
		method: http.MethodGet, path: "/v1/waves/{id}", id: "get-wave", needs: mayRead,
		summary: "One wave: figures, course, representative, outliers", fails: []int{http.StatusNotFound},
	}, s.getWave)
	action := func(verb, summary string) route {
		return route{
			method: http.MethodPost, path: "/v1/waves/{id}/" + verb, id: verb + "-wave", needs: mayWork, summary: summary,
			fails: []int{http.StatusNotFound, http.StatusConflict},
		}
	}
	register(s, action("resolve", "Close all its live members but the outliers with an outcome"), s.resolveWave)
	register(s, action("dismiss", "Close all its live members but the outliers because they deserve nothing"), s.dismissWave)
	register(s, action("snooze", "Put all its live members but the outliers away until a time"), s.snoozeWave)
	register(s, action("assign", "Give all its live members but the outliers to a person"), s.assignWave)
	register(s, action("handover", "Move all its live members but the outliers to the other queue"), s.handOverWave)
	register(s, action("tags", "Add and remove tags of all its live members but the outliers"), s.tagWave)
	register(s, action("release", "Take an item out of it, for good"), s.releaseFromWave)
	register(s, action("close", "Let it take no newcomers"), s.closeWave)
}

// WaveBody is a wave on the wire. It is exported because the contract library reads no
// others as part of a body.
type WaveBody struct {
	ID             string     `json:"id"`
	Kind           string     `json:"kind" enum:"problem,question,reaction,praise,spam" doc:"What most of its members were judged to be"`
	State          string     `json:"state" enum:"open,closed" doc:"Whether it takes newcomers"`
	ThreadID       *string    `json:"thread_id" doc:"null when it runs across threads"`
	Language       string     `json:"language" doc:"BCP 47, of most members"`
	Intent         string     `json:"intent" doc:"Of most members"`
	Urgency        string     `json:"urgency" enum:"low,normal,high,urgent" doc:"Of most members"`
	Risks          []string   `json:"risks" nullable:"false" doc:"Those that at least half of the members carry"`
	Representative *string    `json:"representative_id" doc:"The item nearest to the centre that can speak for the others; null for a moment after it was erased"`
	Count          int        `json:"count" doc:"All members, closed ones too"`
	Authors        int        `json:"authors" doc:"Distinct ones; each one that the platform hides counts"`
	Threads        int        `json:"threads"`
	Outliers       int        `json:"outliers" doc:"Members that need an answer of their own"`
	PerMinute      int        `json:"per_minute" doc:"Received within the last minute"`
	PeakPerMinute  int        `json:"peak_per_minute"`
	StartedAt      time.Time  `json:"started_at"`
	LastAt         time.Time  `json:"last_at"`
	DismissedAt    *time.Time `json:"dismissed_at" doc:"When the machine closed it as spam; each item can be reopened"`
	ClosedAt       *time.Time `json:"closed_at"`
	ClosedBy       *string    `json:"closed_by" doc:"Id of the person who closed it; null when it went quiet"`
}

func waveOf(w postgres.Wave) WaveBody {
	c := w.Common
	return WaveBody{
		ID: string(w.ID), Kind: string(c.Kind), State: w.State, ThreadID: textOrNull(string(w.Thread)), Language: c.Language,
		Intent: string(c.Intent), Urgency: string(c.Urgency), Risks: texts(c.Risks),
		Representative: textOrNull(string(w.Representative)), Count: w.Count, Authors: w.Authors, Threads: w.Threads,
		Outliers: w.Outliers, PerMinute: w.PerMinute, PeakPerMinute: w.PeakPerMinute, StartedAt: w.StartedAt, LastAt: w.LastAt,
		DismissedAt: timeOrNull(w.DismissedAt), ClosedAt: timeOrNull(w.ClosedAt), ClosedBy: textOrNull(string(w.ClosedBy)),
	}
}

type listWavesInput struct {
	State  string   `query:"state" enum:"open,closed"`
	Kind   []string `query:"kind" enum:"problem,question,reaction,praise,spam"`
	Queue  string   `query:"queue" enum:"smm,cm" doc:"With at least one live member there"`
	Limit  int      `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string   `query:"cursor" maxLength:"200" doc:"next_cursor of the page before, with the same filters"`
}

type listWavesOutput struct {
	Body struct {
		Waves      []WaveBody `json:"waves" nullable:"false"`
		NextCursor *string    `json:"next_cursor" doc:"null on the last page"`
	}
}

func (s *Server) listWaves(ctx context.Context, who postgres.Caller, in *listWavesInput) (*listWavesOutput, error) {
	filter := postgres.WaveFilter{State: in.State, Kinds: wordsOf[wave.Kind](in.Kind), Queue: triage.Queue(in.Queue)}
	list := fmt.Sprintf("%s/waves/%+v", who.BrandID, filter)
	after, err := openCursor(s.cursorKey, list, in.Cursor)
	if err != nil {
		return nil, err
	}
	waves, err := s.store.Waves(ctx, who.BrandID, filter, after, s.store.Now(), in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &listWavesOutput{}
	if len(waves) > in.Limit {
		waves = waves[:in.Limit]
		out.Body.NextCursor = textOrNull(sealCursor(s.cursorKey, list, waves[in.Limit-1].Place()))
	}
	out.Body.Waves = make([]WaveBody, len(waves))
	for n, w := range waves {
		out.Body.Waves[n] = waveOf(w)
	}
	return out, nil
}

func (s *Server) getWave(ctx context.Context, who postgres.Caller, in *OnWave) (*getWaveOutput, error) {
	now := s.store.Now()
	w, err := s.store.Wave(ctx, who.BrandID, triage.ID(in.ID), now)
	if err != nil {
		return nil, err
	}
	detail, err := s.store.WaveDetail(ctx, who.BrandID, w)
	if err != nil {
		return nil, err
	}
	return &getWaveOutput{Body: waveDetailOf(w, detail, now)}, nil
}

// bulkWave does the same to all live members of a wave that need no answer of their own.
func (s *Server) bulkWave(ctx context.Context, who postgres.Caller, id string, a queue.Action) (*bulkOutput, error) {
	if _, err := s.store.Wave(ctx, who.BrandID, triage.ID(id), s.store.Now()); err != nil {
		return nil, err
	}
	result, err := s.desk.Bulk(ctx, who, queue.Selection{Wave: triage.ID(id)}, a)
	if err != nil {
		return nil, err
	}
	return bulkBody(result), nil
}
