package builtin

import (
	"unicode"
	"unicode/utf8"
)

// word reads letters, digits and inner apostrophes from at, and folds them: lower
// case, compatibility forms, marks composed, three equal letters and more to two.
func (s *scan) word(start, at, to int, k kind) int {
	lo := len(s.buf)
	i := at
	s.runes = s.runes[:0]
	for i < to {
		r, size := utf8.DecodeRuneInString(s.src[i:to])
		next := i + size
		switch {
		case r < 0x80 && r >= 'a' && r <= 'z':
			s.small++
			s.runes = append(s.runes, r)
		case r < 0x80 && r >= 'A' && r <= 'Z':
			s.caps++
			s.runes = append(s.runes, r+'a'-'A')
		case r >= '0' && r <= '9', r == '_':
			s.runes = append(s.runes, r)
		case (r == '\'' || r == 0x2019 || r == '`') && len(s.runes) > 0 && next < to && wordByte(s.src, next, to):
			s.runes = append(s.runes, '\'')
		case r >= 0x80 && invisible(r):
		case combining(r):
			if n := len(s.runes); n > 0 {
				s.runes[n-1] = compose(s.runes[n-1], r)
			}
		case r >= 0x80 && letter(r):
			if unicode.IsUpper(r) {
				s.caps++
			} else {
				s.small++
			}
			s.runes = compatible(s.runes, r)
		default:
			s.finish(start, i, lo, k)
			return i
		}
		i = next
	}
	s.finish(start, i, lo, k)
	return i
}

func (s *scan) finish(start, end, lo int, k kind) {
	if k == kindHashtag {
		s.buf = append(s.buf, '#')
	}
	for i, r := range s.runes {
		if i >= 2 && r == s.runes[i-1] && r == s.runes[i-2] {
			continue
		}
		s.buf = utf8.AppendRune(s.buf, r)
	}
	if len(s.buf) == lo {
		return
	}
	s.tokens = append(s.tokens, token{start: start, end: end, lo: lo, hi: len(s.buf), kind: k})
}

// number reads digits with their separators; only the shape of a number matters.
func (s *scan) number(i, to int) int {
	end, digits := i, 0
	for end < to {
		b := s.src[end]
		if b >= '0' && b <= '9' {
			digits++
		} else if b != '.' && b != ',' && b != ':' || end+1 >= to || s.src[end+1] < '0' || s.src[end+1] > '9' {
			break
		}
		end++
	}
	if end < to && letter(rune(s.src[end])) && s.src[end] < 0x80 {
		return s.word(i, i, to, kindWord)
	}
	shapes := [...]string{"0", "00", "000", "0000", "00000+"}
	s.add(i, end, kindNumber, shapes[min(digits, len(shapes))-1])
	return end
}

// emoji reads one pictograph; skin tones, joiners and variation selectors after it
// belong to it but do not change the word it becomes.
func (s *scan) emoji(i, to int, r rune, size int) int {
	end := i + size
	for end < to {
		m, n := utf8.DecodeRuneInString(s.src[end:to])
		if m >= 0x1F3FB && m <= 0x1F3FF || invisible(m) {
			end += n
			continue
		}
		break
	}
	lo := len(s.buf)
	s.buf = utf8.AppendRune(s.buf, r)
	s.tokens = append(s.tokens, token{start: i, end: end, lo: lo, hi: len(s.buf), kind: kindEmoji})
	return end
}

// punct reads a run of the same punctuation mark; three and more become two.
func (s *scan) punct(i, to int, r rune, size int) int {
	end, n := i+size, 1
	for end < to {
		m, w := utf8.DecodeRuneInString(s.src[end:to])
		if m != r {
			break
		}
		end += w
		n++
	}
	lo := len(s.buf)
	s.runes = compatible(s.runes[:0], r)
	for range min(n, 2) {
		for _, c := range s.runes {
			s.buf = utf8.AppendRune(s.buf, c)
		}
	}
	s.tokens = append(s.tokens, token{start: i, end: end, lo: lo, hi: len(s.buf), kind: kindPunct})
	return end
}
