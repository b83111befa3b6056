package fakegraph

import (
	"strconv"
	"strings"
)

// field is one field of a question: a name, modifiers such as limit(25), and the fields of
// what it leads to.
type field struct {
	name string
	mods map[string]string
	sub  []field
}

// limit returns how many nodes of an edge are asked for.
func (f field) limit() int {
	if n, err := strconv.Atoi(f.mods["limit"]); err == nil && n > 0 {
		return min(n, 100)
	}
	return 25
}

// parse reads "a,b.limit(2){c},d". It reports false for what is no list of fields.
func parse(s string) ([]field, bool) {
	p := &parser{s: s}
	fields, ok := p.list()
	return fields, ok && p.at == len(s)
}

type parser struct {
	s  string
	at int
}

func (p *parser) next(c byte) bool {
	if p.at < len(p.s) && p.s[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) word() string {
	from := p.at
	for p.at < len(p.s) && !strings.ContainsRune(",.{}()", rune(p.s[p.at])) {
		p.at++
	}
	return p.s[from:p.at]
}

func (p *parser) list() (fields []field, ok bool) {
	for {
		f := field{name: p.word(), mods: map[string]string{}}
		if f.name == "" {
			return nil, false
		}
		for p.next('.') {
			mod := p.word()
			if !p.next('(') {
				return nil, false
			}
			f.mods[mod] = p.word()
			if !p.next(')') {
				return nil, false
			}
		}
		if p.next('{') {
			if f.sub, ok = p.list(); !ok || !p.next('}') {
				return nil, false
			}
		}
		fields = append(fields, f)
		if !p.next(',') {
			return fields, true
		}
	}
}
