package routing

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"triage/triage"
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func some[T any](r *rand.Rand, from []T) []T {
	var out []T
	for _, one := range from {
		if r.IntN(len(from)) == 0 {
			out = append(out, one)
		}
	}
	return out
}

func anyClassification(r *rand.Rand) triage.Classification {
	if r.IntN(20) == 0 {
		return triage.Classification{}
	}
	return triage.Classification{
		Engine: "builtin", Intent: pick(r, triage.Intents()), Sentiment: pick(r, triage.Sentiments()), Urgency: pick(r, triage.Urgencies()),
		Risks: some(r, triage.Risks()), ReplyExpected: r.IntN(2) == 0, Ironic: r.IntN(9) == 0, Language: pick(r, []string{"de", "en", "und"}),
		Confidence: triage.Confidence{Queue: r.Float64(), Intent: r.Float64()},
	}
}

func anyEngagement(r *rand.Rand) (triage.Engagement, Context) {
	e := triage.Engagement{
		Platform: pick(r, triage.Platforms()), Form: pick(r, triage.Forms()), HasMedia: r.IntN(4) == 0,
		Text: pick(r, []string{"Wo bleibt mein Paket?", "LOVE it", "Straße gesperrt", ""}), ReceivedAt: now.Add(-time.Duration(r.IntN(1e6)) * time.Second),
		Author: triage.Author{Followers: pick(r, []int64{-1, 0, 90, 5_000, 20_000, 3_000_000}), Verified: r.IntN(9) == 0},
	}
	return e, Context{
		Author: KnownAuthor{Tags: some(r, []string{"advocate", "creator", "at_risk"}), Comments: r.IntN(9), Promises: r.IntN(2)},
		Thread: KnownThread{Comments: r.IntN(50), Questions: r.IntN(9)}, Wave: pick(r, []int{0, 0, 3, 400}),
	}
}

// anyPlan makes a plan whose rules do all that rules can do, also against risk.
func anyPlan(r *rand.Rand) Plan {
	p := Default(triage.Goal(r.Float64()))
	p.Version = 1 + r.IntN(9)
	if r.IntN(2) == 0 {
		p.Calendar = triage.Calendar{Zone: "Europe/Berlin", Week: map[string][]triage.Hours{"mon": {{From: 540, To: 1080}}, "thu": {{From: 0, To: 1440}}}}
	}
	for range r.IntN(6) {
		when := &Condition{Intent: some(r, triage.Intents()), Urgency: some(r, triage.Urgencies()), Text: &TextIs{Contains: []string{pick(r, []string{"o", "STRASSE"})}}}
		if r.IntN(3) == 0 {
			when = nil
		} else {
			when.compile()
		}
		p.Rules = append(p.Rules, Rule{When: when, Name: "r", Stop: r.IntN(9) == 0, Then: Effect{
			Queue: pick(r, []triage.Queue{"", triage.SMM, triage.CM}), Priority: pick(r, append(priorityWords(), "")), Raise: r.IntN(3),
			Lower: r.IntN(4), Hours: r.Float64()*200 - 100, Tags: some(r, []string{"a", "b"}), Companion: r.IntN(3) == 0, Dismiss: r.IntN(3) == 0,
		}})
	}
	return p
}

func TestWhateverThePlanItNeverLowersARisk(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		p, c := anyPlan(r), anyClassification(r)
		e, known := anyEngagement(r)
		got := p.Place(e, c, known, now)
		if floor, named := riskFloor(c); got.Priority > floor {
			t.Fatalf("%s is placed %s by %+v", named, got.Priority, p.Rules)
		}
		if got.Dismiss && (len(c.Risks) > 0 || !c.Judged()) {
			t.Fatalf("dismissed %+v by %+v", c, p.Rules)
		}
		if carePresses(c) && got.Queue == triage.SMM {
			t.Fatalf("%v was moved away from care by %+v", c.Risks, p.Rules)
		}
		for _, part := range got.Parts {
			if part.Name == partRule && part.Hours < 0 && len(c.Risks) > 0 {
				t.Fatalf("%v was put back by %v hours", c.Risks, part.Hours)
			}
		}
	}
}

func TestTheOrderThatIsExplainedIsTheOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	check := func(p triage.Placement) {
		names := map[string]bool{}
		for _, part := range p.Parts {
			if names[part.Name] || part.Hours == 0 || part.Text == "" {
				t.Fatalf("parts are %+v", p.Parts)
			}
			names[part.Name] = true
		}
		if p.Rank != Rank(p.DueAt, p.Parts) {
			t.Fatalf("rank %v is not explained by %+v", p.Rank, p.Parts)
		}
	}
	for range 5_000 {
		e, known := anyEngagement(r)
		got := anyPlan(r).Place(e, anyClassification(r), known, now)
		check(got)
		if got.Companion != nil {
			check(got.Companion.Placement)
			if got.Companion.Placement.Queue == got.Queue || got.Dismiss {
				t.Fatalf("%+v has the companion %+v", got, got.Companion)
			}
		}
	}
}

func TestPlacingTwiceIsPlacingTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 3_000 {
		p, c := anyPlan(r), anyClassification(r)
		e, known := anyEngagement(r)
		if a, b := p.Place(e, c, known, now), p.Place(e, c, known, now.Add(time.Hour)); !reflect.DeepEqual(a, b) {
			t.Fatalf("first %+v\nthen  %+v", a, b)
		}
	}
}

// The same said earlier stands before the same said later, and whatever is no spam comes
// before anything new in the end.
func TestWhatWaitsRisesUnderAnyPlan(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 3_000 {
		p, c := anyPlan(r), anyClassification(r)
		e, known := anyEngagement(r)
		later := e
		later.ReceivedAt = e.ReceivedAt.Add(time.Duration(r.IntN(1e6)) * time.Second)
		if first, second := p.Place(e, c, known, now), p.Place(later, c, known, now); first.Rank > second.Rank+3.7 { // parts are rounded
			t.Fatalf("received %s at %v, %s at %v: %+v", e.ReceivedAt, first.Rank, later.ReceivedAt, second.Rank, p)
		}
	}
	alarm := judged(triage.Complaint, triage.UrgencyUrgent, 0.9, triage.RiskSelfHarm)
	old := from(1)
	old.ReceivedAt = now.Add(-3 * 24 * time.Hour)
	if Default(0.5).Place(old, judged(triage.Praise, triage.UrgencyLow, 0.9), Context{}, now).Rank > Default(0.5).Place(from(1), alarm, Context{}, now).Rank {
		t.Error("praise that nobody answers stands behind a new alarm after three days")
	}
}

func TestWhatARuleLooksAt(t *testing.T) {
	e := triage.Engagement{
		ChannelID: "0198d6a1-0000-7000-8000-000000000001", Platform: triage.Instagram, Form: triage.FormReply, HasMedia: true,
		Text: "Die  STRASSE ist gesperrt, I’m late", Thread: triage.Thread{ExternalID: "post-1"},
		Author: triage.Author{Followers: 5000, Verified: true}, ReceivedAt: time.Date(2026, 5, 4, 21, 30, 0, 0, time.UTC), // Monday, 23:30 in Berlin
	}
	c := judged(triage.Complaint, triage.UrgencyHigh, 0.8, triage.RiskLegal)
	c.Sentiment, c.Language, c.Topics, c.ReplyExpected = triage.Negative, "de", []string{"roadworks"}, true
	known := Context{Author: KnownAuthor{Tags: []string{"creator"}, Comments: 3}, Thread: KnownThread{Comments: 7, Questions: 2}, Wave: 12}
	for when, want := range map[string]bool{
		`{"intent": ["praise", "complaint"]}`:                                   true,
		`{"intent": ["praise"]}`:                                                false,
		`{"intent": ["complaint"], "sentiment": ["positive"]}`:                  false,
		`{"not": {"intent": ["praise"]}}`:                                       true,
		`{"any": [{"intent": ["praise"]}, {"language": ["de"]}]}`:               true,
		`{"all": [{"intent": ["complaint"]}, {"language": ["en"]}]}`:            false,
		`{"risks": ["safety", "legal"]}`:                                        true,
		`{"any_risk": false}`:                                                   false,
		`{"ironic": false, "reply_expected": true}`:                             true,
		`{"topics": ["roadworks"]}`:                                             true,
		`{"confidence": {"queue": {"below": 0.8}}}`:                             false,
		`{"confidence": {"intent": {"at_least": 0.8}}}`:                         true,
		`{"author": {"followers": {"at_least": 5000}, "verified": true}}`:       true,
		`{"author": {"followers": {"below": 5000}}}`:                            false,
		`{"author": {"tags": ["advocate", "creator"]}}`:                         true,
		`{"author": {"comments": {"at_least": 4}}}`:                             false,
		`{"author": {"promised": true}}`:                                        false,
		`{"thread": {"external_id": ["post-1"], "questions": {"at_least": 2}}}`: true,
		`{"thread": {"comments": {"below": 7}}}`:                                false,
		`{"wave": {"at_least": 10}}`:                                            true,
		`{"channel": ["0198d6a1-0000-7000-8000-000000000001"]}`:                 true,
		`{"platform": ["facebook"]}`:                                            false,
		`{"form": ["reply"], "has_media": true}`:                                true,
		`{"received": {"from": 22, "to": 6}}`:                                   true,
		`{"received": {"from": 6, "to": 22}}`:                                   false,
		`{"received": {"weekday": ["tue"]}}`:                                    false,
		`{"received": {"weekday": ["mon"], "open": false}}`:                     true,
		`{"text": {"contains": ["straße ist"]}}`:                                true,
		`{"text": {"contains": ["i.m late", "zug"]}}`:                           false,
	} {
		p := mustParse(t, `{"calendar": {"zone": "Europe/Berlin", "week": {"mon": [{"from": 540, "to": 1080}]}},
			"rules": [{"name": "seen", "when": `+when+`, "then": {"tags": ["seen"]}}]}`)
		if got := slices.Contains(p.Place(e, c, known, now).Tags, "seen"); got != want {
			t.Errorf("%s fits = %v", when, got)
		}
	}
}

