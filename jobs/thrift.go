package jobs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"triage/classifier"
	"triage/embeddings"
	"triage/llm"
	"triage/postgres"
	"triage/triage"
)

// thrifty tells the engines how the brand wants its comments judged. When nobody can say,
// nothing is asked of a model: money would be spent that may not be there.
func (j *Judge) thrifty(ctx context.Context, inputs []triage.Input) error {
	if j.Engine == j.Builtin {
		return nil
	}
	t, err := j.Store.Thrift(ctx, inputs[0].BrandID)
	if err != nil {
		return fmt.Errorf("how thrifty to be: %w", err)
	}
	for i := range inputs {
		inputs[i].Thrift = &t
	}
	return nil
}

// again returns what waits for a better judgement, and what waits no more.
func (j *Judge) again(waiting []postgres.Waiting, judged []verdict) (wait []postgres.Again, done []triage.ID) {
	now := j.Store.Now()
	for i, w := range waiting {
		c := judged[i].classification
		switch {
		case c.Provisional && j.Engine != j.Builtin:
			short := cmp.Or(c.Effort.Short, judged[i].short)
			wait = append(wait, postgres.Again{
				Ref:      postgres.Ref{BrandID: w.BrandID, ID: w.ID, Round: w.Round},
				Pressing: pressing(c), Short: short, DueAt: dueAgain(short, now),
			})
		case w.Provisional:
			done = append(done, w.ID)
		}
	}
	return wait, done
}

// pressing orders what waits: urgent first, then what the engine was not sure of.
func pressing(c triage.Classification) int {
	switch {
	case !c.Judged() || c.Urgency == triage.UrgencyUrgent || len(c.Risks) > 0:
		return 0
	case len(c.Unsure) > 0 || c.Confidence.Queue < 0.5:
		return 1
	}
	return 2
}

// unhurried is how long a judgement waits of which nothing is missing but its vector.
const unhurried = time.Minute

// dueAgain is when what is missing may be there again. The model's own pause is known to
// whoever tries.
func dueAgain(short triage.Shortfall, now time.Time) time.Time {
	day := now.UTC().Truncate(24 * time.Hour)
	switch short {
	case triage.ShortOfDay, triage.ShortOfPrice:
		return day.Add(24 * time.Hour)
	case triage.ShortOfMonth:
		return time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	case triage.ShortOfModel:
		return now
	case triage.ShortOfSense: // the judgement is final
	}
	return now.Add(unhurried)
}

// againFor is how long a job may take for what is tried again, before it is tried once more.
const againFor = time.Minute

// Again has provisional judgements tried again, as many as the model is ready for. It
// returns true when it should look again at once.
func (u *Upkeep) Again(ctx context.Context) (bool, error) {
	if u.Judge.Ready == nil {
		return false, nil
	}
	ready := u.Judge.Ready(ctx)
	if ready == 0 {
		return false, nil
	}
	return u.inTx(func(ctx context.Context, tx *postgres.Tx) (bool, error) {
		_, err := tx.EnqueueDue(ctx, ready, againFor)
		return false, err
	})(ctx)
}

// Purse holds the brands' money in the database. It implements classifier.Purse.
type Purse struct {
	Store  *postgres.Store
	Prices llm.PriceList // that calls are priced by
	Log    *slog.Logger
}

// Purse returns the purse that j pays from.
func (j *Judge) Purse() Purse { return Purse{Store: j.Store, Prices: j.Prices, Log: j.Log} }

// holdFor is how long money stays set aside for a call that nobody tells the end of.
const holdFor = time.Minute

// Hold sets money aside.
func (p Purse) Hold(ctx context.Context, brand triage.ID, t triage.Thrift, asks []int64) (held classifier.Held, err error) {
	err = p.Store.InTx(ctx, func(tx *postgres.Tx) (err error) {
		held.ID, held.Asks, held.Short, err = tx.Hold(ctx, brand, t, asks, holdFor)
		return err
	})
	if err != nil {
		p.Log.WarnContext(ctx, "no money could be set aside, so no model is asked", "err", err)
	}
	return held, err
}

// Pay writes down what was spent.
func (p Purse) Pay(ctx context.Context, brand, hold triage.ID, charges []triage.Charge) error {
	err := p.Store.Retrying(ctx, 5, func(tx *postgres.Tx) error { return tx.Pay(ctx, brand, hold, charges, p.Prices.AsOf) })
	if err != nil {
		p.Log.ErrorContext(ctx, "money was spent and not written down", "lines", len(charges), "err", err)
	}
	return err
}

// Memory keeps what a model said in the database. It implements classifier.Memory.
type Memory struct {
	Store *postgres.Store
	Near  embeddings.Engine // the built-in one, in whose space comments are compared
	Log   *slog.Logger
}

