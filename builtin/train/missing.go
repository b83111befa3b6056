package train

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"

	"triage/builtin"
)

// Settings of guessing missing words.
const (
	missingWords  = 8000 // how many words can be guessed
	missingCommon = 60   // the most common of all say nothing
	missingWrong  = 12   // other words, which must not be guessed, for each text
	missingRate   = 0.03
)

// guess lets every teacher look at unlabelled comments with a part cut out, once, and
// guess which words stood there rather than others (Mikolov and others 2013, negative
// sampling). So the hidden layer learns what words and letters mean before any label.
func guess(ctx context.Context, m *builtin.Model, path string, v *vocabulary, teachers []*teacher, seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 0x6D697373))
	known := min(missingWords, len(v.words))
	if known <= missingCommon {
		return nil
	}
	outputs := make([]output, len(teachers))
	for i, t := range teachers {
		outputs[i] = output{
			weights: make([]layer, known), squares: make([]float32, known),
			bias: make([]float32, known), biasSquares: make([]float32, known),
		}
		for w := range outputs[i].weights {
			outputs[i].weights[w] = t.normal(1)[0]
		}
	}
	var gone []int
	return readLines(path, func(line []byte) error {
		rest, cut := hole(strings.Fields(string(line)), rng)
		gone = gone[:0]
		builtin.Tokens(cut, func(h uint64) {
			if i, ok := v.index[h]; ok && int(i) < known && i >= missingCommon && !slices.Contains(gone, int(i)) {
				gone = append(gone, int(i))
			}
		})
		if len(gone) == 0 {
			return ctx.Err()
		}
		x := m.Features(rest)
		for i, t := range teachers {
			t.guess(x, &outputs[i], gone)
		}
		return ctx.Err()
	})
}

// hole cuts a random run, about a third of the words, out of a text.
func hole(words []string, rng *rand.Rand) (rest, cut string) {
	n := (len(words) + 2) / 3
	if n == 0 {
		return "", ""
	}
	from := rng.IntN(len(words) - n + 1)
	cut = strings.Join(words[from:from+n], " ")
	return strings.Join(slices.Concat(words[:from], words[from+n:]), " "), cut
}

// guess makes one step for a text and the words that are gone from it.
func (t *teacher) guess(text vector, o *output, gone []int) {
	x := t.glance(text)
	power := inner(&t.hidden, &t.hidden) / builtin.Hidden
	try := func(w int, want float32) {
		z := [1]float32{o.bias[w] + inner(&o.weights[w], &t.hidden)}
		sigmoids(z[:])
		t.nudge(o, w, z[0]-want, power, missingRate)
	}
	for _, w := range gone[:min(4, len(gone))] {
		try(w, 1)
	}
	for range missingWrong {
		// Common words are drawn more often: the square spreads even draws towards the front.
		u := t.rng.Float64()
		w := missingCommon + int(u*u*float64(len(o.weights)-missingCommon))
		if !slices.Contains(gone, w) {
			try(w, 0)
		}
	}
	t.pass(x, missingRate)
}
