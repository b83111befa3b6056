package demo

import (
	"bytes"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"triage/connector"
	"triage/connector/discourse"
	"triage/connector/facebook"
	"triage/connector/instagram"
	"triage/connector/linkedin"
	"triage/connector/slack"
	"triage/connector/standardwebhooks"
	"triage/connector/telegram"
	"triage/connector/threads"
	"triage/connector/tiktok"
	"triage/connector/x"
	"triage/triage"
)

func lines(t *testing.T) []Line {
	t.Helper()
	all, err := Script()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// comments returns the lines in which somebody writes something.
func comments(all []Line) []Line {
	return slices.DeleteFunc(slices.Clone(all), func(l Line) bool { return l.Action != Written })
}

func count(all []Line, is func(Line) bool) int {
	n := 0
	for _, l := range all {
		if is(l) {
			n++
		}
	}
	return n
}

func TestTheCorpusHoldsWhatItIsToShow(t *testing.T) {
	all := lines(t)
	written := comments(all)
	if len(written) < 160 {
		t.Errorf("%d comments, want at least 160", len(written))
	}
	share := func(lang string) float64 {
		return float64(count(written, func(l Line) bool { return l.Lang == lang })) / float64(len(written))
	}
	if en, de := share("en"), share("de"); en < 0.5 || en > 0.65 || de < 0.25 || de > 0.4 {
		t.Errorf("English %.2f and German %.2f of the comments", en, de)
	}
	for _, lang := range []string{"fr", "es", "tr", "pl", "ar", "he", "ja"} {
		if share(lang) == 0 {
			t.Errorf("nobody speaks %s", lang)
		}
	}
	for _, intent := range triage.Intents() {
		if n := count(written, func(l Line) bool { return l.Expect.Intent == intent }); n < 3 {
			t.Errorf("%d comments with the intent %s, want 3", n, intent)
		}
	}
	for _, risk := range triage.Risks() {
		if count(written, func(l Line) bool { return slices.Contains(l.Expect.Risks, risk) }) == 0 {
			t.Errorf("no comment with the risk %s", risk)
		}
	}
	for platform := range map[triage.Platform]bool{triage.Facebook: true, triage.Instagram: true, triage.StandardWebhooks: true} {
		if n := count(written, func(l Line) bool { return l.Platform == platform }); n < 30 {
			t.Errorf("%d comments on %s, want 30", n, platform)
		}
	}
	for _, a := range accounts() {
		if n := count(written, func(l Line) bool { return l.Platform == a.platform }); n < 3 {
			t.Errorf("%d comments on %s, want 3", n, a.platform)
		}
	}
	for name, want := range map[string]struct {
		is    func(Line) bool
		least int
	}{
		"replies in threads":             {func(l Line) bool { return l.Action == Written && l.Re != "" }, 5},
		"edits":                          {func(l Line) bool { return l.Action == Edited }, 5},
		"deletions":                      {func(l Line) bool { return l.Action == Deleted }, 5},
		"likes":                          {func(l Line) bool { return l.Action == Reaction }, 3},
		"own replies":                    {func(l Line) bool { return l.Action == Own }, 3},
		"irony":                          {func(l Line) bool { return l.Expect != nil && l.Expect.Ironic }, 3},
		"praise with a photo":            {func(l Line) bool { return l.Media && l.Expect != nil && l.Expect.Intent == triage.Praise }, 2},
		"creators with reach complain":   {func(l Line) bool { return l.reach() >= 100_000 && l.Expect.Intent == triage.Complaint }, 1},
		"emoji":                          {func(l Line) bool { return strings.ContainsFunc(l.Text, isEmoji) }, 20},
		"right-to-left text":             {func(l Line) bool { return strings.ContainsFunc(l.Text, isRightToLeft) }, 4},
		"reviews and mentions elsewhere": {func(l Line) bool { return l.Form == triage.FormReview || l.Form == triage.FormMention }, 10},
	} {
		if n := count(all, want.is); n < want.least {
			t.Errorf("%s: %d, want at least %d", name, n, want.least)
		}
	}
}

func (l Line) reach() int64 {
	if l.Followers == nil || l.Action != Written {
		return -1
	}
	return *l.Followers
}

func isEmoji(r rune) bool { return r >= 0x1f300 && r <= 0x1faff || r >= 0x2600 && r <= 0x27bf }

func isRightToLeft(r rune) bool { return unicode.In(r, unicode.Hebrew, unicode.Arabic) }

func TestWavesAreNearEqualAndCloseInTime(t *testing.T) {
	for wave, least := range map[string]int{"outage": 12, "spam": 10} {
		t.Run(wave, func(t *testing.T) {
			var members []Line
			for _, l := range comments(lines(t)) {
				if l.Expect.Wave == wave {
					members = append(members, l)
				}
			}
			if len(members) < least {
				t.Fatalf("%d comments, want %d", len(members), least)
			}
			if took := members[len(members)-1].At - members[0].At; took > 180 {
				t.Errorf("it takes %.0f s, want minutes", took)
			}
			near := 0
			for _, m := range members {
				if slices.ContainsFunc(members, func(o Line) bool { return o.ID != m.ID && alike(m.Text, o.Text) >= 0.3 }) {
					near++
				}
			}
			if near < least {
				t.Errorf("%d comments have a near copy in the wave, want %d", near, least)
			}
		})
	}
}

var word = regexp.MustCompile(`\pL+`)

// alike is the share of words that two texts have in common.
func alike(a, b string) float64 {
	one, other, both := map[string]bool{}, map[string]bool{}, 0
	for _, w := range word.FindAllString(strings.ToLower(a), -1) {
		one[w] = true
	}
	for _, w := range word.FindAllString(strings.ToLower(b), -1) {
		other[w] = true
	}
	for w := range one {
		if other[w] {
			both++
		}
	}
	return float64(both) / float64(len(one)+len(other)-both)
}

func TestTheScriptIsWellFormed(t *testing.T) {
	all := lines(t)
	seen, texts, last := map[string]bool{}, map[string]bool{}, 0.0
	for _, l := range all {
		_, known := posts[l.Post]
		switch {
		case l.At < last || l.At > Span.Seconds():
			t.Errorf("%s stands at %.1f, after %.1f", l.ID, l.At, last)
		case !known || accountOn(l.Platform).id == "":
			t.Errorf("%s hangs from nothing: %s on %s", l.ID, l.Post, l.Platform)
		case (l.Action == Written || l.Action == Own) && seen[l.ID]:
			t.Errorf("%s is there twice", l.ID)
		case l.Action == Written && texts[l.Text]:
			t.Errorf("%s says what another says", l.ID)
		case l.Action == Written && (l.By == "" || l.Text == "" || l.Lang == "" || l.Expect == nil || !l.Expect.Intent.Valid()):
			t.Errorf("%s is incomplete", l.ID)
		case l.Platform == triage.Instagram && (l.Action == Edited || l.Action == Deleted || l.Action == Reaction):
			t.Errorf("%s: Instagram tells of no %s", l.ID, l.Action)
		case l.Action == Edited && (l.Expect == nil || l.Text == ""):
			t.Errorf("%s: the edit is incomplete", l.ID)
		}
		seen[l.ID], texts[l.Text], last = true, true, l.At
	}
}

func platformOf(d Delivery) connector.Platform {
	return map[triage.Platform]connector.Platform{
		triage.Facebook: facebook.Connector{}, triage.Instagram: instagram.Connector{},
		triage.StandardWebhooks: standardwebhooks.Connector{}, triage.X: x.Connector{}, triage.LinkedIn: linkedin.Connector{},
		triage.TikTok: tiktok.Connector{}, triage.Threads: threads.Connector{}, triage.Telegram: telegram.Connector{},
		triage.Discourse: discourse.Connector{}, triage.Slack: slack.Connector{},
	}[d.Platform]
}

func TestConnectorsReadWhatTheScriptSays(t *testing.T) {
	all := lines(t)
	run := Run{ID: "1", Start: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	deliveries, err := run.Deliveries(all)
	if err != nil {
		t.Fatal(err)
	}
	heard := map[string][]triage.Engagement{} // by text
	ignored, forms, batches := map[string]int{}, map[triage.Form]int{}, 0
	actions := map[triage.Action]int{}
	for _, d := range deliveries {
		parsed := read(t, d)
		if len(parsed.Events) > 1 {
			batches++
		}
		for _, e := range parsed.Events {
			if d.Platform != triage.Discourse && e.Account != accountOn(d.Platform).id { // a forum is known by its endpoint
				t.Errorf("%s speaks to the account %q", d.ID, e.Account)
			}
			heard[e.Engagement.Text] = append(heard[e.Engagement.Text], e.Engagement)
			actions[e.Engagement.Action]++
			if e.Engagement.Action == triage.Created {
				forms[e.Engagement.Form]++
			}
		}
		for kind, n := range parsed.Ignored {
			ignored[kind] += n
		}
	}
	for _, l := range all {
		if l.Action == Written || l.Action == Edited {
			checkHeard(t, run, l, heard[l.Text])
		}
	}
	if got, want := actions[triage.Created]-actions[triage.Deleted], Live(all); got != want {
		t.Errorf("%d comments stay, want %d", got, want)
	}
	if ignored["reaction"] == 0 || ignored["own_echo"] == 0 || len(ignored) != 2 {
		t.Errorf("ignored: %v", ignored)
	}
	if batches < 10 {
		t.Errorf("%d batches, want some as Meta sends them", batches)
	}
	for _, form := range []triage.Form{triage.FormComment, triage.FormReply, triage.FormMention, triage.FormReview} {
		if forms[form] == 0 {
			t.Errorf("no %s among %v", form, slices.Collect(maps.Keys(forms)))
		}
	}
}

func read(t *testing.T, d Delivery) connector.Parsed {
	t.Helper()
	secret, now := newSecret(d.Platform), time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	headers, err := d.Sign(secret, now)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	for name, value := range headers {
		header.Set(name, value)
	}
	if err := platformOf(d).CheckSecret(secret); err != nil {
		t.Fatalf("%s: %v", d.ID, err)
	}
	parsed, err := connector.Read(platformOf(d), connector.Delivery{Header: header, Body: d.Body, ReceivedAt: now}, []string{secret})
	if err != nil || len(parsed.Rejects) > 0 {
		t.Fatalf("%s: %v, rejects %v\n%s", d.ID, err, parsed.Rejects, d.Body)
	}
	return parsed
}

func checkHeard(t *testing.T, run Run, l Line, heard []triage.Engagement) {
	t.Helper()
	if len(heard) != 1 {
		t.Errorf("%s %s was heard %d times", l.ID, l.Action, len(heard))
		return
	}
	e := heard[0]
	reply := e.Form == triage.FormReply && e.ParentExternalID != ""
	switch {
	case e.TextAltered || e.HasMedia != (l.Media && l.Form != triage.FormMention || l.Media && l.Platform == triage.StandardWebhooks):
		t.Errorf("%s: altered %v, media %v", l.ID, e.TextAltered, e.HasMedia)
	case (l.Re != "") != reply:
		t.Errorf("%s answers %q and is a %s", l.ID, l.Re, e.Form)
	case l.Form != "" && e.Form != l.Form:
		t.Errorf("%s is a %s, want a %s", l.ID, e.Form, l.Form)
	case l.Platform == triage.StandardWebhooks && l.Followers != nil && e.Author.Followers != *l.Followers:
		t.Errorf("%s: %d followers, want %d", l.ID, e.Author.Followers, *l.Followers)
	case e.VersionAt.Before(run.at(l)) || e.VersionAt.After(run.at(l).Add(batchGap*time.Second+time.Second)):
		t.Errorf("%s %s is of %v, want %v", l.ID, l.Action, e.VersionAt, run.at(l))
	}
}

func TestPerformances(t *testing.T) {
	all, start := lines(t), time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	perform := func(id string) []Delivery {
		d, err := Run{ID: id, Start: start}.Deliveries(all)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	first, repeated, fresh := perform("1"), perform("1"), perform("2")
	for i := range first {
		if !bytes.Equal(first[i].Body, repeated[i].Body) || first[i].ID != repeated[i].ID {
			t.Fatalf("a repeated performance differs in %s", first[i].ID)
		}
		if bytes.Equal(first[i].Body, fresh[i].Body) {
			t.Fatalf("another performance says the same in %s", fresh[i].ID)
		}
	}
	sent := 0
	for i, d := range first {
		if sent += d.Lines; i > 0 && d.Due < first[i-1].Due {
			t.Errorf("%s is due before the one that it follows", d.ID)
		}
	}
	if sent != len(all) {
		t.Errorf("%d lines are sent, want %d", sent, len(all))
	}
}

func TestMetaEscapes(t *testing.T) {
	got := string(escape([]byte(`{"u":"https://x.example/é","e":"😀ß"}`)))
	if want := `{"u":"https:\/\/x.example\/\u00e9","e":"\ud83d\ude00\u00df"}`; got != want {
		t.Fatalf("got %s\nwant %s", got, want)
	}
}
