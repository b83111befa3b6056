package train

import (
	"context"
	"math/rand/v2"
	"slices"
)

// Settings of the teacher's descent.
const (
	teacherHidden = 64
	teacherEpochs = 5 // over the labelled comments, after one over other people's labels
	teacherRate   = 0.03
	dropUnits     = 0.3 // of the hidden units, at each step (Srivastava and others 2014)
	dropFeatures  = 0.1
)

// teacher is a network with one hidden layer that all questions share. It learns from
// other people's labels, too, and is too slow and too dark for the product; it labels
// unlabelled text, from which the linear heads learn (Hinton and others 2015).
type teacher struct {
	rows, rowSquares   []float32 // teacherHidden for each feature
	bias, biasSquares  []float32
	outputs            []output
	hidden, open, back []float32 // of the current text: activations, what let them pass, gradients
	rng                *rand.Rand
}

// output is what the teacher says to one question.
type output struct {
	classes           int
	apart             bool
	weights, squares  []float32 // teacherHidden per class
	bias, biasSquares []float32
}

// lesson is one text with what is known about it.
type lesson struct {
	text    vector
	answers []reply
}

// reply is the right answer to one question, and how much it counts.
type reply struct {
	question int
	want     []float32
	weight   float32
}

func newTeacher(features int, seed uint64) *teacher {
	t := &teacher{rng: rand.New(rand.NewPCG(seed, 0x7465616368)), hidden: make([]float32, teacherHidden)}
	t.rows, t.rowSquares = t.normal(features*teacherHidden), make([]float32, features*teacherHidden)
	t.bias, t.biasSquares = make([]float32, teacherHidden), make([]float32, teacherHidden)
	t.open, t.back = make([]float32, teacherHidden), make([]float32, teacherHidden)
	return t
}

func (t *teacher) normal(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(0.1 * t.rng.NormFloat64())
	}
	return out
}

// ask adds a question and returns its number.
func (t *teacher) ask(classes int, apart bool) int {
	t.outputs = append(t.outputs, output{
		classes: classes, apart: apart, weights: t.normal(classes * teacherHidden), squares: make([]float32, classes*teacherHidden),
		bias: make([]float32, classes), biasSquares: make([]float32, classes),
	})
	return len(t.outputs) - 1
}

// prepare goes once over other people's labels.
func (t *teacher) prepare(ctx context.Context, others []lesson) error {
	for n, i := range t.rng.Perm(len(others)) {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t.learn(others[i], teacherRate)
	}
	return ctx.Err()
}

// study returns a teacher that went on from t over the labelled comments. Its own
// randomness comes from seed; t stays as it was.
func (t *teacher) study(ctx context.Context, labelled []lesson, seed uint64) (*teacher, error) {
	c := *t
	c.rng = rand.New(rand.NewPCG(seed, 0x7374756479))
	for _, part := range []*[]float32{&c.rows, &c.rowSquares, &c.bias, &c.biasSquares, &c.hidden, &c.open, &c.back} {
		*part = slices.Clone(*part)
	}
	c.outputs = slices.Clone(t.outputs)
	for i := range c.outputs {
		o := &c.outputs[i]
		for _, part := range []*[]float32{&o.weights, &o.squares, &o.bias, &o.biasSquares} {
			*part = slices.Clone(*part)
		}
	}
	for i := range c.rowSquares { // the labelled comments shall still move it
		c.rowSquares[i] *= 0.1
	}
	for epoch := range teacherEpochs {
		rate := float32(teacherRate * (1 - 0.9*float64(epoch)/teacherEpochs))
		for n, i := range c.rng.Perm(len(labelled)) {
			if n%1024 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			c.learn(labelled[i], rate)
		}
	}
	return &c, ctx.Err()
}

// read fills the hidden layer for a text as it is.
func (t *teacher) read(x vector) {
	copy(t.hidden, t.bias)
	for _, f := range x {
		for j, w := range t.rows[int(f.Bucket)*teacherHidden:][:teacherHidden] {
			t.hidden[j] += f.Value * w
		}
	}
	for j, h := range t.hidden {
		t.open[j] = 1
		if h < 0 {
			t.hidden[j], t.open[j] = 0, 0
		}
	}
}

// logits returns what question q gets for the text that was read.
func (t *teacher) logits(q int) []float32 {
	o := &t.outputs[q]
	z := slices.Clone(o.bias)
	for c := range z {
		for j, w := range o.weights[c*teacherHidden : (c+1)*teacherHidden] {
			z[c] += w * t.hidden[j]
		}
	}
	return z
}

// learn makes one step for one lesson.
func (t *teacher) learn(l lesson, rate float32) {
	x := t.thinned(l.text)
	t.read(x)
	for j := range t.hidden {
		if t.open[j] == 0 {
			continue
		}
		t.open[j] = 1 / (1 - dropUnits)
		if t.rng.Float64() < dropUnits {
			t.open[j] = 0
		}
		t.hidden[j] *= t.open[j]
	}
	clear(t.back)
	for _, r := range l.answers {
		t.correct(r, rate)
	}
	for j := range t.back {
		t.back[j] *= t.open[j]
		descend(&t.bias[j], &t.biasSquares[j], t.back[j], rate)
	}
	for _, f := range x {
		at := int(f.Bucket) * teacherHidden
		w, s := t.rows[at:at+teacherHidden], t.rowSquares[at:at+teacherHidden]
		for j, g := range t.back {
			if g != 0 {
				descend(&w[j], &s[j], g*f.Value, rate)
			}
		}
	}
}

// thinned returns a part of the features, the rest made larger to keep the sum.
func (t *teacher) thinned(x vector) vector {
	out := make(vector, 0, len(x))
	for _, f := range x {
		if t.rng.Float64() >= dropFeatures {
			f.Value /= 1 - dropFeatures
			out = append(out, f)
		}
	}
	return out
}

// correct moves one question's output towards the right answer and notes what the
// hidden layer should have been.
func (t *teacher) correct(r reply, rate float32) {
	o := &t.outputs[r.question]
	p := t.logits(r.question)
	if o.apart {
		sigmoids(p)
	} else {
		softmax(p)
	}
	for c := range p {
		g := r.weight * (p[c] - r.want[c])
		w, s := o.weights[c*teacherHidden:(c+1)*teacherHidden], o.squares[c*teacherHidden:(c+1)*teacherHidden]
		for j := range w {
			t.back[j] += g * w[j]
			descend(&w[j], &s[j], g*t.hidden[j], rate)
		}
		descend(&o.bias[c], &o.biasSquares[c], g, rate)
	}
}

// descend is one step of AdaGrad for one weight.
func descend(w, squares *float32, g, rate float32) {
	*squares += g * g
	*w -= rate * g / (sqrt32(*squares) + 1e-3)
}
