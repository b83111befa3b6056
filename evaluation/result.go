package evaluation

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"triage/triage"
)

// Result is one run as it is kept and compared.
type Result struct {
	About About `json:"about"`
	Report
	Spend   Spend            `json:"spend"`
	Pairs   map[string]Pairs `json:"hard_pairs,omitempty"`
	Answers []Said           `json:"answers,omitempty"`
}

// Said is what was said about one comment, which is known by the hash of its text only.
type Said struct {
	Text        string           `json:"text"`
	Queue       triage.Queue     `json:"queue"`
	Intent      triage.Intent    `json:"intent"`
	Sentiment   triage.Sentiment `json:"sentiment"`
	Urgency     triage.Urgency   `json:"urgency"`
	RightQueue  triage.Queue     `json:"right_queue"`
	RightIntent triage.Intent    `json:"right_intent"`
}

func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// base is the name of the files of a run.
func (r Result) base() string {
	name := r.About.Engine
	if r.About.Threshold > 0 {
		name += fmt.Sprintf("-%.2f", r.About.Threshold)
	}
	return name + "-" + strings.ReplaceAll(r.About.Data, " ", "-")
}

// keep writes NAME.json, NAME.md and NAME.svg, the diagram of reliability, into folder. The
// texts are not among them.
func (r Result) keep(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var page, picture bytes.Buffer
	if err := r.DrawReliability(&picture); err != nil {
		return err
	}
	if err := r.markdown(&page); err != nil {
		return err
	}
	document, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	for ending, content := range map[string][]byte{".json": append(document, '\n'), ".md": page.Bytes(), ".svg": picture.Bytes()} {
		if err := os.WriteFile(filepath.Join(folder, r.base()+ending), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (r Result) markdown(w io.Writer) error {
	var sb strings.Builder
	a := r.About
	fmt.Fprintf(&sb, "# %s on %s\n\nModel `%s`", a.Engine, a.Data, a.Model)
	if a.Prompt != "" {
		fmt.Fprintf(&sb, ", prompt `%s`", a.Prompt)
	}
	if a.Threshold > 0 {
		fmt.Fprintf(&sb, ", threshold %.2f", a.Threshold)
	}
	fmt.Fprintf(&sb, ", plan %s, %s. Printed by `triage eval`.\n\n```\n", a.Plan, a.Day)
	if err := r.Print(&sb, a.Data); err != nil {
		return err
	}
	if err := r.Spend.print(&sb); err != nil {
		return err
	}
	fmt.Fprintf(&sb, "```\n\n![Confidence against the share of right answers](%s.svg)\n", r.base())
	confusionTable(&sb, "queue", r.Queue.Confusion)
	confusionTable(&sb, "intent", r.Intent.Confusion)
	_, err := io.WriteString(w, sb.String())
	return err
}

// confusionTable has a row for each right answer and a column for each that was given.
func confusionTable(w io.Writer, field string, counts map[string]map[string]int) {
	columns := map[string]bool{}
	for _, row := range counts {
		for said := range row {
			columns[said] = true
		}
	}
	said := slices.Sorted(maps.Keys(columns))
	_, _ = fmt.Fprintf(w, "\n## Confusion of the %s\n\n| right \\ said | %s |\n|%s\n", field, strings.Join(said, " | "), strings.Repeat(" --- |", len(said)+1))
	for _, want := range slices.Sorted(maps.Keys(counts)) {
		_, _ = fmt.Fprintf(w, "| **%s** |", want)
		for _, got := range said {
			_, _ = fmt.Fprintf(w, " %d |", counts[want][got])
		}
		_, _ = fmt.Fprintln(w)
	}
}

func (s Spend) print(w io.Writer) error {
	var by []string
	for _, engine := range slices.Sorted(maps.Keys(s.Answered)) {
		by = append(by, fmt.Sprintf("%s %d", engine, s.Answered[engine]))
	}
	_, err := fmt.Fprintf(w, "answered by: %s (provisionally %d)\ncost: %.6f US dollars, %.4f for 1,000 comments\nlatency: p50 %.1f ms, p95 %.1f ms, most %.1f ms\n\n",
		strings.Join(by, ", "), s.Provisional, float64(s.MicroUSD)/1e6, s.Per1000, s.Latency.P50, s.Latency.P95, s.Latency.Max)
	return err
}
