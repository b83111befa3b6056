package queue

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"triage/postgres"
	"triage/triage"
)

// TestTheMixKeepsItsShareAndSeldomSwitches deals to somebody who works both queues, with
// urgent items of either in between.
func TestTheMixKeepsItsShareAndSeldomSwitches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		goal := triage.Goal(rapid.Float64Range(0, 1).Draw(t, "goal"))
		streak := rapid.IntRange(1, 12).Draw(t, "streak")
		n := rapid.IntRange(1, 400).Draw(t, "n")
		var d postgres.Desk
		switches := 0
		for range n {
			before := d
			d = dealt(d, preferred(d, goal, streak), goal, streak)
			if before.LastQueue.Valid() && before.LastQueue != d.LastQueue {
				switches++
			}
		}
		if off := float64(d.SMM) - contentShare(goal)*float64(n); math.Abs(off) > float64(streak) {
			t.Fatalf("%d of %d are content, %.1f beside the share", d.SMM, n, off)
		}
		if switches > n/streak {
			t.Fatalf("%d switches in %d items, with a streak of %d", switches, n, streak)
		}
	})
}

func TestUrgentItemsCostNoMoreSwitchesThanTheyAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		goal := triage.Goal(rapid.Float64Range(0, 1).Draw(t, "goal"))
		streak := rapid.IntRange(1, 12).Draw(t, "streak")
		var d postgres.Desk
		switches, forced := 0, 0
		urgent := rapid.SliceOfN(rapid.SampledFrom([]triage.Queue{"", "", "", triage.SMM, triage.CM}), 1, 200).Draw(t, "urgent")
		for _, u := range urgent {
			q := preferred(d, goal, streak)
			if u != "" && u != q {
				q = u
				forced++
			}
			before := d
			d = dealt(d, q, goal, streak)
			if before.LastQueue.Valid() && before.LastQueue != q {
				switches++
			}
			if math.Abs(d.Lean) > float64(streak) {
				t.Fatalf("leans by %.1f, with a streak of %d", d.Lean, streak)
			}
		}
		if switches > len(urgent)/streak+2*forced {
			t.Fatalf("%d switches in %d items, with %d urgent ones elsewhere", switches, len(urgent), forced)
		}
	})
}

func TestTheGoalDecidesTheMix(t *testing.T) {
	for _, c := range []struct {
		rule string
		goal triage.Goal
		smm  int64
	}{
		{"pure loyalty still publishes a little", 0, 15},
		{"in between it is half and half", 0.5, 50},
		{"pure visibility still answers a little", 1, 85},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var d postgres.Desk
			for range 100 {
				d = dealt(d, preferred(d, c.goal, 5), c.goal, 5)
			}
			if off := d.SMM - c.smm; off > 5 || off < -5 {
				t.Errorf("%d of 100 are content, want about %d", d.SMM, c.smm)
			}
		})
	}
}
