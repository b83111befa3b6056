package triage

import (
	"slices"
	"time"
)

// Calibration says how often a model was right when it was so confident, measured on labelled
// comments. It holds for that model and prompt only.
type Calibration struct {
	Model         string
	PromptVersion string
	Set           string // what it was measured on
	MeasuredAt    time.Time
	Comments      int
	Curves        map[string]Curve // by field: queue, intent, sentiment, ironic, urgency, reply_expected
}

// Curve maps confidence to measured probability: points in order of both, straight in between
// and level outside. An empty curve leaves confidence as it is.
type Curve []CurvePoint

// CurvePoint says that comments of about that confidence were right so often.
type CurvePoint struct{ Confidence, Right float64 }

// At returns the measured probability at a confidence.
func (c Curve) At(confidence float64) float64 {
	if len(c) == 0 {
		return confidence
	}
	i, _ := slices.BinarySearchFunc(c, confidence, func(p CurvePoint, x float64) int {
		if p.Confidence < x {
			return -1
		}
		return 1
	})
	switch i {
	case 0:
		return c[0].Right
	case len(c):
		return c[len(c)-1].Right
	}
	a, b := c[i-1], c[i]
	return a.Right + (b.Right-a.Right)*(confidence-a.Confidence)/(b.Confidence-a.Confidence)
}

// Apply returns the measured probabilities for k. Zero, which means not knowing, stays.
func (c *Calibration) Apply(k Confidence) Confidence {
	if c == nil {
		return k
	}
	at := func(field string, p float64) float64 {
		if p == 0 {
			return 0
		}
		return c.Curves[field].At(p)
	}
	return Confidence{
		Queue: at("queue", k.Queue), Intent: at("intent", k.Intent), Sentiment: at("sentiment", k.Sentiment),
		Ironic: at("ironic", k.Ironic), Urgency: at("urgency", k.Urgency), ReplyExpected: at("reply_expected", k.ReplyExpected),
	}
}
