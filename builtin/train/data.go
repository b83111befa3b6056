package train

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Comment is one labelled text, as the data folder holds it.
type Comment struct {
	Text          string   `json:"text"`
	Lang          string   `json:"lang"`
	Source        string   `json:"source"`
	Intent        string   `json:"intent"`
	Sentiment     string   `json:"sentiment"`
	Urgency       string   `json:"urgency"`
	ReplyExpected bool     `json:"reply_expected"`
	Risk          []string `json:"risk"`
	Queue         string   `json:"queue"`
	Ironic        bool     `json:"ironic"`
	Ambiguous     bool     `json:"ambiguous"`
	Chosen        string   `json:"-"` // why it was picked out of the unlabelled ones to be labelled; empty for the others
}

// readLines calls fn with each line of a file, unpacking it when its name ends in .gz.
func readLines(path string, fn func(line []byte) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 1<<20), 1<<20)
	for n := 1; lines.Scan(); n++ {
		if err := fn(lines.Bytes()); err != nil {
			return fmt.Errorf("%s line %d: %w", filepath.Base(path), n, err)
		}
	}
	return lines.Err()
}

// readComments reads a file of labelled comments.
func readComments(path string) ([]Comment, error) {
	var all []Comment
	err := readLines(path, func(line []byte) error {
		var c Comment
		if err := json.Unmarshal(line, &c); err != nil {
			return err
		}
		all = append(all, c)
		return nil
	})
	return all, err
}
