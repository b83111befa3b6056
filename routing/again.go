package routing

import "triage/triage"

// Standing is what an item stands at when its engagement is judged again.
type Standing struct {
	Status  triage.Status
	Queue   triage.Queue
	Urgency triage.Urgency
	Risks   []triage.Risk
	Touched bool // a person has claimed, corrected or handed it over before
}

// Again is what judging again does to an item.
type Again int

// The outcomes of judging again.
const (
	OnlyReceipt Again = iota // the new judgement is added to the receipt, nothing moves
	Move                     // placed anew
	Reopen                   // it was closed, and risk or urgency rose: placed anew and open
)

// JudgedAgain decides what a new judgement does to an item that exists: a person's work is
// never overwritten, a closed item opens only when risk or urgency rises.
func JudgedAgain(s Standing, c triage.Classification) Again {
	rises := c.Urgency.Rank() > s.Urgency.Rank() || len(triage.Union(s.Risks, c.Risks)) > len(s.Risks)
	switch s.Status {
	case triage.StatusResolved, triage.StatusDismissed:
		if rises && c.Judged() {
			return Reopen
		}
		return OnlyReceipt
	case triage.StatusClaimed, triage.StatusSnoozed, triage.StatusWaiting:
		return OnlyReceipt
	case triage.StatusOpen:
		if s.Touched {
			return OnlyReceipt
		}
		return Move
	}
	return OnlyReceipt
}
