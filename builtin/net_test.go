package builtin

import (
	"math"
	"slices"
	"testing"

	"triage/triage"
)

func TestNetworkAddsWhatItsOpenUnitsSay(t *testing.T) {
	n := newNet(1, 2)
	n.Scale[0], n.Scale[1] = 0.5, 0.5
	down := int8(-4)
	n.Rows[NetRow(10)*Hidden], n.Rows[NetRow(10)*Hidden+1] = 4, byte(down) // opens unit 0, shuts unit 1
	n.Sense[0] = 3
	n.Out[0], n.Out[1], n.Out[Hidden] = 1, 100, -2
	n.Shift[1] = 0.25
	var h [Hidden]float32
	n.hidden([]Feature{{Bucket: 10, Value: 2}, {Bucket: Buckets, Value: 1}}, &h)
	if h[0] != 2*4*0.5+3 || h[1] != 0 {
		t.Fatalf("hidden units %v, %v", h[0], h[1])
	}
	z := []float64{1, 1}
	n.add(z, &h, 0.5)
	if z[0] != 1+0.5*7 || z[1] != 1+0.5*(0.25-14) {
		t.Errorf("logits %v", z)
	}
}

func TestLongTextsAddUpLikeShortOnes(t *testing.T) {
	n := newNet(0, 1)
	n.Scale[5] = 1
	n.Rows[NetRow(8)*Hidden+5] = 100
	var h [Hidden]float32
	n.hidden(slices.Repeat([]Feature{{Bucket: 8, Value: 0.5}}, 1000), &h)
	if h[5] != 50_000 || h[4] != 0 {
		t.Errorf("a thousand rows of a hundred halves are %v, beside them %v", h[5], h[4])
	}
}

func TestCoarseWeightsStayNearTheTrueOnes(t *testing.T) {
	w := make([]float32, 200*Hidden)
	for i := range w {
		w[i] = float32(math.Sin(float64(i)))
	}
	rows, scale := QuantiseNet(w)
	for i, v := range w {
		if got := float32(int8(rows[i])) * scale[i%Hidden]; math.Abs(float64(got-v)) > float64(scale[i%Hidden]) {
			t.Fatalf("weight %d is %v instead of %v", i, got, v)
		}
	}
}

func TestWhatIsLessSureThanMeasuredIsCalledUnsure(t *testing.T) {
	m := &Model{Manifest: Manifest{Heads: []Head{
		{Name: "queue", Alone: map[string]float64{"en": 0.8, "de": 0.9, Elsewhere: 2}},
		{Name: "intent"}, {Name: "sentiment"}, {Name: "ironic"}, {Name: "urgency"}, {Name: "reply_expected"},
	}}}
	for _, c := range []struct {
		name, language string
		queue          float64
		unsure         bool
	}{
		{"an English text above the English threshold", "en", 0.85, false},
		{"a German text between the two thresholds", "de", 0.85, true},
		{"a text in a language that was not measured enough", "fr", 0.99, true},
		{"gibberish", undetermined, 1, true},
	} {
		got := m.unsure(triage.Classification{Language: c.language, Confidence: triage.Confidence{Queue: c.queue}})
		if slices.Contains(got, "queue") != c.unsure {
			t.Errorf("%s: unsure of %v", c.name, got)
		}
	}
}
