package builtin

import "math"

// Dimensions is the length of an embedding.
const Dimensions = 256

// VectorModel names the space that embeddings live in.
const VectorModel = "builtin-256-v1"

// IdfBucket returns the place of a feature in the table of how telling features are.
func IdfBucket(bucket uint32) int { return int(bucket >> (bucketBits - IdfBits)) }

// The two halves of an embedding count about alike: letters tell copies, words tell
// what is meant.
const (
	shareOfWords   = 0.4
	shareOfLetters = 0.6
)

// Embed returns the vector of text: the sentence vector of its words, and beside it a
// signed random projection of its hashed features, each weighted by how rare it is
// (Weinberger and others 2009, "Feature hashing"). It is finite and of unit length for
// every text; a text without words has a fixed one.
func (m *Model) Embed(text string) []float32 {
	s := scans.Get().(*scan)
	defer scans.Put(s)
	s.read(text)
	s.feats, s.ids = s.features(s.feats[:0], s.ids)
	out := make([]float32, Dimensions)
	words, letters := out[:m.Words.Dims], out[m.Words.Dims:]
	for _, f := range s.feats {
		if f.From > f.To { // the shape of a text is not what it says
			continue
		}
		project(letters, f.Bucket, f.Value*float32(m.Idf[IdfBucket(f.Bucket)])/16)
	}
	scale(letters, shareOfLetters)
	if len(words) > 0 && m.Words.sentence(words, s.ids) {
		scale(words, shareOfWords)
	}
	return unit(out)
}

// project adds value to four coordinates that the bucket chooses, with signs.
func project(out []float32, bucket uint32, value float32) {
	h := (uint64(bucket) + 1) * 0x9E3779B97F4A7C15
	h ^= h >> 32
	for range 4 {
		h *= 0xD6E8FEB86659FD93
		at := int((h >> 40) % uint64(len(out)))
		if h>>63 == 1 {
			out[at] += value
		} else {
			out[at] -= value
		}
	}
}

// scale gives v the squared length share; a vector of zeros stays as it is.
func scale(v []float32, share float64) {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		return
	}
	by := float32(math.Sqrt(share / sum))
	for i := range v {
		v[i] *= by
	}
}

// unit scales v to length one, or returns the fixed vector when there is nothing to
// scale.
func unit(v []float32) []float32 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum < 1e-12 || math.IsNaN(sum) || math.IsInf(sum, 0) {
		clear(v)
		v[0] = 1
		return v
	}
	scale := float32(1 / math.Sqrt(sum))
	for i := range v {
		v[i] *= scale
	}
	return v
}
