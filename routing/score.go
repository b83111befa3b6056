package routing

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"triage/triage"
)

// Names of the parts of an item's place in the order.
const (
	partRisk         = "risk"
	partUrgency      = "urgency"
	partReplyWindow  = "reply_window"
	partReach        = "reach"
	partRelationship = "relationship"
	partWave         = "wave"
	partGoal         = "goal"
	partSpam         = "spam"
	partRule         = "rule"
)

// Rank returns the place of an item in the order of its queue, lower first: the due time in
// Unix seconds less 3600 times the hours of all parts.
func Rank(due time.Time, parts []triage.Part) float64 {
	hours := 0.0
	for _, p := range parts {
		hours += p.Hours
	}
	return float64(due.UnixMilli())/1000 - 3600*hours
}

// WithPart returns parts with one of them replaced by p, or added; a part of no hours is
// left out. It is how what becomes known later, such as a wave, changes an item's place.
func WithPart(parts []triage.Part, p triage.Part) []triage.Part {
	out := slices.DeleteFunc(slices.Clone(parts), func(old triage.Part) bool { return old.Name == p.Name })
	if p.Hours != 0 {
		out = append(out, p)
	}
	return out
}

// WavePart returns what being in a wave of size engagements brings forward.
func (p Plan) WavePart(size int) triage.Part {
	if size < 2 {
		return triage.Part{Name: partWave}
	}
	hours := min(p.Weights.WaveMost, p.Weights.WaveTenfold*math.Log10(float64(size)))
	return part(partWave, hours, "It is one of %d that say nearly the same.", size)
}

func part(name string, hours float64, text string, args ...any) triage.Part {
	return triage.Part{Name: name, Hours: math.Round(hours*1000) / 1000, Text: fmt.Sprintf(text, args...)}
}

// score names what brings the placement forward or puts it back. Parts of no hours are left
// out.
func (p Plan) score(in *input, out triage.Placement, ruled triage.Part) []triage.Part {
	var parts []triage.Part
	add := func(one triage.Part) {
		if one.Hours != 0 {
			parts = append(parts, one)
		}
	}
	if spamWithoutRisk(in.c) {
		add(part(partSpam, p.Weights.Spam, "Spam stands behind everything else."))
		add(ruled)
		return parts
	}
	add(p.riskPart(in.c))
	add(part(partUrgency, p.Weights.Urgency.At(out.Priority), "Its priority is %s.", out.Priority))
	add(p.windowPart(in, out))
	add(p.reachPart(in.e.Author.Followers))
	add(p.relationPart(in))
	add(p.WavePart(in.known.Wave))
	add(p.goalPart(in, out))
	add(ruled)
	return parts
}

func (p Plan) riskPart(c triage.Classification) triage.Part {
	most := 0.0
	for _, r := range c.Risks {
		most = max(most, p.Weights.Risk[r])
	}
	_, named := riskFloor(c)
	return part(partRisk, most, "It speaks of a risk: %s.", named)
}

// windowPart brings forward what has to be answered before the platform closes: as far as
// the target lies beyond that, and a little for having to be watched at all.
func (p Plan) windowPart(in *input, out triage.Placement) triage.Part {
	w := p.Weights.ReplyWindow
	closes := time.Duration(w.Closes[in.e.Platform][in.e.Form])
	if closes <= 0 || in.c.Judged() && !in.c.ReplyExpected {
		return triage.Part{}
	}
	wanted := in.received.Add(closes - time.Duration(w.Margin))
	hours := w.Hours + max(0, out.DueAt.Sub(wanted).Hours())
	return part(partReplyWindow, hours, "The platform takes an answer for %.0f hours only.", closes.Hours())
}

func (p Plan) reachPart(followers int64) triage.Part {
	if followers <= 100 {
		return triage.Part{}
	}
	hours := min(p.Weights.ReachMost, p.Weights.ReachTenfold*math.Log10(float64(followers)/100))
	return part(partReach, hours, "The author reaches %d followers.", followers)
}

func (p Plan) relationPart(in *input) triage.Part {
	w, a := p.Weights, in.known.Author
	hours := 0.0
	var why []string
	for _, tag := range slices.Sorted(slices.Values(a.Tags)) {
		if w.Tags[tag] != 0 {
			hours += w.Tags[tag]
			why = append(why, "is tagged "+words(tag))
		}
	}
	if a.Promises > 0 && w.Promise != 0 {
		hours += w.Promise
		why = append(why, "waits for something we promised")
	}
	since := in.received.Sub(a.Touched)
	if !a.Touched.IsZero() && w.Touched != 0 && since >= 0 && since < time.Duration(w.TouchedDays)*24*time.Hour {
		hours += w.Touched
		why = append(why, "was spoken with lately")
	}
	if a.Comments > 0 && w.Comments != 0 {
		hours += w.Comments * math.Log10(float64(1+a.Comments))
		why = append(why, "has written before")
	}
	hours = max(-w.RelatedMost, min(w.RelatedMost, hours))
	return part(partRelationship, hours, "The author %s.", strings.Join(why, ", "))
}

// goalPart moves items of one priority within a share of their target: visibility brings
// reach forward, loyalty those who wait for an answer.
func (p Plan) goalPart(in *input, out triage.Placement) triage.Part {
	first, _, _ := p.TargetsFor(out.Priority, in.c.Intent, in.e.Platform)
	share := p.Weights.GoalShare * first.Hours()
	hours := 0.0
	var why []string
	if f := in.e.Author.Followers; f > 0 {
		hours += float64(p.Goal) * share * min(1, math.Log10(float64(f))/6)
		why = append(why, "how far the author reaches")
	}
	if in.c.ReplyExpected {
		hours += (1 - float64(p.Goal)) * share
		why = append(why, "that an answer is awaited")
	}
	return part(partGoal, hours, "The brand's goal (%.0f %% visibility) weighs %s.", 100*float64(p.Goal), strings.Join(why, " and "))
}

func spamWithoutRisk(c triage.Classification) bool {
	return c.Intent == triage.Spam && len(c.Risks) == 0
}
