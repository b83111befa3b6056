package builtin

import "sync"

var scans = sync.Pool{New: func() any { return new(scan) }}

// Features returns the hashed features of text, for training. The order is stable.
func Features(text string) []Feature {
	s := scans.Get().(*scan)
	defer scans.Put(s)
	s.read(text)
	out, _ := s.features(make([]Feature, 0, 256), nil)
	return out
}

// Words calls fn with the hash of each word of text, for training.
func Words(text string, fn func(hash uint64)) {
	s := scans.Get().(*scan)
	defer scans.Put(s)
	s.read(text)
	for _, t := range s.tokens {
		if t.kind == kindWord {
			fn(hashBytes(spaceWord, s.text(t)))
		}
	}
}