// underWay is how long a question may take: longer than a job.
const underWay = timeout + 5*time.Second

// Recall looks for copies.
func (m Memory) Recall(ctx context.Context, brand triage.ID, t triage.Thrift, inputs []triage.Input) ([]classifier.Recollection, error) {
	var found []postgres.Recalled
	asking, err := m.asking(ctx, inputs)
	if err == nil {
		err = m.Store.Retrying(ctx, 3, func(tx *postgres.Tx) (err error) {
			found, err = tx.Recall(ctx, brand, asking, postgres.Recalling{
				Exact: t.ReuseExact, Near: t.ReuseNear, Distance: t.NearDistance, Within: t.ReuseWithin, UnderWay: underWay,
			})
			return err
		})
	}
	if err != nil {
		m.Log.WarnContext(ctx, "asked without looking for copies", "engagements", len(inputs), "err", err)
		return nil, err
	}
	out := make([]classifier.Recollection, len(found))
	for n, f := range found {
		out[n] = classifier.Recollection{Answer: f.Answer, From: f.From, Exact: f.Exact, Wait: f.From != "" && f.Answer == nil}
	}
	return out, nil
}

// asking describes inputs as they are compared.
func (m Memory) asking(ctx context.Context, inputs []triage.Input) ([]postgres.Asking, error) {
	texts := make([]string, len(inputs))
	for n, in := range inputs {
		texts[n] = in.Text
	}
	vectors, err := m.Near.Embed(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("vectors of questions: %w", err)
	}
	out := make([]postgres.Asking, len(inputs))
	for n, in := range inputs {
		reading, err := readingOf(in.First)
		if err != nil {
			return nil, err
		}
		parent, text := sha256.Sum256([]byte(in.Below)), sha256.Sum256([]byte(in.Text))
		out[n] = postgres.Asking{ID: in.EngagementID, Parent: parent[:], Reading: reading, Copy: text[:], Vector: vectors[n].Values}
	}
	return out, nil
}

// readingOf sums up what the built-in engine says, as far as near copies must agree in it:
// that a small word turned a comment into its opposite shows there.
func readingOf(c *triage.Classification) ([]byte, error) {
	if c == nil {
		return []byte{}, nil
	}
	raw, err := json.Marshal([]any{c.Intent, c.Sentiment, c.Urgency == triage.UrgencyUrgent, c.Risks, c.Rules})
	if err != nil {
		return nil, fmt.Errorf("reading: %w", err)
	}
	sum := sha256.Sum256(raw)
	return sum[:16], nil
}

// Keep keeps answers.
func (m Memory) Keep(ctx context.Context, brand triage.ID, inputs []triage.Input, answers []triage.Classification) error {
	ids := make([]triage.ID, len(inputs))
	for n, in := range inputs {
		ids[n] = in.EngagementID
	}
	err := m.Store.Retrying(ctx, 3, func(tx *postgres.Tx) error { return tx.KeepAnswers(ctx, brand, ids, answers) })
	if err != nil {
		m.Log.WarnContext(ctx, "answers are not kept for copies", "engagements", len(inputs), "err", err)
	}
	return err
}

// Tally counts how comments were judged, in memory, since rows of all jobs of a brand would
// be one row that all wait for. Upkeep writes the counts down; a process that is killed
// loses those of the last second, and never money, which is written down at once.
type Tally struct {
	mu     sync.Mutex
	counts map[triage.ID]map[triage.Charge]int64 // by brand and line
}

// count takes in verdicts that were settled. The nil Tally counts nothing.
func (t *Tally) count(brand triage.ID, judged []verdict) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[triage.ID]map[triage.Charge]int64{}
	}
	if t.counts[brand] == nil {
		t.counts[brand] = map[triage.Charge]int64{}
	}
	for _, v := range judged {
		c := v.classification
		if s := c.Effort.Step; c.Judged() && s != triage.StepModel && s != triage.StepTogether { // which the ledger counts
			t.counts[brand][triage.Charge{Step: c.Effort.Step, Engine: c.Engine, Model: c.Model}]++
		}
	}
}

// Flush writes the counts down.
func (t *Tally) Flush(ctx context.Context, store *postgres.Store) error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	counts := t.counts
	t.counts = nil
	t.mu.Unlock()
	for brand, lines := range counts {
		var charges []triage.Charge
		for line, n := range lines {
			line.Items = n
			charges = append(charges, line)
		}
		if err := store.Retrying(ctx, 5, func(tx *postgres.Tx) error { return tx.Tally(ctx, brand, charges) }); err != nil {
			return err
		}
	}
	return nil
}
