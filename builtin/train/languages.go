package train

import (
	"maps"
	"math"
	"slices"
	"strings"

	"triage/builtin"
)

// learnLanguages learns to tell languages apart from the comments' own marks and from
// each language's most common words.
func learnLanguages(m *builtin.Model, comments []Comment, seed uint64) {
	words := builtin.CommonWords()
	m.Languages = slices.Sorted(maps.Keys(words))
	k := len(m.Languages)
	count := make(map[string]int)
	var t task
	t.classes = k
	add := func(text, lang string, weight float32) {
		at := slices.Index(m.Languages, lang)
		if at < 0 {
			return
		}
		v := builtin.Features(text)
		for i := range v {
			v[i].Bucket = uint32(builtin.LangBucket(v[i].Bucket))
		}
		target := make([]float32, k)
		target[at] = 1
		t.texts, t.targets, t.weights = append(t.texts, v), append(t.targets, target), append(t.weights, weight)
	}
	for _, c := range comments {
		count[c.Lang]++
	}
	for _, c := range comments {
		add(c.Text, c.Lang, float32(min(1, math.Sqrt(200/float64(count[c.Lang])))))
	}
	for _, lang := range m.Languages {
		list := words[lang]
		for i := range list {
			add(list[i], lang, 0.3)
			add(strings.Join([]string{list[i], list[(i*7+3)%len(list)], list[(i*11+5)%len(list)], list[(i*13+8)%len(list)]}, " "), lang, 1)
		}
	}
	l := fit(t, descent{epochs: 8, rate: 0.2, seed: seed, dims: builtin.LangBuckets})
	m.LangBias = l.bias
	m.LangRows, m.LangStep = quantiseAlike(l.w)
}

// quantiseAlike stores all weights with one common scale.
func quantiseAlike(w []float32) ([]int8, float32) {
	rows, scale := builtin.Quantise(w, 1)
	return rows, scale[0]
}
