package routing

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"triage/triage"
)

// input is what one placement is decided from. It is not safe for concurrent use.
type input struct {
	e        triage.Engagement
	c        triage.Classification
	known    Context
	received time.Time
	calendar triage.Calendar

	folded *string // the text, once somebody asked for it
}

// fits reports whether all that the condition names does.
func (q *Condition) fits(in *input) bool {
	return q.fitsText(in) && q.fitsCombination(in) && q.fitsJudgement(in) && q.fitsPlace(in)
}

func (q *Condition) fitsCombination(in *input) bool {
	for i := range q.All {
		if !q.All[i].fits(in) {
			return false
		}
	}
	fits := func(one Condition) bool { return one.fits(in) }
	if len(q.Any) > 0 && !slices.ContainsFunc(q.Any, fits) {
		return false
	}
	return q.Not == nil || !q.Not.fits(in)
}

func (q *Condition) fitsJudgement(in *input) bool {
	c := in.c
	return oneOf(q.Intent, c.Intent) && oneOf(q.Sentiment, c.Sentiment) && oneOf(q.Urgency, c.Urgency) &&
		share(q.Risks, c.Risks) && is(q.AnyRisk, len(c.Risks) > 0) &&
		is(q.Ironic, c.Ironic) && is(q.ReplyExpected, c.ReplyExpected) &&
		oneOf(q.Language, c.Language) && share(q.Topics, c.Topics) && q.Confidence.fits(c.Confidence)
}

func (q *Condition) fitsPlace(in *input) bool {
	e := in.e
	return q.Author.fits(e.Author, in.known.Author) && q.Thread.fits(e.Thread, in.known.Thread) &&
		q.Wave.holds(float64(in.known.Wave)) && oneOf(q.Channel, e.ChannelID) && oneOf(q.Platform, e.Platform) &&
		oneOf(q.Form, e.Form) && is(q.HasMedia, e.HasMedia) && q.Received.fits(in)
}

func (q *Condition) fitsText(in *input) bool {
	if q.Text == nil {
		return true
	}
	if in.folded == nil {
		text := fold(in.e.Text)
		in.folded = &text
	}
	return slices.ContainsFunc(q.Text.folded, func(piece string) bool { return strings.Contains(*in.folded, piece) })
}

// fold makes texts comparable that differ in case, in how accents are written and in white
// space (Unicode, sections 3.13 and 5.18).
func fold(text string) string {
	folded := cases.Fold().String(norm.NFKC.String(text))
	return strings.Join(strings.Fields(folded), " ")
}

func (q *ConfidenceIs) fits(c triage.Confidence) bool {
	return q == nil || q.Queue.holds(c.Queue) && q.Intent.holds(c.Intent)
}

func (q *AuthorIs) fits(a triage.Author, known KnownAuthor) bool {
	if q == nil {
		return true
	}
	if q.Followers != nil && a.Followers < 0 {
		return false
	}
	return q.Followers.holds(float64(a.Followers)) && is(q.Verified, a.Verified) && share(q.Tags, known.Tags) &&
		q.Comments.holds(float64(known.Comments)) && is(q.Promised, known.Promises > 0)
}

func (q *ThreadIs) fits(t triage.Thread, known KnownThread) bool {
	return q == nil || oneOf(q.ExternalID, t.ExternalID) && q.Comments.holds(float64(known.Comments)) &&
		q.Questions.holds(float64(known.Questions))
}

func (q *ReceivedIs) fits(in *input) bool {
	if q == nil {
		return true
	}
	local := in.calendar.Local(in.received)
	return q.hour(local.Hour()) && oneOf(q.Weekday, weekday(local)) &&
		(q.Open == nil || *q.Open == in.calendar.Open(in.received))
}

func (q *ReceivedIs) hour(h int) bool {
	if q.From == nil || q.To == nil {
		return true
	}
	if *q.From < *q.To {
		return h >= *q.From && h < *q.To
	}
	return h >= *q.From || h < *q.To
}

// weekday returns mon, tue, … sun.
func weekday(t time.Time) string { return strings.ToLower(t.Weekday().String()[:3]) }

func (r *Range) holds(n float64) bool {
	return r == nil || (r.AtLeast == nil || n >= *r.AtLeast) && (r.Below == nil || n < *r.Below)
}

// is reports whether value is what was asked for, if anything was.
func is(asked *bool, value bool) bool { return asked == nil || *asked == value }

// share reports whether any of the asked words is among those given.
func share[T comparable](asked, given []T) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(word T) bool { return slices.Contains(given, word) })
}

// ReadsText reports whether a rule looks at the words of texts.
func (p Plan) ReadsText() bool {
	return slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.When != nil && r.When.readsText() })
}

func (q *Condition) readsText() bool {
	reads := func(one Condition) bool { return one.readsText() }
	return q.Text != nil || slices.ContainsFunc(q.All, reads) || slices.ContainsFunc(q.Any, reads) ||
		q.Not != nil && q.Not.readsText()
}

// compile prepares the words that rules look for.
func (q *Condition) compile() {
	if q.Text != nil {
		q.Text.folded = nil
		for _, piece := range q.Text.Contains {
			q.Text.folded = append(q.Text.folded, fold(piece))
		}
	}
	for i := range q.All {
		q.All[i].compile()
	}
	for i := range q.Any {
		q.Any[i].compile()
	}
	if q.Not != nil {
		q.Not.compile()
	}
}
