package evaluation

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode"

	"triage/triage"
)

func ownSet(t *testing.T) []Comment {
	t.Helper()
	comments, err := Own()
	if err != nil {
		t.Fatal(err)
	}
	return comments
}

func TestOwnSetIsLargeAndInBothLanguages(t *testing.T) {
	comments := ownSet(t)
	if len(comments) < 400 {
		t.Errorf("%d comments", len(comments))
	}
	n, languages := map[string]int{}, map[string]int{}
	for _, c := range comments {
		languages[c.Lang]++
		n[string(c.Intent)+" "+c.Lang]++
	}
	for _, in := range triage.Intents() {
		for _, lang := range []string{"en", "de"} {
			if got := n[string(in)+" "+lang]; got < 12 {
				t.Errorf("%s in %s: %d comments", in, lang, got)
			}
		}
	}
	en, de := languages["en"], languages["de"]
	if min(en, de) < 200 || max(en, de)-min(en, de) > 20 {
		t.Errorf("%d English, %d German", en, de)
	}
	if others := len(comments) - en - de; others < 20 || languages["und"] < 8 || len(languages) < 12 {
		t.Errorf("%d in other languages or none, of %v", others, languages)
	}
}

func TestOwnSetHasEveryRiskUrgencyAndSentiment(t *testing.T) {
	risks, n := map[triage.Risk]int{}, map[string]int{}
	ironic, ambiguous := 0, 0
	for _, c := range ownSet(t) {
		for i, r := range c.Risk {
			risks[r]++
			if slices.Contains(c.Risk[:i], r) {
				t.Errorf("%q: %s twice", c.Text, r)
			}
		}
		n[string(c.Sentiment)]++
		n[string(c.Urgency)]++
		if c.Ironic {
			ironic++
		}
		if c.Ambiguous {
			ambiguous++
		}
	}
	for _, r := range triage.Risks() {
		if risks[r] < 7 {
			t.Errorf("%s: %d comments", r, risks[r])
		}
	}
	for _, s := range triage.Sentiments() {
		if n[string(s)] < 100 {
			t.Errorf("%s: %d comments", s, n[string(s)])
		}
	}
	for _, u := range triage.Urgencies() {
		if n[string(u)] < 30 {
			t.Errorf("%s: %d comments", u, n[string(u)])
		}
	}
	if ironic < 20 || ambiguous < 30 {
		t.Errorf("%d ironic, %d ambiguous", ironic, ambiguous)
	}
}

// The labels of one comment agree with each other as the taxonomy has it.
func TestOwnSetLabelsAgree(t *testing.T) {
	for _, c := range ownSet(t) {
		if c.Queue != c.Intent.DefaultQueue() {
			t.Errorf("%q: queue %s for %s", c.Text, c.Queue, c.Intent)
		}
		for _, r := range []triage.Risk{triage.RiskSelfHarm, triage.RiskThreat, triage.RiskLegal, triage.RiskBoycott} {
			if slices.Contains(c.Risk, r) && (c.Urgency != triage.UrgencyUrgent || !c.ReplyExpected) {
				t.Errorf("%q: %s, but %s, reply expected %v", c.Text, r, c.Urgency, c.ReplyExpected)
			}
		}
		if c.Urgency == triage.UrgencyUrgent && len(c.Risk) == 0 {
			t.Errorf("%q: urgent without a risk", c.Text)
		}
		if c.Ironic && c.Sentiment != triage.Negative {
			t.Errorf("%q: ironic and %s", c.Text, c.Sentiment)
		}
		if c.Intent == triage.Spam && c.ReplyExpected {
			t.Errorf("%q: spam is not answered", c.Text)
		}
		if (c.Intent == triage.SupportRequest || c.Intent == triage.ProductQuestion) && !c.ReplyExpected {
			t.Errorf("%q: %s without an answer", c.Text, c.Intent)
		}
	}
}

