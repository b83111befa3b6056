package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"triage/builtin"
	"triage/triage"
)

// others are the sets of other people's labels, one question each.
var others = []string{"sentiment", "offense", "spam", "irony", "complaint", "kindness", "priority_twcs"}

// otherWeight is what another's label counts beside one of ours.
const otherWeight = 0.5

// readOthers adds a question to each teacher for every set that is there, and returns
// its texts as lessons. Texts that are in known are left out.
func readOthers(m *builtin.Model, data string, known map[string]bool, teachers []*teacher) ([]lesson, error) {
	var lessons []lesson
	for _, name := range others {
		question, classes := 0, []string{"true"}
		if name == "sentiment" {
			classes = words(triage.Sentiments())
		}
		for _, t := range teachers {
			question = t.ask(len(classes), len(classes) == 1)
		}
		err := readLines(filepath.Join(data, "aux", name+".jsonl.gz"), func(line []byte) error {
			var row struct {
				Text  string `json:"text"`
				Label any    `json:"label"`
			}
			if err := json.Unmarshal(line, &row); err != nil || known[row.Text] {
				return err
			}
			want := make([]float32, len(classes))
			if i := slices.Index(classes, fmt.Sprint(row.Label)); i >= 0 {
				want[i] = 1
			} else if len(classes) > 1 {
				return nil
			}
			lessons = append(lessons, lesson{m.Features(row.Text), []reply{{question, want, otherWeight}}})
			return nil
		})
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	return lessons, nil
}
