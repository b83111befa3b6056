package routing

import (
	"slices"
	"testing"
	"time"

	"triage/triage"
)

var now = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

func judged(i triage.Intent, u triage.Urgency, queue float64, risks ...triage.Risk) triage.Classification {
	return triage.Classification{
		Engine: "builtin", Intent: i, Urgency: u, Risks: risks,
		Confidence: triage.Confidence{Queue: queue, Intent: queue},
	}
}

func from(followers int64) triage.Engagement {
	return triage.Engagement{Author: triage.Author{Followers: followers}, ReceivedAt: now}
}

func TestPlace(t *testing.T) {
	for _, c := range []struct {
		rule     string
		goal     triage.Goal
		e        triage.Engagement
		c        triage.Classification
		queue    triage.Queue
		priority triage.Priority
		named    string
	}{
		{"a complaint belongs to the relationship queue", 1, from(10), judged(triage.Complaint, triage.UrgencyNormal, 0.9), triage.CM, triage.P3, "intent"},
		{"a request for content belongs to the content queue", 0, from(10), judged(triage.ContentRequest, triage.UrgencyLow, 0.9), triage.SMM, triage.P4, "intent"},
		{"a clear intent never moves because of the goal", 1, from(10), judged(triage.SupportRequest, triage.UrgencyNormal, 0.55), triage.CM, triage.P3, "intent"},
		{"visibility draws the ambiguous to the content queue", 1, from(10), judged(triage.CommunityTalk, triage.UrgencyLow, 0.6), triage.SMM, triage.P4, "goal"},
		{"loyalty draws the ambiguous to the relationship queue", 0, from(10), judged(triage.ContentReaction, triage.UrgencyLow, 0.6), triage.CM, triage.P4, "goal"},
		{"what we could not judge goes to people", 0.5, from(10), triage.Classification{}, triage.CM, triage.P3, "not_judged"},
		{"an injury under a post is care before content", 1, from(10), judged(triage.ContentReaction, triage.UrgencyNormal, 0.95, triage.RiskSafety), triage.CM, triage.P1, "care_first"},
		{"a call to boycott is at least high", 0.5, from(10), judged(triage.BrandMention, triage.UrgencyLow, 0.95, triage.RiskBoycott), triage.SMM, triage.P2, "risk"},
		{"reach raises by one step", 0.5, from(50_000), judged(triage.Complaint, triage.UrgencyNormal, 0.9), triage.CM, triage.P2, "reach"},
		{"reach does not raise above urgent", 0.5, from(50_000), judged(triage.Complaint, triage.UrgencyUrgent, 0.9), triage.CM, triage.P1, "urgency"},
		{"reach does not raise spam", 0.5, from(50_000), judged(triage.Spam, triage.UrgencyNormal, 0.8), triage.CM, triage.P4, "spam_last"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			got := Default(c.goal).Place(c.e, c.c, Context{}, now)
			if got.Queue != c.queue || got.Priority != c.priority {
				t.Errorf("placed in %s as %s, because %v", got.Queue, got.Priority, got.Reasons)
			}
			if !slices.ContainsFunc(got.Reasons, func(r triage.Reason) bool { return r.Rule == c.named }) {
				t.Errorf("no reason %q in %v", c.named, got.Reasons)
			}
		})
	}
}

func TestDueTimesCountFromReceipt(t *testing.T) {
	e := from(10)
	e.ReceivedAt = now.Add(-time.Hour)
	for urgency, wait := range map[triage.Urgency]time.Duration{
		triage.UrgencyUrgent: 15 * time.Minute, triage.UrgencyHigh: time.Hour,
		triage.UrgencyNormal: 8 * time.Hour, triage.UrgencyLow: 24 * time.Hour,
	} {
		got := Default(0.5).Place(e, judged(triage.Complaint, urgency, 0.9), Context{}, now)
		if !got.DueAt.Equal(e.ReceivedAt.Add(wait)) {
			t.Errorf("%s is due %s after receipt", urgency, got.DueAt.Sub(e.ReceivedAt))
		}
	}
}

