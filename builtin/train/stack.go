package train

import (
	"math/rand/v2"
	"slices"
)

// Settings of the last layer.
const (
	stackEpochs = 40
	stackRate   = 0.01
	stackPull   = 0.01 // towards the mean of columns and networks, where it begins
	stackCool   = 1.3  // by what logits are divided at the beginning: both are too sure
)

// stack is the last layer: what each column finally says, from what all linear columns
// and all networks say to all questions. A risk makes a reply likelier, anger makes a
// complaint likelier, and who is to be believed differs from column to column (Wolpert
// 1992).
type stack struct {
	segments []segment
	columns  int
	weights  []float32 // for each column: one per linear column, one per networks' column, a constant
}

func newStack(segments []segment) *stack {
	k := segments[len(segments)-1].to
	s := &stack{segments, k, make([]float32, k*(2*k+1))}
	for c := range k {
		s.row(c)[c], s.row(c)[k+c] = 0.5/stackCool, 0.5/stackCool
	}
	return s
}

func (s *stack) row(c int) []float32 { return s.weights[c*(2*s.columns+1):][:2*s.columns+1] }

// logits writes what follows from o into z.
func (s *stack) logits(o opinions, z []float32) {
	for c := range z {
		row := s.row(c)
		z[c] = row[2*s.columns]
		for i, v := range o.columns {
			z[c] += row[i] * v
		}
		for i, v := range o.nets {
			z[c] += row[s.columns+i] * v
		}
	}
}

// fit learns from opinions of models that saw no comment they speak about.
func (s *stack) fit(heard []opinions, want [][]float32, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 0x737461636B))
	start, squares := slices.Clone(s.weights), make([]float32, len(s.weights))
	z, plain := make([]float32, s.columns), &linear{segments: s.segments}
	for epoch := range stackEpochs {
		rate := float32(stackRate * (1 - 0.9*float64(epoch)/stackEpochs))
		for _, i := range rng.Perm(len(heard)) {
			s.logits(heard[i], z)
			plain.probabilities(z)
			for c := range z {
				s.step(c, z[c]-want[i][c], heard[i], start, squares, rate)
			}
		}
	}
}

// step moves one column against gradient g, and back towards where it began.
func (s *stack) step(c int, g float32, o opinions, start, squares []float32, rate float32) {
	at := c * (2*s.columns + 1)
	move := func(i int, x float32) {
		d := g*x + stackPull*(s.weights[at+i]-start[at+i])
		squares[at+i] += d * d
		s.weights[at+i] -= rate * d / (sqrt32(squares[at+i]) + 1e-3)
	}
	for i, v := range o.columns {
		move(i, v)
	}
	for i, v := range o.nets {
		move(s.columns+i, v)
	}
	move(2*s.columns, 1)
}

// stacked fits the last layer and sets the honest answers to what follows from it. The
// models below it never saw these comments; the layer did, with so few weights that the
// confidence it promises was measured to hold on comments that nothing saw.
func (b *bench) stacked() *stack {
	want := make([][]float32, b.stream)
	for i := range want {
		for _, q := range questions() {
			want[i] = append(want[i], q.answer(b.comments[i])...)
		}
	}
	s := newStack(segments(questions()))
	s.fit(b.heard, want, b.seed)
	b.honest = make([][]float64, b.stream)
	for i, o := range b.heard {
		b.honest[i] = wide(s, o)
	}
	return s
}

func wide(s *stack, o opinions) []float64 {
	z, out := make([]float32, s.columns), make([]float64, s.columns)
	s.logits(o, z)
	for c, v := range z {
		out[c] = float64(v)
	}
	return out
}
