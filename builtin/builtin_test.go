package builtin

import (
	"bufio"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"triage/triage"
)

func model(t testing.TB) *Model {
	t.Helper()
	m, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// check holds what must be true of every judgement of every text.
func check(t *testing.T, m *Model, text string) triage.Classification {
	t.Helper()
	c := m.Classify(text)
	if !c.Intent.Valid() || !c.Sentiment.Valid() || !slices.Contains(triage.Urgencies(), c.Urgency) {
		t.Errorf("%q: outside the closed sets: %+v", text, c)
	}
	for _, r := range c.Risks {
		if !r.Valid() {
			t.Errorf("%q: risk %s is not in the taxonomy", text, r)
		}
	}
	for _, s := range c.Evidence {
		if s.Start < 0 || s.End > len(text) || s.Start >= s.End {
			t.Fatalf("%q: span %+v is outside the text", text, s)
		}
		if utf8.ValidString(text) && !utf8.ValidString(text[s.Start:s.End]) {
			t.Errorf("%q: span %+v cuts a letter", text, s)
		}
	}
	f := c.Confidence
	for _, p := range []float64{f.Queue, f.Intent, f.Sentiment, f.Ironic, f.Urgency, f.ReplyExpected} {
		if math.IsNaN(p) || p < 0 || p > 1 {
			t.Errorf("%q: confidence %v", text, f)
		}
	}
	sum := 0.0
	for _, x := range m.Embed(text) {
		sum += float64(x) * float64(x)
	}
	if math.IsNaN(sum) || math.Abs(sum-1) > 1e-4 {
		t.Errorf("%q: vector of length %v", text, sum)
	}
	return c
}

func TestEveryTextIsJudged(t *testing.T) {
	m := model(t)
	for _, text := range []string{
		"", " ", "\n\t", "?", "https://example.org", "42", "🙏🏽", "👩‍👩‍👧", "\xff\xfe\x80", "a\x00b", "<3", "@", "#", "@@@@", "http://",
		"\u202eabc", strings.Repeat("\u0301", 500), strings.Repeat("a", 10_000), strings.Repeat("🇩🇪", 999), strings.Repeat("ß ", 60_000),
		"مرحبا كيف حالك", "你好", "こんにちは", "привет как дела", "สวัสดี", "k i l l", "....", "!!!!!!!!", "i\u200bo", "@\u00e9", "#\u00df\u0301",
	} {
		check(t, m, text)
	}
}

// TestHostileCorpus runs when the folder with other people's hostile strings is there.
func TestHostileCorpus(t *testing.T) {
	root := os.Getenv("TRIAGE_CORPUS")
	if root == "" {
		t.Log("TRIAGE_CORPUS is not set: the hostile strings were not judged")
		return
	}
	m := model(t)
	judged := 0
	for _, dir := range []string{"strings", "unicode", "own", "prompt-injection"} {
		files, err := filepath.Glob(filepath.Join(root, "hostile", dir, "*.*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("hostile/%s: no files (%v)", dir, err)
		}
		for _, name := range files {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(f)
			lines.Buffer(nil, 1<<24)
			for lines.Scan() {
				check(t, m, lines.Text())
				judged++
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("judged %d hostile lines", judged)
}

func TestLanguage(t *testing.T) {
	m := model(t)
	for _, tt := range []struct{ text, want string }{
		{"When will my order arrive? I have been waiting for a week", "en"},
		{"Wann kommt meine Bestellung an? Ich warte seit einer Woche", "de"},
		{"Merci beaucoup, c'est très gentil de votre part", "fr"},
		{"Muchas gracias por todo, me gusta mucho este producto", "es"},
		{"Grazie mille, questo è molto bello", "it"},
		{"Спасибо большое, очень вкусно", "ru"},
		{"ありがとうございます", "ja"},
		{"شكرا جزيلا", "ar"},
		{"qwrtz plmk ghjdf xcvb", "und"},
		{"😂😂😂", "und"},
		{"", "und"},
	} {
		if got := m.Classify(tt.text).Language; got != tt.want {
			t.Errorf("%q: language %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestGibberishIsUnsureAndNeverSpam(t *testing.T) {
	m := model(t)
	for _, text := range []string{"qwrtz plmk ghjdf", "asdkjhasd kjahsdkjh", "xkcd zzzt brrgl WQPX", "", "https://example.org/x", "12345"} {
		c := m.Classify(text)
		if c.Intent == triage.Spam {
			t.Errorf("%q is called spam", text)
		}
		if c.Language != "und" || c.Confidence.Queue > 0.5 && !strings.ContainsAny(text, "0123456789/") && text != "" {
			t.Errorf("%q: language %s, confidence %.2f", text, c.Language, c.Confidence.Queue)
		}
	}
}

func TestJudgingIsDeterministic(t *testing.T) {
	m := model(t)
	text := "My lawyer will call you, the charger caught fire!"
	first, vector := m.Classify(text), m.Embed(text)
	for range 20 {
		again := m.Classify(text)
		if again.Intent != first.Intent || again.Confidence != first.Confidence || !slices.Equal(again.Evidence, first.Evidence) ||
			!slices.Equal(m.Embed(text), vector) {
			t.Fatalf("two answers for one text: %+v and %+v", first, again)
		}
	}
}

func TestNearCopiesAreNearerThanOtherTexts(t *testing.T) {
	m := model(t)
	cos := func(a, b string) float64 { return cosine(m.Embed(a), m.Embed(b)) }
	text := "The parcel never arrived and nobody at support answers my emails"
	for _, copied := range []string{
		"the parcel never arrived and nobody at support answers my emails!!",
		"@shop The parcel never arrived and nobody at suport answers my emails 😡",
		"THE PARCEL NEVER ARRIVED, and nobody at support answers my mails https://example.org/3",
	} {
		near, far := cos(text, copied), cos(text, "Lovely colours in this picture, where was it taken?")
		if near < 0.7 || far > 0.4 {
			t.Errorf("%q: %.2f to its copy, %.2f to another text", copied, near, far)
		}
	}
}
