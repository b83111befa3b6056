package evaluation

import (
	"math/rand/v2"
	"slices"
)

// samples is how many samples an interval is drawn from.
const samples = 1000

// intervals returns the middle 95 % of the accuracies and of the macro-F1 of samples drawn
// with replacement (Efron 1979), from a fixed seed. The classes are those that occur in all
// of answers, so that a sample without one of them scores it with nothing.
func intervals(answers []answer) (accuracy, macroF1 [2]float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	tallies, classes := tallied(answers)
	right, f1 := make([]float64, samples), make([]float64, samples)
	for i := range samples {
		t := newTally(len(classes))
		for range answers {
			t.add(tallies[rng.IntN(len(answers))])
		}
		right[i], f1[i] = t.accuracy(), t.macroF1()
	}
	slices.Sort(right)
	slices.Sort(f1)
	low, high := samples*25/1000, samples*975/1000-1
	return [2]float64{right[low], right[high]}, [2]float64{f1[low], f1[high]}
}

// told is one answer as numbers of classes; got is -1 for one that is never right.
type told struct{ want, got int }

func tallied(answers []answer) ([]told, []string) {
	var classes []string
	for _, a := range answers {
		classes = append(classes, a.want)
	}
	slices.Sort(classes)
	classes = slices.Compact(classes)
	out := make([]told, len(answers))
	for i, a := range answers {
		out[i] = told{slices.Index(classes, a.want), slices.Index(classes, a.got)}
	}
	return out, classes
}

// tally counts the answers of one sample.
type tally struct {
	n, right           int
	real, said, struck []int // by class: right answers, given ones, those that are both
}

func newTally(classes int) *tally {
	return &tally{real: make([]int, classes), said: make([]int, classes), struck: make([]int, classes)}
}

func (t *tally) add(a told) {
	t.n++
	t.real[a.want]++
	if a.got >= 0 {
		t.said[a.got]++
	}
	if a.got == a.want {
		t.right++
		t.struck[a.want]++
	}
}

func (t *tally) accuracy() float64 { return float64(t.right) / float64(max(1, t.n)) }

func (t *tally) macroF1() float64 {
	sum := 0.0
	for k := range t.real {
		sum += 2 * float64(t.struck[k]) / float64(max(1, t.real[k]+t.said[k]))
	}
	return sum / float64(max(1, len(t.real)))
}

// meanInterval returns the middle 95 % of the means of samples drawn with replacement.
func meanInterval(values []float64) [2]float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	means := make([]float64, samples)
	for i := range means {
		for range values {
			means[i] += values[rng.IntN(len(values))] / float64(len(values))
		}
	}
	slices.Sort(means)
	return [2]float64{means[samples*25/1000], means[samples*975/1000-1]}
}
