package slack

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzForeignTextStaysHarmless(f *testing.F) {
	for _, seed := range []string{"", "<!channel>", "&lt;", "a\n\u2069\u2067b", "👨‍👩‍👧‍👦\r\n", "\xff", "e\u0301\u0301", "\u202Ex"} {
		f.Add(seed, 40)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = 20 + int(uint(limit)%3000)
		for name, text := range map[string]string{"quoted": quoted(s, limit), "foreign": foreign(s, limit), "plain": plain(s, limit)} {
			if n := width(text); n > limit {
				t.Errorf("%s: %d of %d characters", name, n, limit)
			}
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				t.Errorf("%s: not clean text: %q", name, text)
			}
			if strings.ContainsAny(strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(text), "<>&") {
				t.Errorf("%s: a control character of Slack's in %q", name, text)
			}
			for _, line := range strings.Split(text, "\n") {
				if name != "plain" && (strings.Count(line, "\u2069") != strings.Count(line, "\u2066")+strings.Count(line, "\u2067")+strings.Count(line, "\u2068") ||
					!strings.HasSuffix(line, "\u2069")) {
					t.Errorf("%s: isolates of %q", name, line)
				}
			}
		}
	})
}
