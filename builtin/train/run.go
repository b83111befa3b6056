// Package train makes the built-in engine's model from a folder of labelled comments
// and unlabelled text. Equal data and seed give equal bytes. It knows files and
// arithmetic; how a text is read and judged is builtin's business.
package train

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"triage/builtin"
)

// Options says what to train on and where to write.
type Options struct {
	Data string // folder with train.jsonl, written.jsonl and unlabeled_en_de.txt.gz
	Out  string // the model file; empty for builtin/model/builtin.model
	Date string // the day of training, for the model card: 2006-01-02
	Seed uint64 // equal seeds give equal bytes
}

// unlabelledFile holds one comment a line, for counting and for teachers to label.
const unlabelledFile = "unlabeled_en_de.txt.gz"

// DefaultOut is where the model file lies in the source tree.
const DefaultOut = "builtin/model/builtin.model"

// Run trains a model and writes it, telling progress as it goes. The file is replaced
// only when everything went well.
func Run(ctx context.Context, o Options, progress io.Writer) error {
	m, err := Train(ctx, o, progress)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := m.Encode(&file); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	out := o.Out
	if out == "" {
		out = DefaultOut
	}
	if err := os.WriteFile(out+".new", file.Bytes(), 0o644); err != nil {
		return fmt.Errorf("model file: %w", err)
	}
	if err := os.Rename(out+".new", out); err != nil {
		return fmt.Errorf("model file: %w", err)
	}
	_, err = fmt.Fprintf(progress, "wrote %s, %d bytes\n", out, file.Len())
	return err
}

// Train learns in these steps and returns the model in memory:
//
//  1. read the labelled comments,
//  2. count the unlabelled text: which words exist, how rare each feature is,
//  3. learn to tell languages apart,
//  4. learn what words mean by the company they keep,
//  5. train teachers, who know other people's labels too, and let them label text,
//  6. learn each head, five times on four fifths to see honest answers, once on all,
//  7. fit temperature, cuts and confidence curves on the honest answers.
func Train(ctx context.Context, o Options, progress io.Writer) (*builtin.Model, error) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(progress, format+"\n", args...) }
	comments, err := readComments(filepath.Join(o.Data, "train.jsonl"))
	if err != nil {
		return nil, fmt.Errorf("labelled comments: %w", err)
	}
	stream := len(comments)
	written, err := readComments(filepath.Join(o.Data, "written.jsonl"))
	if err != nil {
		return nil, fmt.Errorf("written comments: %w", err)
	}
	labels, err := ownLabels(labelFile)
	if err != nil {
		return nil, fmt.Errorf("labels: %w", err)
	}
	chosen, missing, err := readChosen(o.Data, labels)
	if err != nil {
		return nil, fmt.Errorf("unlabelled text: %w", err)
	}
	if missing > 0 {
		say("%d labels have no comment in %s and are left out", missing, unlabelledFile)
	}
	comments = slices.Concat(comments, chosen)
	real := len(comments)
	comments = slices.Concat(comments, written)
	say("read %d labelled comments", len(comments))

	m := &builtin.Model{Manifest: builtin.Manifest{
		Name: "builtin-v2", Trained: o.Date, Comments: len(comments),
	}}
	if err := countWords(ctx, m, filepath.Join(o.Data, unlabelledFile)); err != nil {
		return nil, fmt.Errorf("unlabelled text: %w", err)
	}
	say("counted the unlabelled text")
	if err := learnLanguages(ctx, m, comments, o.Seed); err != nil {
		return nil, err
	}
	say("learned %d languages", len(m.Languages))
	v, err := learnSpace(ctx, m, filepath.Join(o.Data, unlabelledFile), o.Seed)
	if err != nil {
		return nil, fmt.Errorf("word vectors: %w", err)
	}
	say("learned vectors of %d words", m.WordCount)
	b := &bench{comments: comments, stream: stream, real: real, features: builtin.Buckets + m.WordDims, seed: o.Seed}
	for _, c := range comments {
		b.samples = append(b.samples, labelled(m.Features(c.Text), c, questions()))
	}
	if err := b.gather(ctx, m, o.Data, v, say); err != nil {
		return nil, err
	}
	if err := b.learn(ctx, m, say); err != nil {
		return nil, err
	}
	return m, ctx.Err()
}
