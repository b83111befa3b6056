// Package wire reads JSON that strangers sent. One decoder decides what a body says, and
// only its result is used afterwards: keys are matched exactly, of two equal keys the last
// one wins, numbers keep the text of their token, and texts that a database cannot keep
// are mended in the open. It knows no platform.
package wire

import (
	"errors"
	"iter"
)

// Limits of a document. What is nested deeper than MaxDepth is checked but not kept, so
// that one absurd part costs only itself; everything else refuses the whole document.
const (
	MaxDepth  = 32
	MaxKeys   = 10_000 // in one object
	MaxValues = 65_536 // in the whole document
	MaxItems  = 1_000  // changes or engagements in one delivery; connectors count them
)

// maxNesting bounds the parser's stack.
const maxNesting = 1_000

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
	True
	False
	Number
	String
	Array
	Object
	Deep // an array or object beyond MaxDepth, whose content was not kept
)

// Value is one value of a document. The zero value is Absent, and every question about it
// has an empty answer, so that paths can be followed without checks. Texts taken from a
// value share the document's memory.
type Value struct {
	Kind Kind
	at   uint32
	doc  *document
}

// document is a body and its values in the order of the text: a container is followed by
// what it holds.
type document struct {
	src   string
	nodes []node
}

type node struct {
	start, end       uint32 // of the token; of a string without its quotes
	keyStart, keyEnd uint32 // of the key in an object, without its quotes
	next             uint32 // the first node that is not inside this one
	kind             Kind
	marks            marks
}

type marks uint8

const (
	escaped    marks = 1 << iota // the string has escapes
	wide                         // the string has bytes beyond ASCII
	keyEscaped                   // the key has escapes
	tooDeep                      // something inside is Deep
)

func (d *document) value(at uint32) Value { return Value{Kind: d.nodes[at].kind, at: at, doc: d} }

// Present reports whether there is a value other than null.
func (v Value) Present() bool { return v.Kind != Absent && v.Kind != Null }

// TooDeep reports whether v holds, or is, something nested deeper than MaxDepth.
func (v Value) TooDeep() bool { return v.doc != nil && v.doc.nodes[v.at].marks&tooDeep != 0 }

// Get returns the value of a key, Absent when v is no object or has no such key.
func (v Value) Get(key string) (found Value) {
	if v.Kind != Object {
		return found
	}
	d := v.doc
	for at, end := v.at+1, d.nodes[v.at].next; at < end; at = d.nodes[at].next {
		n := &d.nodes[at]
		name := d.src[n.keyStart:n.keyEnd]
		if n.marks&keyEscaped != 0 {
			name, _ = text(name, escaped)
		}
		if name == key {
			found = d.value(at)
		}
	}
	return found
}

// At follows keys.
func (v Value) At(path ...string) Value {
	for _, key := range path {
		v = v.Get(key)
	}
	return v
}

// First returns the value of the first of the keys that is present.
func (v Value) First(keys ...string) Value {
	for _, key := range keys {
		if found := v.Get(key); found.Present() {
			return found
		}
	}
	return Value{}
}

// Elements yields the elements of an array, nothing for all else.
func (v Value) Elements() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) {
		if v.Kind != Array {
			return
		}
		i := 0
		for at, end := v.at+1, v.doc.nodes[v.at].next; at < end; at = v.doc.nodes[at].next {
			if !yield(i, v.doc.value(at)) {
				return
			}
			i++
		}
	}
}

// Len returns the number of elements of an array, 0 for all else.
func (v Value) Len() (n int) {
	for range v.Elements() {
		n++
	}
	return n
}

// token returns the text of a value as it was sent.
func (v Value) token() string {
	n := v.doc.nodes[v.at]
	return v.doc.src[n.start:n.end]
}

// Text returns the text of a string, and whether it had to be mended to be kept: NUL
// becomes U+2400, what is not Unicode becomes U+FFFD.
func (v Value) Text() (s string, altered bool) {
	if v.Kind != String {
		return "", false
	}
	return text(v.token(), v.doc.nodes[v.at].marks)
}

// Word returns the text of a string, empty for all else.
func (v Value) Word() string {
	s, _ := v.Text()
	return s
}

// True reports whether v is the literal true.
func (v Value) True() bool { return v.Kind == True }
