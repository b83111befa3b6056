package train

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"triage/builtin"
)

const (
	unlabelledTexts = 60_000 // how many unlabelled comments the teachers label
	taughtWeight    = 0.3    // what one of them counts beside a labelled comment
)

// gather prepares what every fold starts from: two teachers that know other people's
// labels, and a random part of the unlabelled comments.
func (b *bench) gather(ctx context.Context, m *builtin.Model, data string, say func(string, ...any)) error {
	b.teachers = []*teacher{newTeacher(b.features, b.seed), newTeacher(b.features, b.seed+1)}
	for _, t := range b.teachers {
		for _, q := range questions() {
			t.ask(len(q.classes), q.apart)
		}
	}
	known := map[string]bool{}
	for _, c := range b.comments {
		known[c.Text] = true
	}
	lessons, err := readOthers(m, data, known, b.teachers)
	if err != nil {
		return fmt.Errorf("other labels: %w", err)
	}
	for n, t := range b.teachers {
		if err := t.prepare(ctx, lessons); err != nil {
			return err
		}
		say("prepared teacher %d with %d texts of other people", n+1, len(lessons))
	}
	if b.unlabelled, err = b.pick(m, filepath.Join(data, unlabelledFile), known); err != nil {
		return fmt.Errorf("unlabelled text: %w", err)
	}
	return ctx.Err()
}

// teach lets teachers and a plain linear model learn from own and returns their common
// opinion of the unlabelled comments.
func (b *bench) teach(ctx context.Context, own []sample) ([]sample, error) {
	plain := newLinear(b.features, segments(questions()))
	if err := plain.fit(ctx, own, 8, rate, b.seed); err != nil {
		return nil, err
	}
	lessons := make([]lesson, len(own))
	for i, s := range own {
		lessons[i].text = s.text
		for n, seg := range plain.segments {
			lessons[i].answers = append(lessons[i].answers, reply{n, s.want[seg.from:seg.to], 1})
		}
	}
	var taught []*teacher
	for n, t := range b.teachers {
		after, err := t.study(ctx, lessons, b.seed+uint64(n))
		if err != nil {
			return nil, err
		}
		taught = append(taught, after)
	}
	out := make([]sample, len(b.unlabelled))
	for i, x := range b.unlabelled {
		out[i] = opinion(x, plain, taught)
	}
	return out, ctx.Err()
}

// pick returns a random part of the unlabelled comments.
func (b *bench) pick(m *builtin.Model, path string, known map[string]bool) ([]vector, error) {
	var lines []string
	err := readLines(path, func(line []byte) error {
		if text := string(line); !known[text] {
			lines = append(lines, text)
		}
		return nil
	})
	rng := rand.New(rand.NewPCG(b.seed, 0x73616D706C65))
	var texts []vector
	for _, i := range rng.Perm(len(lines))[:min(unlabelledTexts, len(lines))] {
		texts = append(texts, m.Features(lines[i]))
	}
	return texts, err
}

// opinion returns what is thought of a text: half the linear model's logits, half the
// teachers'.
func opinion(x vector, plain *linear, teachers []*teacher) sample {
	z := make([]float32, plain.columns)
	plain.logits(x, z)
	for c := range z {
		z[c] /= 2
	}
	for _, t := range teachers {
		t.read(x)
		for q, seg := range plain.segments {
			for c, v := range t.logits(q) {
				z[seg.from+c] += v / float32(2*len(teachers))
			}
		}
	}
	plain.probabilities(z)
	weights := make([]float32, len(plain.segments))
	for i := range weights {
		weights[i] = taughtWeight
	}
	return sample{x, z, weights}
}
