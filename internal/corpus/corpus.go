// Package corpus finds the folder of foreign test data that TRIAGE_CORPUS names. The data
// are not part of this project: elsewhere the suites that read them say so in one line.
package corpus

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Dir returns the folder of the corpora. Where there is none it says so in one line and
// returns false: the caller then has nothing to check.
func Dir(t testing.TB) (string, bool) {
	t.Helper()
	dir := os.Getenv("TRIAGE_CORPUS")
	if dir == "" {
		t.Log("the corpora are not here: set TRIAGE_CORPUS to their folder to run this suite")
		return "", false
	}
	return dir, true
}

// Read returns a file of the corpora.
func Read(t testing.TB, path ...string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// Lines decodes each line of a file of JSON lines.
func Lines[T any](t testing.TB, path ...string) []T {
	t.Helper()
	var all []T
	dec := json.NewDecoder(bytes.NewReader(Read(t, path...)))
	for dec.More() {
		var one T
		if err := dec.Decode(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// Files returns the files below dir that match pattern, by name without directory.
func Files(t testing.TB, dir, pattern string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files %s in %s: %v", pattern, dir, err)
	}
	files := make(map[string][]byte, len(paths))
	for _, path := range paths {
		files[filepath.Base(path)] = Read(t, path)
	}
	return files
}
