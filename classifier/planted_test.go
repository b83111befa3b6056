package classifier_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"triage/internal/fakellm"
	"triage/triage"
)

func TestNoPlantedDetailIsEverSent(t *testing.T) {
	lines := fakellm.Planted()
	server := start(t, fakellm.Options{})
	var inputs []triage.Input
	for i, l := range lines {
		other := lines[(i+250)%len(lines)].Text
		inputs = append(inputs, triage.Input{
			Text: l.Text, ParentPost: other, ParentText: lines[(i+7)%len(lines)].Text, Brand: "Acme", BrandContext: other, BrandVoice: other,
			Examples: []triage.Example{{Text: lines[(i+3)%len(lines)].Text, Intent: triage.Complaint}},
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute) // all 500 are asked about, however slow the machine is
	defer cancel()
	out, err := engine(t, server).Classify(ctx, inputs)
	if err != nil || len(lines) != 500 || server.Count() < 500 {
		t.Fatalf("%v, %d lines, %d calls", err, len(lines), server.Count())
	}
	leaked := server.Leaked(lines)
	slices.Sort(leaked)
	for _, p := range slices.Compact(leaked) {
		t.Errorf("%q left the house", p)
	}
	for i, c := range out {
		if len(c.Outside.Masked) == 0 {
			t.Errorf("%q: the receipt tells of nothing masked", lines[i].Text)
		}
	}
}
