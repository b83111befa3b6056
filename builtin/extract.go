package builtin

import "sync"

var scans = sync.Pool{New: func() any { return new(scan) }}

// Hashed returns the hashed features of text, for training. The order is stable.
func Hashed(text string) []Feature {
	s := scans.Get().(*scan)
	defer scans.Put(s)
	s.read(text)
	out, _ := s.features(make([]Feature, 0, 256), nil)
	return out
}

// Tokens calls fn with the hash of each token of text, for training.
func Tokens(text string, fn func(hash uint64)) {
	s := scans.Get().(*scan)
	defer scans.Put(s)
	s.read(text)
	for _, t := range s.tokens {
		fn(hashBytes(spaceWord, s.text(t)))
	}
}
