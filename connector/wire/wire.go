// Package wire reads JSON that strangers sent. One decoder decides what a body says, and
// only its result is used afterwards: keys are matched exactly, of two equal keys the last
// one wins, numbers keep the text of their token, and texts that a database cannot keep
// are mended in the open. It knows no platform.
package wire

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"
)

// Limits of a document.
const (
	MaxDepth = 32
	MaxKeys  = 10_000
	MaxItems = 10_000 // values in arrays
)

// The ways in which a document is refused as a whole.
var (
	ErrSyntax = errors.New("not one JSON document")
	ErrLimits = errors.New("too deep or too many parts")
)

// Kind is what a value is.
type Kind uint8

// The kinds of values. Absent is the zero value: nothing was there.
const (
	Absent Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// Value is one value of a document. The zero value is Absent, and every question about it
// has an empty answer, so that paths can be followed without checks.
type Value struct {
	Kind    Kind
	text    string // of a string: mended; of a number or bool: its token
	altered bool   // a string was mended
	keys    []string
	values  []Value // elements of an array, values of an object
}

// Get returns the value of a key, Absent when this is no object or has no such key.
func (v Value) Get(key string) Value {
	for i := len(v.keys) - 1; i >= 0; i-- {
		if v.keys[i] == key {
			return v.values[i]
		}
	}
	return Value{}
}

// At follows keys.
func (v Value) At(path ...string) Value {
	for _, key := range path {
		v = v.Get(key)
	}
	return v
}

// Elements returns the elements of an array, nil for all else.
func (v Value) Elements() []Value {
	if v.Kind != Array {
		return nil
	}
	return v.values
}

// Text returns the text of a string, and whether it had to be mended to be kept: NUL
// becomes U+2400, what is not Unicode becomes U+FFFD.
func (v Value) Text() (text string, altered bool) {
	if v.Kind != String {
		return "", false
	}
	return v.text, v.altered
}

// Word returns the text of a string, empty for all else.
func (v Value) Word() string {
	text, _ := v.Text()
	return text
}

// True reports whether v is the literal true.
func (v Value) True() bool { return v.Kind == Bool && v.text == "true" }

// maxID is the longest id that is taken, in bytes.
const maxID = 512

// ID returns an opaque identifier: the text of a string, or the token of a number exactly
// as it was sent, so that no digit is lost. It reports false for everything that cannot
// be one: other kinds, empty, mended or overlong texts.
func (v Value) ID() (string, bool) {
	if v.Kind != String && v.Kind != Number {
		return "", false
	}
	if v.text == "" || v.altered || len(v.text) > maxID {
		return "", false
	}
	return v.text, true
}

// OptionalID returns the id, empty when there is none or it is unusable.
func (v Value) OptionalID() string {
	id, _ := v.ID()
	return id
}

// Parse reads one JSON document (RFC 8259) in UTF-8. A string may hold bytes that are not
// UTF-8; they are mended. Anything before or after the document is an error.
func Parse(body []byte) (Value, error) {
	p := parser{in: body}
	p.space()
	v, err := p.value(0)
	if err != nil {
		return Value{}, err
	}
	p.space()
	if p.at != len(p.in) {
		return Value{}, ErrSyntax
	}
	return v, nil
}

type parser struct {
	in          []byte
	at          int
	keys, items int
}

func (p *parser) space() {
	for p.at < len(p.in) {
		switch p.in[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) value(depth int) (Value, error) {
	if p.at >= len(p.in) {
		return Value{}, ErrSyntax
	}
	switch c := p.in[p.at]; {
	case c == '"':
		text, altered, err := p.str()
		return Value{Kind: String, text: text, altered: altered}, err
	case c == '{' || c == '[':
		if depth >= MaxDepth {
			return Value{}, ErrLimits
		}
		if c == '{' {
			return p.object(depth + 1)
		}
		return p.array(depth + 1)
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case c == 't':
		return p.literal("true", Bool)
	case c == 'f':
		return p.literal("false", Bool)
	case c == 'n':
		return p.literal("null", Null)
	}
	return Value{}, ErrSyntax
}

func (p *parser) literal(word string, kind Kind) (Value, error) {
	if !bytes.HasPrefix(p.in[p.at:], []byte(word)) {
		return Value{}, ErrSyntax
	}
	p.at += len(word)
	return Value{Kind: kind, text: word}, nil
}

func (p *parser) object(depth int) (Value, error) {
	v := Value{Kind: Object}
	p.at++
	p.space()
	if p.next('}') {
		return v, nil
	}
	for {
		p.space()
		if p.at >= len(p.in) || p.in[p.at] != '"' {
			return Value{}, ErrSyntax
		}
		if p.keys++; p.keys > MaxKeys {
			return Value{}, ErrLimits
		}
		key, _, err := p.str()
		if err != nil {
			return Value{}, err
		}
		p.space()
		if !p.next(':') {
			return Value{}, ErrSyntax
		}
		p.space()
		one, err := p.value(depth)
		if err != nil {
			return Value{}, err
		}
		v.keys, v.values = append(v.keys, key), append(v.values, one)
		p.space()
		switch {
		case p.next(','):
		case p.next('}'):
			return v, nil
		default:
			return Value{}, ErrSyntax
		}
	}
}

func (p *parser) array(depth int) (Value, error) {
	v := Value{Kind: Array}
	p.at++
	p.space()
	if p.next(']') {
		return v, nil
	}
	for {
		if p.items++; p.items > MaxItems {
			return Value{}, ErrLimits
		}
		p.space()
		one, err := p.value(depth)
		if err != nil {
			return Value{}, err
		}
		v.values = append(v.values, one)
		p.space()
		switch {
		case p.next(','):
		case p.next(']'):
			return v, nil
		default:
			return Value{}, ErrSyntax
		}
	}
}

func (p *parser) next(c byte) bool {
	if p.at < len(p.in) && p.in[p.at] == c {
		p.at++
		return true
	}
	return false
}

// number reads a number by RFC 8259, section 6, and keeps its token.
func (p *parser) number() (Value, error) {
	start := p.at
	p.next('-')
	switch {
	case p.next('0'):
	case p.digits() > 0:
	default:
		return Value{}, ErrSyntax
	}
	if p.next('.') && p.digits() == 0 {
		return Value{}, ErrSyntax
	}
	if p.next('e') || p.next('E') {
		if !p.next('+') {
			p.next('-')
		}
		if p.digits() == 0 {
			return Value{}, ErrSyntax
		}
	}
	return Value{Kind: Number, text: string(p.in[start:p.at])}, nil
}

func (p *parser) digits() (n int) {
	for p.at < len(p.in) && p.in[p.at] >= '0' && p.in[p.at] <= '9' {
		p.at++
		n++
	}
	return n
}

// str reads a string. The common case, no escape and no control byte, is one copy.
func (p *parser) str() (text string, altered bool, err error) {
	p.at++
	start, plain := p.at, true
	for ; p.at < len(p.in); p.at++ {
		switch c := p.in[p.at]; {
		case c == '"':
			raw := p.in[start:p.at]
			p.at++
			if plain {
				return mend(string(raw))
			}
			return unescape(raw)
		case c == '\\':
			plain = false
			p.at++
		case c < 0x20:
			return "", false, ErrSyntax
		}
	}
	return "", false, ErrSyntax
}

// replacement stands for NUL, which PostgreSQL cannot keep in a text.
const replacement = '\u2400'

// mend makes s valid UTF-8.
func mend(s string) (string, bool, error) {
	if utf8.ValidString(s) {
		return s, false, nil
	}
	return strings.ToValidUTF8(s, "\uFFFD"), true, nil
}
