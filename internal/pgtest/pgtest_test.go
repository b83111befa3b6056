package pgtest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"triage/internal/localpg"
)

func TestEachTestHasItsOwnMigratedDatabase(t *testing.T) {
	t.Parallel()
	one, two := New(t), New(t)
	if one.URL == two.URL {
		t.Fatal("two databases share a URL")
	}
	if _, err := one.Pool(t).Exec(t.Context(), `CREATE TABLE only_here (n int)`); err != nil {
		t.Fatal(err)
	}
	var tables, here int
	row := two.Pool(t).QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE table_name = 'only_here')
 FROM information_schema.tables WHERE table_schema = 'public'`)
	if err := row.Scan(&tables, &here); err != nil {
		t.Fatal(err)
	}
	if tables == 0 || here != 0 {
		t.Errorf("%d tables, %d of the other test; want the schema and none of the other test", tables, here)
	}
}

func TestADatabaseIsGoneAfterItsTestEvenWhenSomebodyIsConnected(t *testing.T) {
	t.Parallel()
	var db *DB
	t.Run("the test that owns it", func(t *testing.T) {
		db = NewEmpty(t)
		conn, err := pgx.Connect(t.Context(), db.URL)
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	if conn, err := pgx.Connect(t.Context(), db.URL); err == nil {
		_ = conn.Close(t.Context())
		t.Error("the database is still there")
	}
}

func TestATemplateIsBuiltOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	name := templatePrefix + newName()
	var built atomic.Int32
	migrate := func(ctx context.Context, url string) error {
		built.Add(1)
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, "CREATE TABLE made (n int)")
		return errors.Join(err, conn.Close(ctx))
	}
	shared := testServer(t)
	t.Cleanup(func() {
		if err := shared.exec(context.Background(), "DROP DATABASE IF EXISTS "+quote(name)); err != nil {
			t.Error(err)
		}
	})
	var wg sync.WaitGroup
	for range 4 { // as four processes: each with its own memory of what exists
		s := &server{url: shared.url, templates: map[string]bool{}}
		wg.Go(func() {
			if _, err := s.ensureTemplate(t.Context(), name, migrate); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if built.Load() != 1 {
		t.Errorf("built %d times, want once", built.Load())
	}
}

func TestLeftoversAreThoseOfDeadProcessesAndOldTemplates(t *testing.T) {
	t.Parallel()
	names := []string{
		"triage_test_10_aaa", "triage_template_9", "triage_test_11_bbb", "triage_template_8",
		"triage_template_7", "triage_template_6", "triage_template_5", "triage_test_x",
	}
	got := leftovers(names, func(pid int) bool { return pid == 10 })
	if want := []string{"triage_test_11_bbb", "triage_template_5"}; !slices.Equal(got, want) {
		t.Errorf("leftovers = %v, want %v", got, want)
	}
}

func TestTheTemplateIsNamedAfterWhatTheMigrationsSay(t *testing.T) {
	t.Parallel()
	name := func(sql string) string {
		return templateName(fstest.MapFS{"0001_init.sql": {Data: []byte(sql)}})
	}
	first, again, other := name("CREATE TABLE a ()"), name("CREATE TABLE a ()"), name("CREATE TABLE b ()")
	if first != again {
		t.Error("the same migrations have two names")
	}
	if first == other {
		t.Error("different migrations share a name")
	}
}

func TestBothFormsOfAConnectionStringAreRedirected(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"postgres://u:p@h:5433/old?sslmode=disable":  "new",
		"postgresql://u@/old?host=/tmp&port=5433":    "new",
		"host=h user=u dbname=old":                   "new",
		"postgres://u@h/?dbname=old&sslmode=disable": "new",
	} {
		config, err := pgx.ParseConfig(localpg.WithDatabase(in, "new"))
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		if config.Database != want {
			t.Errorf("%s leads to database %q, want %q", in, config.Database, want)
		}
	}
}
