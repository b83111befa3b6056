package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"triage/notify"
	"triage/triage"
)

var noon = time.Date(2025, 11, 14, 12, 0, 0, 0, time.UTC)

func berlin(t *testing.T) *time.Location {
	t.Helper()
	location, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return location
}

func subject(change func(*notify.Subject)) notify.Subject {
	s := notify.Subject{
		ItemID: "0190f3a0-0000-7000-8000-000000000001", Brand: "Kaffee Nord",
		Queue: triage.CM, Priority: triage.P1, DueAt: noon.Add(15 * time.Minute), Judged: true,
		Intent: triage.Complaint, Sentiment: triage.Negative, Urgency: triage.UrgencyHigh, ReplyExpected: true,
		Reasons:  []triage.Reason{{Rule: "complaint", Text: "A complaint belongs to the relationship queue."}},
		Platform: triage.Instagram, Form: triage.FormComment,
		Author: triage.Author{Name: "Mia Krüger", Handle: "@mia", Followers: 12400, Verified: true},
		Text:   "The mug broke on the first day.",
	}
	if change != nil {
		change(&s)
	}
	return s
}

func fact(n notify.Notice, label string) string {
	for _, f := range n.Facts {
		if f.Label == label && f.Note != "" {
			return f.Value + " (" + f.Note + ")"
		}
		if f.Label == label {
			return f.Value
		}
	}
	return ""
}

