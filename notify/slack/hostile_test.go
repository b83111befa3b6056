package slack_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"triage/notify"
	"triage/triage"
)

// hostile are lines that ring, link, format or disorder where Slack lets them.
var hostile = []string{
	"<!channel> refund now",
	"<!here|quiet>",
	"<!subteam^S1|@board>",
	"<@U1> is fired",
	"<#C1|general>",
	"<https://evil.example|our console>",
	"<!date^1392734382^{date}^https://evil.example|click>",
	"already &lt;!channel&gt; escaped",
	"twice &amp;lt;!channel&amp;gt;",
	"a & b < c > d",
	"<<!channel>>",
	"*bold* _it_ ~gone~ `code ```fence",
	"> quoted\n&gt;&gt;&gt; all",
	":rotating_light: *APPROVED by legal*",
	"@channel @here @everyone www.evil.example",
	"first\n\n\n\nPriority: low\r\nFirst answer due: never",
	"\u202Eevil\u202C and \u202Eopen end",
	"closes \u2069\u2069 our isolate, opens \u2067\u2068 its own",
	"\x00\x1b[31m\x07bell\u0085next",
	"\xff\xfe broken",
	"|",
	" \t\n ",
	strings.Repeat("a", 5000),
	strings.Repeat("<", 5000),
	strings.Repeat("👨‍👩‍👧‍👦", 700),
	strings.Repeat("🇩🇪", 2500),
	strings.Repeat("line\n", 1500),
	strings.Repeat("z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍", 300),
	"e" + strings.Repeat("\u0301", 4000),
	strings.Repeat("\u2067", 4000),
}

// corpus adds the lines of the shared corpus where there is one.
func corpus(t *testing.T) []string {
	t.Helper()
	folder := os.Getenv("TRIAGE_CORPUS")
	if folder == "" {
		t.Log("TRIAGE_CORPUS is not set: the shared hostile lines are not checked here")
		return nil
	}
	raw, err := os.ReadFile(filepath.Join(folder, "hostile", "own", "slack-mrkdwn.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
}

// The fake refuses what rings, links or breaks a limit of Block Kit, so that posting is
// already the larger part of the check.
func TestHostileLinesStayWordsInEveryField(t *testing.T) {
	for _, line := range append(hostile, corpus(t)...) {
		for field, change := range map[string]func(*notify.Subject){
			"text":   func(s *notify.Subject) { s.Text = line },
			"name":   func(s *notify.Subject) { s.Author.Name = line },
			"handle": func(s *notify.Subject) { s.Author.Handle = line },
			"brand":  func(s *notify.Subject) { s.Brand = line },
			"reason": func(s *notify.Subject) { s.Reasons[0].Text = line },
			"holder": func(s *notify.Subject) { s.Status, s.Holder = triage.StatusClaimed, line },
			"closer": func(s *notify.Subject) { s.Status, s.Holder = triage.StatusResolved, line },
			"rule":   func(s *notify.Subject) { s.Why = notify.Why{Kind: notify.WhyRoute, Name: line} },
		} {
			s, c := fake(t)
			m := post(t, s, c, voice.Compose(subject(change), now))
			for _, text := range texts(t, m) {
				checkText(t, field, line, text)
			}
			post(t, s, c, voice.Digest([]notify.Subject{subject(change)}, now))
		}
	}
}

func checkText(t *testing.T, field, line, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%s %.60q: invalid UTF-8", field, line)
	}
	if strings.Contains(text, "&amp;lt;") && !strings.Contains(line, "&lt;") && !strings.Contains(line, "&amp;lt;") {
		t.Errorf("%s %.60q: escaped twice", field, line)
	}
	for _, paragraph := range strings.Split(shown(text), "\n") {
		depth := 0
		for _, r := range paragraph {
			switch {
			case r >= 0x2066 && r <= 0x2068:
				depth++
			case r == 0x2069:
				depth--
			}
			if depth < 0 {
				t.Fatalf("%s %.60q: an isolate is closed that is not open", field, line)
			}
			if depth == 0 && r >= 0x202A && r <= 0x202E {
				t.Fatalf("%s %.60q: a direction leaks out of its isolate", field, line)
			}
		}
		if depth != 0 {
			t.Errorf("%s %.60q: %d isolates stay open", field, line, depth)
		}
	}
}

func TestWhatWasWrittenIsWhatIsShown(t *testing.T) {
	for _, line := range []string{
		"<!channel> refund now", "already &lt;!channel&gt; escaped", "twice &amp;lt;!channel&amp;gt;", "a & b < c > d",
		"*bold* `code`", "Grüße aus Berlin 😀👨‍👩‍👧‍👦", "وصلت القهوة مكسورة", "קפה קר",
	} {
		s, c := fake(t)
		m := post(t, s, c, voice.Compose(subject(func(s *notify.Subject) { s.Text, s.Author.Name = line, line }), now))
		found := 0
		for _, text := range texts(t, m) {
			found += strings.Count(shown(text), "\u2068"+line+"\u2069")
		}
		if found != 4 { // name and text, each in the message and in the fallback
			t.Errorf("%q is shown %d times in %q", line, found, texts(t, m))
		}
	}
}

func TestEveryLineOfAQuoteIsMarkedAsOne(t *testing.T) {
	s, c := fake(t)
	m := post(t, s, c, voice.Compose(subject(func(s *notify.Subject) {
		s.Text = "Hello\n\n\n\n\nPriority: low\rApproved by legal\u2028Sincerely"
	}), now))
	want := "▎ \u2068Hello\u2069\n▎ \u2068\u2069\n▎ \u2068Priority: low\u2069\n▎ \u2068Approved by legal\u2069\n▎ \u2068Sincerely\u2069"
	for _, text := range texts(t, m) {
		if text == want {
			return
		}
	}
	t.Errorf("no quote like %q in %q", want, texts(t, m))
}

func TestLongTextIsCutBetweenCharactersAndMarked(t *testing.T) {
	family := "👨‍👩‍👧‍👦"
	for _, c := range []struct{ name, text, whole string }{
		{"families", strings.Repeat(family, 700), family},
		{"flags", strings.Repeat("🇩🇪", 2500), "🇩🇪"},
		{"accents", strings.Repeat("e\u0301", 3000), "e\u0301"},
		{"what grows when escaped", strings.Repeat("&", 3000), "&"},
		{"a text one too long", strings.Repeat("a", 2997), "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, client := fake(t)
			m := post(t, s, client, voice.Compose(subject(func(s *notify.Subject) { s.Text = c.text }), now))
			for _, text := range texts(t, m) {
				quote, ok := strings.CutPrefix(shown(text), "▎ \u2068")
				if !ok {
					continue
				}
				rest, marked := strings.CutSuffix(quote, " […]\u2069")
				if !marked || strings.ReplaceAll(rest, c.whole, "") != "" {
					t.Errorf("cut inside a character, or without a mark: …%q", quote[max(0, len(quote)-40):])
				}
				if n := units(text); n > 3000 || n < 2900 {
					t.Errorf("the quote takes %d of 3000", n)
				}
				return
			}
			t.Error("there is no quote")
		})
	}
}

func TestATextThatFitsIsNotCut(t *testing.T) {
	s, c := fake(t)
	text := strings.Repeat("a", 2996) // 3000 less the mark, a space and two isolates
	m := post(t, s, c, voice.Compose(subject(func(s *notify.Subject) { s.Text = text }), now))
	for _, shown := range texts(t, m) {
		if shown == "▎ \u2068"+text+"\u2069" {
			return
		}
	}
	t.Error("the text was changed")
}
