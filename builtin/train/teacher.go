package train

import (
	"context"
	"math/rand/v2"
	"slices"

	"triage/builtin"
)

// Settings of the networks' descent.
const (
	teacherEpochs = 5    // over the labelled comments, after all else
	teacherRate   = 0.03 // over all else
	studyRate     = 0.06 // over the labelled comments, falling to a tenth
	dropUnits     = 0.3  // of the hidden units, at each step (Srivastava and others 2014)
	dropFeatures  = 0.1
)

// layer is one number per hidden unit.
type layer [builtin.Hidden]float32

// teacher is a network with one hidden layer that all questions share. It learns from
// missing words, from other people's labels, and from ours. Some teach the linear
// columns (Hinton and others 2015); some are part of the product.
type teacher struct {
	rows               []layer   // for each feature
	rowSquares         []float32 // for each feature, the mean over its row
	bias, biasSquares  layer
	outputs            []output
	hidden, open, back layer // of the current text: activations, what let them pass, gradients
	rng                *rand.Rand
}

// output is what the teacher says to one question.
type output struct {
	apart             bool
	weights           []layer // for each class
	squares           []float32
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

func newTeacher(dims int, seed uint64) *teacher {
	t := &teacher{rng: rand.New(rand.NewPCG(seed, 0x7465616368))}
	t.rows, t.rowSquares = t.normal(builtin.NetRows+dims), make([]float32, builtin.NetRows+dims)
	return t
}

func (t *teacher) normal(n int) []layer {
	out := make([]layer, n)
	for i := range out {
		for j := range out[i] {
			out[i][j] = float32(0.1 * t.rng.NormFloat64())
		}
	}
	return out
}

// ask adds a question and returns its number.
func (t *teacher) ask(classes int, apart bool) int {
	t.outputs = append(t.outputs, output{
		apart: apart, weights: t.normal(classes), squares: make([]float32, classes),
		bias: make([]float32, classes), biasSquares: make([]float32, classes),
	})
	return len(t.outputs) - 1
}

// attend goes once over lessons.
func (t *teacher) attend(ctx context.Context, lessons []lesson, rate float32) error {
	for n, i := range t.rng.Perm(len(lessons)) {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t.learn(lessons[i], rate)
	}
	return ctx.Err()
}

// copied returns a teacher that knows what t knows and goes its own way from there. Its
// randomness comes from seed; t stays as it was.
func (t *teacher) copied(seed uint64) *teacher {
	c := *t
	c.rng = rand.New(rand.NewPCG(seed, 0x7374756479))
	c.rows, c.rowSquares = slices.Clone(t.rows), slices.Clone(t.rowSquares)
	c.outputs = slices.Clone(t.outputs)
	for i := range c.outputs {
		o := &c.outputs[i]
		o.weights = slices.Clone(o.weights)
		for _, part := range []*[]float32{&o.squares, &o.bias, &o.biasSquares} {
			*part = slices.Clone(*part)
		}
	}
	return &c
}

// study goes over the labelled comments, with steps that become smaller.
func (t *teacher) study(ctx context.Context, labelled []lesson) error {
	for i := range t.rowSquares { // the labelled comments shall still move it
		t.rowSquares[i] *= 0.01
	}
	for i := range t.outputs {
		for c := range t.outputs[i].squares {
			t.outputs[i].squares[c] *= 0.01
		}
	}
	for epoch := range teacherEpochs {
		rate := float32(studyRate * (1 - 0.9*float64(epoch)/teacherEpochs))
		if err := t.attend(ctx, labelled, rate); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// read fills the hidden layer for a text as it is.
func (t *teacher) read(x vector) {
	t.hidden = t.bias
	for _, f := range x {
		for j, w := range &t.rows[builtin.NetRow(f.Bucket)] {
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

// say writes the logits of question q for the text that was read.
func (t *teacher) say(q int, z []float32) {
	o := &t.outputs[q]
	copy(z, o.bias)
	for c := range o.weights {
		z[c] += inner(&o.weights[c], &t.hidden)
	}
}

func inner(a, b *layer) float32 {
	var sum float32
	for j, x := range a {
		sum += x * b[j]
	}
	return sum
}

// learn makes one step for one lesson.
func (t *teacher) learn(l lesson, rate float32) {
	x := t.glance(l.text)
	for _, r := range l.answers {
		t.correct(r, rate)
	}
	t.pass(x, rate)
}

// glance reads a thinned text with a part of the units shut.
func (t *teacher) glance(text vector) vector {
	x := t.thinned(text)
	t.read(x)
	for j := range t.hidden {
		if t.open[j] == 0 {
			continue
		}
		t.open[j] = 1 / (1 - dropUnits)
		if t.rng.Float32() < dropUnits {
			t.open[j] = 0
		}
		t.hidden[j] *= t.open[j]
	}
	t.back = layer{}
	return x
}

// pass hands what the hidden layer should have been down to the features.
func (t *teacher) pass(x vector, rate float32) {
	var power float32
	for j := range t.back {
		t.back[j] *= t.open[j]
		power += t.back[j] * t.back[j] / builtin.Hidden
		descend(&t.bias[j], &t.biasSquares[j], t.back[j], rate)
	}
	if power == 0 {
		return
	}
	for _, f := range x {
		at := builtin.NetRow(f.Bucket)
		t.rowSquares[at] += power * f.Value * f.Value
		step := rate * f.Value / (sqrt32(t.rowSquares[at]) + 1e-3)
		w := &t.rows[at]
		for j, g := range &t.back {
			w[j] -= step * g
		}
	}
}

// thinned returns a part of the features, the rest made larger to keep the sum.
func (t *teacher) thinned(x vector) vector {
	out := make(vector, 0, len(x))
	for _, f := range x {
		if t.rng.Float32() >= dropFeatures {
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
	p := make([]float32, len(o.weights))
	t.say(r.question, p)
	if o.apart {
		sigmoids(p)
	} else {
		softmax(p)
	}
	power := inner(&t.hidden, &t.hidden) / builtin.Hidden
	for c := range p {
		t.nudge(o, c, r.weight*(p[c]-r.want[c]), power, rate)
	}
}

// nudge moves one class of an output against gradient g.
func (t *teacher) nudge(o *output, c int, g, power, rate float32) {
	w := &o.weights[c]
	o.squares[c] += g * g * power
	step := rate * g / (sqrt32(o.squares[c]) + 1e-3)
	for j := range w {
		t.back[j] += g * w[j]
		w[j] -= step * t.hidden[j]
	}
	descend(&o.bias[c], &o.biasSquares[c], g, rate)
}

// descend is one step of AdaGrad for one weight.
func descend(w, squares *float32, g, rate float32) {
	*squares += g * g
	*w -= rate * g / (sqrt32(*squares) + 1e-3)
}

// net returns the part of t that the product keeps: what answers the first questions.
func (t *teacher) net(questions int) builtin.Net {
	n := builtin.Net{Bias: t.bias}
	flat := make([]float32, 0, builtin.NetRows*builtin.Hidden)
	for i := range t.rows[:builtin.NetRows] {
		flat = append(flat, t.rows[i][:]...)
	}
	rows, scale := builtin.QuantiseNet(flat)
	n.Rows, n.Scale = rows, layer(scale)
	for i := range t.rows[builtin.NetRows:] {
		n.Sense = append(n.Sense, t.rows[builtin.NetRows+i][:]...)
	}
	for _, o := range t.outputs[:questions] {
		for c := range o.weights {
			n.Out = append(n.Out, o.weights[c][:]...)
		}
		n.Shift = append(n.Shift, o.bias...)
	}
	return n
}
