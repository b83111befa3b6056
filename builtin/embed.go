package builtin

import "math"

// Dimensions is the length of an embedding.
const Dimensions = 256

// VectorModel names the space that embeddings live in.
const VectorModel = "builtin-256-v1"

// IdfBucket returns the place of a feature in the table of how telling features are.
func IdfBucket(bucket uint32) int { return int(bucket >> (bucketBits - IdfBits)) }

// Embed returns the vector of text: a signed random projection of its features, each
// weighted by how rare it is (Weinberger and others 2009, "Feature hashing").
// It is finite and of unit length for every text; a text without words has a fixed one.
func (m *Model) Embed(text string) []float32 {
	s := scans.Get().(*scan)
	defer scans.Put(s)
	s.read(text)
	s.feats, s.ids = s.features(s.feats[:0], s.ids)
	out := make([]float32, Dimensions)
	for _, f := range s.feats {
		if f.From > f.To { // the shape of a text is not what it says
			continue
		}
		project(out, f.Bucket, f.Value*float32(m.Idf[IdfBucket(f.Bucket)])/16)
	}
	return unit(out)
}

// project adds value to four coordinates that the bucket chooses, with signs.
func project(out []float32, bucket uint32, value float32) {
	h := (uint64(bucket) + 1) * 0x9E3779B97F4A7C15
	h ^= h >> 32
	for range 4 {
		h *= 0xD6E8FEB86659FD93
		if h>>63 == 1 {
			out[h>>40&(Dimensions-1)] += value
		} else {
			out[h>>40&(Dimensions-1)] -= value
		}
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
