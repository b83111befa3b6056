package train

import (
	"cmp"
	"context"
	"math"
	"slices"

	"triage/builtin"
)

// Sizes of the space of words.
const (
	spaceDims    = 128
	spaceContext = 8000 // the most common words, which describe the others
	spaceWindow  = 5    // words to either side, nearer ones counting more
	rareWord     = 12   // words seen less often have no vector
)

// learnSpace fills the table of word vectors from one comment a line: positive
// pointwise mutual information of words and their neighbours, reduced by a truncated
// singular value decomposition (Levy, Goldberg and Dagan 2015). With too little text
// there is no table. The vocabulary is returned for what comes after.
func learnSpace(ctx context.Context, m *builtin.Model, path string, seed uint64) (*vocabulary, error) {
	v, err := readVocabulary(ctx, path)
	if err != nil || len(v.words) < 4*spaceDims {
		return v, err
	}
	pairs, err := v.company(ctx, path)
	if err != nil {
		return nil, err
	}
	vectors := reduce(information(pairs, len(v.words), min(spaceContext, len(v.words))), spaceDims, seed)
	v.table(m, vectors)
	return v, nil
}

// vocabulary holds the words that are common enough, most common first.
type vocabulary struct {
	words []uint64
	count []float64
	index map[uint64]int32
	total float64
}

func readVocabulary(ctx context.Context, path string) (*vocabulary, error) {
	count := map[uint64]int{}
	total := 0
	err := readLines(path, func(line []byte) error {
		builtin.Tokens(string(line), func(h uint64) { count[h]++; total++ })
		return ctx.Err()
	})
	v := &vocabulary{index: map[uint64]int32{}, total: float64(total)}
	for h, n := range count {
		if n >= rareWord {
			v.words = append(v.words, h)
		}
	}
	slices.SortFunc(v.words, func(a, b uint64) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	for i, h := range v.words {
		v.index[h] = int32(i)
		v.count = append(v.count, float64(count[h]))
	}
	return v, err
}

// company counts how often each word stands near each common word, by distance. Keys
// hold the word in the upper and the neighbour in the lower half.
func (v *vocabulary) company(ctx context.Context, path string) (map[uint64]float32, error) {
	pairs := map[uint64]float32{}
	meet := func(a, b int32, weight float32) {
		if b < spaceContext {
			pairs[uint64(a)<<32|uint64(b)] += weight
		}
	}
	var ids []int32
	err := readLines(path, func(line []byte) error {
		ids = ids[:0]
		builtin.Tokens(string(line), func(h uint64) {
			if i, ok := v.index[h]; ok {
				ids = append(ids, i)
			}
		})
		for i, a := range ids {
			for d := 1; d <= spaceWindow && i+d < len(ids); d++ {
				meet(a, ids[i+d], 1/float32(d))
				meet(ids[i+d], a, 1/float32(d))
			}
		}
		return ctx.Err()
	})
	return pairs, err
}

// information turns counts into positive pointwise mutual information, with the
// neighbours' counts smoothed by a power of 0.75.
func information(pairs map[uint64]float32, rows, columns int) *sparse {
	keys := make([]uint64, 0, len(pairs))
	for k := range pairs {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	row, column, sum := make([]float64, rows), make([]float64, columns), 0.0
	for _, k := range keys {
		n := float64(pairs[k])
		row[k>>32] += n
		column[uint32(k)] += n
	}
	for i, n := range column {
		column[i] = math.Pow(n, 0.75)
		sum += column[i]
	}
	a := &sparse{rows: rows, columns: columns, starts: make([]int, 1, rows+1)}
	for _, k := range keys {
		r, c := int(k>>32), uint32(k)
		for len(a.starts) <= r {
			a.starts = append(a.starts, len(a.at))
		}
		if pmi := math.Log(float64(pairs[k]) * sum / (row[r] * column[c])); pmi > 0 {
			a.at = append(a.at, c)
			a.value = append(a.value, float32(pmi))
		}
	}
	for len(a.starts) <= rows {
		a.starts = append(a.starts, len(a.at))
	}
	return a
}

// table writes vectors of unit length into the model, in order of their keys. Two
// words with one key keep the more common one.
func (v *vocabulary) table(m *builtin.Model, vectors []float32) {
	order := make([]int, len(v.words))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(builtin.WordKey(v.words[a]), builtin.WordKey(v.words[b]))
	})
	w := &m.Words
	w.Dims = spaceDims
	for _, i := range order {
		key := builtin.WordKey(v.words[i])
		if n := len(w.Keys); n > 0 && w.Keys[n-1] == key {
			continue
		}
		w.Keys = append(w.Keys, key)
		w.Vectors = append(w.Vectors, small(vectors[i*spaceDims:(i+1)*spaceDims])...)
		w.Pull = append(w.Pull, uint8(max(1, 255*1e-3/(1e-3+v.count[i]/v.total))))
	}
	m.WordCount, m.WordDims = len(w.Keys), w.Dims
}

// small scales v to length 254 and rounds it; single coordinates stop at 127.
func small(v []float32) []int8 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	out := make([]int8, len(v))
	for i, x := range v {
		out[i] = int8(min(127, max(-127, math.Round(254*float64(x)/math.Sqrt(sum+1e-12)))))
	}
	return out
}
