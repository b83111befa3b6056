// Package wave finds near-duplicates in time: one slogan posted by a hundred accounts, one
// outage told of by everybody, one advertisement under every post. It is pure: items, open
// waves and bounds in, memberships and figures out. It knows no database, no clock, no
// engine and no text: a text is a vector and an outline here.
package wave

import (
	"time"

	"triage/triage"
)

// Bounds say what a wave is. docs/waves.md shows how the distances were chosen.
type Bounds struct {
	Near    float64       // cosine distance up to which two texts, or a text and a centre, are near
	Alike   float64       // distance from the centre up to which a text says what all say, and nothing of its own
	Ring    float64       // distance from the centre beyond which a member needs a look of its own
	Letters int           // texts with fewer are compared by outline only, and within their thread
	Window  time.Duration // how far apart the first members of a wave may be
	Quiet   time.Duration // a wave that nobody joined for so long takes no newcomers
	Members int           // how many near items start a wave
	Authors int           // by how many authors; spam of one outline needs no second one
	Spam    float64       // share of members judged spam from which a spam wave closes as one
}

// builtinModel is the model that the distances were measured with.
const builtinModel = "builtin-256-v1"

// Default returns the bounds for vectors of a model. Other models than the built-in one
// put texts that mean the same nearer together, so less distance is allowed there.
func Default(model string) Bounds {
	b := Bounds{
		Near: 0.30, Alike: 0.10, Ring: 0.20, Letters: 12,
		Window: 30 * time.Minute, Quiet: 2 * time.Hour,
		Members: 5, Authors: 3, Spam: 0.8,
	}
	if model != builtinModel {
		b.Near, b.Alike, b.Ring = 0.12, 0.04, 0.08
	}
	return b
}

// Step returns the size that a wave of count is spoken of as: Members, doubled as often as
// it fits. What follows from the size of a wave changes at these steps only.
func (b Bounds) Step(count int) int {
	if count < b.Members || b.Members < 1 {
		return 0
	}
	size := b.Members
	for 2*size <= count {
		size *= 2
	}
	return size
}

// Kind is what a wave is about, by what most of its members were judged to be.
type Kind string

// The kinds of waves.
const (
	KindSpam     Kind = "spam"
	KindReaction Kind = "reaction"
	KindProblem  Kind = "problem"
	KindQuestion Kind = "question"
	KindPraise   Kind = "praise"
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{KindProblem, KindQuestion, KindReaction, KindPraise, KindSpam} }

// KindOf returns the kind of wave that items of an intent make.
func KindOf(i triage.Intent) Kind {
	switch i {
	case triage.Spam:
		return KindSpam
	case triage.Praise:
		return KindPraise
	case triage.ProductQuestion, triage.ContentRequest:
		return KindQuestion
	case triage.Complaint, triage.SupportRequest, triage.Abuse:
		return KindProblem
	case triage.ContentReaction, triage.UGC, triage.BrandMention, triage.Partnership, triage.ProductSuggestion,
		triage.CommunityTalk, triage.Other:
		return KindReaction
	}
	return KindReaction
}
