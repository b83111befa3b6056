package routing

import (
	"slices"
	"time"

	"triage/triage"
)

// TargetsFor returns the targets for an engagement: open time to the first answer, to the next
// answer after the author wrote again, and to closing it (0 for none).
func (p Plan) TargetsFor(pr triage.Priority, i triage.Intent, on triage.Platform) (first, next, resolution time.Duration) {
	t := p.Targets
	spans := [3]Span{t.FirstAnswer.At(pr), t.NextAnswer.At(pr), t.Resolution.At(pr)}
	var set [3]bool
	for _, o := range t.Overrides {
		if !o.fits(pr, i, on) {
			continue
		}
		for n, span := range [3]*Span{o.FirstAnswer, o.NextAnswer, o.Resolution} {
			if span != nil && !set[n] {
				spans[n], set[n] = *span, true
			}
		}
	}
	return time.Duration(spans[0]), time.Duration(spans[1]), time.Duration(spans[2])
}

func (o Override) fits(pr triage.Priority, i triage.Intent, on triage.Platform) bool {
	return oneOf(o.Intent, i) && oneOf(o.Platform, on) && oneOf(o.Priority, Word(pr.String()))
}

// oneOf reports whether word is among allowed, which is everything when empty.
func oneOf[T comparable](allowed []T, word T) bool {
	return len(allowed) == 0 || slices.Contains(allowed, word)
}

// due sets the times of a placement whose priority is decided: all count in open time from
// when we received the engagement. At four fifths of the first answer's target it is at risk.
func (p Plan) due(in *input, out *triage.Placement) {
	first, _, resolution := p.TargetsFor(out.Priority, in.c.Intent, in.e.Platform)
	out.DueAt = p.Calendar.Add(in.received, first)
	out.AtRiskAt = p.Calendar.Add(in.received, first*4/5)
	if resolution > 0 {
		out.ResolveDue = p.Calendar.Add(in.received, resolution)
	}
}

// NextAnswers returns the open time to the next answer after the author wrote again, by
// priority, for who knows no more of an engagement.
func (p Plan) NextAnswers() map[triage.Priority]time.Duration {
	next := map[triage.Priority]time.Duration{}
	for pr := triage.P1; pr <= triage.P4; pr++ {
		next[pr] = time.Duration(p.Targets.NextAnswer.At(pr))
	}
	return next
}