func TestRulesOverruleInOrderUntilOneStops(t *testing.T) {
	p := mustParse(t, `{"rules": [
		{"name": "one", "then": {"priority": "low", "tags": ["x"], "hours": 2}},
		{"name": "two", "then": {"raise": 2, "tags": ["y"], "hours": 1, "skills": ["returns"]}, "stop": true},
		{"name": "three", "then": {"queue": "smm", "tags": ["z"]}}]}`)
	got := p.Place(from(10), judged(triage.Complaint, triage.UrgencyNormal, 0.9), Context{}, now)
	rule := slices.IndexFunc(got.Parts, func(p triage.Part) bool { return p.Name == partRule })
	if got.Priority != triage.P2 || got.Queue != triage.CM || !slices.Equal(got.Tags, []string{"x", "y"}) || rule < 0 || got.Parts[rule].Hours != 3 {
		t.Errorf("placed %+v", got)
	}
}

func TestTargetsFollowIntentPlatformAndOpenHours(t *testing.T) {
	p := mustParse(t, `{"calendar": {"zone": "Europe/Berlin", "week": {"mon": [{"from": 540, "to": 1020}], "tue": [{"from": 540, "to": 1020}]}},
		"targets": {"overrides": [{"intent": ["complaint"], "platform": ["instagram"], "first_answer": "2h"}, {"intent": ["complaint"], "first_answer": "1h", "resolution": "0s"}]}}`)
	e := from(10)
	e.Platform, e.ReceivedAt = triage.Instagram, time.Date(2026, 5, 4, 14, 30, 0, 0, time.UTC) // Monday 16:30 in Berlin, open until 17:00
	got := p.Place(e, judged(triage.Complaint, triage.UrgencyNormal, 0.9), Context{}, now)
	if want := time.Date(2026, 5, 5, 8, 30, 0, 0, time.UTC); !got.DueAt.Equal(want) || !got.ResolveDue.IsZero() {
		t.Errorf("due %s, closed by %s", got.DueAt, got.ResolveDue)
	}
	if want := time.Date(2026, 5, 5, 8, 6, 0, 0, time.UTC); !got.AtRiskAt.Equal(want) {
		t.Errorf("at risk from %s", got.AtRiskAt)
	}
}

func TestWhatTheOtherRoleIsToldOf(t *testing.T) {
	media := from(10)
	media.HasMedia = true
	asked := Context{Thread: KnownThread{Comments: 9, Questions: 5}}
	for _, c := range []struct {
		name  string
		e     triage.Engagement
		c     triage.Classification
		known Context
		rule  string // empty for no companion
		queue triage.Queue
	}{
		{"a complaint of somebody with reach", from(20_000), judged(triage.Complaint, triage.UrgencyNormal, 0.9), Context{}, "companion_reach", triage.SMM},
		{"a complaint of somebody without", from(200), judged(triage.Complaint, triage.UrgencyNormal, 0.9), Context{}, "", ""},
		{"praise with own media", media, judged(triage.Praise, triage.UrgencyLow, 0.9), Context{}, "companion_media", triage.SMM},
		{"an own creation", media, judged(triage.UGC, triage.UrgencyLow, 0.9), Context{}, "companion_media", triage.CM},
		{"a question for the sixth time", from(5), judged(triage.ProductQuestion, triage.UrgencyNormal, 0.9), asked, "companion_question", triage.SMM},
		{"a question for the first time", from(5), judged(triage.ProductQuestion, triage.UrgencyNormal, 0.9), Context{}, "", ""},
		{"spam with reach", from(20_000), judged(triage.Spam, triage.UrgencyNormal, 0.8), asked, "", ""},
	} {
		got := Default(0.5).Place(c.e, c.c, c.known, now).Companion
		switch {
		case c.rule == "" && got != nil:
			t.Errorf("%s: told, because %s", c.name, got.Reason.Text)
		case c.rule != "" && (got == nil || got.Reason.Rule != c.rule || got.Placement.Queue != c.queue):
			t.Errorf("%s: got %+v", c.name, got)
		}
	}
}
