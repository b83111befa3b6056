package jobs_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"triage/internal/corpus"
	"triage/postgres"
	"triage/triage"
)

type labelled struct {
	Text   string        `json:"text"`
	Intent triage.Intent `json:"intent"`
}

// A brand's plan means something else by two intents, and its three people correct fifty
// comments of each. What the engine then makes of its next 200 comments goes through the
// same doors as in service.
func TestABrandTeachesWhatItMeans(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	s := newSchool(t)
	means := map[triage.Intent]triage.Intent{triage.BrandMention: triage.CommunityTalk, triage.ProductQuestion: triage.SupportRequest}
	brand, plain := s.brand("Acme"), s.brand("Without corrections")
	people := []postgres.Caller{s.person(brand, "Anna"), s.person(brand, "Ben"), s.person(brand, "Can")}

	var lessons []labelled
	drawn := map[triage.Intent]int{}
	for _, l := range corpus.Lines[labelled](t, dir, "data", "train.jsonl") {
		if _, redefined := means[l.Intent]; redefined && drawn[l.Intent] < 50 {
			drawn[l.Intent]++
			lessons = append(lessons, l)
		}
	}
	for n, i := range s.hear(brand, textsOf(lessons)...) {
		s.correct(people[n%len(people)], i, means[lessons[n].Intent])
	}

	dev := corpus.Lines[labelled](t, dir, "data", "dev.jsonl")
	var coming []labelled
	for _, n := range rand.New(rand.NewPCG(1, 1)).Perm(len(dev))[:200] {
		coming = append(coming, dev[n])
	}
	taught, untaught := s.hear(brand, textsOf(coming)...), s.hear(plain, textsOf(coming)...)
	var two, others struct{ all, before, after int }
	for n, c := range coming {
		sum, want := &others, c.Intent
		if to, redefined := means[c.Intent]; redefined {
			sum, want = &two, to
		}
		sum.all++
		if untaught[n].Intent == want {
			sum.before++
		}
		if taught[n].Intent == want {
			sum.after++
		}
	}
	t.Logf("of %d comments of the two intents %d were read rightly before, %d after; of %d others %d and %d",
		two.all, two.before, two.after, others.all, others.before, others.after)
	if 100*(two.after-two.before) < 15*two.all {
		t.Error("the two intents rise by less than 15 points")
	}
	if 100*(others.after-others.before) < -others.all {
		t.Error("the others fall by more than one point")
	}
	if !slices.ContainsFunc(taught, func(i postgres.Item) bool { return reasonOf(i, "learned") != "" }) {
		t.Error("no receipt tells of it")
	}
}

func textsOf(all []labelled) []string {
	texts := make([]string, len(all))
	for n, l := range all {
		texts[n] = l.Text
	}
	return texts
}
