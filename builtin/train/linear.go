package train

import (
	"math"
	"math/rand/v2"

	"triage/builtin"
)

// vector is a sparse text: buckets with values.
type vector []builtin.Feature

// task is one head to be learned: a distribution over classes for each text (one
// column means yes or no), and how much each text counts.
type task struct {
	classes int
	apart   bool // each column is its own yes or no
	texts   []vector
	targets [][]float32
	weights []float32
}

// options of the gradient descent.
type descent struct {
	epochs int
	rate   float64
	l2     float64
	seed   uint64
	dims   int // size of the feature space
}

// linear is a trained head: weights by bucket and class, and a bias per class.
type linear struct {
	classes int
	w       []float32
	bias    []float32
}

func (l *linear) logits(x vector, out []float32) {
	copy(out, l.bias)
	k := l.classes
	for _, f := range x {
		row := l.w[int(f.Bucket)*k : int(f.Bucket)*k+k]
		for c, w := range row {
			out[c] += w * f.Value
		}
	}
}

// fit learns t by stochastic gradient descent with a step per weight (AdaGrad, Duchi,
// Hazan and Singer 2011) and weight decay on the features that occur.
func fit(t task, d descent) *linear {
	k := t.classes
	l := &linear{classes: k, w: make([]float32, d.dims*k), bias: make([]float32, k)}
	sq := make([]float32, d.dims*k)
	sqBias := make([]float32, k)
	rng := rand.New(rand.NewPCG(d.seed, 0x7472696167650001))
	out, grad := make([]float32, k), make([]float32, k)
	for epoch := range d.epochs {
		rate := float32(d.rate * (1 - 0.9*float64(epoch)/float64(d.epochs)))
		for _, i := range rng.Perm(len(t.texts)) {
			if t.weights[i] == 0 {
				continue
			}
			l.logits(t.texts[i], out)
			if t.apart {
				sigmoids(out)
			} else {
				softmax(out)
			}
			for c := range k {
				grad[c] = t.weights[i] * (out[c] - t.targets[i][c])
			}
			l.step(t.texts[i], grad, sq, sqBias, rate, float32(d.l2))
		}
	}
	return l
}

func (l *linear) step(x vector, grad, sq, sqBias []float32, rate, l2 float32) {
	k := l.classes
	for _, f := range x {
		at := int(f.Bucket) * k
		w, s := l.w[at:at+k], sq[at:at+k]
		for c := range w {
			g := grad[c]*f.Value + l2*w[c]*f.Value
			s[c] += g * g
			w[c] -= rate * g / (sqrt32(s[c]) + 1e-4)
		}
	}
	for c, g := range grad {
		sqBias[c] += g * g
		l.bias[c] -= rate * g / (sqrt32(sqBias[c]) + 1e-4)
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
	top := z[0]
	for _, v := range z {
		top = max(top, v)
	}
	var sum float32
	for i, v := range z {
		z[i] = float32(math.Exp(float64(v - top)))
		sum += z[i]
	}
	for i := range z {
		z[i] /= sum
	}
}
