package api

import (
	"context"
	"math"
	"net/http"
	"time"

	"triage/postgres"
	"triage/triage"
)

func (s *Server) targetRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/insights/targets", id: "insights-targets", needs: mayRead,
		summary: "How the targets were kept",
	}, s.targets)
}

// Bounds of the time that figures are asked for.
const (
	usualSpan   = 7 * 24 * time.Hour
	longestSpan = 92 * 24 * time.Hour
	figuresTime = 8 * time.Second
)

type targetsInput struct {
	From     time.Time `query:"from" doc:"Received at or after; default: a week before to"`
	To       time.Time `query:"to" doc:"Received before; default: now"`
	Platform string    `query:"platform" pattern:"^[a-z0-9_]{1,40}$" doc:"Only this one"`
	Queue    string    `query:"queue" enum:"smm,cm" doc:"Only what belongs there"`
	Group    string    `query:"group" enum:"priority,intent,platform,queue" doc:"Default: everything together"`
}

// TargetGroupBody is how the targets were kept within one group.
type TargetGroupBody struct {
	Key         *string           `json:"key" doc:"The group's word; null without grouping"`
	FirstAnswer targetFiguresBody `json:"first_answer"`
	NextAnswer  targetFiguresBody `json:"next_answer" doc:"By when the author wrote again"`
	Resolution  targetFiguresBody `json:"resolution"`
}

// targetFiguresBody is how one target was kept. Shares are of all four counts together.
type targetFiguresBody struct {
	Met           int      `json:"met"`
	Breached      int      `json:"breached" doc:"Kept too late, or not yet although the target has passed"`
	AtRisk        int      `json:"at_risk"`
	Running       int      `json:"running" doc:"The target lies ahead"`
	MetShare      *float64 `json:"met_share"`
	BreachedShare *float64 `json:"breached_share"`
	AtRiskShare   *float64 `json:"at_risk_share"`
	MedianSeconds *float64 `json:"median_seconds" doc:"Open time; what is still owed past its target counts as longer than anything, so it is null when that is half or more"`
	P90Seconds    *float64 `json:"p90_seconds" doc:"As median_seconds, when it is a tenth or more"`
}

type targetsOutput struct {
	Body struct {
		From   time.Time         `json:"from"`
		To     time.Time         `json:"to"`
		Groups []TargetGroupBody `json:"groups" nullable:"false"`
	}
}

func (s *Server) targets(ctx context.Context, who postgres.Caller, in *targetsInput) (*targetsOutput, error) {
	now := s.store.Now()
	from, to, err := spanOf(in.From, in.To, now)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, figuresTime)
	defer cancel()
	received := postgres.Received{Platform: triage.Platform(in.Platform), Queue: triage.Queue(in.Queue), From: from, To: to}
	figures, err := s.store.Targets(ctx, who.BrandID, postgres.TargetGroup(in.Group), received, now)
	if err != nil {
		return nil, err
	}
	out := &targetsOutput{}
	out.Body.From, out.Body.To, out.Body.Groups = from.UTC(), to.UTC(), groupsOf(figures)
	return out, nil
}

// spanOf completes the time that figures are asked for: the last week, unless told.
func spanOf(from, to, now time.Time) (time.Time, time.Time, error) {
	if to.IsZero() {
		to = now
	}
	if from.IsZero() {
		from = to.Add(-usualSpan)
	}
	if !to.After(from) || to.Sub(from) > longestSpan {
		return from, to, invalid("query.from", "expected a time before to, at most 92 days")
	}
	return from, to, nil
}

// groupsOf gathers figures by their group; they come in its order.
func groupsOf(figures []postgres.TargetFigures) []TargetGroupBody {
	groups := []TargetGroupBody{}
	var last string
	for n, f := range figures {
		if n == 0 || f.Group != last {
			groups = append(groups, TargetGroupBody{Key: textOrNull(f.Group)})
			last = f.Group
		}
		g := &groups[len(groups)-1]
		switch f.Target {
		case postgres.FirstAnswer:
			g.FirstAnswer = figuresOf(f)
		case postgres.NextAnswer:
			g.NextAnswer = figuresOf(f)
		case postgres.Resolution:
			g.Resolution = figuresOf(f)
		}
	}
	return groups
}

func figuresOf(f postgres.TargetFigures) targetFiguresBody {
	all := float64(f.Met + f.Breached + f.AtRisk + f.Running)
	of := func(n int) *float64 { return finite(share(float64(n) / all)) }
	return targetFiguresBody{
		Met: f.Met, Breached: f.Breached, AtRisk: f.AtRisk, Running: f.Running,
		MetShare: of(f.Met), BreachedShare: of(f.Breached), AtRiskShare: of(f.AtRisk),
		MedianSeconds: finite(f.Median), P90Seconds: finite(f.P90),
	}
}

// finite returns nil for what is no number on the wire.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
