package wave

import (
	"cmp"
	"math"
	"slices"
	"time"

	"triage/triage"
)

// Item is one engagement as the search sees it.
type Item struct {
	ID      triage.ID
	Author  triage.ID // empty when the platform hides the author, who then counts as another one
	Thread  triage.ID
	At      time.Time
	Outline int64     // equal for copies; 0 for nothing to compare
	Letters int       // of the outline
	Vector  []float32 // of unit length; nil when it has none
	Spam    bool
}

// Open is a wave that takes newcomers.
type Open struct {
	ID        triage.ID
	Centre    []float32 // of unit length; nil when no member has a vector
	StartedAt time.Time
	LastAt    time.Time
}

// Found is what placing an item found: the wave it belongs to, empty for none, and when
// it started that wave, which earlier items belong to it too.
type Found struct {
	Wave    triage.ID
	Started bool
	With    []triage.ID
}

// Search places items one after the other. An item costs one comparison with each open
// wave and one with each item remembered, so whoever fills it bounds both.
type Search struct {
	bounds   Bounds
	open     []*Open
	byID     map[triage.ID]*Open
	outlines map[outline]triage.ID
	recent   []Item
}

// outline is what copies share. Short texts are copies within their thread only.
type outline struct {
	hash   int64
	thread triage.ID
}

// NewSearch returns a search that knows the waves that take newcomers.
func NewSearch(b Bounds, open []Open) *Search {
	s := &Search{bounds: b, byID: map[triage.ID]*Open{}, outlines: map[outline]triage.ID{}}
	for _, w := range open {
		s.add(w)
	}
	return s
}

func (s *Search) add(w Open) *Open {
	s.open = append(s.open, &w)
	s.byID[w.ID] = &w
	return &w
}

func (s *Search) outline(i Item) outline {
	if i.Letters < s.bounds.Letters {
		return outline{i.Outline, i.Thread}
	}
	return outline{hash: i.Outline}
}

// Member tells of an earlier item that is in an open wave: copies of it join that wave.
func (s *Search) Member(i Item, in triage.ID) {
	if key := s.outline(i); i.Outline != 0 && s.byID[in] != nil && (s.outlines[key] == "" || in < s.outlines[key]) {
		s.outlines[key] = in
	}
}

// Remember tells of an earlier item that is in no wave.
func (s *Search) Remember(i Item) { s.recent = append(s.recent, i) }

// Place finds the wave that i belongs to: one that holds a copy of it, else the one whose
// centre is nearest and near, else a new one that it makes with items remembered. It
// remembers i when there is none. newID names a new wave.
func (s *Search) Place(i Item, newID func() triage.ID) Found {
	if w := s.joins(i); w != nil {
		w.StartedAt, w.LastAt = earlier(w.StartedAt, i.At), later(w.LastAt, i.At)
		s.Member(i, w.ID)
		return Found{Wave: w.ID}
	}
	seed := s.seed(i)
	if !s.enough(seed) {
		s.Remember(i)
		return Found{}
	}
	return s.start(i, seed, newID())
}

func (s *Search) joins(i Item) *Open {
	if w := s.byID[s.outlines[s.outline(i)]]; w != nil && i.Outline != 0 && s.takes(w, i) {
		return w
	}
	if i.Vector == nil || i.Letters < s.bounds.Letters {
		return nil
	}
	var best *Open
	least := s.bounds.Near
	for _, w := range s.open {
		if d := Distance(i.Vector, w.Centre); d <= least && s.takes(w, i) && (best == nil || d < least || w.ID < best.ID) {
			best, least = w, d
		}
	}
	return best
}

// takes reports whether i comes in the time of the wave.
func (s *Search) takes(w *Open, i Item) bool {
	return !i.At.After(w.LastAt.Add(s.bounds.Quiet)) && !i.At.Before(w.StartedAt.Add(-s.bounds.Window))
}

// seed returns i and what is near it, in meaning and time, of what is remembered.
func (s *Search) seed(i Item) []Item {
	out := []Item{i}
	for _, o := range s.recent {
		if gap := i.At.Sub(o.At).Abs(); gap <= s.bounds.Window && s.near(i, o) {
			out = append(out, o)
		}
	}
	return out
}

func (s *Search) near(a, b Item) bool {
	if a.Outline != 0 && s.outline(a) == s.outline(b) {
		return true
	}
	return min(a.Letters, b.Letters) >= s.bounds.Letters && Distance(a.Vector, b.Vector) <= s.bounds.Near
}

// enough reports whether the seed starts a wave: many by several authors, or many copies
// of one advertisement by whomever.
func (s *Search) enough(seed []Item) bool {
	if len(seed) < s.bounds.Members {
		return false
	}
	authors, hidden, copies := map[triage.ID]bool{}, 0, 0
	for _, i := range seed {
		if i.Author == "" {
			hidden++
		} else {
			authors[i.Author] = true
		}
		if i.Spam && s.outline(i) == s.outline(seed[0]) {
			copies++
		}
	}
	return len(authors)+hidden >= s.bounds.Authors || copies >= s.bounds.Members
}

// start opens a wave around the seed and takes in what else of its time is near its
// centre, so that it matters less which member came last.
func (s *Search) start(i Item, seed []Item, id triage.ID) Found {
	w := s.add(Open{ID: id, Centre: Centre(seed), StartedAt: i.At, LastAt: i.At})
	in := map[triage.ID]bool{}
	for _, m := range seed {
		in[m.ID] = true
	}
	found := Found{Wave: id, Started: true}
	rest := s.recent[:0]
	for _, o := range s.recent {
		joins := in[o.ID] || (o.At.Sub(i.At).Abs() <= s.bounds.Window && o.Letters >= s.bounds.Letters &&
			Distance(o.Vector, w.Centre) <= s.bounds.Near)
		if !joins {
			rest = append(rest, o)
			continue
		}
		found.With = append(found.With, o.ID)
		w.StartedAt, w.LastAt = earlier(w.StartedAt, o.At), later(w.LastAt, o.At)
		s.Member(o, id)
	}
	s.recent = rest
	s.Member(i, id)
	slices.Sort(found.With)
	return found
}

// Distance returns the cosine distance of two unit vectors, 0 to 2. Vectors of different
// lengths, and nil, are as far as can be from everything.
func Distance(a, b []float32) float64 {
	if len(a) == 0 || len(a) != len(b) {
		return 2
	}
	var sum float32
	for n, x := range a {
		sum += x * b[n]
	}
	return 1 - float64(sum)
}

// Centre returns the mean direction of the vectors of items, of unit length, or nil when
// none has one.
func Centre(items []Item) []float32 {
	items = slices.SortedFunc(slices.Values(items), func(a, b Item) int { return cmp.Compare(a.ID, b.ID) })
	var sum []float32
	for _, i := range items {
		if sum == nil {
			sum = make([]float32, len(i.Vector))
		}
		if len(i.Vector) != len(sum) {
			continue
		}
		for n, x := range i.Vector {
			sum[n] += x
		}
	}
	return Unit(sum)
}

// Unit scales v, in place, to length one. It returns nil for what has no direction.
func Unit(v []float32) []float32 {
	square := 0.0
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	if square == 0 {
		return nil
	}
	by := float32(1 / math.Sqrt(square))
	for n := range v {
		v[n] *= by
	}
	return v
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
