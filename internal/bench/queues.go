package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"triage/internal/localpg"
	"triage/postgres"
)

// sizes says how much the generator makes.
type sizes struct {
	Engagements int64 `json:"engagements"`
	Open        int64 `json:"open"` // about so many live items among them
	Vectors     int64 `json:"vectors"`
}

// queues measures what people do in front of full queues: lists, counts, claims, search.
type queues struct {
	bench
	sizes  sizes
	people int
	length time.Duration
	only   string

	store *postgres.Store
	plain *pgxpool.Pool // for the generator and for plans
	plans []plan
	flows []*inflow
}

// runQueues is the subcommand "queues".
func runQueues(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("queues", flag.ContinueOnError)
	q := &queues{}
	flags.Int64Var(&q.sizes.Engagements, "engagements", 10_000_000, "engagements, each with an item")
	flags.Int64Var(&q.sizes.Open, "open", 300_000, "how many of the items are live, about")
	flags.Int64Var(&q.sizes.Vectors, "vectors", 1_000_000, "how many of the engagements have a vector")
	flags.IntVar(&q.people, "people", 50, "people who claim at the same time")
	flags.DurationVar(&q.length, "length", 10*time.Second, "length of each timed part")
	flags.StringVar(&q.only, "only", "", "one `part`: lists, counts, claims, history or search")
	data := flags.String("data", "", "keep the filled database in this `folder`, and use it if it is there")
	asJSON := flags.String("json", "", "also write the figures to this `file`")
	write := flags.String("write", "", "also keep table and plans in this `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := q.run(ctx, *data); err != nil {
		return err
	}
	fmt.Print("\n" + q.table())
	return errors.Join(q.writeJSON(*asJSON), q.writeDocument(*write), q.verdict())
}

func (q *queues) verdict() error {
	if q.missed() {
		return errors.New("a target was missed")
	}
	return nil
}

// run prepares the database and measures every part on it.
func (q *queues) run(ctx context.Context, data string) error {
	kept := data != ""
	if !kept {
		dir, err := os.MkdirTemp("", "triage-queues-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		data = dir
	}
	if err := os.MkdirAll(data, 0o755); err != nil { // the server runs as another user
		return err
	}
	cluster := filepath.Join(data, "postgres")
	defer func() {
		if err := q.close(context.WithoutCancel(ctx), cluster, kept); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}()
	if err := q.open(ctx, cluster); err != nil {
		return err
	}
	if err := q.catchUp(ctx); err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{{"lists", q.lists}, {"counts", q.counts}, {"history", q.history}, {"search", q.search}, {"claims", q.claims}, {"sizes", q.weigh}} {
		if q.only != "" && q.only != part.name {
			continue
		}
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	q.sumUp()
	return nil
}

// open starts the cluster with the memory that a server of this size has, migrates the
// database and fills it unless it is full.
func (q *queues) open(ctx context.Context, dir string) error {
	var err error
	if q.cluster, err = localpg.Start(ctx, localpg.Options{Dir: dir, Progress: func(l string) { step("%s", l) }}); err != nil {
		return err
	}
	if err := q.tune(ctx, dir); err != nil {
		return err
	}
	if err := q.cluster.EnsureDatabase(ctx, "queues"); err != nil {
		return err
	}
	if _, err := postgres.Migrate(ctx, q.url()); err != nil {
		return err
	}
	if q.plain, err = pgxpool.New(ctx, q.url()); err != nil {
		return err
	}
	if err := q.fill(ctx); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	q.store, err = postgres.Open(ctx, q.url(), q.people+10)
	return err
}

// url returns the address of the database, with settings for whoever connects by it.
func (q *queues) url(settings ...string) string {
	address := q.cluster.URL("queues")
	if len(settings) > 0 {
		options := "-c " + strings.Join(settings, " -c ")
		address += "&options=" + strings.ReplaceAll(url.QueryEscape(options), "+", "%20") // the driver reads + as itself
	}
	return address
}

// tune gives the server what a small dedicated one has, and starts it again with that.
func (q *queues) tune(ctx context.Context, dir string) error {
	pool, err := pgxpool.New(ctx, q.cluster.URL("postgres"))
	if err != nil {
		return err
	}
	defer pool.Close()
	for _, setting := range []string{
		"shared_buffers = '4GB'", "effective_cache_size = '12GB'", "max_wal_size = '8GB'", "random_page_cost = 1.1",
		"checkpoint_timeout = '15min'", "max_parallel_maintenance_workers = 2", "autovacuum_naptime = '15s'",
	} {
		if _, err := pool.Exec(ctx, "ALTER SYSTEM SET "+setting); err != nil {
			return err
		}
	}
	pool.Close()
	if err := q.cluster.Stop(ctx); err != nil {
		return err
	}
	q.cluster, err = localpg.Start(ctx, localpg.Options{Dir: dir})
	return err
}

// close stops the cluster, and removes it unless it is to be kept.
func (q *queues) close(ctx context.Context, dir string, kept bool) error {
	if q.store != nil {
		q.store.Close()
	}
	if q.plain != nil {
		q.plain.Close()
	}
	if !kept {
		return localpg.Remove(ctx, dir)
	}
	if q.cluster == nil {
		return nil
	}
	return q.cluster.Stop(ctx)
}

func (q *queues) writeJSON(file string) error {
	if file == "" {
		return nil
	}
	type line struct {
		What    string  `json:"what"`
		Value   float64 `json:"value"`
		Unit    string  `json:"unit,omitempty"`
		Target  string  `json:"target,omitempty"`
		Verdict string  `json:"verdict,omitempty"`
	}
	report := struct {
		Sizes   sizes  `json:"sizes"`
		Figures []line `json:"figures"`
	}{Sizes: q.sizes}
	for _, f := range q.figures {
		report.Figures = append(report.Figures, line{f.what, f.value, f.unit, f.target.words, f.verdict()})
	}
	raw, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(raw, '\n'), 0o644)
}
