package train

import (
	"math"
	"slices"
	"sort"

	"triage/builtin"
	"triage/triage"
)

// calibrate fits the last layer, cuts, the mix for the queue and the confidence curves
// on the honest answers. It needs no data that a head has seen.
func (b *bench) calibrate(m *builtin.Model, say func(string, ...any)) error {
	m.Stack = b.stacked().weights
	if err := b.judgeByRules(); err != nil {
		return err
	}
	b.mixQueue(m)
	b.cut(m)
	b.alarm(m, say)
	b.lift(m)
	b.curves(m)
	m.Foreign = b.foreign(m)
	b.alone(m, say)
	return nil
}

// mixQueue fits how much the queue's own head and the sum over intents count: a
// logistic regression on two honest numbers.
func (b *bench) mixQueue(m *builtin.Model) {
	w := [3]float64{0, 1, 0.5}
	h, queue := headOf(m, "intent"), headOf(m, "queue")
	for range 300 {
		var grad, curve [3]float64
		for i := range b.stream {
			x := [3]float64{1, b.honest[i][queue.Column], builtin.Logit(contentShare(h.Probabilities(b.honest[i])))}
			z := w[0] + w[1]*x[1] + w[2]*x[2]
			p := 1 / (1 + math.Exp(-z))
			y := 0.0
			if b.comments[i].Queue == string(triage.SMM) {
				y = 1
			}
			for j := range x {
				grad[j] += (p - y) * x[j]
				curve[j] += p * (1 - p) * x[j] * x[j]
			}
		}
		for j := range w {
			w[j] -= 0.5 * grad[j] / (curve[j] + 1e-9)
		}
	}
	m.QueueMix = w
}

func contentShare(p []float64) float64 {
	sum := 0.0
	for i, in := range triage.Intents() {
		if in.DefaultQueue() == triage.SMM {
			sum += p[i]
		}
	}
	return sum
}

func headOf(m *builtin.Model, name string) *builtin.Head {
	i := slices.IndexFunc(m.Heads, func(h builtin.Head) bool { return h.Name == name })
	return &m.Heads[i]
}

// lift chooses how much rare intents are preferred: their share to a negative power,
// the one with the best sum of accuracy and macro-F1 on the honest answers.
func (b *bench) lift(m *builtin.Model) {
	h := headOf(m, "intent")
	shares := make([]float64, len(h.Classes))
	for _, c := range b.comments[:b.stream] {
		if i := slices.Index(h.Classes, c.Intent); i >= 0 {
			shares[i] += 1 / float64(b.stream)
		}
	}
	best, top := h.Lift, 0.0
	for power := 0.0; power <= 0.6; power += 0.1 {
		h.Lift = make([]float64, len(shares))
		for i, s := range shares {
			h.Lift[i] = math.Pow(max(s, 1e-3), -power)
		}
		if good := b.intentsRight(m); good > top {
			top, best = good, h.Lift
		}
	}
	h.Lift = best
}

// intentsRight returns accuracy plus macro-F1 of the intents on the honest answers.
func (b *bench) intentsRight(m *builtin.Model) float64 {
	right := 0.0
	hit, said, real := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for i, z := range b.honest {
		want, got := b.comments[i].Intent, string(m.Read(z).Intent)
		said[got]++
		real[want]++
		if want == got {
			right++
			hit[want]++
		}
	}
	f1 := 0.0
	for _, name := range headOf(m, "intent").Classes {
		if real[name] > 0 {
			f1 += 2 * hit[name] / (said[name] + real[name]) / float64(len(real))
		}
	}
	return right/float64(b.stream) + f1
}

// cut chooses from which probability a yes is said: where the F1 of the honest
// answers is best; for a reply, where most answers are right.
func (b *bench) cut(m *builtin.Model) {
	for i, q := range questions() {
		h := &m.Heads[i]
		switch {
		case q.name == "urgency":
			h.Cuts = []float64{b.bestCut(func(i int) (float64, bool) {
				p := h.Probabilities(b.honest[i])
				if b.ruled[i].urgency.Rank() >= 2 {
					p[2] = 1 // raised whatever the model says
				}
				return p[2] + p[3], triage.Urgency(b.comments[i].Urgency).Rank() >= 2
			})}
		case q.name == "reply_expected":
			h.Cuts = []float64{0.5}
		case q.name == "alarm":
		case q.apart:
			h.Cuts = nil
			for c := range q.classes {
				h.Cuts = append(h.Cuts, b.bestCut(func(i int) (float64, bool) {
					return h.Probabilities(b.honest[i])[c], q.answer(b.comments[i])[c] > 0
				}))
			}
		}
	}
}

// bestCut returns the probability, 0.3 or more, from which saying yes gives the best F1. With too
// few right answers to know, it asks for near certainty.
func (b *bench) bestCut(ask func(i int) (p float64, yes bool)) float64 {
	type answer struct {
		p   float64
		yes bool
	}
	all := make([]answer, b.stream)
	total := 0.0
	for i := range all {
		all[i].p, all[i].yes = ask(i)
		if all[i].yes {
			total++
		}
	}
	if total < 10 {
		return 0.9
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].p > all[j].p })
	right, bestF1, cut := 0.0, 0.0, 0.9
	for n, a := range all {
		if a.yes {
			right++
		}
		if f1 := 2 * right / (float64(n+1) + total); f1 > bestF1 {
			bestF1, cut = f1, a.p
		}
	}
	return max(cut, 0.3) // lower ones are luck of the draw
}
