package connectortest

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"triage/connector"
)

var update = flag.Bool("update", false, "write what is read now as the golden results; look at the difference before you keep it")

// Golden reads every recorded delivery testdata/*.json of a platform's package and compares
// what it says with the file of the same name under testdata/golden. The deliveries are
// read as if received at a fixed time and without headers, like stored ones.
func Golden(t *testing.T, p connector.Platform) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded deliveries in testdata: %v", err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := p.Parse(connector.Delivery{Body: body, ReceivedAt: now})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		compare(t, filepath.Join("testdata", "golden", filepath.Base(file)), render(t, parsed))
	}
}

func compare(t *testing.T, golden string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: read\n%s\nwant\n%s", golden, got, want)
	}
}

// render writes what a delivery says without the fields that say nothing, so that a golden
// result can be checked by eye.
func render(t *testing.T, p connector.Parsed) []byte {
	t.Helper()
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(spare(tree)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// spare leaves out null, empty texts, zeros, false, unknown counts of followers and zero times.
func spare(tree any) any {
	switch v := tree.(type) {
	case map[string]any:
		for key, one := range v {
			one = spare(one)
			if v[key] = one; saysNothing(key, one) {
				delete(v, key)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = spare(v[i])
		}
	}
	return tree
}

func saysNothing(key string, v any) bool {
	if key == "Followers" {
		return v == -1.0
	}
	return v == nil || v == "" || v == false || v == 0.0 || v == (time.Time{}).Format(time.RFC3339)
}
