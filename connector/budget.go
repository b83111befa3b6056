package connector

import "time"

// Budgeted is a Poller whose platform allows so much in a day. What it has used goes on with
// the next process by Source.Budget.
type Budgeted interface {
	// Budget returns how much is used. It is asked after every Poll and Recheck.
	Budget() Budget
}

// Budget is what a platform allows a channel in a day, in units of the platform. The zero
// value is of a day that is over.
type Budget struct {
	Limit, Spent int
	Until        time.Time // when the day ends
}

// Left returns what may still be used at that time.
func (b Budget) Left(now time.Time) int {
	if !now.Before(b.Until) {
		return b.Limit
	}
	return max(0, b.Limit-b.Spent)
}

// day is how long a budget lasts.
const day = 24 * time.Hour

// LeftAtEnd returns what will be left at the end of the day if it goes on as it has begun.
// In the first hour too little has been seen: it is what is left then.
func (b Budget) LeftAtEnd(now time.Time) int {
	gone := day - b.Until.Sub(now)
	if gone < time.Hour || !now.Before(b.Until) {
		return b.Left(now)
	}
	return max(0, b.Limit-int(float64(b.Spent)*float64(day)/float64(gone)))
}