func TestUnsureIsSaid(t *testing.T) {
	if got := Default(0.5).Place(from(10), judged(triage.Complaint, triage.UrgencyNormal, 0.4), Context{}, now); !got.Unsure {
		t.Error("a queue at 40 % was not marked unsure")
	}
	if got := Default(0.5).Place(from(10), judged(triage.Complaint, triage.UrgencyNormal, 0.6), Context{}, now); got.Unsure {
		t.Error("a queue at 60 % was marked unsure")
	}
}

func TestOnlySureSpamWithoutRiskIsDismissed(t *testing.T) {
	plan := Default(0.5)
	if !plan.Place(from(1), judged(triage.Spam, triage.UrgencyLow, 0.97), Context{}, now).Dismiss {
		t.Error("sure spam stays open")
	}
	for _, c := range []triage.Classification{
		judged(triage.Spam, triage.UrgencyLow, 0.8),
		judged(triage.Spam, triage.UrgencyLow, 0.97, triage.RiskThreat),
		judged(triage.Abuse, triage.UrgencyLow, 0.97),
	} {
		if plan.Place(from(1), c, Context{}, now).Dismiss {
			t.Errorf("dismissed %+v", c)
		}
	}
}

func TestWhatWaitsRises(t *testing.T) {
	plan, old, fresh := Default(0.5), from(10), from(10)
	old.ReceivedAt = now.Add(-25 * time.Hour)
	low := plan.Place(old, judged(triage.Praise, triage.UrgencyLow, 0.9), Context{}, now)
	high := plan.Place(fresh, judged(triage.Complaint, triage.UrgencyHigh, 0.9), Context{}, now)
	if low.Rank > high.Rank {
		t.Error("an answer overdue since an hour stands behind one due in an hour")
	}
	spam := plan.Place(old, judged(triage.Spam, triage.UrgencyLow, 0.6), Context{}, now)
	if spam.Rank < high.Rank {
		t.Error("old spam stands before a fresh complaint")
	}
}

func TestTheGoalOrdersEqualPriorities(t *testing.T) {
	seen, waits := from(9_000), from(0)
	asks := judged(triage.Complaint, triage.UrgencyNormal, 0.9)
	asks.ReplyExpected = true
	tells := judged(triage.Complaint, triage.UrgencyNormal, 0.9)
	for goal, reachFirst := range map[triage.Goal]bool{0: false, 1: true} {
		plan := Default(goal)
		if got := plan.Place(seen, tells, Context{}, now).Rank < plan.Place(waits, asks, Context{}, now).Rank; got != reachFirst {
			t.Errorf("goal %v: reach first = %v", goal, got)
		}
	}
}

func TestJudgedAgain(t *testing.T) {
	calm := judged(triage.Complaint, triage.UrgencyNormal, 0.9)
	alarm := judged(triage.Complaint, triage.UrgencyUrgent, 0.9, triage.RiskLegal)
	at := func(s triage.Status) Standing { return Standing{Status: s, Urgency: triage.UrgencyNormal} }
	touched := at(triage.StatusOpen)
	touched.Touched = true
	for _, c := range []struct {
		rule string
		s    Standing
		c    triage.Classification
		want Again
	}{
		{"an open item moves", at(triage.StatusOpen), calm, Move},
		{"what a person placed stays", touched, alarm, OnlyReceipt},
		{"a claimed item never moves", at(triage.StatusClaimed), alarm, OnlyReceipt},
		{"a resolved item stays closed when nothing rises", at(triage.StatusResolved), calm, OnlyReceipt},
		{"a resolved item opens when urgency rises", at(triage.StatusResolved), alarm, Reopen},
		{"a dismissed item opens when a risk appears", at(triage.StatusDismissed), judged(triage.Spam, triage.UrgencyLow, 0.9, triage.RiskThreat), Reopen},
	} {
		if got := JudgedAgain(c.s, c.c); got != c.want {
			t.Errorf("%s: got %d", c.rule, got)
		}
	}
}
