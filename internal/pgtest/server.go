package pgtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"triage/internal/localpg"
	"triage/migrations"
)

const (
	testPrefix     = "triage_test_"
	templatePrefix = "triage_template_"
	templatesKept  = 4 // older ones belong to migrations nobody runs any more
)

// server is where the tests of this process get their databases.
type server struct {
	url     string
	private bool // ours alone, so that leftovers may be swept

	mu        sync.Mutex
	templates map[string]bool // made or seen by this process
}

var openServer = sync.OnceValues(func() (*server, error) {
	ctx := context.Background() // the server outlives the test that asks first
	if u := os.Getenv("DATABASE_URL"); u != "" {
		return &server{url: u, templates: map[string]bool{}}, localpg.Check(ctx, u, localpg.ForTests)
	}
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	c, err := localpg.Start(ctx, localpg.Options{Dir: localpg.TestDir(root), Fast: true})
	if err != nil {
		return nil, err
	}
	s := &server{url: c.URL("postgres"), private: true, templates: map[string]bool{}}
	return s, s.sweep(ctx)
})

func testServer(t testing.TB) *server {
	t.Helper()
	s, err := openServer()
	if err != nil {
		t.Fatalf("tests need PostgreSQL with pgvector: %v", err)
	}
	return s
}

// ensureTemplate makes the template unless it exists, and returns its name. Only one
// process builds at a time; a template is renamed to its name when it is complete, so
// that a build cut short is never cloned.
func (s *server) ensureTemplate(ctx context.Context, name string, migrate func(context.Context, string) error) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.templates[name] {
		return name, nil
	}
	err := s.alone(ctx, func(conn *pgx.Conn) error {
		var exists bool
		row := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name)
		if err := row.Scan(&exists); err != nil || exists {
			return err
		}
		return s.build(ctx, conn, name, migrate)
	})
	s.templates[name] = err == nil
	return name, err
}

func (s *server) build(ctx context.Context, conn *pgx.Conn, name string, migrate func(context.Context, string) error) error {
	building := name + "_building"
	for _, sql := range []string{
		"DROP DATABASE IF EXISTS " + quote(building) + " WITH (FORCE)",
		"CREATE DATABASE " + quote(building) + " TEMPLATE template0",
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if err := migrate(ctx, localpg.WithDatabase(s.url, building)); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, "ALTER DATABASE "+quote(building)+" RENAME TO "+quote(name))
	return err
}

// sweep drops what killed test processes left behind, and templates of old migrations.
func (s *server) sweep(ctx context.Context) error {
	return s.alone(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `SELECT datname::text FROM pg_database
 WHERE starts_with(datname, $1) OR starts_with(datname, $2) ORDER BY oid DESC`, testPrefix, templatePrefix)
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, name := range leftovers(names, alive) {
			if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)"); err != nil {
				return err
			}
		}
		return nil
	})
}

// leftovers picks, from names with the newest first, the databases of dead processes
// and all but the newest templates.
func leftovers(names []string, alive func(pid int) bool) []string {
	var drop []string
	templates := 0
	for _, name := range names {
		if strings.HasPrefix(name, templatePrefix) {
			if templates++; templates > templatesKept {
				drop = append(drop, name)
			}
			continue
		}
		pid, _, _ := strings.Cut(strings.TrimPrefix(name, testPrefix), "_")
		if n, err := strconv.Atoi(pid); err == nil && !alive(n) {
			drop = append(drop, name)
		}
	}
	return drop
}

func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

func newName() string {
	return fmt.Sprintf("%s%d_%s", testPrefix, os.Getpid(), strings.ToLower(rand.Text()[:10]))
}

// alone runs do while no other test process on this server does the same. The lock
// goes with the session, whatever becomes of the process.
func (s *server) alone(ctx context.Context, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	h := fnv.New64a()
	h.Write([]byte("triage pgtest"))
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(h.Sum64())); err != nil {
		return err
	}
	return do(conn)
}

func (s *server) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

// migrationsTemplate names the template after the content of all migrations.
var migrationsTemplate = sync.OnceValue(func() string { return templateName(migrations.FS) })

func templateName(files fs.FS) string {
	h := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(h, "%s %d\n%s", path, len(content), content)
		return err
	})
	if err != nil {
		panic(fmt.Sprintf("embedded migrations cannot be read: %v", err))
	}
	return templatePrefix + hex.EncodeToString(h.Sum(nil))[:16]
}

// moduleRoot walks up from the working folder, which for a test is its package's.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod above the working folder")
		}
		dir = parent
	}
}
