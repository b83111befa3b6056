package wave

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"triage/triage"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// near returns a unit vector about spread away from centre.
func near(rng *rand.Rand, centre []float32, spread float64) []float32 {
	v := slices.Clone(centre)
	for n := range v {
		v[n] += float32(rng.NormFloat64() * spread / 16)
	}
	return Unit(v)
}

func random(rng *rand.Rand) []float32 {
	return near(rng, make([]float32, 256), 1)
}

// crowd returns a set of items with waves planted in it: item ids tell which.
func crowd(rng *rand.Rand, planted, members, strangers int) []Item {
	var out []Item
	add := func(name string, n int, v []float32) {
		out = append(out, Item{
			ID: triage.ID(fmt.Sprintf("%s-%03d", name, n)), Author: triage.ID(fmt.Sprintf("%s by %d", name, n)), Thread: "post",
			At: noon.Add(time.Duration(rng.IntN(20*60)) * time.Second), Outline: int64(rng.Uint64() | 1), Letters: 40, Vector: v,
		})
	}
	for p := range planted {
		centre := random(rng)
		for n := range members {
			add(fmt.Sprintf("wave%d", p), n, near(rng, centre, 0.4))
		}
	}
	for n := range strangers {
		add("stranger", n, random(rng))
	}
	return out
}

// wavesOf places items in the given order and returns which items share a wave.
func wavesOf(items []Item, b Bounds) map[triage.ID][]triage.ID {
	s := NewSearch(b, nil)
	waves := map[triage.ID][]triage.ID{}
	for _, i := range items {
		f := s.Place(i, func() triage.ID { return triage.ID(fmt.Sprintf("w%d", len(waves))) })
		if f.Wave != "" {
			waves[f.Wave] = append(append(waves[f.Wave], i.ID), f.With...)
		}
	}
	byFirst := map[triage.ID][]triage.ID{}
	for _, members := range waves {
		slices.Sort(members)
		byFirst[members[0]] = members
	}
	return byFirst
}

func TestTheOrderOfArrivalDoesNotDecideWhoIsInAWave(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 1))
		items := crowd(rng, 3, 5+rng.IntN(30), 200)
		want := wavesOf(items, Default(builtinModel))
		if len(want) != 3 {
			t.Fatalf("seed %d: %d waves, want the 3 planted ones", seed, len(want))
		}
		for range 3 {
			rng.Shuffle(len(items), func(a, b int) { items[a], items[b] = items[b], items[a] })
			got := wavesOf(items, Default(builtinModel))
			for first, members := range want {
				if !slices.Equal(got[first], members) {
					t.Fatalf("seed %d: %v became %v", seed, members, got[first])
				}
			}
			if len(got) != len(want) {
				t.Fatalf("seed %d: %d waves became %d", seed, len(want), len(got))
			}
		}
	}
}

func TestTheSameItemsInTheSameOrderMakeTheSameWaves(t *testing.T) {
	t.Parallel()
	items := crowd(rand.New(rand.NewPCG(7, 7)), 4, 12, 300)
	one, two := wavesOf(items, Default(builtinModel)), wavesOf(items, Default(builtinModel))
	if len(one) != 4 || fmt.Sprint(one) != fmt.Sprint(two) {
		t.Errorf("%v, then %v", one, two)
	}
}

func TestNothingBetweenStrangersIsAWave(t *testing.T) {
	t.Parallel()
	if got := wavesOf(crowd(rand.New(rand.NewPCG(3, 3)), 0, 0, 1000), Default(builtinModel)); len(got) > 0 {
		t.Errorf("strangers made waves: %v", got)
	}
}

func TestWhatStartsAWave(t *testing.T) {
	t.Parallel()
	same := random(rand.New(rand.NewPCG(5, 5)))
	long := func(n int, author string) Item {
		return Item{
			ID: triage.ID(fmt.Sprint("i", n)), Author: triage.ID(author), Thread: "post", At: noon.Add(time.Duration(n) * time.Minute),
			Outline: 1, Letters: 40, Vector: same,
		}
	}
	for _, c := range []struct {
		name   string
		change func(n int, i *Item)
		waves  bool
	}{
		{"five by five authors do", func(int, *Item) {}, true},
		{"five by two authors do not", func(n int, i *Item) { i.Author = triage.ID(fmt.Sprint(n % 2)) }, false},
		{"five copies of an advertisement by one author do", func(_ int, i *Item) { i.Author, i.Spam = "bot", true }, true},
		{"hidden authors count each", func(_ int, i *Item) { i.Author = "" }, true},
		{"five over hours do not", func(n int, i *Item) { i.At = noon.Add(time.Duration(n) * time.Hour) }, false},
		{"copies without a vector do", func(_ int, i *Item) { i.Vector = nil }, true},
		{"near ones with other words do", func(n int, i *Item) { i.Outline = int64(n + 1) }, true},
		{"nothing to compare does not", func(_ int, i *Item) { i.Vector, i.Outline = nil, 0 }, false},
		{"short copies under one post do", func(_ int, i *Item) { i.Letters = 5 }, true},
		{"short copies under several posts do not", func(n int, i *Item) { i.Letters, i.Thread = 5, triage.ID(fmt.Sprint("post", n)) }, false},
		{"short ones with other words do not", func(n int, i *Item) { i.Letters, i.Outline = 5, int64(n+1) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var items []Item
			for n := range 5 {
				i := long(n, fmt.Sprint("author", n))
				c.change(n, &i)
				items = append(items, i)
			}
			if got := wavesOf(items, Default(builtinModel)); (len(got) == 1) != c.waves {
				t.Errorf("waves: %v", got)
			}
		})
	}
}

func TestAnOpenWaveTakesNewcomersUntilItIsQuiet(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 9))
	centre := random(rng)
	b := Default(builtinModel)
	place := func(i Item) triage.ID {
		s := NewSearch(b, []Open{{ID: "w", Centre: centre, StartedAt: noon, LastAt: noon.Add(time.Hour)}})
		s.Member(Item{Outline: 77, Letters: 40}, "w")
		return s.Place(i, func() triage.ID { return "new" }).Wave
	}
	for _, c := range []struct {
		name string
		item Item
		want triage.ID
	}{
		{"what is near its centre joins", Item{At: noon.Add(2 * time.Hour), Letters: 40, Vector: near(rng, centre, 0.4)}, "w"},
		{"a copy of a member joins", Item{At: noon.Add(2 * time.Hour), Letters: 40, Outline: 77}, "w"},
		{"what is far does not", Item{At: noon.Add(2 * time.Hour), Letters: 40, Vector: random(rng)}, ""},
		{"what comes after the quiet time does not", Item{At: noon.Add(time.Hour + b.Quiet + 1), Letters: 40, Vector: centre}, ""},
		{"what came long before does not", Item{At: noon.Add(-b.Window - 1), Letters: 40, Vector: centre}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := place(c.item); got != c.want {
				t.Errorf("joined %q, want %q", got, c.want)
			}
		})
	}
}