func TestOwnSetHasNoTextTwice(t *testing.T) {
	seen := map[string]string{}
	for _, c := range ownSet(t) {
		key := strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, c.Text)
		if key == "" { // nothing but signs
			key = c.Text
		}
		if before, met := seen[key]; met {
			t.Errorf("%q and %q", before, c.Text)
		}
		seen[key] = c.Text
		if strings.TrimSpace(c.Text) == "" {
			t.Error("an empty text")
		}
	}
}

func TestOwnSetPairsAreComplete(t *testing.T) {
	members := map[string][]Comment{}
	for _, c := range ownSet(t) {
		if c.Pair != "" {
			members[c.Pair] = append(members[c.Pair], c)
		}
	}
	kinds := map[string]int{}
	for name, m := range members {
		if len(m) != 2 || m[0].Lang != m[1].Lang {
			t.Errorf("%s has %d comments, or two languages", name, len(m))
			continue
		}
		a, b := m[0], m[1]
		if a.Intent == b.Intent && a.Sentiment == b.Sentiment && a.Ironic == b.Ironic {
			t.Errorf("%s does not differ in intent, sentiment or irony", name)
		}
		if kind(name) == "irony" && a.Ironic == b.Ironic {
			t.Errorf("%s is not one of irony", name)
		}
		kinds[kind(name)+" "+a.Lang]++
	}
	for _, k := range []string{"irony", "polite", "question", "inside", "content", "case", "own", "offer", "fans", "figure"} {
		if kinds[k+" en"] < 4 || kinds[k+" de"] < 4 {
			t.Errorf("%s: %d English pairs, %d German", k, kinds[k+" en"], kinds[k+" de"])
		}
	}
	if len(kinds) != 20 {
		t.Errorf("kinds of pairs %v", kinds)
	}
}

// What the engine cannot read may be anything, but it is not called spam.
func TestOtherLanguagesAndGibberishAreNotSpam(t *testing.T) {
	comments := slices.DeleteFunc(ownSet(t), func(c Comment) bool { return c.Lang == "en" || c.Lang == "de" })
	judged, err := judge(t.Context(), engineOf(t), comments)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range comments {
		if judged[i].Intent == triage.Spam {
			t.Errorf("%q is called spam", c.Text)
		}
	}
}

func TestPairsAreToldApartOnlyWhenBothSidesAreRight(t *testing.T) {
	bitter := Comment{Intent: triage.Complaint, Sentiment: triage.Negative, Ironic: true}
	glad := Comment{Intent: triage.Praise, Sentiment: triage.Positive}
	pair := func(name string, a, b Comment) []Comment {
		a.Pair, b.Pair = name, name
		return []Comment{a, b}
	}
	comments := slices.Concat(
		[]Comment{bitter, glad}, // in no pair
		pair("irony-1", bitter, glad), pair("irony-2", bitter, glad),
		pair("content-1", glad, Comment{Intent: triage.ContentReaction, Sentiment: triage.Positive}),
	)
	said := func(c Comment) triage.Classification {
		return triage.Classification{Intent: c.Intent, Sentiment: c.Sentiment, Ironic: c.Ironic}
	}
	var judged []triage.Classification
	for _, c := range comments {
		judged = append(judged, said(c))
	}
	judged[4].Ironic = false              // irony-2: right but for the irony
	judged[6].Sentiment = triage.Negative // content-1 does not differ in it
	got := pairs(comments, judged)
	if got["irony"] != (Pairs{2, 1}) || got["content"] != (Pairs{1, 1}) || len(got) != 2 {
		t.Errorf("pairs %v", got)
	}
	var out bytes.Buffer
	if err := printPairs(&out, got); err != nil {
		t.Fatal(err)
	}
	if want := "hard pairs  told apart  of\ncontent     1           1\nirony       1           2\n\n"; out.String() != want {
		t.Errorf("printed\n%s", out.String())
	}
}
