package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// figure is one measured number with its target.
type figure struct {
	what   string
	value  float64
	unit   string
	target target
}

// target is a bound that a figure must keep; the zero value is none.
type target struct {
	words string
	kept  func(float64) bool
}

var none target

func atLeast(bound float64) target {
	return target{fmt.Sprintf("at least %g", bound), func(v float64) bool { return v >= bound }}
}

func atMost(bound float64) target {
	return target{fmt.Sprintf("at most %g", bound), func(v float64) bool { return v <= bound }}
}

func (b *bench) add(what string, value float64, unit string, t target) {
	b.figures = append(b.figures, figure{what, value, unit, t})
	step("%s: %s", what, figure{value: value, unit: unit}.shown())
}

func (f figure) shown() string {
	switch {
	case f.value >= 100:
		return strings.TrimSpace(fmt.Sprintf("%.0f %s", f.value, f.unit))
	default:
		return strings.TrimSpace(fmt.Sprintf("%.2f %s", f.value, f.unit))
	}
}

func (f figure) verdict() string {
	switch {
	case f.target.kept == nil:
		return ""
	case f.target.kept(f.value):
		return "kept"
	}
	return "MISSED"
}

// missed reports whether any figure missed its target.
func (b *bench) missed() bool {
	return slices.ContainsFunc(b.figures, func(f figure) bool { return f.verdict() == "MISSED" })
}

func (b *bench) table() string {
	var t strings.Builder
	t.WriteString("| figure | measured | target | |\n| --- | --- | --- | --- |\n")
	for _, f := range b.figures {
		fmt.Fprintf(&t, "| %s | %s | %s | %s |\n", f.what, f.shown(), f.target.words, f.verdict())
	}
	return t.String()
}

// Marks in the document between which the table stands.
const (
	opening = "<!-- bench -->\n"
	closing = "<!-- /bench -->\n"
)

// keep writes the table into the document, with machine and date.
func (b *bench) keep(file string) error { return b.keepTable(file, b.table()) }

func (b *bench) keepTable(file, table string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(old), opening)
	_, after, closed := strings.Cut(rest, closing)
	if !ok || !closed {
		return fmt.Errorf("%s has no place for the table", file)
	}
	head := fmt.Sprintf("%s, %s, %d cores, %s, PostgreSQL %d with pgvector %s\n\n", time.Now().Format("2006-01-02"), processor(),
		runtime.NumCPU(), runtime.Version(), b.cluster.Installation().Major, b.cluster.Installation().Vector)
	return os.WriteFile(file, []byte(before+opening+head+table+closing+after), 0o644)
}

// processor returns the name of the processor, where the system tells.
func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.SplitSeq(string(info), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}
