package train

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"triage/builtin"
)

// vector is a sparse text: buckets with values.
type vector []builtin.Feature

// segment is the columns [from, to) that answer one question.
type segment struct {
	from, to int
	apart    bool // each column is its own yes or no
}

// sample is one text with the right answer in every column, and how much the answer
// to each question counts.
type sample struct {
	text    vector
	want    []float32
	weights []float32 // one per segment
}

// linear is a model with one column of weights for each answer.
type linear struct {
	segments []segment
	columns  int
	w, sq    []float32 // by feature, then by column; sums of squared gradients
	bias     []float32
	biasSq   []float32
}

func newLinear(features int, segments []segment) *linear {
	k := segments[len(segments)-1].to
	return &linear{
		segments: segments, columns: k, w: make([]float32, features*k), sq: make([]float32, features*k),
		bias: make([]float32, k), biasSq: make([]float32, k),
	}
}

// logits writes one number per column into out.
func (l *linear) logits(x vector, out []float32) {
	copy(out, l.bias)
	k := l.columns
	for _, f := range x {
		for c, w := range l.w[int(f.Bucket)*k:][:k] {
			out[c] += w * f.Value
		}
	}
}

// probabilities turns logits into answers, in place.
func (l *linear) probabilities(z []float32) {
	for _, s := range l.segments {
		if s.apart {
			sigmoids(z[s.from:s.to])
		} else {
			softmax(z[s.from:s.to])
		}
	}
}

// fit goes through the samples in random order, epochs times, with a step per weight
// (AdaGrad, Duchi, Hazan and Singer 2011) that falls to a tenth of rate.
func (l *linear) fit(ctx context.Context, samples []sample, epochs int, rate float64, seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 0x7472696167650001))
	out := make([]float32, l.columns)
	for epoch := range epochs {
		step := float32(rate * (1 - 0.9*float64(epoch)/float64(epochs)))
		for n, i := range rng.Perm(len(samples)) {
			if n%1024 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			l.learn(samples[i], out, step)
		}
	}
	return ctx.Err()
}

// quiet is how wrong an answer may be without a step: most columns are nearly right for
// most texts, and a step costs the same for each.
const quiet = 2e-3

func (l *linear) learn(s sample, grad []float32, rate float32) {
	l.logits(s.text, grad)
	l.probabilities(grad)
	for n, seg := range l.segments {
		for c := seg.from; c < seg.to; c++ {
			grad[c] = s.weights[n] * (grad[c] - s.want[c])
		}
	}
	k := l.columns
	var few [64]int
	loud := few[:0]
	for c, g := range grad {
		if g > quiet || g < -quiet {
			loud = append(loud, c)
		}
	}
	for _, f := range s.text {
		at := int(f.Bucket) * k
		w, sq := l.w[at:at+k], l.sq[at:at+k]
		for _, c := range loud {
			g := grad[c] * f.Value
			sq[c] += g * g
			w[c] -= rate * g / (sqrt32(sq[c]) + 1e-4)
		}
	}
	for c, g := range grad {
		l.biasSq[c] += g * g
		l.bias[c] -= rate * g / (sqrt32(l.biasSq[c]) + 1e-4)
	}
}

func sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// sigmoids turns logits into independent probabilities.
func sigmoids(z []float32) {
	for i, v := range z {
		z[i] = float32(1 / (1 + math.Exp(-float64(v))))
	}
}

// softmax turns logits into one distribution.
func softmax(z []float32) {
	top := slices.Max(z)
	var sum float32
	for i, v := range z {
		z[i] = float32(math.Exp(float64(v - top)))
		sum += z[i]
	}
	for i := range z {
		z[i] /= sum
	}
}
