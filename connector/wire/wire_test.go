package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
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
		{"a broken sequence counts once, as Unicode advises", "\"\xe2\x82z\xf0\x9f\"", "\uFFFDz\uFFFD", true},
		{"an overlong form counts by the byte", "\"\xc0\xaf\"", "\uFFFD\uFFFD", true},
		{"broken bytes beside escapes are replaced", "\"\\n\xffä\"", "\n\uFFFDä", true},
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
		v := mustParse(t, in)
		if id, ok := v.ID(); !ok || id != want {
			t.Errorf("%s became %q, %v", in, id, ok)
		}
	}
	for _, in := range []string{`""`, `null`, `true`, `{}`, `["a"]`, `"a\u0000"`, `"` + strings.Repeat("x", 513) + `"`} {
		v := mustParse(t, in)
		if id, ok := v.ID(); ok {
			t.Errorf("%.20s was taken as the id %q", in, id)
		}
	}
}

func TestKeysAreMatchedExactlyAndTheLastWins(t *testing.T) {
	v := mustParse(t, `{"id":"c1","ID":"c2","i\u0064":"c3"}`)
	if id, _ := v.Get("id").ID(); id != "c3" {
		t.Errorf("id is %q", id)
	}
	if v.At("no", "such", "path").Kind != Absent {
		t.Error("a path that is not there is not absent")
	}
}

func TestLimits(t *testing.T) {
	for rule, body := range map[string]string{
		"nesting":   strings.Repeat("[", 100_000),
		"keys":      "{" + strings.Repeat(`"a":1,`, MaxKeys) + `"a":1}`,
		"values":    "[" + strings.Repeat("1,", MaxValues) + "1]",
		"deep keys": strings.Repeat("[", 40) + "{" + strings.Repeat(`"a":1,`, MaxKeys) + `"a":1}` + strings.Repeat("]", 40),
	} {
		if _, err := Parse([]byte(body)); !errors.Is(err, ErrLimits) {
			t.Errorf("%s: %v", rule, err)
		}
	}
}

func nested(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }

func TestWhatIsTooDeepCostsOnlyItself(t *testing.T) {
	doc := mustParse(t, `{"items":[{"id":1},{"id":2,"deep":{"x":`+nested(500)+`}},{"id":3,"last":"z"}]}`)
	var ids []string
	var deep []bool
	for _, item := range doc.Get("items").Elements() {
		ids, deep = append(ids, item.Get("id").OptionalID()), append(deep, item.TooDeep())
	}
	if !slices.Equal(ids, []string{"1", "2", "3"}) || !slices.Equal(deep, []bool{false, true, false}) {
		t.Errorf("ids %v, too deep %v", ids, deep)
	}
	if !doc.TooDeep() {
		t.Error("the document does not know that something in it is too deep")
	}
	if v := mustParse(t, nested(MaxDepth)); v.TooDeep() {
		t.Error("the deepest allowed nesting is too deep")
	}
	if v := mustParse(t, nested(MaxDepth+1)); !v.TooDeep() {
		t.Error("one level more is not too deep")
	}
	if _, err := Parse([]byte(strings.Repeat("[", 500))); !errors.Is(err, ErrSyntax) {
		t.Errorf("what is too deep and never ends: %v", err)
	}
}

func TestTimes(t *testing.T) {
	for _, c := range []struct{ rule, in, want string }{
		{"seconds", `1735732800`, "2025-01-01T12:00:00Z"},
		{"digits in a string", `"1735732800"`, "2025-01-01T12:00:00Z"},
		{"seconds with a fraction", `1735732800.25`, "2025-01-01T12:00:00.25Z"},
		{"seconds with an empty fraction are no time", `"1735732800."`, ""},
		{"a negative fraction is no time", `-1.5`, ""},
		{"milliseconds", `1735732800123`, "2025-01-01T12:00:00.123Z"},
		{"RFC 3339 with an offset, to the microsecond", `"2025-01-01T13:00:00.1234567+01:00"`, "2025-01-01T12:00:00.123456Z"},
		{"the offset without a colon", `"2025-01-01T12:00:00+0000"`, "2025-01-01T12:00:00Z"},
		{"a far future is for others to judge", `"9999-12-31T23:59:59Z"`, "9999-12-31T23:59:59Z"},
		{"year 0 is no time", `"0000-01-01T00:00:00Z"`, ""},
		{"year 10000 is no time", `"10000-01-01T00:00:00Z"`, ""},
		{"a leap second is no time", `"2016-12-31T23:59:60Z"`, ""},
		{"a negative number is no time", `-1`, ""},
		{"more digits than an age has are no time", `99999999999999999999`, ""},
		{"an exponent is no time", `1e9`, ""},
		{"a word is no time", `"yesterday"`, ""},
		{"an object is no time", `{}`, ""},
	} {
		var got string
		if at := mustParse(t, c.in).Time(); !at.IsZero() {
			got = at.Format(time.RFC3339Nano)
		}
		if got != c.want {
			t.Errorf("%s: %s became %q, not %q", c.rule, c.in, got, c.want)
		}
	}
}

