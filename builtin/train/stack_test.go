package train

import (
	"math/rand/v2"
	"testing"
)

func TestTheLastLayerLearnsWhomToBelieve(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	s := newStack([]segment{{0, 2, true}})
	var heard []opinions
	var want [][]float32
	for range 600 {
		truth := float32(rng.IntN(2))
		noise := float32(rng.NormFloat64())
		// The networks know the first answer; the second follows from it; columns know nothing.
		heard = append(heard, opinions{[]float32{noise, -noise}, []float32{4*truth - 2, noise}})
		want = append(want, []float32{truth, truth})
	}
	s.fit(heard, want, 1)
	z := make([]float32, 2)
	s.logits(opinions{[]float32{-2, -2}, []float32{2, -2}}, z)
	if z[0] < 0 || z[1] < 0 {
		t.Errorf("logits %v where the networks are sure of the first answer", z)
	}
	s.logits(opinions{[]float32{2, 2}, []float32{-2, 2}}, z)
	if z[0] > 0 || z[1] > 0 {
		t.Errorf("logits %v where the networks deny the first answer", z)
	}
}
