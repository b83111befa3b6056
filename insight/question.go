package insight

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"triage/postgres"
	"triage/triage"
)

// Question is one open item whose label would teach much, and what to ask about it.
type Question struct {
	Item  postgres.Item
	Field string // what is asked about: queue or intent
	Text  string
	Worth float64 // unsure × how many open comments are like it × how little is known of those
}

// Questions returns at most most questions, the one that would teach most first. Only the
// newest open items that the engine is unsure of are looked at; comments alike are asked
// about once.
func (in *Insights) Questions(ctx context.Context, brand triage.ID, most int) ([]Question, error) {
	open, err := in.store.OpenUnsure(ctx, brand, in.store.Now().Add(-askedBack), candidates)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	t, err := in.tools()
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(open))
	for n, o := range open {
		texts[n] = o.Text
	}
	read, err := t.read(ctx, texts)
	if err != nil {
		return nil, err
	}
	covered, err := in.covered(ctx, t, brand, read)
	if err != nil {
		return nil, err
	}
	var out []Question
	for _, c := range chosen(open, read, covered, most) {
		item, err := in.store.Item(ctx, brand, open[c.at].Item)
		if err != nil {
			return nil, err
		}
		q := question(open[c.at])
		q.Item, q.Worth = item, c.worth
		out = append(out, q)
	}
	return out, nil
}

const (
	// askedBack is how far back open items are looked at.
	askedBack = 14 * 24 * time.Hour
	// candidates bounds how many open items are compared with each other.
	candidates = 400
	// alike is the distance at which two comments share exp(-1) of what a label teaches.
	alike = 0.5
)

// kinship returns how much a label of one comment teaches about another, 0 to 1.
func kinship(distance float64) float64 {
	reach := distance / alike
	return math.Exp(-reach * reach)
}

// covered returns how much the nearest labelled neighbour of each comment already teaches.
func (in *Insights) covered(ctx context.Context, t *tools, brand triage.ID, read []reading) ([]float64, error) {
	by := t.nearby()
	by.Most, by.OtherReading = 1, 0
	around, err := in.store.Neighbourhoods(ctx, brand, askedOf(read), by)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(read))
	for n, a := range around {
		if len(a.Neighbours) > 0 {
			out[n] = kinship(a.Neighbours[0].Distance)
		}
	}
	return out, nil
}

func askedOf(read []reading) []postgres.Asked {
	asked := make([]postgres.Asked, len(read))
	for n, r := range read {
		asked[n] = r.asked
	}
	return asked
}

type choice struct {
	at    int
	worth float64
}

// chosen picks the open comments that would teach most, one after the other: what is like
// one that was picked is worth less from then on.
func chosen(open []postgres.Unsure, read []reading, covered []float64, most int) []choice {
	unsure, density := make([]float64, len(open)), make([]float64, len(open))
	for n, o := range open {
		unsure[n] = 1 - min(o.Confidence.Queue, o.Confidence.Intent)
		for m := range open {
			density[n] += kinship(distance(read[n].asked.Vector, read[m].asked.Vector))
		}
	}
	worth := func(n int) float64 { return unsure[n] * density[n] * (1 - covered[n]) }
	var out []choice
	picked := make([]bool, len(open))
	for len(out) < most {
		top := -1
		for n := range open {
			if !picked[n] && (top < 0 || worth(n) > worth(top)) {
				top = n
			}
		}
		if top < 0 {
			break
		}
		out, picked[top] = append(out, choice{top, worth(top)}), true
		for n := range open {
			covered[n] = max(covered[n], kinship(distance(read[n].asked.Vector, read[top].asked.Vector)))
		}
	}
	return out
}

// distance is the cosine distance of two vectors of unit length.
func distance(a, b []float32) float64 {
	sum := float32(0)
	for n := range a {
		sum += a[n] * b[n]
	}
	return max(0, 1-float64(sum))
}

// question asks about what the engine is least sure of.
func question(o postgres.Unsure) Question {
	names := map[triage.Queue]string{triage.SMM: "content queue", triage.CM: "relationship queue"}
	if o.Confidence.Queue < o.Confidence.Intent {
		return Question{Field: "queue", Text: fmt.Sprintf("Is this for the %s? The engine is %.0f %% sure.",
			names[o.Intent.DefaultQueue()], 100*o.Confidence.Queue)}
	}
	return Question{Field: "intent", Text: fmt.Sprintf("What does the author want: is this %s? The engine is %.0f %% sure.",
		strings.ReplaceAll(string(o.Intent), "_", " "), 100*o.Confidence.Intent)}
}
