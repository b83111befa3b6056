package relation

import (
	"slices"
	"testing"
	"time"

	"triage/triage"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// moment is one that happened so many days ago.
func moment(days int, i triage.Intent, s triage.Sentiment, status triage.Status) Moment {
	return Moment{At: now.AddDate(0, 0, -days), Intent: i, Sentiment: s, Urgency: triage.UrgencyNormal, Status: status}
}

func TestTagsFollowFromRules(t *testing.T) {
	t.Parallel()
	praise := func(days int) Moment { return moment(days, triage.Praise, triage.Positive, triage.StatusResolved) }
	complaint := func(days int) Moment { return moment(days, triage.Complaint, triage.Negative, triage.StatusResolved) }
	open := moment(90, triage.Complaint, triage.Negative, triage.StatusWaiting)
	angry := open
	angry.Urgency = triage.UrgencyHigh
	small := Known{Followers: 10, Reach: 10_000}
	for _, c := range []struct {
		rule    string
		moments []Moment
		known   Known
		want    []string
	}{
		{"nobody has no tags", nil, small, nil},
		{"one comment is the first", []Moment{complaint(1)}, small, []string{FirstTime}},
		{"three praises in half a year make an advocate", []Moment{praise(1), praise(100), praise(179)}, small, []string{Advocate}},
		{"the third is too old", []Moment{praise(1), praise(100), praise(181)}, small, nil},
		{"an open complaint makes no advocate", []Moment{praise(1), praise(2), praise(3), open}, small, nil},
		{"two complaints in a month put at risk", []Moment{complaint(1), complaint(29)}, small, []string{AtRisk}},
		{"an old one does not", []Moment{complaint(1), complaint(31)}, small, nil},
		{"an angry one that is open does", []Moment{angry, praise(1)}, small, []string{AtRisk}},
		{"reach makes a creator", []Moment{praise(1), praise(2)}, Known{Followers: 10_000, Reach: 10_000}, []string{Creator}},
		{"so does a verified account with own work", []Moment{moment(1, triage.UGC, triage.Neutral, triage.StatusOpen), praise(2)},
			Known{Followers: -1, Verified: true, Reach: 10_000}, []string{Creator}},
		{"a verified one without does not", []Moment{praise(1), praise(2)}, Known{Verified: true, Reach: 10_000}, nil},
	} {
		var got []string
		for _, tag := range Tags(c.moments, c.known, now) {
			got = append(got, tag.Name)
			if tag.Why == "" {
				t.Errorf("%s: %s has no reason", c.rule, tag.Name)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.rule, got, c.want)
		}
	}
}

func TestToneIsDrawnByWeeksOrMonths(t *testing.T) {
	t.Parallel()
	zone := berlin(t)
	buckets, unit := Tone([]Moment{moment(0, triage.Praise, triage.Positive, triage.StatusOpen), moment(15, triage.Complaint, triage.Negative, triage.StatusOpen)}, zone)
	if unit != Weeks || len(buckets) != 3 || buckets[0].Negative != 1 || buckets[1] != (Bucket{Start: buckets[1].Start}) || buckets[2].Positive != 1 {
		t.Errorf("by %s: %+v", unit, buckets)
	}
	if first := buckets[0].Start; first.Weekday() != time.Monday || first.Hour() != 0 || first.Location() != zone {
		t.Errorf("the first week starts at %s", first)
	}
	buckets, unit = Tone([]Moment{moment(0, triage.Praise, triage.Positive, triage.StatusOpen), moment(400, triage.Complaint, triage.Negative, triage.StatusOpen)}, zone)
	if unit != Months || len(buckets) != 14 || buckets[0].Negative != 1 || buckets[0].Start.Day() != 1 {
		t.Errorf("by %s: %d %+v", unit, len(buckets), buckets[0])
	}
	if buckets, _ := Tone([]Moment{moment(0, triage.Praise, triage.Positive, triage.StatusOpen), moment(9_000, triage.Complaint, triage.Negative, triage.StatusOpen)}, zone); len(buckets) != maxBuckets {
		t.Errorf("an old history has %d buckets", len(buckets))
	}
	if buckets, _ := Tone(nil, zone); buckets != nil {
		t.Errorf("nobody has %+v", buckets)
	}
}

func TestCountsAddUp(t *testing.T) {
	t.Parallel()
	c := Count([]Moment{moment(0, triage.Praise, triage.Positive, triage.StatusOpen), moment(1, triage.Praise, triage.Neutral, triage.StatusDismissed)})
	if c.Total != 2 || c.Open != 1 || c.Closed != 1 || c.Intents[triage.Praise] != 2 || c.Sentiments[triage.Neutral] != 1 {
		t.Errorf("counted %+v", c)
	}
}

func TestTwoAccountsAreOnePersonOnlyWithEvidence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule string
		a, b Account
		want []Evidence
	}{
		{"equal handles but for separators", Account{Handle: "@anna.mueller"}, Account{Handle: "Anna_Mueller"}, []Evidence{EqualHandle}},
		{"short handles say nothing", Account{Handle: "anna"}, Account{Handle: "anna"}, nil},
		{"a first name says nothing", Account{Handle: "aaaaaa", Name: "Anna"}, Account{Handle: "bbbbbb", Name: "Anna"}, nil},
		{"a first name and a similar handle neither", Account{Handle: "anna1985", Name: "Anna"}, Account{Handle: "anna19856", Name: "Anna"}, nil},
		{"full names alone neither", Account{Handle: "aaaaaa", Name: "Anna Müller"}, Account{Handle: "bbbbbb", Name: "Anna Müller"}, nil},
		{"full names and similar handles", Account{Handle: "annamueller", Name: "Anna Müller"}, Account{Handle: "anna.mueller_b", Name: "anna müller"}, []Evidence{SimilarHandle, EqualName}},
		{"both verified under one full name", Account{Handle: "aaaaaa", Name: "Anna Müller", Verified: true}, Account{Handle: "bbbbbb", Name: "Anna Müller", Verified: true}, []Evidence{EqualName, BothVerified}},
		{"nothing in common", Account{Handle: "aaaaaa", Name: "Anna Müller"}, Account{Handle: "bbbbbb", Name: "Ben Maier"}, nil},
		{"nobody", Account{}, Account{}, nil},
	} {
		if got := Same(c.a, c.b); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.rule, got, c.want)
		}
		if got := Same(c.b, c.a); !slices.Equal(got, c.want) {
			t.Errorf("%s, turned round: %v, want %v", c.rule, got, c.want)
		}
	}
}
