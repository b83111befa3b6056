package train

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"triage/builtin"
	"triage/triage"
)

// tinyData writes a folder of invented comments, small enough to train in a moment.
func tinyData(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	kinds := []struct{ intent, sentiment, urgency, queue, text string }{
		{"complaint", "negative", "high", "cm", "the kettle number %d is broken again and leaks"},
		{"praise", "positive", "low", "cm", "thank you for kettle number %d, we love it"},
		{"content_reaction", "positive", "low", "smm", "what a funny clip number %d, great editing"},
		{"product_question", "neutral", "normal", "cm", "does kettle number %d come in red?"},
	}
	var real, written, plain strings.Builder
	for i := range 160 {
		k := kinds[i%len(kinds)]
		line, err := json.Marshal(map[string]any{
			"text": fmt.Sprintf(k.text, i), "lang": "en", "intent": k.intent, "sentiment": k.sentiment, "urgency": k.urgency,
			"queue": k.queue, "risk": []string{}, "reply_expected": k.queue == "cm",
		})
		if err != nil {
			t.Fatal(err)
		}
		to := &real
		if i%8 == 7 {
			to = &written
		}
		_, _ = fmt.Fprintf(to, "%s\n", line)
		_, _ = fmt.Fprintf(&plain, k.text+" today\n", 1000+i)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("train.jsonl", real.String())
	write("written.jsonl", written.String())
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	if _, err := io.WriteString(zip, plain.String()); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	write(unlabelledFile, zipped.String())
	return dir
}

func TestEqualDataAndSeedGiveEqualBytes(t *testing.T) {
	dir := tinyData(t)
	train := func(name string, seed uint64) []byte {
		out := filepath.Join(dir, name)
		if err := Run(t.Context(), Options{Data: dir, Out: out, Date: "2026-01-02", Seed: seed}, io.Discard); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	first := train("a", 1)
	if !bytes.Equal(first, train("b", 1)) {
		t.Error("two trainings with one seed differ")
	}
	m, err := builtin.Decode(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	c := m.Classify("what a funny clip, great editing")
	if c.Intent != triage.ContentReaction || c.Sentiment != triage.Positive {
		t.Errorf("a text like those it learned from is called %s, %s", c.Intent, c.Sentiment)
	}
}

func TestTrainingStopsWhenTold(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := tinyData(t)
	out := filepath.Join(dir, "model")
	if err := Run(ctx, Options{Data: dir, Out: out}, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("training after the end: %v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a stopped training left a model file")
	}
}

func TestMissingDataIsNamed(t *testing.T) {
	err := Run(t.Context(), Options{Data: t.TempDir()}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "train.jsonl") {
		t.Errorf("error %v", err)
	}
}

func TestReducedRowsKeepTheirAngles(t *testing.T) {
	// Two groups of rows, each using columns of its own.
	a := &sparse{rows: 40, columns: 60, starts: []int{0}}
	for r := range a.rows {
		for c := range 6 {
			a.at = append(a.at, uint32(r%2*30+(r+c*4)%30))
			a.value = append(a.value, 1)
		}
		a.starts = append(a.starts, len(a.at))
	}
	const dims = 2
	v := reduce(a, dims, 1)
	cos := func(i, j int) float64 {
		x, y := v[i*dims:i*dims+dims], v[j*dims:j*dims+dims]
		return dot(x, y) / math.Sqrt(dot(x, x)*dot(y, y))
	}
	if same, other := cos(0, 2), math.Abs(cos(0, 1)); same < 0.9 || other > 0.1 {
		t.Errorf("rows of one group at %.2f, of two groups at %.2f", same, other)
	}
}

func TestConfidenceCurvesRise(t *testing.T) {
	var raw []float64
	var right []bool
	for i := range 1000 {
		raw = append(raw, float64(i)/1000)
		right = append(right, i%10 < i/100) // the higher, the more often right
	}
	c := rising(raw, right)
	for i := 1; i < len(c.Right); i++ {
		if c.Right[i] < c.Right[i-1] || c.Raw[i] < c.Raw[i-1] {
			t.Fatalf("the curve falls at knot %d: %+v", i, c)
		}
	}
	if got := c.At(0.5); math.Abs(got-0.5) > 0.06 {
		t.Errorf("a confidence of 0.5 that is right in half of the cases becomes %.2f", got)
	}
}
