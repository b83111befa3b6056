package builtin

import "math"

func invSqrt(n int) float32 { return float32(1 / math.Sqrt(float64(n))) }

// bucketed returns the index of the first bound that n does not pass.
func bucketed(n int, bounds ...int) uint64 {
	for i, b := range bounds {
		if n <= b {
			return uint64(i)
		}
	}
	return uint64(len(bounds))
}

// shape appends what the text looks like as a whole: length, marks, capitals,
// mentions, links, emoji, and how it begins and ends.
func (s *scan) shape(dst []Feature, ids []uint64) []Feature {
	var count [kindHashtag + 1]int
	questions, shouts := 0, 0
	for _, t := range s.tokens {
		count[t.kind]++
		if t.kind == kindPunct {
			switch s.buf[t.lo] {
			case '?':
				questions++
			case '!':
				shouts++
			}
		}
	}
	at := len(dst)
	put := func(name, value uint64) {
		dst = append(dst, Feature{Bucket: bucketOf(mix(spaceShape, name, value)), Value: 1, From: 1, To: 0})
	}
	words := count[kindWord]
	put(1, bucketed(words, 0, 1, 2, 3, 5, 8, 12, 18, 25, 40, 80))
	put(2, bucketed(questions, 0, 1, 2))
	put(3, bucketed(shouts, 0, 1, 2))
	put(4, bucketed(100*s.caps/max(1, s.caps+s.small), 0, 5, 15, 40, 70))
	put(5, bucketed(count[kindURL], 0, 1))
	put(6, bucketed(count[kindMention], 0, 1, 2))
	put(7, bucketed(count[kindEmoji], 0, 1, 3))
	put(8, bucketed(count[kindHashtag], 0, 1, 3))
	put(9, bucketed(count[kindNumber], 0, 1, 3))
	put(10, bucketed(s.lines, 0, 1, 3))
	if len(ids) > 0 {
		put(spaceFirst, ids[0])
		put(spaceLast, ids[len(ids)-1])
		if len(ids) > 1 {
			put(spaceFirst, mix(spacePair, ids[0], ids[1]))
		}
		first, last := s.tokens[0].kind, s.tokens[len(s.tokens)-1].kind
		put(11, uint64(first)<<8|uint64(last))
	}
	for i := at; i < len(dst); i++ {
		dst[i].Value = weightShape / 3
	}
	return dst
}
