package builtin

import (
	"math"
	"slices"
)

// Words is the table of word vectors: what words mean by the company they keep.
type Words struct {
	Dims    int
	Keys    []uint32 // hashes of words, ascending
	Vectors []int8   // Dims per key, each of about the same length
	Pull    []uint8  // how much a word counts in a sentence: rare ones more
}

// WordKey shortens a token's hash to what the table keeps.
func WordKey(hash uint64) uint32 { return uint32(hash >> 32) }

// sentence writes the mean of the words' vectors into out and scales it to unit
// length (Arora, Liang and Ma 2017, without the common component). It reports whether
// any word was known.
func (w *Words) sentence(out []float32, ids []uint64) bool {
	clear(out)
	for _, id := range ids {
		at, ok := slices.BinarySearch(w.Keys, WordKey(id))
		if !ok {
			continue
		}
		pull := float32(w.Pull[at])
		for d, x := range w.Vectors[at*w.Dims : (at+1)*w.Dims] {
			out[d] += pull * float32(x)
		}
	}
	sum := 0.0
	for _, x := range out {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		return false
	}
	scale := float32(1 / math.Sqrt(sum))
	for d := range out {
		out[d] *= scale
	}
	return true
}

// weightMeaning is the length of the sentence vector among the features.
const weightMeaning = 2

// meaning appends the sentence vector as features beyond the hashing space.
func (m *Model) meaning(s *scan) {
	if m.Words.Dims == 0 {
		return
	}
	s.sense = slices.Grow(s.sense[:0], m.Words.Dims)[:m.Words.Dims]
	if !m.Words.sentence(s.sense, s.ids) {
		return
	}
	for d, x := range s.sense {
		s.feats = append(s.feats, Feature{Bucket: Buckets + uint32(d), Value: weightMeaning * x, From: 1, To: 0})
	}
}

// Features returns everything the heads see of text: the hashed features and, in
// buckets from Buckets on, the sentence vector. For training; the order is stable.
func (m *Model) Features(text string) []Feature {
	s := scans.Get().(*scan)
	defer scans.Put(s)
	m.look(s, text)
	return slices.Clone(s.feats)
}

// look reads text into s with all its features.
func (m *Model) look(s *scan, text string) {
	s.read(text)
	s.feats, s.ids = s.features(s.feats[:0], s.ids)
	m.meaning(s)
}
