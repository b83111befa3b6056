package train

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"triage/builtin"
)

const (
	prepared        = 2      // how many networks learn all that is not our labels
	networks        = 3      // how many go on from there to learn ours; the product keeps them
	unlabelledTexts = 60_000 // how many unlabelled comments the teachers label
	taughtWeight    = 0.3    // what one of them counts beside a labelled comment
)

// gather prepares what every fold starts from: teachers that have guessed missing words
// and know other people's labels, and a random part of the unlabelled comments.
func (b *bench) gather(ctx context.Context, m *builtin.Model, data string, v *vocabulary, say func(string, ...any)) error {
	for n := range prepared {
		t := newTeacher(m.WordDims, b.seed+uint64(n))
		for _, q := range questions() {
			t.ask(len(q.classes), q.apart)
		}
		b.teachers = append(b.teachers, t)
	}
	unlabelled := filepath.Join(data, unlabelledFile)
	if err := guess(ctx, m, unlabelled, v, b.teachers, b.seed); err != nil {
		return fmt.Errorf("missing words: %w", err)
	}
	say("guessed missing words")
	known := map[string]bool{}
	for _, c := range b.comments {
		known[c.Text] = true
	}
	lessons, err := readOthers(m, data, known, b.teachers)
	if err != nil {
		return fmt.Errorf("other labels: %w", err)
	}
	for _, t := range b.teachers {
		if err := t.attend(ctx, lessons, teacherRate); err != nil {
			return err
		}
	}
	say("learned from %d texts that other people labelled", len(lessons))
	if b.unlabelled, err = b.pick(m, unlabelled, known); err != nil {
		return fmt.Errorf("unlabelled text: %w", err)
	}
	return ctx.Err()
}

// teach lets networks and a plain linear model learn from own. It returns their common
// opinion of the unlabelled comments, and the networks.
func (b *bench) teach(ctx context.Context, own []sample) ([]sample, []*teacher, error) {
	plain := newLinear(b.features, segments(questions()))
	if err := plain.fit(ctx, own, 8, rate, b.seed); err != nil {
		return nil, nil, err
	}
	lessons := lessonsOf(own, plain.segments)
	var nets []*teacher
	for n := range networks {
		t := b.teachers[n%len(b.teachers)].copied(b.seed + uint64(n))
		if err := t.study(ctx, lessons); err != nil {
			return nil, nil, err
		}
		nets = append(nets, t)
	}
	out := make([]sample, len(b.unlabelled))
	for i, x := range b.unlabelled {
		out[i] = opinion(x, plain, nets)
	}
	return out, nets, ctx.Err()
}

// lessonsOf turns samples into lessons for a network.
func lessonsOf(samples []sample, segments []segment) []lesson {
	lessons := make([]lesson, len(samples))
	for i, s := range samples {
		lessons[i].text = s.text
		for n, seg := range segments {
			lessons[i].answers = append(lessons[i].answers, reply{n, s.want[seg.from:seg.to], s.weights[n]})
		}
	}
	return lessons
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
// networks'.
func opinion(x vector, l *linear, nets []*teacher) sample {
	z := make([]float32, l.columns)
	l.logits(x, z)
	blend(z, x, l.segments, nets)
	l.probabilities(z)
	weights := make([]float32, len(l.segments))
	for i := range weights {
		weights[i] = taughtWeight
	}
	return sample{x, z, weights}
}

// blend mixes the networks' logits for a text into the linear ones, half and half.
func blend(z []float32, x vector, segments []segment, nets []*teacher) {
	said := make([]float32, len(z))
	meanLogits(said, x, segments, nets)
	for c := range z {
		z[c] = (z[c] + said[c]) / 2
	}
}

// meanLogits writes the mean of the networks' logits for a text into z.
func meanLogits(z []float32, x vector, segments []segment, nets []*teacher) {
	said := make([]float32, len(z))
	for _, t := range nets {
		t.read(x)
		for q, seg := range segments {
			t.say(q, said[seg.from:seg.to])
		}
		for c, v := range said {
			z[c] += v / float32(len(nets))
		}
	}
}
