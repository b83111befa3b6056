package wire

import (
	"math"
	"strings"
)

// Parse reads one JSON document (RFC 8259) in UTF-8. A string may hold bytes that are not
// UTF-8; they are mended. Anything before or after the document is an error, a byte order
// mark too. The error is ErrSyntax or ErrLimits.
func Parse(body []byte) (Value, error) {
	if uint64(len(body)) > math.MaxUint32 {
		return Value{}, ErrLimits
	}
	p := parser{src: string(body), nodes: make([]node, 0, min(len(body)/24+4, 4_096))}
	p.space()
	if err := p.value(0); err != nil {
		return Value{}, err
	}
	p.space()
	if p.at != len(p.src) {
		return Value{}, ErrSyntax
	}
	d := &document{src: p.src, nodes: p.nodes}
	return d.value(0), nil
}

type parser struct {
	src    string
	at     int
	nodes  []node
	values int
	deep   int // containers found beyond MaxDepth
	inDeep int // how many of them we are in: nothing is kept there
}

func (p *parser) space() {
	for p.at < len(p.src) {
		switch p.src[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) next(c byte) bool {
	if p.at < len(p.src) && p.src[p.at] == c {
		p.at++
		return true
	}
	return false
}

// add keeps a node and returns its index.
func (p *parser) add(n node) int {
	if p.inDeep > 0 {
		return 0
	}
	n.next = uint32(len(p.nodes) + 1)
	p.nodes = append(p.nodes, n)
	return len(p.nodes) - 1
}

// value reads any value that stands in depth containers.
func (p *parser) value(depth int) error {
	if p.at >= len(p.src) {
		return ErrSyntax
	}
	if p.values++; p.values > MaxValues {
		return ErrLimits
	}
	switch c := p.src[p.at]; {
	case c == '"':
		start, end, m, err := p.str()
		p.add(node{start: start, end: end, kind: String, marks: m})
		return err
	case c == '{':
		return p.container(depth, Object)
	case c == '[':
		return p.container(depth, Array)
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case c == 't':
		return p.literal("true", True)
	case c == 'f':
		return p.literal("false", False)
	case c == 'n':
		return p.literal("null", Null)
	}
	return ErrSyntax
}

func (p *parser) literal(word string, kind Kind) error {
	if !strings.HasPrefix(p.src[p.at:], word) {
		return ErrSyntax
	}
	p.add(node{start: uint32(p.at), end: uint32(p.at + len(word)), kind: kind})
	p.at += len(word)
	return nil
}

func (p *parser) container(depth int, kind Kind) error {
	if depth >= maxNesting {
		return ErrLimits
	}
	start, deepBefore := p.at, p.deep
	shown := kind
	if depth >= MaxDepth {
		shown = Deep
		p.deep++
	}
	self := p.add(node{start: uint32(start), kind: shown})
	if shown == Deep {
		p.inDeep++
	}
	p.at++
	read := p.array
	if kind == Object {
		read = p.object
	}
	if err := read(depth + 1); err != nil {
		return err
	}
	if shown == Deep {
		p.inDeep--
	}
	if p.inDeep == 0 {
		n := &p.nodes[self]
		n.end, n.next = uint32(p.at), uint32(len(p.nodes))
		if p.deep != deepBefore {
			n.marks |= tooDeep
		}
	}
	return nil
}

func (p *parser) object(depth int) error {
	p.space()
	if p.next('}') {
		return nil
	}
	for keys := 1; ; keys++ {
		if keys > MaxKeys {
			return ErrLimits
		}
		if err := p.member(depth); err != nil {
			return err
		}
		p.space()
		if p.next('}') {
			return nil
		}
		if !p.next(',') {
			return ErrSyntax
		}
		p.space()
	}
}

func (p *parser) member(depth int) error {
	if p.at >= len(p.src) || p.src[p.at] != '"' {
		return ErrSyntax
	}
	start, end, m, err := p.str()
	if err != nil {
		return err
	}
	p.space()
	if !p.next(':') {
		return ErrSyntax
	}
	p.space()
	self := len(p.nodes)
	if err := p.value(depth); err != nil {
		return err
	}
	if p.inDeep > 0 {
		return nil
	}
	n := &p.nodes[self]
	n.keyStart, n.keyEnd = start, end
	if m&escaped != 0 {
		n.marks |= keyEscaped
	}
	return nil
}

func (p *parser) array(depth int) error {
	p.space()
	if p.next(']') {
		return nil
	}
	for {
		p.space()
		if err := p.value(depth); err != nil {
			return err
		}
		p.space()
		if p.next(']') {
			return nil
		}
		if !p.next(',') {
			return ErrSyntax
		}
	}
}

// number reads a number by RFC 8259, section 6, and keeps its token.
func (p *parser) number() error {
	start := p.at
	p.next('-')
	if !p.next('0') && p.digits() == 0 {
		return ErrSyntax
	}
	if p.next('.') && p.digits() == 0 {
		return ErrSyntax
	}
	if p.next('e') || p.next('E') {
		if !p.next('+') {
			p.next('-')
		}
		if p.digits() == 0 {
			return ErrSyntax
		}
	}
	p.add(node{start: uint32(start), end: uint32(p.at), kind: Number})
	return nil
}

func (p *parser) digits() (n int) {
	for p.at < len(p.src) && p.src[p.at] >= '0' && p.src[p.at] <= '9' {
		p.at++
		n++
	}
	return n
}

// str checks a string and returns where it stands; its text is made when asked for.
func (p *parser) str() (start, end uint32, m marks, err error) {
	src, at := p.src, p.at+1
	start = uint32(at)
	for at < len(src) {
		c := src[at]
		if plain[c] {
			at++
			continue
		}
		switch {
		case c == '"':
			p.at = at + 1
			return start, uint32(at), m, nil
		case c == '\\':
			m |= escaped
			size := escapeSize(src[at:])
			if size == 0 {
				return 0, 0, 0, ErrSyntax
			}
			at += size
		case c < 0x20:
			return 0, 0, 0, ErrSyntax
		default:
			m |= wide
			at++
		}
	}
	return 0, 0, 0, ErrSyntax
}

// plain are the bytes that stand for themselves in a string: ASCII without control
// characters, quote and backslash.
var plain = func() (set [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		set[c] = c != '"' && c != '\\'
	}
	return set
}()
