package builtin

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestCopiesInWavesAreFound measures how many pairs of near-copies lie nearer than all
// but 1 in 10,000 random pairs, where the corpora are there.
func TestCopiesInWavesAreFound(t *testing.T) {
	root := os.Getenv("TRIAGE_CORPUS")
	if root == "" {
		t.Log("TRIAGE_CORPUS is not set: the waves of near-copies were not compared")
		return
	}
	m := model(t)
	var waves []int
	var vectors [][]float32
	f, err := os.Open(filepath.Join(root, "data", "waves.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var row struct {
			Wave int
			Text string
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		waves, vectors = append(waves, row.Wave), append(vectors, m.Embed(row.Text))
	}
	var copies, strangers []float64
	for i := range vectors {
		for j := i + 1; j < len(vectors) && waves[j] == waves[i]; j++ {
			copies = append(copies, cosine(vectors[i], vectors[j]))
		}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for len(strangers) < 200_000 {
		if i, j := rng.IntN(len(vectors)), rng.IntN(len(vectors)); waves[i] != waves[j] {
			strangers = append(strangers, cosine(vectors[i], vectors[j]))
		}
	}
	slices.Sort(strangers)
	bar := strangers[len(strangers)-1-len(strangers)/10_000]
	found := 0
	for _, c := range copies {
		if c > bar {
			found++
		}
	}
	recall := float64(found) / float64(len(copies))
	t.Logf("%.4f of %d pairs of copies lie above %.3f", recall, len(copies), bar)
	if recall < 0.98 {
		t.Errorf("only %.4f of the copies are found", recall)
	}
}

func cosine(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
