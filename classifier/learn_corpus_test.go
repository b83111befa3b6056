package classifier_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"triage/classifier"
	"triage/embeddings"
	corpora "triage/internal/corpus"
	"triage/triage"
)

// taughtComment is a labelled comment as the built-in engine alone reads it.
type taughtComment struct {
	Text   string        `json:"text"`
	Intent triage.Intent `json:"intent"`
	said   triage.Classification
	vector []float32
	person triage.ID
	left   bool          // nobody said anything, people closed it as it was read
	means  triage.Intent // what the brand calls it
}

func readAll(t *testing.T, path ...string) []taughtComment {
	t.Helper()
	engine, err := classifier.NewBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	near, err := embeddings.NewBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	all := corpora.Lines[taughtComment](t, path...)
	inputs, texts := make([]triage.Input, len(all)), make([]string, len(all))
	for n, r := range all {
		inputs[n], texts[n] = triage.Input{Text: r.Text}, r.Text
	}
	said, err := engine.Classify(t.Context(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	vectors, err := near.Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for n := range all {
		all[n].said, all[n].vector = said[n], vectors[n].Values
	}
	return all
}

// meanings is what a brand means by some intents.
type meanings map[triage.Intent]triage.Intent

func (m meanings) of(i triage.Intent) triage.Intent {
	if to, ok := m[i]; ok {
		return to
	}
	return i
}

// brands are plans that each redefine two intents.
var brands = []meanings{
	{triage.ContentReaction: triage.CommunityTalk, triage.Praise: triage.ContentReaction},
	{triage.Complaint: triage.ProductSuggestion, triage.CommunityTalk: triage.Other},
	{triage.BrandMention: triage.CommunityTalk, triage.ProductQuestion: triage.SupportRequest},
	{triage.CommunityTalk: triage.BrandMention, triage.Complaint: triage.SupportRequest},
	{triage.ContentReaction: triage.Praise, triage.Praise: triage.ContentReaction},
	{triage.SupportRequest: triage.ProductQuestion, triage.ProductQuestion: triage.SupportRequest},
}

// corrected draws at most fifty comments of each intent, of all fourteen or of those that
// the brand redefines, and lets people say what the brand calls them.
func (m meanings) corrected(pool []taughtComment, everything bool, people int) []taughtComment {
	rng := rand.New(rand.NewPCG(7, 7))
	var out []taughtComment
	drawn := map[triage.Intent]int{}
	for _, i := range rng.Perm(len(pool)) {
		r := pool[i]
		if _, redefined := m[r.Intent]; drawn[r.Intent] == 50 || (!redefined && !everything) {
			continue
		}
		drawn[r.Intent]++
		r.means, r.person = m.of(r.Intent), triage.ID(fmt.Sprint("person ", rng.IntN(people)))
		out = append(out, r)
	}
	return out
}

// around is the search for neighbours, as the database does it.
func around(x taughtComment, labelled []taughtComment) triage.Neighbourhood {
	var out triage.Neighbourhood
	wrong, known := 0, 0
	for n, l := range slices.Backward(labelled) {
		if l.left {
			if l.said.Intent == x.said.Intent && known < 50 {
				known++
			}
			continue
		}
		sum := float32(0)
		for i := range x.vector {
			sum += x.vector[i] * l.vector[i]
		}
		out.Neighbours = append(out.Neighbours, triage.Neighbour{
			Distance: 1 - float64(sum), Intent: l.means, SaidIntent: l.said.Intent, Person: l.person, Copy: fmt.Sprint(n),
		})
		if l.said.Intent == x.said.Intent && known < 50 {
			known++
			if l.means != l.said.Intent {
				wrong++
			}
		}
	}
	out.Handled, out.Corrected = known, wrong
	order := func(n triage.Neighbour) float64 {
		if n.SaidIntent == x.said.Intent {
			return n.Distance
		}
		return n.Distance + classifier.OtherReading
	}
	slices.SortFunc(out.Neighbours, func(a, b triage.Neighbour) int { return cmp.Compare(order(a), order(b)) })
	out.Neighbours = out.Neighbours[:min(classifier.MostNeighbours, len(out.Neighbours))]
	return out
}

// effect is what corrections do to some comments: how many, how many right before and after.
type effect struct{ all, before, after int }

func (e effect) plus(r result) effect {
	e.all++
	if r.before {
		e.before++
	}
	if r.after {
		e.after++
	}
	return e
}

// rise is in points of accuracy.
func (e effect) rise() float64 { return 100 * float64(e.after-e.before) / float64(max(1, e.all)) }

func (e effect) String() string {
	n := float64(max(1, e.all))
	return fmt.Sprintf("%.3f to %.3f of %d", float64(e.before)/n, float64(e.after)/n, e.all)
}

// result is whether one comment was read rightly, without and with corrections.
type result struct {
	intent        triage.Intent // by the taxonomy
	before, after bool
	confidence    float64
}

// taught judges comments with and without the corrections.
func (m meanings) taught(comments, labelled []taughtComment) []result {
	out := make([]result, len(comments))
	for n, x := range comments {
		got, want := classifier.Learn(x.said, around(x, labelled)), m.of(x.Intent)
		out[n] = result{x.Intent, x.said.Intent == want, got.Intent == want, got.Confidence.Intent}
	}
	return out
}

// split sums results: of the intents that the brand redefines, and of each other one.
func (m meanings) split(all []result) (these, others effect, each map[triage.Intent]effect) {
	each = map[triage.Intent]effect{}
	for _, r := range all {
		if _, redefined := m[r.intent]; redefined {
			these = these.plus(r)
			continue
		}
		others, each[r.intent] = others.plus(r), each[r.intent].plus(r)
	}
	return these, others, each
}

func tooSure(all []result) float64 {
	off := 0.0
	for _, r := range all {
		off += r.confidence
		if r.after {
			off--
		}
	}
	return off / float64(len(all))
}

func TestCorrectionsTeachWhatABrandMeans(t *testing.T) {
	t.Parallel()
	dir, ok := corpora.Dir(t)
	if !ok {
		return
	}
	train, dev := readAll(t, dir, "data", "train.jsonl"), readAll(t, dir, "data", "dev.jsonl")
	for _, m := range brands {
		for _, everything := range []bool{false, true} {
			labelled := m.corrected(train, everything, 3)
			all := m.taught(dev, labelled)
			these, others, each := m.split(all)
			t.Logf("%v, %d corrections of three people: the two %v, others %v, too sure by %.3f", m, len(labelled), these, others, tooSure(all))
			if these.rise() < 15 || others.rise() < -1 {
				t.Errorf("%v: the two rise by %.1f points, others by %.1f", m, these.rise(), others.rise())
			}
			for intent, e := range each {
				if e.rise() < -1 {
					t.Errorf("%v: %s falls: %v", m, intent, e)
				}
			}
			least, fall, missed := 100.0, 100.0, 0
			for seed := range uint64(200) {
				var next []result
				for _, i := range rand.New(rand.NewPCG(seed, 1)).Perm(len(all))[:200] {
					next = append(next, all[i])
				}
				these, others, _ := m.split(next)
				least, fall = min(least, these.rise()), min(fall, others.rise())
				if these.rise() < 15 || others.rise() < -1 {
					missed++
				}
			}
			t.Logf("  of 200 draws of 200 comments the two rise by at least %.1f points, others by %.1f", least, fall)
			if missed > 10 { // some draws hold a dozen comments of the two
				t.Errorf("%v: in %d of 200 draws of 200 comments the two rise by less than 15 points, or others fall by more than 1", m, missed)
			}
			alone, others, _ := m.split(m.taught(dev, m.corrected(train, everything, 1)))
			t.Logf("  of one person: the two %v, others %v", alone, others)
		}
	}
}

// Corrections that redefine nothing, of comments the model has never seen, are no worse than
// none: half of the development set teaches, the other half is judged.
func TestCorrectionsThatRedefineNothingDoNoHarm(t *testing.T) {
	t.Parallel()
	dir, ok := corpora.Dir(t)
	if !ok {
		return
	}
	dev := readAll(t, dir, "data", "dev.jsonl")
	half := len(dev) / 2
	for _, c := range []struct {
		says string
		pick func(taughtComment) bool
	}{
		{"everything is labelled", func(taughtComment) bool { return true }},
		{"half of the mistakes are corrected, the rest is closed as it is", nil},
	} {
		labelled := meanings{}.corrected(dev[:half], true, 3)
		if c.pick == nil {
			rng := rand.New(rand.NewPCG(3, 3))
			for n := range labelled {
				if rng.IntN(2) == 0 {
					labelled[n].left = true
				}
			}
		}
		_, others, _ := meanings{}.split(meanings{}.taught(dev[half:], labelled))
		t.Logf("%s: %v", c.says, others)
		if others.rise() < -1 {
			t.Errorf("%s: accuracy falls: %v", c.says, others)
		}
	}
}

// Training comments flatter: the engine has learned them. Here half of the development set
// teaches what the brands mean, and the other half is judged.
func TestCorrectionsOfUnseenCommentsTeachToo(t *testing.T) {
	t.Parallel()
	dir, ok := corpora.Dir(t)
	if !ok {
		return
	}
	dev := readAll(t, dir, "data", "dev.jsonl")
	half := len(dev) / 2
	for _, m := range brands {
		these, others, _ := m.split(m.taught(dev[half:], m.corrected(dev[:half], true, 3)))
		t.Logf("%v: the two %v, others %v", m, these, others)
		if these.rise() < 15 || others.rise() < -1 {
			t.Errorf("%v: the two rise by %.1f points, others by %.1f", m, these.rise(), others.rise())
		}
	}
}
