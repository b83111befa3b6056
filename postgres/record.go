package postgres

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Change is one event of a delivery about one engagement of a known brand and channel.
type Change struct {
	Engagement triage.Engagement // ID is a fresh one, used when the engagement is new
	DeliveryID triage.ID
	Own        bool // written by the brand's own account: never creates
}

// Ref names one round of one engagement: what a job judges.
type Ref struct {
	BrandID triage.ID
	ID      triage.ID
	Round   int
}

// key is the identity of an engagement.
type key struct {
	brand, channel triage.ID
	external       string
}

func keyOf(e triage.Engagement) key { return key{e.BrandID, e.ChannelID, e.ExternalID} }

func (k key) compare(o key) int {
	return cmp.Or(cmp.Compare(k.brand, o.brand), cmp.Compare(k.channel, o.channel), cmp.Compare(k.external, o.external))
}

// Record stores deliveries and what they changed, in this order:
//
//  1. deliveries, and the creations that stand alone under their key, in one round trip;
//  2. every other change, key by key in sorted order, through triage.Held.Next on the
//     locked row;
//  3. erasures of authors, deletions of threads, and the ends of our access to accounts;
//  4. what is to be asked for, since its platform told too little;
//  5. the bytes of deliveries that no engagement points to, since an erasure would not
//     find them: what repeats or only touches something held is not kept twice.
//
// It returns what is to be judged, and for each change whether it had an effect.
func (t *Tx) Record(ctx context.Context, deliveries []Delivery, changes []Change) ([]Ref, []bool, error) {
	r := &recording{tx: t, effect: make([]bool, len(changes)), changes: changes, loose: map[triage.ID]bool{}}
	alone, rest, erasures, others := r.sort()
	if err := r.keepSettlingOut(ctx, erasures); err != nil {
		return nil, nil, err
	}
	inserted, err := r.insertAlone(ctx, deliveries, alone)
	if err != nil {
		return nil, nil, err
	}
	for _, i := range alone {
		if !inserted[i] {
			rest = append(rest, i)
		}
	}
	if err := r.changeHeld(ctx, rest); err != nil {
		return nil, nil, err
	}
	for _, i := range erasures {
		if err := r.eraseAuthor(ctx, i); err != nil {
			return nil, nil, err
		}
	}
	for _, i := range others {
		change := r.deleteThread
		if r.changes[i].Engagement.Action == triage.AccessEnded {
			change = r.endAccess
		}
		if err := change(ctx, i); err != nil {
			return nil, nil, err
		}
	}
	if err := r.askFor(ctx); err != nil {
		return nil, nil, err
	}
	return r.fresh, r.effect, r.dropLoose(ctx, deliveries)
}

type recording struct {
	tx      *Tx
	changes []Change
	effect  []bool
	fresh   []Ref
	loose   map[triage.ID]bool // deliveries with a text that no engagement points to
	partial []Ref              // first news, to be asked for
}

func (r *recording) dropLoose(ctx context.Context, deliveries []Delivery) error {
	var ids []triage.ID
	for _, d := range deliveries {
		if d.Raw != nil && r.loose[d.ID] {
			ids = append(ids, d.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := r.tx.exec(ctx, `UPDATE deliveries SET raw = NULL WHERE id = ANY($1)`, uuids(ids)); err != nil {
		return fmt.Errorf("deliveries: %w", err)
	}
	return nil
}

// sort tells creations that are the only change of their key from all others.
func (r *recording) sort() (alone, rest, erasures, others []int) {
	seen := make(map[key]int, len(r.changes))
	for _, c := range r.changes {
		if !nameless(c.Engagement.Action) {
			seen[keyOf(c.Engagement)]++
		}
	}
	for i, c := range r.changes {
		switch {
		case c.Engagement.Action == triage.AuthorErased:
			erasures = append(erasures, i)
		case nameless(c.Engagement.Action):
			others = append(others, i)
		case c.Engagement.Action == triage.Created && !c.Own && seen[keyOf(c.Engagement)] == 1:
			alone = append(alone, i)
		default:
			rest = append(rest, i)
		}
	}
	slices.SortFunc(alone, func(a, b int) int {
		return keyOf(r.changes[a].Engagement).compare(keyOf(r.changes[b].Engagement))
	})
	return alone, rest, erasures, others
}

// nameless reports whether an action names no engagement.
func nameless(a triage.Action) bool {
	return a == triage.AuthorErased || a == triage.ThreadDeleted || a == triage.AccessEnded
}

// insertAlone inserts deliveries and the given creations, and reports which were new.
// Creations of an erased author are left to the slow road.
func (r *recording) insertAlone(ctx context.Context, deliveries []Delivery, alone []int) (map[int]bool, error) {
	batch := &pgx.Batch{}
	if len(deliveries) > 0 {
		if err := queueDeliveries(batch, deliveries); err != nil {
			return nil, err
		}
	}
	byID := make(map[[16]byte]int, len(alone))
	if len(alone) > 0 {
		cols := &columns{now: r.tx.Now}
		for _, i := range alone {
			e := r.changes[i].Engagement
			held, _ := triage.Held{}.Next(e, false)
			cols.add(e, held, r.changes[i].DeliveryID)
		}
		for n, id := range uuids(cols.ids) {
			byID[id] = alone[n]
		}
		insert := insertEngagements
		if r.tx.careful {
			insert = insertFree
		}
		batch.Queue(insert, cols.args()...)
	}
	results := r.tx.tx.SendBatch(ctx, batch)
	defer func() { _ = results.Close() }() // its error is that of the reads below
	if len(deliveries) > 0 {
		if _, err := results.Exec(); err != nil {
			return nil, fmt.Errorf("deliveries: %w", err)
		}
	}
	inserted := make(map[int]bool, len(alone))
	if len(alone) == 0 {
		return inserted, nil
	}
	rows, err := results.Query()
	if err != nil {
		return nil, fmt.Errorf("engagements: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[[16]byte])
	if err != nil {
		return nil, fmt.Errorf("engagements: %w", err)
	}
	for _, id := range ids {
		i := byID[id]
		inserted[i] = true
		r.judge(i, r.changes[i].Engagement.ID, 1)
	}
	return inserted, nil
}

// judge notes that change i had an effect and that the round it made is to be judged.
func (r *recording) judge(i int, id triage.ID, round int) {
	r.effect[i] = true
	e := r.changes[i].Engagement
	ref := Ref{BrandID: e.BrandID, ID: id, Round: round}
	r.fresh = append(r.fresh, ref)
	if e.Partial && round == 1 {
		r.partial = append(r.partial, ref)
	}
}

// authorHash is what stays of an author who asked to be erased.
func authorHash(externalID string) []byte {
	sum := sha256.Sum256([]byte(externalID))
	return sum[:]
}
