package insight

import (
	"context"
	"math"
	"time"

	"triage/postgres"
	"triage/triage"
)

// When a week counts as moved away from those before it. A share has moved when it differs
// by at least its step and by at least deviations standard errors of the difference (pooled, two
// proportions), so that neither a quiet week nor a great number alone raises it.
const (
	unsureStep    = 0.05 // of what was placed
	correctedStep = 0.10 // of what was read as one intent
	newWordsTimes = 2.0  // uses of new words for each comment, against before
	newWordsStep  = 0.05
	deviations    = 3.0
	leastComments = 200 // in the week, and in those before together
	weeksBefore   = 4
)

// What can move. Of corrections the intent follows.
const (
	MovedUnsure      = "unsure"
	MovedNewWords    = "new_words"
	MovedCorrections = "corrections:"
)

// Moved names what of a week lies beyond the bounds, compared with the weeks before it.
func Moved(week postgres.DriftWeek, before []postgres.DriftWeek) []string {
	var moved []string
	var was postgres.DriftWeek
	words, of := 0, 0
	was.Intents = map[triage.Intent]postgres.IntentWeek{}
	for _, b := range before {
		was.Placed, was.Unsure = was.Placed+b.Placed, was.Unsure+b.Unsure
		for i, n := range b.Intents {
			sum := was.Intents[i]
			was.Intents[i] = postgres.IntentWeek{Judged: sum.Judged + n.Judged, Corrected: sum.Corrected + n.Corrected}
		}
		if b.NewWords != nil {
			words, of = words+*b.NewWords, of+b.Comments
		}
	}
	if shifted(week.Unsure, week.Placed, was.Unsure, was.Placed, unsureStep) {
		moved = append(moved, MovedUnsure)
	}
	for _, i := range triage.Intents() {
		now, then := week.Intents[i], was.Intents[i]
		if shifted(now.Corrected, now.Judged, then.Corrected, then.Judged, correctedStep) {
			moved = append(moved, MovedCorrections+string(i))
		}
	}
	if week.NewWords != nil && week.Comments >= leastComments && of >= leastComments {
		now, then := float64(*week.NewWords)/float64(week.Comments), float64(words)/float64(of)
		if now >= newWordsTimes*then && now-then >= newWordsStep {
			moved = append(moved, MovedNewWords)
		}
	}
	return moved
}

// shifted compares k of n with k0 of n0.
func shifted(k, n, k0, n0 int, step float64) bool {
	if n < leastComments || n0 < leastComments {
		return false
	}
	a, b := float64(k)/float64(n), float64(k0)/float64(n0)
	pooled := float64(k+k0) / float64(n+n0)
	spread := math.Sqrt(pooled * (1 - pooled) * (1/float64(n) + 1/float64(n0)))
	return math.Abs(a-b) >= step && math.Abs(a-b) >= deviations*spread
}

// Drift is an alert that the engine is led away from what it knows.
const Drift = "engine.drift"

// KeepWeeks counts the finished weeks of a brand that are not counted yet, those of the last
// weeksBefore+1, and tells the leads of what has moved in the newest. It may run anywhere
// and any number of times: a week is counted once.
func (in *Insights) KeepWeeks(ctx context.Context, brand triage.ID, since time.Time) error {
	this := Monday(in.store.Now())
	for back := weeksBefore + 1; back >= 1; back-- {
		monday := this.AddDate(0, 0, -7*back)
		if !monday.AddDate(0, 0, 7).After(since) {
			continue
		}
		if err := in.keepWeek(ctx, brand, monday, back == 1); err != nil {
			return err
		}
	}
	return nil
}

func (in *Insights) keepWeek(ctx context.Context, brand triage.ID, monday time.Time, newest bool) error {
	known, err := in.store.DriftWeeks(ctx, brand, monday.AddDate(0, 0, -7*weeksBefore), weeksBefore+1)
	if err != nil {
		return err
	}
	var before []postgres.DriftWeek
	for _, k := range known {
		if k.Week.Equal(monday) {
			return nil
		}
		if k.Week.Before(monday) {
			before = append(before, k)
		}
	}
	week, err := in.store.CountWeek(ctx, brand, monday)
	if err != nil {
		return err
	}
	week.Moved = Moved(week, before)
	return in.store.InTx(ctx, func(tx *postgres.Tx) error {
		fresh, err := tx.KeepWeek(ctx, brand, week)
		if err != nil || !fresh || !newest {
			return err
		}
		var alerts []postgres.Alert
		for _, what := range week.Moved {
			alerts = append(alerts, postgres.Alert{Cause: Drift, Subject: what, Detail: map[string]any{
				"week": monday.Format(time.DateOnly), "what": what,
			}})
		}
		_, err = tx.AddAlerts(ctx, brand, alerts)
		return err
	})
}

// Monday returns the beginning of the week in which at lies, UTC.
func Monday(at time.Time) time.Time {
	at = at.UTC()
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

// Weeks returns the counted weeks of a brand, at most most, the newest first, and the new
// words of the last seven days that at least three comments use, the most used first.
func (in *Insights) Weeks(ctx context.Context, brand triage.ID, most int) ([]postgres.DriftWeek, []postgres.WordCount, error) {
	now := in.store.Now()
	weeks, err := in.store.DriftWeeks(ctx, brand, Monday(now).AddDate(0, 0, -7*most), most)
	if err != nil {
		return nil, nil, err
	}
	words, err := in.store.NewWords(ctx, brand, now.AddDate(0, 0, -7), now, wordsShown)
	return weeks, words.Words, err
}

const wordsShown = 30
