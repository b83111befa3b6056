package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"triage/postgres"
)

// plan is how the database carried out one question.
type plan struct {
	name  string
	steps []string // one text for each statement
}

// explain runs work once more on a connection whose statements are explained into the
// server's log, and keeps their plans. A server without auto_explain keeps none.
func (q *queues) explain(ctx context.Context, name string, work func(*postgres.Store) error) {
	store, err := postgres.Open(ctx, q.url("session_preload_libraries=auto_explain", "auto_explain.log_min_duration=0",
		"auto_explain.log_analyze=on", "auto_explain.log_buffers=on"), 1)
	if err != nil {
		step("no plan of %s: %v", name, err)
		return
	}
	defer store.Close()
	if err := work(store); err != nil { // what is prepared once is warm the second time
		step("no plan of %s: %v", name, err)
		return
	}
	from, err := size(q.cluster.LogFile())
	if err == nil {
		err = work(store)
	}
	if err != nil {
		step("no plan of %s: %v", name, err)
		return
	}
	time.Sleep(50 * time.Millisecond) // the log's writer is another process
	log, err := tailFrom(q.cluster.LogFile(), from)
	if err != nil {
		step("no plan of %s: %v", name, err)
		return
	}
	q.plans = append(q.plans, plan{name, slowest(plansIn(log))})
}

// slowest returns the two plans that took longest, in the order in which they ran.
func slowest(plans []string) []string {
	took := func(p string) (ms float64) {
		_, _ = fmt.Sscanf(p, "%f ms", &ms) // what does not begin with a time took none
		return ms
	}
	byTime := slices.SortedStableFunc(slices.Values(plans), func(a, b string) int { return cmp.Compare(took(b), took(a)) })
	if len(byTime) > 2 {
		byTime = byTime[:2]
	}
	return slices.DeleteFunc(plans, func(p string) bool { return !slices.Contains(byTime, p) })
}

var planStart = regexp.MustCompile(`duration: ([0-9.]+) ms  plan:`)

// plansIn takes the plans out of a log: each begins with its duration and query text, and
// its lines are indented by a tab.
func plansIn(log string) (plans []string) {
	var current []string
	inQuery := false
	flush := func() {
		if len(current) > 1 {
			plans = append(plans, strings.Join(current, "\n"))
		}
		current = nil
	}
	for line := range strings.SplitSeq(log, "\n") {
		switch found := planStart.FindStringSubmatch(line); {
		case found != nil:
			flush()
			current, inQuery = []string{found[1] + " ms"}, true
		case current == nil:
		case !strings.HasPrefix(line, "\t"):
			flush()
		case inQuery && strings.Contains(line, "(cost="):
			inQuery = false
			current = append(current, shorten(line[1:]))
		case !inQuery:
			current = append(current, shorten(line[1:]))
		}
	}
	flush()
	return plans
}

var estimate = regexp.MustCompile(`  ?\(cost=[^)]*\)`)

// shorten leaves the planner's estimates out, and the middle of very long conditions.
func shorten(line string) string {
	line = estimate.ReplaceAllString(line, "")
	if len(line) > 230 {
		line = line[:180] + " … " + strings.ToValidUTF8(line[len(line)-40:], "")
	}
	return strings.TrimRight(line, " ")
}

func size(file string) (int64, error) {
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func tailFrom(file string, from int64) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return "", err
	}
	raw, err := io.ReadAll(f)
	return string(raw), err
}

// Marks in the document between which the plans stand.
const (
	plansOpening = "<!-- plans -->\n"
	plansClosing = "<!-- /plans -->\n"
)

// writeDocument keeps the table and the plans in the document.
func (q *queues) writeDocument(file string) error {
	if file == "" {
		return nil
	}
	if err := q.keep(file); err != nil {
		return err
	}
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(old), plansOpening)
	_, after, closed := strings.Cut(rest, plansClosing)
	if !ok || !closed {
		return fmt.Errorf("%s has no place for the plans", file)
	}
	var b strings.Builder
	for _, p := range q.plans {
		fmt.Fprintf(&b, "\n### %s\n", strings.ToUpper(p.name[:1])+p.name[1:])
		for _, text := range p.steps {
			fmt.Fprintf(&b, "\n```text\n%s\n```\n", text)
		}
	}
	return os.WriteFile(file, []byte(before+plansOpening+b.String()+plansClosing+after), 0o644)
}
