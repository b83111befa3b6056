// Package evaluation measures how well an engine judges, on comments whose answers are
// known: the project's own set, or a file of labelled comments. It knows no engine and
// no model; it asks whatever can classify.
package evaluation

import (
	"bufio"
	"bytes"
	"context"
	_ "embed" // the project's own set
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

//go:embed comments.jsonl
var own []byte

// Comment is one text with the answers that are right.
type Comment struct {
	Text          string           `json:"text"`
	Lang          string           `json:"lang"`
	Intent        triage.Intent    `json:"intent"`
	Sentiment     triage.Sentiment `json:"sentiment"`
	Ironic        bool             `json:"ironic"`
	Urgency       triage.Urgency   `json:"urgency"`
	ReplyExpected bool             `json:"reply_expected"`
	Risk          []triage.Risk    `json:"risk"`
	Queue         triage.Queue     `json:"queue"`
	Ambiguous     bool             `json:"ambiguous"`
	Pair          string           `json:"pair,omitempty"` // shared with its twin; up to the hyphen, what is hard about the two
}

// Engine is what can be measured: anything that classifies.
type Engine interface {
	Classify(ctx context.Context, inputs []triage.Input) ([]triage.Classification, error)
}

// Own returns the project's own evaluation set, written for it.
func Own() ([]Comment, error) { return read(bytes.NewReader(own)) }

// File returns the labelled comments of a file with one JSON object a line. A folder
// stands for the dev.jsonl in it.
func File(path string) ([]Comment, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "dev.jsonl")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("labelled comments: %w", err)
	}
	defer func() { _ = f.Close() }()
	return read(f)
}

func read(r io.Reader) ([]Comment, error) {
	var all []Comment
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 1<<16), 1<<20)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var c Comment
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("labelled comment %d: %w", n, err)
		}
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("labelled comment %d: %w", n, err)
		}
		all = append(all, c)
	}
	return all, lines.Err()
}

func (c Comment) check() error {
	if !c.Intent.Valid() || !c.Sentiment.Valid() || !c.Queue.Valid() ||
		!slices.Contains(triage.Urgencies(), c.Urgency) {
		return fmt.Errorf("an answer outside the taxonomy")
	}
	for _, r := range c.Risk {
		if !r.Valid() {
			return fmt.Errorf("a risk outside the taxonomy")
		}
	}
	return nil
}

// Options says what to measure on and how to tell it.
type Options struct {
	Data string // file or folder of labelled comments; empty for the project's own set only
	JSON bool   // one JSON document instead of tables
	Draw string // where to write the curve of what is decided alone, as SVG; empty for nowhere

	About     About                          // what is measured, as far as its answers do not say it
	Place     Placing                        // which queue; nil for the taxonomy's
	Out       string                         // folder to keep the figures in, as Markdown, JSON and SVG; empty for nowhere
	Calibrate func(triage.Calibration) error // takes what the last set says of a language model's confidence; nil for not measuring it

	Against string // JSON file of an earlier run that the last set is compared with; empty for none
}

// About names what was measured.
type About struct {
	Engine    string  `json:"engine"`
	Threshold float64 `json:"threshold,omitempty"` // of a cascade
	Plan      string  `json:"plan"`
	Data      string  `json:"data"`
	Model     string  `json:"model"` // as the answers name it
	Prompt    string  `json:"prompt,omitempty"`
	Day       string  `json:"day"`
}

// Run measures e on the project's own set and, when told where, on labelled data, and
// prints the figures. With JSON and data, the document holds the figures on the data.
func Run(ctx context.Context, e Engine, o Options, out, progress io.Writer) error {
	comments, err := Own()
	if err != nil {
		return err
	}
	if o.Place == nil {
		o.Place = ByTaxonomy
	}
	sets := []set{{"own set", comments}}
	if o.Data != "" {
		labelled, err := File(o.Data)
		if err != nil {
			return err
		}
		sets = append(sets, set{"labelled data", labelled})
		if o.JSON {
			sets = sets[1:]
		}
	}
	for _, s := range sets {
		_, _ = fmt.Fprintf(progress, "judging %d comments of the %s\n", len(s.comments), s.name)
		judged, err := judge(ctx, e, s.comments)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		result := s.result(judged, o)
		if err := tell(out, s, result, o.JSON); err != nil {
			return err
		}
		if err := draw(result.Report, o.Draw); err != nil {
			return fmt.Errorf("drawing: %w", err)
		}
		if o.Out != "" {
			if err := result.keep(o.Out); err != nil {
				return fmt.Errorf("keeping the figures: %w", err)
			}
		}
		if o.Calibrate != nil && s.name == sets[len(sets)-1].name {
			if err := s.calibrate(judged, o); err != nil {
				return fmt.Errorf("calibrating: %w", err)
			}
		}
		if o.Against != "" && s.name == sets[len(sets)-1].name {
			if err := result.compare(out, o.Against); err != nil {
				return fmt.Errorf("comparing: %w", err)
			}
		}
	}
	return nil
}

// result measures what was said about the set.
func (s set) result(judged []triage.Classification, o Options) Result {
	r := Result{About: o.About, Report: MeasurePlaced(s.comments, judged, o.Place), Spend: SpendOf(judged), Pairs: pairs(s.comments, judged)}
	r.About.Data = s.name
	models, prompts := map[string]bool{}, map[string]bool{}
	for i, c := range judged {
		models[c.Model], prompts[c.PromptVersion] = true, true
		r.Answers = append(r.Answers, Said{
			Text: fingerprint(s.comments[i].Text), Queue: o.Place(s.comments[i], c), Intent: c.Intent, Sentiment: c.Sentiment, Urgency: c.Urgency,
			RightQueue: s.comments[i].Queue, RightIntent: s.comments[i].Intent,
		})
	}
	r.About.Model, r.About.Prompt = joined(models), joined(prompts)
	return r
}

func joined(words map[string]bool) string {
	delete(words, "")
	return strings.Join(slices.Sorted(maps.Keys(words)), ", ")
}

// draw writes the curve of r to path; the labelled data, measured last, win.
func draw(r Report, path string) error {
	if path == "" {
		return nil
	}
	var picture bytes.Buffer
	if err := r.Draw(&picture); err != nil {
		return err
	}
	return os.WriteFile(path, picture.Bytes(), 0o644)
}

type set struct {
	name     string
	comments []Comment
}

func tell(out io.Writer, s set, r Result, asJSON bool) error {
	if asJSON {
		r.Answers = nil
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	if err := r.Print(out, s.name); err != nil {
		return err
	}
	if err := r.Spend.print(out); err != nil {
		return err
	}
	return printPairs(out, r.Pairs)
}

// judge asks e about each comment's text alone, in groups.
func judge(ctx context.Context, e Engine, comments []Comment) ([]triage.Classification, error) {
	var all []triage.Classification
	for group := range slices.Chunk(comments, 64) {
		inputs := make([]triage.Input, len(group))
		for i, c := range group {
			inputs[i] = triage.Input{Text: c.Text}
		}
		judged, err := e.Classify(ctx, inputs)
		if err != nil {
			return nil, err
		}
		all = append(all, judged...)
	}
	return all, nil
}
