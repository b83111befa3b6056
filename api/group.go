package api

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

// GroupBody is some items of a list that are shown as one, or one item that is alone. It
// is exported because the contract library reads no others.
type GroupBody struct {
	By          string          `json:"by" enum:"thread,author,wave"`
	ID          *string         `json:"id" doc:"Of the thread, author or wave; null for an item alone"`
	Count       int             `json:"count" doc:"This and all other numbers count what the filters let pass"`
	FirstAt     time.Time       `json:"first_at" doc:"When the first of them was received"`
	LastAt      time.Time       `json:"last_at"`
	BySentiment bySentimentBody `json:"by_sentiment"`
	ByPriority  byPriorityBody  `json:"by_priority"`
	Unsure      int             `json:"unsure"`
	Top         ItemBody        `json:"top" doc:"The first of them in the order of the list"`
	Wave        *WaveBody       `json:"wave" doc:"How the wave stands, when grouped by wave"`
}

type bySentimentBody struct {
	Negative int `json:"negative"`
	Neutral  int `json:"neutral"`
	Positive int `json:"positive"`
}

// listGroups answers a list that is asked for in groups.
func (s *Server) listGroups(ctx context.Context, who postgres.Caller, q triage.Queue, in *listInput) (*listOutput, error) {
	filter, err := in.filter(who)
	if err != nil {
		return nil, err
	}
	list, err := listName(who.BrandID, q, filter)
	if err != nil {
		return nil, err
	}
	list += "/by " + in.Group
	after, err := openCursor(s.cursorKey, list, in.Cursor)
	if err != nil {
		return nil, err
	}
	if filter.Text != "" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, searchTimeout)
		defer cancel()
	}
	by := postgres.Grouping(in.Group)
	groups, more, err := s.store.Groups(ctx, who.BrandID, q, by, filter, after, in.Limit)
	if err != nil {
		return nil, err
	}
	now := s.store.Now()
	waves, err := s.wavesOf(ctx, who, by, groups, now)
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Items, out.Body.Groups = []ItemBody{}, make([]GroupBody, len(groups))
	for n, g := range groups {
		out.Body.Groups[n] = itemGroupOf(by, g, now)
		if w, ok := waves[g.Key]; ok && by == postgres.ByWave {
			body := waveOf(w)
			out.Body.Groups[n].Wave = &body
		}
	}
	if more && len(groups) > 0 {
		out.Body.NextCursor = textOrNull(sealCursor(s.cursorKey, list, groups[len(groups)-1].Place()))
	}
	return out, nil
}

func (s *Server) wavesOf(
	ctx context.Context, who postgres.Caller, by postgres.Grouping, groups []postgres.Group, now time.Time,
) (map[triage.ID]postgres.Wave, error) {
	var ids []triage.ID
	for _, g := range groups {
		if by == postgres.ByWave && g.Key != "" {
			ids = append(ids, g.Key)
		}
	}
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // no waves
	}
	return s.store.WavesByID(ctx, who.BrandID, ids, now)
}

func itemGroupOf(by postgres.Grouping, g postgres.Group, now time.Time) GroupBody {
	p := g.ByPriority
	return GroupBody{
		By: string(by), ID: textOrNull(string(g.Key)), Count: g.Count, FirstAt: g.FirstAt, LastAt: g.LastAt,
		BySentiment: bySentimentBody{g.BySentiment[triage.Negative], g.BySentiment[triage.Neutral], g.BySentiment[triage.Positive]},
		ByPriority:  byPriorityBody{int64(p[triage.P1]), int64(p[triage.P2]), int64(p[triage.P3]), int64(p[triage.P4])},
		Unsure:      g.Unsure, Top: bodyOf(g.Top, now),
	}
}
