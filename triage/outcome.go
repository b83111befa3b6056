package triage

import "slices"

// Outcome is how an item was closed.
type Outcome string

// The outcomes. Deleted is what an item ends with whose engagement was erased, and spam
// wave what the machine closes together with others like it, history what was written
// before we listened; nobody chooses these.
const (
	OutcomeAnswered  Outcome = "answered"
	OutcomeNoReply   Outcome = "no_reply_needed"
	OutcomePublished Outcome = "published"
	OutcomeForwarded Outcome = "forwarded"
	OutcomeDismissed Outcome = "dismissed"
	OutcomeOther     Outcome = "other"
	OutcomeSpam      Outcome = "spam"
	OutcomeAbuse     Outcome = "abuse"
	OutcomeUnrelated Outcome = "unrelated"
	OutcomeDuplicate Outcome = "duplicate"
	OutcomeDeleted   Outcome = "deleted"
	OutcomeSpamWave  Outcome = "spam_wave"
	OutcomeHistory   Outcome = "history"
)

// Dismissals returns the outcomes that close an item as dismissed: nothing was done,
// because nothing deserved it.
func Dismissals() []Outcome {
	return []Outcome{OutcomeSpam, OutcomeAbuse, OutcomeUnrelated, OutcomeDuplicate, OutcomeDismissed}
}

// Status returns the status that an item closed with o has.
func (o Outcome) Status() Status {
	if o == OutcomeSpamWave || o == OutcomeHistory || slices.Contains(Dismissals(), o) {
		return StatusDismissed
	}
	return StatusResolved
}

// Answers reports whether o says that the author got an answer.
func (o Outcome) Answers() bool { return o == OutcomeAnswered || o == OutcomePublished }
