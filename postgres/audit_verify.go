package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Wrong is what is wrong with a row of an audit chain.
type Wrong string

// What can be wrong. A chain is broken at the first row that is not what was sealed.
const (
	Changed   Wrong = "changed"   // its values, or its hash, are not those that were sealed
	Missing   Wrong = "missing"   // the row of that number is gone
	Reordered Wrong = "reordered" // another row of the chain stands in its place
	CutOff    Wrong = "cut off"   // the chain ends before a head that somebody kept
	Replaced  Wrong = "replaced"  // the chain is whole, but not the one that the kept head ends
)

// BrokenChain is the first place where the audit chain of a brand is not what was sealed.
type BrokenChain struct {
	Brand triage.ID
	Seq   int64
	Row   triage.ID // the row found there, or the next one; empty when there is none
	Wrong Wrong
}

// Error says what is wrong, and where.
func (b *BrokenChain) Error() string {
	row := ""
	if b.Row != "" {
		row = ", row " + string(b.Row)
	}
	return fmt.Sprintf("audit of brand %s is broken at number %d%s: %s", b.Brand, b.Seq, row, b.Wrong)
}

// ChainState is what a whole audit chain looks like, and what waits to be sealed into it.
type ChainState struct {
	Head     ChainHead
	Unsealed int64
	Oldest   time.Time // of the unsealed rows; zero when there is none
}

// verifyPage is how many rows are held in memory at once. A row that stands elsewhere is
// looked for within as many.
const verifyPage = 5000

// VerifyAudit walks a brand's hash chain from its beginning, a page at a time, and tells
// progress, which may be nil, how far it is after each page. A broken chain is a
// *BrokenChain. What is cut off at the end cannot be seen from inside the database: only
// a kept head, if one is given, shows it.
func (r Reads) VerifyAudit(ctx context.Context, brand triage.ID, kept *ChainHead, progress func(seq int64)) (ChainState, error) {
	w := chainWalk{brand: brand, kept: kept}
	for {
		page, err := r.links(ctx, brand, w.head.Seq, verifyPage)
		if err != nil {
			return ChainState{}, err
		}
		for n := range page {
			if broken := w.step(page, n); broken != nil {
				return ChainState{Head: w.head}, broken
			}
		}
		if len(page) < verifyPage {
			break
		}
		if progress != nil {
			progress(w.head.Seq)
		}
	}
	if kept != nil && w.head.Seq < kept.Seq {
		return ChainState{Head: w.head}, &BrokenChain{Brand: brand, Seq: w.head.Seq + 1, Wrong: CutOff}
	}
	state := ChainState{Head: w.head}
	var oldest *time.Time
	err := r.db.QueryRow(ctx, `SELECT count(*), min(at) FROM audit WHERE brand_id = $1 AND seq IS NULL`, brand).Scan(&state.Unsealed, &oldest)
	if err != nil {
		return state, unavailable(fmt.Errorf("audit of brand %s: %w", brand, err))
	}
	state.Oldest = orZero(oldest)
	return state, nil
}

// links returns at most limit sealed rows behind a number, in the order of the chain.
func (r Reads) links(ctx context.Context, brand triage.ID, after int64, limit int) ([]link, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT `+linkColumns+`, seq, hash FROM audit
		WHERE brand_id = $1 AND seq > $2 AND seq IS NOT NULL ORDER BY seq LIMIT $3`, brand, after, limit)
	links, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (link, error) {
		var l link
		err := row.Scan(append(l.fields(), &l.seq, &l.hash)...)
		return l, err
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("audit of brand %s: %w", brand, err))
	}
	return links, nil
}

// chainWalk is how far a chain is known to be whole.
type chainWalk struct {
	brand triage.ID
	head  ChainHead
	kept  *ChainHead
}

// step takes one more row of a page.
func (w *chainWalk) step(page []link, n int) *BrokenChain {
	l := page[n]
	broken := &BrokenChain{Brand: w.brand, Seq: w.head.Seq + 1, Row: triage.ID(l.id)}
	switch {
	case l.seq != broken.Seq:
		broken.Wrong = Missing
		return broken
	case !bytes.Equal(l.hash, l.next(w.brand, w.head.Hash)):
		broken.Wrong = Changed
		if w.standsElsewhere(page[n+1:], l) {
			broken.Wrong = Reordered
		}
		return broken
	case w.kept != nil && l.seq == w.kept.Seq && !bytes.Equal(l.hash, w.kept.Hash):
		broken.Wrong = Replaced
		return broken
	}
	w.head = ChainHead{Seq: l.seq, Hash: l.hash}
	return nil
}

// standsElsewhere reports whether the row that was sealed in the place of l is among later
// ones: with that number it would continue the chain, with its own hash or with l's.
func (w *chainWalk) standsElsewhere(later []link, l link) bool {
	for _, other := range later {
		hash := other.hash
		other.seq = l.seq
		if would := other.next(w.brand, w.head.Hash); bytes.Equal(would, l.hash) || bytes.Equal(would, hash) {
			return true
		}
	}
	return false
}

// IsBroken returns the break that err tells of, or nil.
func IsBroken(err error) *BrokenChain {
	var broken *BrokenChain
	errors.As(err, &broken)
	return broken
}
