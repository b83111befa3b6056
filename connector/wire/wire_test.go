package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextsAreMendedInTheOpen(t *testing.T) {
	for _, c := range []struct {
		rule, in, want string
		altered        bool
	}{
		{"escapes are resolved", `"a\u00e4\n\/\ud83d\ude00"`, "aä\n/😀", false},
		{"NUL becomes its picture", `"a\u0000b"`, "a␀b", true},
		{"a lone high surrogate is replaced", `"a\ud83dz"`, "a\uFFFDz", true},
		{"a lone low surrogate is replaced", `"\ude00"`, "\uFFFD", true},
		{"two high surrogates and a pair keep the pair", `"\ud83d\ud83d\ude00"`, "\uFFFD😀", true},
		{"bytes that are not UTF-8 are replaced", "\"a\xffb\"", "a\uFFFDb", true},
		{"the replacement character itself is no damage", `"\ufffd"`, "\uFFFD", false},
		{"right-to-left text stays", `"שלום مرحبا"`, "שלום مرحبا", false},
	} {
		v, err := Parse([]byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.rule, err)
			continue
		}
		if text, altered := v.Text(); text != c.want || altered != c.altered {
			t.Errorf("%s: got %q, altered %v", c.rule, text, altered)
		}
	}
}

func TestIDsAreOpaque(t *testing.T) {
	for in, want := range map[string]string{
		`9007199254740993`: "9007199254740993", `"1"`: "1", `1`: "1", `1e3`: "1e3", `-0`: "-0", `" c1"`: " c1",
	} {
		v, err := Parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if id, ok := v.ID(); !ok || id != want {
			t.Errorf("%s became %q, %v", in, id, ok)
		}
	}
	for _, in := range []string{`""`, `null`, `true`, `{}`, `["a"]`, `"a\u0000"`, `"` + strings.Repeat("x", 513) + `"`} {
		v, err := Parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if id, ok := v.ID(); ok {
			t.Errorf("%.20s was taken as the id %q", in, id)
		}
	}
}

func TestKeysAreMatchedExactlyAndTheLastWins(t *testing.T) {
	v, err := Parse([]byte(`{"id":"c1","ID":"c2","i\u0064":"c3"}`))
	if err != nil {
		t.Fatal(err)
	}
	if id, _ := v.Get("id").ID(); id != "c3" {
		t.Errorf("id is %q", id)
	}
	if v.At("no", "such", "path").Kind != Absent {
		t.Error("a path that is not there is not absent")
	}
}

func TestLimits(t *testing.T) {
	for rule, body := range map[string]string{
		"nesting":  strings.Repeat("[", 100_000),
		"deep":     strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1),
		"elements": "[" + strings.Repeat("1,", MaxItems) + "1]",
	} {
		if _, err := Parse([]byte(body)); !errors.Is(err, ErrLimits) {
			t.Errorf("%s: %v", rule, err)
		}
	}
	if _, err := Parse([]byte(strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth))); err != nil {
		t.Errorf("the deepest allowed nesting: %v", err)
	}
}

// What encoding/json takes as one document, this takes too, and the other way round, but
// for the limits.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{}`, `[]`, `{"a":1,"b":[true,false,null,-1.5e+3]}`, `"\u12"`, `01`, `1.`, `.1`, `-`, `[1,]`, `{"a"}`,
		`{"a":1,}`, "\ufeff{}", `{} {}`, `nul`, `"a` + "\n" + `"`, `'a'`, `"\x"`, "\"\xff\"", ` 1 `, `{"a":{"a":{}}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v, err := Parse(body)
		if errors.Is(err, ErrLimits) {
			return
		}
		if want := json.Valid(body); want != (err == nil) {
			t.Fatalf("%q: %v, encoding/json valid: %v", body, err, want)
		}
		check(t, v)
		again, _ := Parse(bytes.Clone(body))
		if again.text != v.text || len(again.values) != len(v.values) {
			t.Fatalf("%q reads differently the second time", body)
		}
	})
}

func check(t *testing.T, v Value) {
	if !utf8.ValidString(v.text) || strings.ContainsRune(v.text, 0) {
		t.Fatalf("text %q cannot be kept", v.text)
	}
	for _, one := range v.values {
		check(t, one)
	}
}

func BenchmarkParse(b *testing.B) {
	body := []byte(`{"type":"comment.created","timestamp":"2026-05-04T12:00:00Z","data":{"id":"c_1","thread_id":"p_9","author":{"id":"u_1","name":"Zoë"},"text":"` +
		strings.Repeat("Das ist ein ganz gewöhnlicher Kommentar. ", 16) + `","url":"https://example.com/p/9","likes":3}}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(body); err != nil {
			b.Fatal(err)
		}
	}
}
