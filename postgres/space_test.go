package postgres_test

import (
	"testing"
	"time"

	"triage/triage"
)

// fillSpace works through steps of filling until it ends or the space is in force, at most 20.
func (in *intake) fillSpace(model string) (steps int) {
	in.t.Helper()
	for ; steps < 20; steps++ {
		f, err := in.TakeFilling(in.t.Context(), model, 2, time.Minute)
		if err != nil {
			in.t.Fatal(err)
		}
		if f == nil {
			return steps
		}
		if second, err := in.TakeFilling(in.t.Context(), model, 2, time.Minute); second != nil || err != nil {
			in.t.Fatalf("a leased step was taken twice: %v", err)
		}
		vectors := make([]*triage.Vector, len(f.Missing))
		for i := range vectors {
			vectors[i] = &triage.Vector{Model: model, Values: []float32{1, 0}}
		}
		if _, err := in.Filled(in.t.Context(), f, vectors); err != nil {
			in.t.Fatal(err)
		}
	}
	return steps
}

func (in *intake) inForce() string {
	in.t.Helper()
	model, err := in.SpaceInForce(in.t.Context())
	if err != nil {
		in.t.Fatal(err)
	}
	return model
}

func (in *intake) want(model string) {
	in.t.Helper()
	if err := in.WantSpace(in.t.Context(), model, 2); err != nil {
		in.t.Fatal(err)
	}
}

func TestANewModelIsFilledBesideTheOldAndPutInForceWhenNothingIsMissing(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.want("old")
	if in.inForce() != "old" {
		t.Fatalf("in force is %q", in.inForce())
	}
	refs := in.deliver(in.event(triage.Created, "c1", 1, "one"), in.event(triage.Created, "c2", 1, "two"), in.event(triage.Created, "c3", 1, "three"))
	in.want("new@2")
	f, err := in.TakeFilling(t.Context(), "new@2", 2, -time.Second) // a step that is cut off
	if err != nil || len(f.Missing) != 2 {
		t.Fatalf("%+v, %v", f, err)
	}
	if in.inForce() != "old" {
		t.Error("the new model is in force before it is complete")
	}
	in.fillSpace("new@2")
	if in.inForce() != "new@2" {
		t.Errorf("in force is %q", in.inForce())
	}
	var n int
	if err := in.Pool().QueryRow(t.Context(), `SELECT count(*) FROM embeddings WHERE model = 'new@2'`).Scan(&n); err != nil || n != len(refs) {
		t.Errorf("%d vectors of %d engagements, %v", n, len(refs), err)
	}
	spaces, err := in.Spaces(t.Context())
	if err != nil || len(spaces) != 2 || spaces[0].Model != "new@2" || spaces[1].State != "left" || spaces[0].Done < 3 {
		t.Errorf("spaces %+v, %v", spaces, err)
	}
	if in.fillSpace("new@2") != 0 {
		t.Error("a whole space is filled again")
	}
}

func TestAModelThatIsNoLongerWantedIsLeftAndGoesOnLater(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.want("old")
	in.deliver(in.event(triage.Created, "c1", 1, "one"))
	in.want("new")
	in.want("old")
	if f, err := in.TakeFilling(t.Context(), "new", 2, time.Minute); f != nil || err != nil {
		t.Errorf("what nobody wants is filled: %+v, %v", f, err)
	}
	in.want("new")
	in.fillSpace("new")
	if in.inForce() != "new" {
		t.Errorf("in force is %q", in.inForce())
	}
}
