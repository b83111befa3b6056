package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"

	"triage/triage"
)

// Space is a model whose vectors are kept.
type Space struct {
	Model      string
	Dimensions int
	State      string // filling, in force, or left
	Done       int64  // of Total, while it is filled for the first time
	Total      int64
	StartedAt  time.Time
	FinishedAt *time.Time // when it was put in force
}

// Spaces returns the models that have vectors, the one in force first.
func (r Reads) Spaces(ctx context.Context) ([]Space, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT model, dimensions, state, least(done, total), total, started_at, finished_at FROM vector_spaces
		ORDER BY state = 'in force' DESC, state, started_at DESC`)
	spaces, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Space])
	if err != nil {
		return nil, unavailable(fmt.Errorf("vector spaces: %w", err))
	}
	return spaces, nil
}

// SpaceInForce returns the model that searches use, and "" before there is any.
func (r Reads) SpaceInForce(ctx context.Context) (string, error) {
	var model string
	err := r.db.QueryRow(ctx, `SELECT model FROM vector_spaces WHERE state = 'in force'`).Scan(&model)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", unavailable(fmt.Errorf("vector space in force: %w", err))
	}
	return model, nil
}

// WantSpace says that vectors of model are wanted. The first model is in force at once, unless
// vectors of another are there already; a later one is filled beside what is in force. One that
// was being filled and is no longer wanted is left as far as it is, and goes on from there when
// it is wanted again.
func (s *Store) WantSpace(ctx context.Context, model string, dimensions int) error {
	return s.InTx(ctx, func(tx *Tx) error {
		if err := tx.exec(ctx, `LOCK TABLE vector_spaces IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return fmt.Errorf("vector space %s: %w", model, err)
		}
		if err := tx.adoptSpace(ctx, model, dimensions); err != nil {
			return fmt.Errorf("vector space %s: %w", model, err)
		}
		_, err := tx.tx.Exec(ctx, `UPDATE vector_spaces SET state = 'left' WHERE state = 'filling' AND model <> $1`, model)
		if err == nil {
			_, err = tx.tx.Exec(ctx, `
				INSERT INTO vector_spaces (model, dimensions, state, started_at, total)
				VALUES ($1, $2, 'filling', $3, (SELECT count(*) FROM engagements WHERE deleted_at IS NULL))
				ON CONFLICT (model) DO UPDATE SET state = 'filling', started_at = $3 WHERE vector_spaces.state = 'left'`,
				model, dimensions, tx.Now)
		}
		if err != nil {
			return fmt.Errorf("vector space %s: %w", model, err)
		}
		return nil
	})
}

// adoptSpace puts a model in force where none is: that of the vectors which are there, or else
// the one that is wanted.
func (t *Tx) adoptSpace(ctx context.Context, model string, dimensions int) error {
	_, err := t.tx.Exec(ctx, `
		INSERT INTO vector_spaces (model, dimensions, state, started_at, finished_at)
		SELECT coalesce(v.model, $1), coalesce(v.dimensions, $2), 'in force', $3, $3
		FROM (SELECT) one LEFT JOIN (
		    SELECT model, vector_dims(vector) AS dimensions FROM embeddings ORDER BY model <> $1 LIMIT 1) v ON true
		WHERE NOT EXISTS (SELECT FROM vector_spaces WHERE state = 'in force')
		ON CONFLICT (model) DO UPDATE SET state = 'in force'`, model, dimensions, t.Now)
	return err
}

// Unembedded is an engagement that has no vector of a model, or an outdated one.
type Unembedded struct {
	Brand, ID triage.ID
	Round     int
	Text      string
	Names     []string // of its author, which are hidden from engines outside the house
}

// Filling is one step of filling a space, leased to whoever takes it.
type Filling struct {
	Model   string
	Missing []Unembedded
	brand   triage.ID // where the step ends
	id      triage.ID
	looked  int
	limit   int
}

