package train

import (
	"context"
	"errors"
	"runtime"
	"sync"

	"triage/builtin"
)

// Settings of the linear heads' descent.
const (
	folds       = 5
	rate        = 0.05
	firstEpochs = 3 // over what the teachers labelled
	epochs      = 7 // over the labelled comments, and as many of the others
)

// bench holds what the heads are learned on.
type bench struct {
	comments []Comment
	stream   int // the first so many came as a stream of comments would: calibration looks at them
	real     int // the first so many are real comments; the rest was written for training
	samples  []sample
	features int
	seed     uint64

	teachers   []*teacher // prepared, not yet taught by our labels
	unlabelled []vector

	ruled  []ruled     // for each comment of the stream
	heard  []opinions  // for each comment of the stream, of a model that never saw it
	honest [][]float64 // the logits that follow from it
}

// learn trains every head and sets its calibration. Nothing that saw a fold's labels,
// networks included, helps to answer that fold.
func (b *bench) learn(ctx context.Context, m *builtin.Model, say func(string, ...any)) error {
	minds, err := b.everyFold(ctx, say)
	if err != nil {
		return err
	}
	b.heard = make([]opinions, b.stream)
	for i := range b.heard {
		b.heard[i] = minds[i%folds].think(b.samples[i].text)
	}
	models := make([]*linear, len(minds))
	for i, d := range minds {
		models[i] = d.columns
	}
	l := mean(models)
	m.Heads, m.Columns, m.Bias = headsOf(questions()), l.columns, l.bias
	hashed := builtin.Buckets * l.columns
	m.Weights, m.Scale = builtin.Quantise(l.w[:hashed], l.columns)
	m.Sense = l.w[hashed:]
	for _, t := range minds[folds].nets {
		m.Nets = append(m.Nets, t.net(len(questions())))
	}
	m.NetCount = len(m.Nets)
	return b.calibrate(m, say)
}

// mind is what one training gives: linear columns and the networks beside them.
type mind struct {
	columns *linear
	nets    []*teacher
}

// opinions are the logits for one text: the linear columns', and the networks' mean.
type opinions struct{ columns, nets []float32 }

// think returns what a mind says to a text.
func (d *mind) think(x vector) opinions {
	o := opinions{make([]float32, d.columns.columns), make([]float32, d.columns.columns)}
	d.columns.logits(x, o.columns)
	meanLogits(o.nets, x, d.columns.segments, d.nets)
	return o
}

// mean returns the model whose logits are the mean of those of all models: steadier
// than each, and no slower than one.
func mean(models []*linear) *linear {
	sum := &linear{columns: models[0].columns, w: make([]float32, len(models[0].w)), bias: make([]float32, models[0].columns)}
	for _, l := range models {
		for i, w := range l.w {
			sum.w[i] += w / float32(len(models))
		}
		for i, w := range l.bias {
			sum.bias[i] += w / float32(len(models))
		}
	}
	return sum
}

// everyFold returns a model without each fold and, last, one that saw everything. As
// many are trained side by side as there are processors; the result does not depend
// on it.
func (b *bench) everyFold(ctx context.Context, say func(string, ...any)) ([]*mind, error) {
	models, errs := make([]*mind, folds+1), make([]error, folds+1)
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	var done sync.WaitGroup
	for fold := range models {
		turns <- struct{}{}
		done.Go(func() {
			defer func() { <-turns }()
			models[fold], errs[fold] = b.fitWithout(ctx, fold)
		})
		say("training model %d of %d", fold+1, len(models))
	}
	done.Wait()
	return models, errors.Join(errs...)
}

// fitWithout trains a model without a fold's comments: first on what teachers made of
// the unlabelled text, then on the labelled comments, each time beside another part of
// the taught texts, lest these be forgotten.
func (b *bench) fitWithout(ctx context.Context, fold int) (*mind, error) {
	var own []sample
	for i, s := range b.samples {
		if i >= b.real || i%folds != fold {
			own = append(own, s)
		}
	}
	taught, nets, err := b.teach(ctx, own)
	if err != nil {
		return nil, err
	}
	l, err := b.columns(ctx, own, taught)
	if err != nil {
		return nil, err
	}
	return &mind{l, nets}, nil
}

// columns trains the linear part.
func (b *bench) columns(ctx context.Context, own, taught []sample) (*linear, error) {
	l := newLinear(b.features, segments(questions()))
	if err := l.fit(ctx, taught, firstEpochs, rate, b.seed); err != nil {
		return nil, err
	}
	for epoch := range epochs {
		part := own[:len(own):len(own)]
		if n := len(taught); n > 0 {
			from := epoch * len(own) % n
			part = append(part, taught[from:min(n, from+len(own))]...)
		}
		step := rate * (1 - 0.9*float64(epoch)/epochs)
		if err := l.fit(ctx, part, 1, step, b.seed+uint64(epoch)); err != nil {
			return nil, err
		}
	}
	l.sq, l.biasSq = nil, nil // not needed any more
	return l, nil
}
