package embeddings

import (
	"math"
	"slices"
	"testing"
)

func TestBuiltinVectorsKeepTheContract(t *testing.T) {
	engine, err := NewBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{"The parcel is late", "the parcel is late!", "", "🙏", "Das Paket kommt zu spät"}
	vectors, err := engine.Embed(t.Context(), texts)
	if err != nil || len(vectors) != len(texts) {
		t.Fatalf("%d vectors, %v", len(vectors), err)
	}
	again, err := engine.Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range vectors {
		sum := 0.0
		for _, x := range v.Values {
			sum += float64(x) * float64(x)
		}
		if v.Model != engine.Model() || len(v.Values) != engine.Dimensions() || math.Abs(sum-1) > 1e-4 {
			t.Errorf("%q: model %s, %d numbers of squared length %v", texts[i], v.Model, len(v.Values), sum)
		}
		if !slices.Equal(v.Values, again[i].Values) {
			t.Errorf("%q has two vectors", texts[i])
		}
	}
}
