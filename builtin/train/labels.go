package train

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed" // the labels
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"triage/triage"
)

// labelFile holds what a large language model, reading each comment by the taxonomy,
// said about a part of the unlabelled ones. It holds no text: a comment is named by
// labelKey. Columns, parted by tabs: key, intent, sentiment, urgency, reply expected,
// risks, ironic, ambiguous, and why the comment was chosen to be read.
//
//go:embed labels.tsv.gz
var labelFile []byte

// labelColumns is the number of columns of the label file.
const labelColumns = 9

// byChance is why a comment was chosen to be read when nothing spoke for it.
const byChance = "random"

// labelKey names a line of the unlabelled file: the first eight bytes of its SHA-256.
func labelKey(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:8])
}

// ownLabels reads the label file: what is known about a comment, without its text, by key.
func ownLabels(file []byte) (map[string]Comment, error) {
	zip, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(zip)
	if err != nil {
		return nil, err
	}
	known := map[string]Comment{}
	for n, line := range strings.Split(strings.TrimSpace(string(body)), "\n")[1:] {
		cells := strings.Split(line, "\t")
		if len(cells) != labelColumns {
			return nil, fmt.Errorf("line %d: %d columns of %d", n+2, len(cells), labelColumns)
		}
		c, err := labelOf(cells)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+2, err)
		}
		known[cells[0]] = c
	}
	return known, nil
}

// labelOf reads one line of the label file. The queue is the intent's.
func labelOf(cells []string) (Comment, error) {
	intent := triage.Intent(cells[1])
	c := Comment{
		Intent: cells[1], Sentiment: cells[2], Urgency: cells[3], ReplyExpected: cells[4] == "yes",
		Ironic: cells[6] == "yes", Ambiguous: cells[7] == "yes", Chosen: cells[8],
	}
	if cells[5] != "-" {
		c.Risk = strings.Split(cells[5], ",")
	}
	switch {
	case !slices.Contains(triage.Intents(), intent):
		return c, fmt.Errorf("unknown intent %q", c.Intent)
	case !slices.Contains(words(triage.Sentiments()), c.Sentiment):
		return c, fmt.Errorf("unknown sentiment %q", c.Sentiment)
	case !slices.Contains(words(triage.Urgencies()), c.Urgency):
		return c, fmt.Errorf("unknown urgency %q", c.Urgency)
	}
	for _, r := range c.Risk {
		if !slices.Contains(words(triage.Risks()), r) {
			return c, fmt.Errorf("unknown risk %q", r)
		}
	}
	c.Queue = string(intent.DefaultQueue())
	return c, nil
}

// readChosen joins the labels with the unlabelled comments they speak about, in the
// order of that file, each once. It says how many labels found no comment.
func readChosen(data string, labels map[string]Comment) (all []Comment, missing int, err error) {
	left := len(labels)
	seen := map[string]bool{}
	err = readLines(filepath.Join(data, unlabelledFile), func(line []byte) error {
		key := labelKey(line)
		if c, ok := labels[key]; ok && !seen[key] {
			seen[key] = true
			c.Text = string(line)
			all = append(all, c)
			left--
		}
		return nil
	})
	return all, left, err
}
