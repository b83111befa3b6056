package train

import (
	"sort"

	"triage/builtin"
)

// curves fits, per head, what share of answers is right at each raw confidence. The
// answers come from a model that is given the honest logits.
func (b *bench) curves(m *builtin.Model) {
	answers := map[string][]point{}
	for i := range b.stream {
		z := b.honest[i]
		c := m.Read(z)
		want := b.comments[i]
		put := func(name string, raw float64, right bool) { answers[name] = append(answers[name], point{raw, right}) }
		put("queue", c.Confidence.Queue, string(c.Intent.DefaultQueue()) == want.Queue)
		put("intent", c.Confidence.Intent, string(c.Intent) == want.Intent)
		put("sentiment", c.Confidence.Sentiment, string(c.Sentiment) == want.Sentiment)
		put("urgency", c.Confidence.Urgency, string(c.Urgency) == want.Urgency)
		for _, name := range []string{"ironic", "reply_expected"} {
			h := headOf(m, name)
			yes := want.Ironic
			if name == "reply_expected" {
				yes = want.ReplyExpected
			}
			put(name, h.Probabilities(z)[0], yes)
		}
	}
	for name, points := range answers {
		raw, right := make([]float64, len(points)), make([]bool, len(points))
		for i, p := range points {
			raw[i], right[i] = p.raw, p.right
		}
		headOf(m, name).Curve = rising(raw, right)
	}
	for _, name := range []string{"ironic"} {
		h := headOf(m, name)
		h.Cuts[0] = min(h.Curve.At(h.Cuts[0]), 0.5)
	}
}

// rising fits an isotonic curve: groups of equal size in order of confidence, pooled
// until they rise (pool adjacent violators, Ayer and others 1955).
func rising(raw []float64, right []bool) builtin.Curve {
	order := make([]int, len(raw))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return raw[order[i]] < raw[order[j]] })
	type block struct{ raw, right, n float64 }
	var blocks []block
	size := max(40, len(raw)/25)
	for from := 0; from < len(order); from += size {
		var bl block
		for _, i := range order[from:min(from+size, len(order))] {
			bl.n++
			bl.raw += raw[i]
			if right[i] {
				bl.right++
			}
		}
		blocks = append(blocks, bl)
		for n := len(blocks); n > 1 && blocks[n-2].right/blocks[n-2].n >= blocks[n-1].right/blocks[n-1].n; n = len(blocks) {
			a, z := blocks[n-2], blocks[n-1]
			blocks = append(blocks[:n-2], block{a.raw + z.raw, a.right + z.right, a.n + z.n})
		}
	}
	var c builtin.Curve
	for _, bl := range blocks {
		c.Raw = append(c.Raw, bl.raw/bl.n)
		c.Right = append(c.Right, bl.right/bl.n)
	}
	return c
}

// foreign returns what a confidence is worth in other languages than English and
// German: the share of right queues there over the share that was promised.
func (b *bench) foreign(m *builtin.Model) float64 {
	promised, right := 0.0, 0.0
	for i := range b.stream {
		if l := b.comments[i].Lang; l == "en" || l == "de" {
			continue
		}
		c := m.Read(b.honest[i])
		promised += c.Confidence.Queue
		if string(c.Intent.DefaultQueue()) == b.comments[i].Queue {
			right++
		}
	}
	if promised == 0 {
		return 0.8
	}
	return min(1, max(0.3, right/promised))
}
