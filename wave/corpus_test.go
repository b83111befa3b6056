package wave

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"triage/builtin"
	"triage/internal/corpus"
	"triage/triage"
)

// TestCopiesAmongStrangersMakeWaves measures, where the corpora are there, how many of the
// near-copies of 300 texts find each other among ten thousand other comments, and how many
// strangers they take in.
func TestCopiesAmongStrangersMakeWaves(t *testing.T) {
	root, here := corpus.Dir(t)
	if !here {
		return
	}
	model, err := builtin.Default()
	if err != nil {
		t.Fatal(err)
	}
	copies, strangers := copiesOf(t, root), strangersOf(t, root, 10_000)
	if len(copies) < 300 {
		t.Fatalf("%d texts with copies", len(copies))
	}
	rng := rand.New(rand.NewPCG(1, 1))
	var all, found, members, right int
	for round := range 10 {
		var items []Item
		add := func(group int, text string) {
			outline := builtin.OutlineOf(text)
			id := triage.ID(fmt.Sprintf("%d-%d", group, len(items)))
			items = append(items, Item{
				ID: id, Author: id, Thread: "post", At: noon.Add(time.Duration(rng.IntN(1800)) * time.Second),
				Outline: outline.Hash, Letters: outline.Letters, Vector: model.Embed(text),
			})
		}
		for group := round * 30; group < round*30+30; group++ {
			for _, text := range copies[group] {
				add(group, text)
				all++
			}
		}
		for _, text := range strangers[round*1000 : round*1000+1000] {
			add(-1, text)
		}
		rng.Shuffle(len(items), func(a, b int) { items[a], items[b] = items[b], items[a] })
		f, m, r := judge(items, Default(builtinModel))
		found, members, right = found+f, members+m, right+r
	}
	recall, precision := float64(found)/float64(all), float64(right)/float64(members)
	t.Logf("%.4f of %d copies found each other; %.4f of %d members belong there", recall, all, precision, members)
	if recall < 0.97 || precision < 0.97 {
		t.Errorf("recall %.4f, precision %.4f", recall, precision)
	}
}

// judge places items and counts the copies in the wave that holds most of their group, the
// members of all waves, and those of the group that most of their wave is of.
func judge(items []Item, b Bounds) (found, members, right int) {
	best := map[string]int{}
	for _, wave := range wavesOf(items, b) {
		groups := map[string]int{}
		for _, id := range wave {
			var group, n int
			if _, err := fmt.Sscanf(string(id), "%d-%d", &group, &n); err == nil {
				groups[fmt.Sprint(group)]++
			}
		}
		most := 0
		for group, n := range groups {
			most = max(most, n)
			if group != "-1" {
				best[group] = max(best[group], n)
			}
		}
		members, right = members+len(wave), right+most
	}
	for _, n := range best {
		found += n
	}
	return found, members, right
}

func copiesOf(t *testing.T, root string) map[int][]string {
	t.Helper()
	out := map[int][]string{}
	for _, row := range corpus.Lines[struct {
		Wave int
		Text string
	}](t, root, "data", "waves.jsonl") {
		out[row.Wave] = append(out[row.Wave], row.Text)
	}
	return out
}

// strangersOf returns n comments from all over the unlabelled ones.
func strangersOf(t *testing.T, root string, n int) []string {
	t.Helper()
	f, err := os.Open(filepath.Join(root, "data", "unlabeled_en_de.txt.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(2, 2))
	var out []string
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for k := 0; lines.Scan(); k++ {
		if len(out) < n {
			out = append(out, lines.Text())
		} else if at := rng.IntN(k + 1); at < n {
			out[at] = lines.Text()
		}
	}
	return out
}