func TestLinksAreOfTheWebOrNothing(t *testing.T) {
	for link, taken := range map[string]bool{
		"https://example.com/p/9#c": true, "HTTP://example.com": true, "javascript://%0aalert(1)": false,
		"javascript:alert(1)": false, "data:text/html,x": false, "https://": false, "//example.com": false, "": false,
		"https://example.com/ x": false, "https://example.com/\\n": false, "https://example.com/\\u0000": false,
		"https://example.com/" + strings.Repeat("x", MaxName): false,
	} {
		if got := mustParse(t, `"`+link+`"`).Link(); (got != "") != taken {
			t.Errorf("%.60q became %.60q", link, got)
		}
	}
}

func TestCutKeepsCharactersWhole(t *testing.T) {
	const family, flag, thumb = "👨‍👩‍👧", "🇩🇪", "👍🏽"
	for _, c := range []struct {
		rule, text string
		limit      int
		want       string
	}{
		{"short texts stay", "abc", 3, "abc"},
		{"a code point is not split", "aä", 2, "a"},
		{"a joined emoji is not split", "a" + family, len("a"+family) - 1, "a"},
		{"a skin tone stays with its hand", "a" + thumb, len("a"+thumb) - 4, "a"},
		{"a flag is not split", flag + flag, len(flag) + 4, flag},
		{"whole flags stay", flag + flag + "x", 2 * len(flag), flag + flag},
		{"an accent stays with its letter", "abe\u0301", 3, "ab"},
		{"a pile of marks is cut between code points", "e" + strings.Repeat("\u0301", 1000), 801, "e" + strings.Repeat("\u0301", 400)},
	} {
		got, cut := Cut(c.text, c.limit)
		if got != c.want || cut != (len(c.text) > c.limit) || !utf8.ValidString(got) {
			t.Errorf("%s: got %q, cut %v", c.rule, got, cut)
		}
	}
}

func mustParse(t *testing.T, body string) Value {
	t.Helper()
	v, err := Parse([]byte(body))
	if err != nil {
		t.Fatalf("%.80s: %v", body, err)
	}
	return v
}

// What encoding/json takes as one document, this takes too, and the other way round, but
// for the limits; and strings that need no mending say the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{}`, `[]`, `{"a":1,"b":[true,false,null,-1.5e+3]}`, `"\u12"`, `01`, `1.`, `.1`, `-`, `[1,]`, `{"a"}`,
		`{"a":1,}`, "\ufeff{}", `{} {}`, `nul`, `"a` + "\n" + `"`, `'a'`, `"\x"`, "\"\xff\"", ` 1 `, `{"a":{"a":{}}}`,
		`{"\u0061":"\ud83d\ude00","a":"\ud800\u0041"}`, nested(40), `[` + nested(40) + `,{"a":"\u00e4"}]`, "\"\xe2\x82z\xf0\x9f\"",
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
		if err != nil {
			return
		}
		var other any
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		if err := d.Decode(&other); err != nil {
			return // a number that encoding/json takes only undecoded
		}
		compare(t, v, other)
	})
}

// compare walks v beside what encoding/json made of the same document.
func compare(t *testing.T, v Value, other any) {
	switch o := other.(type) {
	case nil:
		if v.Kind != Null {
			t.Fatalf("null became kind %d", v.Kind)
		}
	case bool:
		if v.True() != o {
			t.Fatalf("%v became kind %d", o, v.Kind)
		}
	case json.Number:
		if v.token() != o.String() {
			t.Fatalf("number %s became %s", o, v.token())
		}
	case string:
		text, altered := v.Text()
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || !altered && text != o {
			t.Fatalf("string %q became %q, altered %v", o, text, altered)
		}
	case []any:
		if v.Kind != Deep && v.Len() != len(o) {
			t.Fatalf("%d elements became %d", len(o), v.Len())
		}
		for i, one := range v.Elements() {
			compare(t, one, o[i])
		}
	case map[string]any:
		for key, one := range o {
			if v.Kind == Object && !strings.ContainsAny(key, "\x00\uFFFD") {
				compare(t, v.Get(key), one)
			}
		}
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
