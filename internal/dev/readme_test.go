package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheReadmeNamesEveryPackage(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob("../../*/*.go")
	if err != nil || len(sources) < 50 {
		t.Fatalf("%d sources, %v", len(sources), err)
	}
	for _, source := range sources {
		name := filepath.Base(filepath.Dir(source))
		if !strings.Contains(string(readme), "`"+name+"`") {
			t.Errorf("the README does not name the package %s", name)
		}
	}
}
