package builtin

import "unicode/utf8"

// Feature is one coordinate of a text: a bucket of the hashing space and its value.
// From and To are the tokens it came from, for evidence.
type Feature struct {
	Bucket   uint32
	Value    float32
	From, To uint16
}

const (
	bucketBits = 17
	// Buckets is the size of the hashing space.
	Buckets = 1 << bucketBits
)

// Namespaces keep equal strings of different meaning in different buckets.
const (
	spaceWord uint64 = 0xA0761D6478BD642F + iota*2
	spacePair
	spaceSkip
	spaceGram
	spaceFirst
	spaceLast
	spaceShape
	spaceLang
)

const fnvPrime = 1099511628211

func hashBytes(seed uint64, b []byte) uint64 {
	h := seed ^ 14695981039346656037
	for _, c := range b {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return h
}

func mix(seed, a, b uint64) uint64 {
	h := (seed ^ a) * 0x9E3779B97F4A7C15
	h ^= h >> 29
	h = (h ^ b) * 0xBF58476D1CE4E5B9
	return h ^ h>>32
}

func bucketOf(h uint64) uint32 {
	h ^= h >> 31
	return uint32((h * 0x9E3779B97F4A7C15) >> (64 - bucketBits))
}

// Weight of each group of features before its L2 norm.
const (
	weightWords = 1.0
	weightPairs = 0.8
	weightGrams = 1.2
	weightShape = 0.6
)

// features appends the features of the scanned text to dst: words, neighbouring
// pairs, character 3- to 5-grams inside words, and the shape of the whole.
// Each group is scaled to unit length, so that long texts do not shout.
func (s *scan) features(dst []Feature, ids []uint64) ([]Feature, []uint64) {
	ids = ids[:0]
	for _, t := range s.tokens {
		ids = append(ids, hashBytes(spaceWord, s.text(t)))
	}
	at := len(dst)
	for i, id := range ids {
		dst = append(dst, at1(bucketOf(id), i, i))
		if s.tokens[i].kind == kindHashtag {
			dst = append(dst, at1(bucketOf(hashBytes(spaceWord, s.text(s.tokens[i])[1:])), i, i))
		}
	}
	dst = scaled(dst, at, weightWords)
	at = len(dst)
	for i := 1; i < len(ids); i++ {
		dst = append(dst, at1(bucketOf(mix(spacePair, ids[i-1], ids[i])), i-1, i))
		if i > 1 {
			dst = append(dst, at1(bucketOf(mix(spaceSkip, ids[i-2], ids[i])), i-2, i))
		}
	}
	dst = scaled(dst, at, weightPairs)
	at = len(dst)
	for i, t := range s.tokens {
		if t.kind == kindWord || t.kind == kindHashtag {
			dst = grams(dst, s.text(t), i)
		}
	}
	dst = scaled(dst, at, weightGrams)
	return s.shape(dst, ids), ids
}

func at1(bucket uint32, from, to int) Feature {
	return Feature{Bucket: bucket, Value: 1, From: uint16(min(from, 65535)), To: uint16(min(to, 65535))}
}

// scaled gives the features from at on a common L2 norm of weight.
func scaled(dst []Feature, at int, weight float32) []Feature {
	n := len(dst) - at
	if n == 0 {
		return dst
	}
	v := weight * invSqrt(n)
	for i := at; i < len(dst); i++ {
		dst[i].Value *= v
	}
	return dst
}

// grams appends the 3- to 5-grams of <word>.
func grams(dst []Feature, word []byte, tok int) []Feature {
	var edges [48]int
	n := 0
	for i := 0; i < len(word) && n < len(edges)-1; {
		edges[n] = i
		n++
		_, size := utf8.DecodeRune(word[i:])
		i += size
		edges[n] = i
	}
	for from := -1; from < n; from++ {
		h := spaceGram
		for length := 1; length <= 5; length++ {
			at := from + length - 1
			switch {
			case at == -1:
				h = (h ^ '<') * fnvPrime
			case at == n:
				h = (h ^ '>') * fnvPrime
			case at > n:
				length = 6
				continue
			default:
				for _, c := range word[edges[at]:edges[at+1]] {
					h = (h ^ uint64(c)) * fnvPrime
				}
			}
			if length >= 3 {
				dst = append(dst, at1(bucketOf(h), tok, tok))
			}
		}
	}
	return dst
}
