// Package postgres holds every SQL statement of the service. Reads are methods of Reads,
// which Store and Tx both embed; everything that writes or enqueues is a method of *Tx,
// which only InTx hands out, so writing outside a transaction does not compile. It knows
// no HTTP, no platforms and no engines.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/puddle/v2"
	pgxvec "github.com/pgvector/pgvector-go/pgx"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"triage/triage"
)

// querier is what a pool and a transaction have in common.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// Reads are the questions that change nothing.
type Reads struct {
	db    querier
	plans *planCache
}

// Store is the service's memory. It is safe for concurrent use.
type Store struct {
	Reads
	pool *pgxpool.Pool
	jobs *river.Client[pgx.Tx]

	// Clock tells the time of transactions; nil is the system's. It is for tests, which set
	// it before anybody uses the store.
	Clock func() time.Time

	carefulUntil atomic.Int64 // Unix nanoseconds; see insertEngagements
}

// Tx is one transaction. Its time is fixed when it begins: Now.
type Tx struct {
	Reads
	tx      pgx.Tx
	jobs    *river.Client[pgx.Tx]
	careful bool // keys may be taken: insert only what is free
	Now     time.Time
}

// carefulFor is how long inserts stay careful after a key was taken: repetitions come in
// bursts.
const carefulFor = time.Second

// Open connects to a migrated database with at most maxConns connections. It fails when
// synchronous_commit is off, since then an acknowledged comment could be lost.
func Open(ctx context.Context, url string, maxConns int) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	config.MaxConns = int32(maxConns)
	config.AfterConnect = pgxvec.RegisterTypes
	config.ConnConfig.RuntimeParams["application_name"] = "triage"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := requireDurable(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	// This client only inserts. It announces inserts at most once in FetchCooldown, which
	// keeps NOTIFY, and the global lock behind it, out
	// of the transaction that accepts comments; workers poll.
	jobs, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		FetchCooldown: time.Hour, FetchPollInterval: time.Hour,
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("job client: %w", err)
	}
	return &Store{Reads: Reads{db: pool, plans: &planCache{}}, pool: pool, jobs: jobs}, nil
}

func requireDurable(ctx context.Context, pool *pgxpool.Pool) error {
	var mode string
	if err := pool.QueryRow(ctx, "SHOW synchronous_commit").Scan(&mode); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	if mode == "off" {
		return errors.New("the database has synchronous_commit = off: acknowledged comments could be lost; set it to on")
	}
	return nil
}

// Close ends all connections. It waits for those in use.
func (s *Store) Close() { s.pool.Close() }

// Pool returns the connection pool for the job library and for health checks.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Now returns the time, in UTC, by the store's clock.
func (s *Store) Now() time.Time {
	if s.Clock != nil {
		return s.Clock().UTC()
	}
	return time.Now().UTC()
}

// InTx runs work in one transaction and commits it. An error from work rolls back. When
// the database is away, read-only, full or shutting down the error is triage.Unavailable.
func (s *Store) InTx(ctx context.Context, work func(*Tx) error) error {
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return unavailable(err)
	}
	defer func() { _ = tx.Rollback(ctx) }() // does nothing after a commit
	now := s.Now()
	err = work(&Tx{
		Reads: Reads{db: tx, plans: s.plans}, tx: tx, jobs: s.jobs, Now: now.Truncate(time.Microsecond),
		careful: now.UnixNano() < s.carefulUntil.Load(),
	})
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) && keyTaken(pg) {
		s.carefulUntil.Store(now.Add(carefulFor).UnixNano())
	}
	if err != nil {
		return unavailable(err)
	}
	return unavailable(tx.Commit(ctx))
}

// Retrying runs InTx again, at most attempts times in all, while PostgreSQL reports a
// deadlock or a serialization failure. work must not have effects of its own.
func (s *Store) Retrying(ctx context.Context, attempts int, work func(*Tx) error) error {
	for n := 1; ; n++ {
		err := s.InTx(ctx, work)
		if err == nil || n == attempts || !transient(err) {
			return err
		}
		pause := time.Duration(rand.IntN(20*n)+1) * time.Millisecond
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

func transient(err error) bool {
	var pg *pgconn.PgError
	return errors.Is(err, errRaced) || errors.Is(err, ErrHeld) || errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001" || keyTaken(pg))
}

// keyTaken reports whether another transaction stored the same engagement meanwhile.
func keyTaken(pg *pgconn.PgError) bool {
	return pg.Code == "23505" && pg.ConstraintName == "engagements_identity"
}

// unavailable gives err the kind Unavailable when the database, and not the request, is
// the reason. Codes: PostgreSQL, Appendix A.
func unavailable(err error) error {
	if err == nil || triage.KindOf(err) != triage.Internal {
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch {
		case pg.Code == "22021", pg.Code == "22P05": // a zero byte, or no UTF-8
			return triage.Errorf(triage.Invalid, "The text holds characters that cannot be stored.").Because(err)
		case pg.Code == "25006", // read-only
			pg.Code == "40P01", pg.Code == "40001", keyTaken(pg),
			pg.Code == "57014",                       // statement timeout or cancel
			pg.Code[:2] == "08", pg.Code[:2] == "53", // connection, resources
			pg.Code[:3] == "57P": // shutting down, starting up
			return away.Because(err)
		}
		return err
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, pgx.ErrTxClosed) ||
		errors.Is(err, puddle.ErrClosedPool) || errors.Is(err, errRaced) || closedConn(err) {
		return away.Because(err)
	}
	return err
}

var away = triage.Errorf(triage.Unavailable, "The database is not available.")

// NewID returns a new identifier, a UUID version 7.
func NewID() triage.ID { return triage.ID(uuid.Must(uuid.NewV7()).String()) }

// IDAt returns a new identifier as if it had been made at a time, for what tells of that
// time: its first 48 bits are Unix milliseconds (RFC 9562, section 5.7).
func IDAt(at time.Time) triage.ID {
	id := uuid.Must(uuid.NewV7())
	ms := uint64(max(0, at.UnixMilli()))
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	return triage.ID(id.String())
}

// closedConn reports whether the connection broke while in use.
func closedConn(err error) bool {
	var netErr *net.OpError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.As(err, &netErr)
}

// ErrHeld says that what is wanted is locked by another transaction, which will soon be over.
var ErrHeld = errors.New("held by another transaction")

// errRaced says that another transaction stored the same key meanwhile.
var errRaced = errors.New("another transaction stored the same engagement")
