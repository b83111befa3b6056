package train

import (
	"context"
	"math"

	"triage/builtin"
)

// countWords fills the bitmap of known words and the table of how telling each
// feature is, from one comment a line.
func countWords(ctx context.Context, m *builtin.Model, path string) error {
	m.Known = make([]uint64, (1<<builtin.KnownBits)/64)
	m.Idf = make([]uint8, 1<<builtin.IdfBits)
	seen := make([]uint16, 1<<builtin.KnownBits)
	texts := make([]uint32, len(m.Idf))
	last := make([]uint32, len(m.Idf))
	lines := uint32(0)
	err := readLines(path, func(line []byte) error {
		lines++
		if lines%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		builtin.Tokens(string(line), func(h uint64) {
			if i := builtin.KnownBit(h); seen[i] < math.MaxUint16 {
				seen[i]++
			}
		})
		if lines%8 != 0 { // an eighth of the text is plenty for document counts
			return nil
		}
		for _, f := range builtin.Hashed(string(line)) {
			if i := builtin.IdfBucket(f.Bucket); last[i] != lines {
				last[i] = lines
				texts[i]++
			}
		}
		return nil
	})
	for i, n := range seen {
		if n >= 8 {
			m.Known[i/64] |= 1 << (i % 64)
		}
	}
	for i, n := range texts {
		idf := math.Log(float64(lines/8+1) / float64(n+1))
		m.Idf[i] = uint8(min(255, max(1, 16*idf)))
	}
	return err
}
