package triage

import (
	"cmp"
	"slices"
)

// Label is what people say is right about one round of an engagement; nil fields are
// unsaid.
type Label struct {
	Intent        *Intent
	Sentiment     *Sentiment
	Urgency       *Urgency
	Queue         *Queue
	ReplyExpected *bool
}

// Says reports whether l says anything.
func (l Label) Says() bool { return l != Label{} }

// Over lays what people say over what an engine said. What a person said is sure.
func (l Label) Over(c Classification) Classification {
	if !c.Judged() {
		c.Engine = "person"
		c.Intent, c.Sentiment, c.Urgency = cmp.Or(c.Intent, Other), cmp.Or(c.Sentiment, Neutral), cmp.Or(c.Urgency, UrgencyNormal)
	}
	if l.Intent != nil {
		c.Intent, c.Confidence.Intent, c.Confidence.Queue = *l.Intent, 1, 1
		c.Unsure = slices.DeleteFunc(slices.Clone(c.Unsure), func(f string) bool { return f == "intent" || f == "queue" })
	}
	if l.Sentiment != nil {
		c.Sentiment, c.Confidence.Sentiment = *l.Sentiment, 1
	}
	if l.Urgency != nil {
		c.Urgency, c.Confidence.Urgency = *l.Urgency, 1
	}
	if l.ReplyExpected != nil {
		c.ReplyExpected, c.Confidence.ReplyExpected = *l.ReplyExpected, 1
	}
	return c
}
