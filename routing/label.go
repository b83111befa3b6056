package routing

import (
	"time"

	"triage/triage"
)

// PlaceLabelled places an engagement of which people said what is right. A queue that they
// named wins over the plan; the plan chooses another than for the engine's own judgement
// only when they named the intent.
func (p Plan) PlaceLabelled(
	e triage.Engagement, c triage.Classification, l triage.Label, known Context, now time.Time,
) triage.Placement {
	if !l.Says() {
		return p.Place(e, c, known, now)
	}
	switch {
	case l.Queue != nil:
		out := p.PlaceIn(*l.Queue, e, l.Over(c), known, now)
		out.Unsure = false
		return out
	case l.Intent == nil:
		return p.PlaceIn(p.Place(e, c, known, now).Queue, e, l.Over(c), known, now)
	}
	return p.Place(e, l.Over(c), known, now)
}

// PlaceIn places an engagement in a queue that people chose; all else is as in Place.
func (p Plan) PlaceIn(
	q triage.Queue, e triage.Engagement, c triage.Classification, known Context, now time.Time,
) triage.Placement {
	in, out, ruled := p.begin(e, c, known, now)
	out.Queue = q
	p.finish(in, &out, ruled)
	return out
}

// RuleTags returns all tags that the plan's rules can set.
func (p Plan) RuleTags() []string {
	var tags []string
	for _, r := range p.Rules {
		tags = union(tags, r.Then.Tags)
	}
	return tags
}
