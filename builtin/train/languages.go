package train

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"

	"triage/builtin"
)

// learnLanguages learns to tell languages apart from the comments' own marks and from
// each language's most common words.
func learnLanguages(ctx context.Context, m *builtin.Model, comments []Comment, seed uint64) error {
	words := builtin.CommonWords()
	m.Languages = slices.Sorted(maps.Keys(words))
	k := len(m.Languages)
	count := make(map[string]int)
	var samples []sample
	add := func(text, lang string, weight float32) {
		at := slices.Index(m.Languages, lang)
		if at < 0 {
			return
		}
		v := builtin.Hashed(text)
		for i := range v {
			v[i].Bucket = uint32(builtin.LangBucket(v[i].Bucket))
		}
		want := make([]float32, k)
		want[at] = 1
		samples = append(samples, sample{v, want, []float32{weight}})
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
	l := newLinear(builtin.LangBuckets, []segment{{0, k, false}})
	err := l.fit(ctx, samples, 8, 0.2, seed)
	m.LangBias = l.bias
	m.LangRows, m.LangStep = quantiseAlike(l.w)
	return err
}

// quantiseAlike stores all weights with one common scale.
func quantiseAlike(w []float32) ([]int8, float32) {
	rows, scale := builtin.Quantise(w, 1)
	return rows, scale[0]
}
