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
	folders, err := filepath.Glob("../../*/")
	if err != nil || len(folders) < 10 {
		t.Fatalf("folders: %v %v", folders, err)
	}
	for _, folder := range folders {
		name := filepath.Base(folder)
		sources, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		if len(sources) > 0 && !strings.Contains(string(readme), "`"+name+"`") {
			t.Errorf("the README does not name the package %s", name)
		}
	}
}
