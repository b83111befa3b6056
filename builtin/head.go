package builtin

import (
	"math"
	"slices"
)

// Head is one question that the model answers: which columns hold its logits, what
// they mean, and how its raw answers are made honest.
type Head struct {
	Name    string    `json:"name"`
	Classes []string  `json:"classes"`         // one column each
	Column  int       `json:"column"`          // the first column
	Apart   bool      `json:"apart,omitempty"` // each column is its own yes or no
	Lift    []float64 `json:"lift,omitempty"`  // what each class's probability is multiplied by before the choice
	Cuts    []float64 `json:"cuts,omitempty"`  // probability from which a yes is said, per column
	Curve   Curve     `json:"curve,omitempty"` // raw confidence to measured share of right answers

	// Alone holds, for each language, the confidence from which the answers were measured
	// to be right often enough to stand without a person. Above 1 means never.
	Alone map[string]float64 `json:"alone,omitempty"`
}

// Curve maps a raw confidence to a measured one: a rising line through knots.
type Curve struct {
	Raw   []float64 `json:"raw,omitempty"`
	Right []float64 `json:"right,omitempty"`
}

// At returns the measured confidence for a raw one. Without knots it is the raw one.
func (c Curve) At(raw float64) float64 {
	n := len(c.Raw)
	if n == 0 {
		return raw
	}
	if raw <= c.Raw[0] {
		return c.Right[0]
	}
	for i := 1; i < n; i++ {
		if raw <= c.Raw[i] {
			span := c.Raw[i] - c.Raw[i-1]
			if span <= 0 {
				return c.Right[i]
			}
			return c.Right[i-1] + (c.Right[i]-c.Right[i-1])*(raw-c.Raw[i-1])/span
		}
	}
	return c.Right[n-1]
}

// head returns the head of a name; asking for one that is not there is a mistake in
// the file that came with the program.
func (m *Model) head(name string) *Head {
	for i := range m.Heads {
		if m.Heads[i].Name == name {
			return &m.Heads[i]
		}
	}
	panic("model without head " + name)
}

// Probabilities returns what h makes of the logits.
func (h *Head) Probabilities(z []float64) []float64 {
	p := slices.Clone(z[h.Column : h.Column+len(h.Classes)])
	if h.Apart {
		for i := range p {
			p[i] = sigmoid(p[i])
		}
		return p
	}
	top, sum := slices.Max(p), 0.0
	for i := range p {
		p[i] = math.Exp(p[i] - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// Logit is the inverse of the logistic function, kept finite.
func Logit(p float64) float64 {
	p = min(max(p, 1e-6), 1-1e-6)
	return math.Log(p / (1 - p))
}

// lift returns by how much class i is preferred: rare ones are, a little.
func (h *Head) lift(i int) float64 {
	if h.Lift == nil {
		return 1
	}
	return h.Lift[i]
}

// yes answers a head of one column, with the confidence of that answer.
func (h *Head) yes(z []float64) (bool, float64) {
	p := h.Probabilities(z)[0]
	p = h.Curve.At(p)
	if p >= h.Cuts[0] {
		return true, p
	}
	return false, 1 - p
}
