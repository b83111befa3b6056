package train

import (
	"math"
	"slices"
	"sort"

	"triage/builtin"
	"triage/triage"
)

// calibrate fits temperatures, cuts, the mix for the queue and the confidence curves
// on the honest answers. It needs no data that a head has seen.
func (b *bench) calibrate(m *builtin.Model, say func(string, ...any)) error {
	asked := questions()
	for i := range m.Heads {
		h := &m.Heads[i]
		z := b.honest[h.Name]
		h.Heat = bestHeat(z, b.answers(asked[i]), h.Apart)
		say("%s: temperature %.2f", h.Name, h.Heat)
	}
	b.mixQueue(m)
	b.cut(m)
	b.curves(m)
	m.Foreign = b.foreign(m)
	return nil
}

func (b *bench) answers(q question) [][]float32 {
	out := make([][]float32, b.real)
	for i := range out {
		out[i] = q.answer(b.comments[i])
	}
	return out
}

// bestHeat returns the temperature with the smallest log loss.
func bestHeat(z [][]float64, want [][]float32, apart bool) float64 {
	best, least := 1.0, math.Inf(1)
	for heat := 0.3; heat < 4; heat *= 1.04 {
		h := builtin.Head{Classes: make([]string, len(z[0])), Apart: apart, Heat: heat}
		loss := 0.0
		for i := range z {
			for c, p := range h.Probabilities(z[i]) {
				y := float64(want[i][c])
				if apart {
					loss -= y*math.Log(max(p, 1e-9)) + (1-y)*math.Log(max(1-p, 1e-9))
				} else if y > 0 {
					loss -= y * math.Log(max(p, 1e-9))
				}
			}
		}
		if loss < least {
			best, least = heat, loss
		}
	}
	return best
}

// mixQueue fits how much the queue's own head and the sum over intents count: a
// logistic regression on two honest numbers.
func (b *bench) mixQueue(m *builtin.Model) {
	w := [3]float64{0, 1, 0.5}
	h := headOf(m, "intent")
	for range 300 {
		var grad, curve [3]float64
		for i := range b.real {
			x := [3]float64{1, b.honest["queue"][i][0], builtin.Logit(contentShare(own(h, b.honest["intent"][i])))}
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

// cut chooses from which probability a yes is said: where the F1 of the honest
// answers is best; for a reply, where most answers are right.
func (b *bench) cut(m *builtin.Model) {
	for i, q := range questions() {
		h := &m.Heads[i]
		switch {
		case q.name == "urgency":
			h.Cuts = []float64{b.bestCut(func(i int) (float64, bool) {
				p := own(h, b.honest[q.name][i])
				return p[2] + p[3], triage.Urgency(b.comments[i].Urgency).Rank() >= 2
			})}
		case q.name == "reply_expected":
			h.Cuts = []float64{0.5}
		case q.apart:
			h.Cuts = nil
			for c := range q.classes {
				h.Cuts = append(h.Cuts, b.bestCut(func(i int) (float64, bool) {
					return own(h, b.honest[q.name][i])[c], q.answer(b.comments[i])[c] > 0
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
	all := make([]answer, b.real)
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

// own returns the probabilities of h for the logits of its own columns only.
func own(h *builtin.Head, z []float64) []float64 {
	alone := *h
	alone.Column = 0
	return alone.Probabilities(z)
}