func TestANoticeSaysWhoWhatWhyAndUntilWhen(t *testing.T) {
	v := notify.Voice{Location: berlin(t), PublicURL: "https://triage.example/"}
	n := v.Compose(subject(nil), noon)
	for _, c := range []struct{ what, got, want string }{
		{"headline", n.Headline, "Urgent: relationship queue"},
		{"name", n.Name, "Mia Krüger"},
		{"handle", n.Handle, "mia"},
		{"about", n.About, "12,400 followers · verified · Instagram, comment · Kaffee Nord"},
		{"quote", n.Quote, "The mug broke on the first day."},
		{"due", fact(n, "First answer due"), "14 Nov 2025, 13:15 CET"},
		{"intent", fact(n, "Intent"), "complaint"},
		{"why", strings.Join(n.Why, "|"), "A complaint belongs to the relationship queue."},
		{"link", n.Link.URL, "https://triage.example/v1/items/0190f3a0-0000-7000-8000-000000000001"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
}

func TestANoticeInGerman(t *testing.T) {
	v := notify.Voice{Language: "de", Location: berlin(t)}
	n := v.Compose(subject(func(s *notify.Subject) { s.DueAt = time.Date(2025, 7, 1, 8, 5, 0, 0, time.UTC) }), noon)
	for _, c := range []struct{ what, got, want string }{
		{"headline", n.Headline, "Dringend: Beziehungs-Queue"},
		{"about", n.About, "12.400 Follower · verifiziert · Instagram, Kommentar · Kaffee Nord"},
		{"due, in summer time and past", fact(n, "Erste Antwort fällig"), "01.07.2025, 10:05 Uhr MESZ (überfällig)"},
		{"intent", fact(n, "Anliegen"), "Beschwerde"},
		{"link without a public address", n.Link.URL, ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
}

func TestTextThatIsHardToReadIsCovered(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(*notify.Subject)
		covered bool
	}{
		{"abuse", func(s *notify.Subject) { s.Intent = triage.Abuse }, true},
		{"a threat in a complaint", func(s *notify.Subject) { s.Risks = []triage.Risk{triage.RiskLegal, triage.RiskThreat} }, true},
		{"self-harm", func(s *notify.Subject) { s.Risks = []triage.Risk{triage.RiskSelfHarm} }, true},
		{"discrimination", func(s *notify.Subject) { s.Risks = []triage.Risk{triage.RiskDiscrimination} }, true},
		{"a legal step is read as it is", func(s *notify.Subject) { s.Risks = []triage.Risk{triage.RiskLegal} }, false},
		{"a plain complaint is read as it is", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := subject(c.change)
			n := notify.Voice{}.Compose(s, noon)
			if shown := strings.Contains(fmt.Sprintf("%+v", n), s.Text); shown == c.covered {
				t.Errorf("text shown: %v in %+v", shown, n)
			}
			if c.covered != strings.Contains(n.Line, "covered") {
				t.Errorf("line is %q", n.Line)
			}
		})
	}
}

func TestEveryWordIsSaidInBothLanguages(t *testing.T) {
	for _, language := range []string{"en", "de"} {
		v := notify.Voice{Language: language}
		check := func(s notify.Subject, what any) {
			t.Helper()
			n := v.Compose(s, noon)
			for _, f := range append(n.Facts, notify.Fact{Label: "headline", Value: strings.TrimPrefix(n.Headline, ": ")}) {
				if f.Label == "" || f.Value == "" {
					t.Errorf("%s, %v: the fact %q is %q", language, what, f.Label, f.Value)
				}
			}
			if strings.HasSuffix(n.Headline, ": ") || strings.HasPrefix(n.Headline, ": ") || strings.Contains(n.About, ",  ") {
				t.Errorf("%s, %v: headline %q, about %q", language, what, n.Headline, n.About)
			}
		}
		for _, i := range triage.Intents() {
			check(subject(func(s *notify.Subject) { s.Intent = i }), i)
		}
		for _, x := range triage.Sentiments() {
			check(subject(func(s *notify.Subject) { s.Sentiment = x }), x)
		}
		for _, u := range triage.Urgencies() {
			check(subject(func(s *notify.Subject) { s.Urgency = u }), u)
		}
		for _, r := range triage.Risks() {
			check(subject(func(s *notify.Subject) { s.Risks = []triage.Risk{r} }), r)
			n := v.Compose(subject(func(s *notify.Subject) { s.Risks = []triage.Risk{r} }), noon)
			if fact(n, map[string]string{"en": "Risk", "de": "Risiko"}[language]) == "" {
				t.Errorf("%s: no word for the risk %s", language, r)
			}
		}
		for _, q := range triage.Queues() {
			for p := triage.P1; p <= triage.P4; p++ {
				check(subject(func(s *notify.Subject) { s.Queue, s.Priority = q, p }), q)
			}
		}
		for _, f := range []triage.Form{triage.FormComment, triage.FormReply, triage.FormMention, triage.FormReview, triage.FormMessage} {
			check(subject(func(s *notify.Subject) { s.Form = f }), f)
			if n := v.Compose(subject(func(s *notify.Subject) { s.Form = f }), noon); strings.Contains(n.About, ",  ·") || strings.Contains(n.About, ", ·") {
				t.Errorf("%s: no word for the form %s in %q", language, f, n.About)
			}
		}
	}
}

func TestWhatNobodyJudgedIsSaidToBeSo(t *testing.T) {
	n := notify.Voice{}.Compose(subject(func(s *notify.Subject) { s.Judged = false; s.Intent = triage.Other }), noon)
	if got := fact(n, "Intent"); got != "not judged by a machine" {
		t.Errorf("intent is %q", got)
	}
	if got := fact(n, "Sentiment"); got != "" {
		t.Errorf("a sentiment is claimed: %q", got)
	}
}

func TestADigestNamesTheMostUrgentFirstAndQuotesNobody(t *testing.T) {
	var all []notify.Subject
	for i := range 27 {
		all = append(all, subject(func(s *notify.Subject) {
			s.Priority, s.DueAt = triage.P2, noon.Add(time.Duration(i)*time.Minute)
			if i == 20 {
				s.Priority, s.Risks = triage.P1, []triage.Risk{triage.RiskSafety}
			}
		}))
	}
	n := notify.Voice{PublicURL: "https://triage.example"}.Digest(all, noon)
	if n.Headline != "27 items cannot wait" || n.Line != "1 × urgent, 26 × high" {
		t.Errorf("headline %q, line %q", n.Headline, n.Line)
	}
	if len(n.Entries) != 16 || n.Entries[15].Link.Text != "and 12 more" {
		t.Fatalf("entries: %+v", n.Entries)
	}
	if first := n.Entries[0]; !strings.HasPrefix(first.Link.Text, "Urgent") || !strings.Contains(first.Facts, "safety") {
		t.Errorf("first entry: %+v", first)
	}
	if said := fmt.Sprintf("%+v", n); strings.Contains(said, "mug") || strings.Contains(said, "Mia") || strings.Contains(said, "mia") {
		t.Errorf("the digest quotes somebody: %s", said)
	}
}

func TestARetractionHoldsNothingOfTheAuthor(t *testing.T) {
	for language, want := range map[string]string{"en": "deleted by its author", "de": "gelöscht"} {
		n := notify.Voice{Language: language}.Retraction()
		if !strings.Contains(n.Line, want) || n.Name+n.Handle+n.Quote+n.About != "" {
			t.Errorf("%s: %+v", language, n)
		}
	}
}