// TakeFilling leases the next step of filling a model: at most limit engagements are looked at.
// It returns nil when somebody else is at it, or nothing is left to do. Brands of which nothing
// may leave the house are passed over: they have the built-in vectors.
func (s *Store) TakeFilling(ctx context.Context, model string, limit int, lease time.Duration) (*Filling, error) {
	var f *Filling
	err := s.InTx(ctx, func(tx *Tx) error {
		var brand, id triage.ID
		err := tx.tx.QueryRow(ctx, `
			UPDATE vector_spaces SET leased_until = now() + $2::interval
			WHERE model = $1 AND leased_until < now() AND (state = 'filling' OR state = 'in force' AND NOT whole)
			RETURNING at_brand, at_engagement`, model, lease).Scan(&brand, &id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		f = &Filling{Model: model, brand: brand, id: id, limit: limit}
		return f.look(ctx, tx)
	})
	if err != nil {
		return nil, unavailable(fmt.Errorf("filling %s: %w", model, err))
	}
	return f, nil
}

func (f *Filling) look(ctx context.Context, tx *Tx) error {
	rows, _ := tx.tx.Query(ctx, `
		SELECT n.brand_id, n.id, n.round, n.text, n.author_name, n.author_handle,
		       n.deleted_at IS NULL AND NOT n.incomplete AND NOT b.nothing_leaves AND (v.round IS NULL OR v.round < n.round)
		FROM (SELECT brand_id, id, round, text, author_name, author_handle, deleted_at, incomplete FROM engagements
		      WHERE (brand_id, id) > ($1, $2) ORDER BY brand_id, id LIMIT $3) n
		JOIN brands b ON b.id = n.brand_id
		LEFT JOIN embeddings v ON v.brand_id = n.brand_id AND v.engagement_id = n.id AND v.model = $4
		ORDER BY n.brand_id, n.id`, f.brand, f.id, f.limit, f.Model)
	_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var u Unembedded
		var name, handle string
		var missing bool
		err := row.Scan(&u.Brand, &u.ID, &u.Round, &u.Text, &name, &handle, &missing)
		f.brand, f.id, f.looked = u.Brand, u.ID, f.looked+1
		if u.Names = []string{name, handle}; missing {
			f.Missing = append(f.Missing, u)
		}
		return struct{}{}, err
	})
	return err
}

// Filled keeps the vectors of a step, one for each that was missing, nil for one that no engine
// can read, and moves on. At the end of a pass that found nothing missing the model is put in
// force. It returns false when that was the end. An engagement that was edited or erased
// meanwhile gets no vector.
func (s *Store) Filled(ctx context.Context, f *Filling, vectors []*triage.Vector) (more bool, err error) {
	err = s.InTx(ctx, func(tx *Tx) error {
		kept := false
		for i, v := range vectors {
			if v == nil {
				continue
			}
			u := f.Missing[i]
			kept = true
			if err := tx.exec(ctx, `
				INSERT INTO embeddings (brand_id, engagement_id, round, model, vector)
				SELECT brand_id, id, round, $4, $5 FROM engagements
				WHERE brand_id = $1 AND id = $2 AND round = $3 AND deleted_at IS NULL FOR SHARE
				ON CONFLICT (brand_id, engagement_id, model)
				DO UPDATE SET vector = excluded.vector, round = excluded.round, indexed = false
				WHERE embeddings.round < excluded.round`, u.Brand, u.ID, u.Round, f.Model, pgvector.NewHalfVector(v.Values)); err != nil {
				return err
			}
		}
		more, err = tx.moveOn(ctx, f, kept)
		return err
	})
	if err != nil {
		return false, unavailable(fmt.Errorf("filling %s: %w", f.Model, err))
	}
	return more, nil
}

func (t *Tx) moveOn(ctx context.Context, f *Filling, kept bool) (more bool, err error) {
	if f.looked == f.limit {
		return true, t.exec(ctx, `
			UPDATE vector_spaces SET at_brand = $2, at_engagement = $3, found = found OR $4, done = done + $5,
			    leased_until = '-infinity' WHERE model = $1`, f.Model, f.brand, f.id, kept, f.looked)
	}
	// The end of a pass. The one in force before is left only now, in the same transaction.
	var found, inForce bool
	err = t.tx.QueryRow(ctx, `SELECT found OR $2, state = 'in force' FROM vector_spaces WHERE model = $1 FOR UPDATE`, f.Model, kept).
		Scan(&found, &inForce)
	if err != nil {
		return false, err
	}
	err = t.exec(ctx, `
		UPDATE vector_spaces SET at_brand = DEFAULT, at_engagement = DEFAULT, found = false, done = done + $3,
		    whole = $2, leased_until = '-infinity' WHERE model = $1`, f.Model, inForce && !found, f.looked)
	if err != nil || found || inForce {
		return found, err
	}
	if err := t.exec(ctx, `
		UPDATE vector_spaces SET state = 'left' WHERE state = 'in force' AND model <> $1
		AND EXISTS (SELECT FROM vector_spaces WHERE model = $1 AND state = 'filling')`, f.Model); err != nil {
		return false, err
	}
	return true, t.exec(ctx, `
		UPDATE vector_spaces SET state = 'in force', finished_at = $2 WHERE model = $1 AND state = 'filling'`, f.Model, t.Now)
}
