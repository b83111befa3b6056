package localpg

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Need says what a server that somebody else runs must allow.
type Need int

// The needs: a service lives in the one database of its URL, tests make their own.
const (
	ForService Need = iota
	ForTests
)

// Check looks at the server behind a DATABASE_URL: its version, its pgvector and the
// rights of the URL's role. The error is one paragraph for the person who set the URL
// and holds no password.
func Check(ctx context.Context, databaseURL string, need Need) error {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return fmt.Errorf("DATABASE_URL is not a PostgreSQL URL (postgres://user:password@host:port/database): %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	where := fmt.Sprintf("DATABASE_URL (database %s on %s as %s)", config.Database, config.Host, config.User)
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("%s cannot be reached: %w", where, err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	f, err := readFacts(ctx, conn)
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	if complaint := f.complaint(need); complaint != "" {
		return fmt.Errorf("%s %s", where, complaint)
	}
	return nil
}

// facts are what a server says about itself and about our role.
type facts struct {
	versionNum int    // as server_version_num: 150004
	available  string // pgvector's version on the server's disk, empty when absent
	installed  string // its version in the database, empty when not created
	trusted    bool   // may be created without being superuser
	superuser  bool
	create     bool // may create schemas in the database
	createDB   bool
	readOnly   bool
}

func readFacts(ctx context.Context, conn *pgx.Conn) (facts, error) {
	const sql = `
SELECT current_setting('server_version_num')::int,
       coalesce((SELECT default_version FROM pg_available_extensions WHERE name = 'vector'), ''),
       coalesce((SELECT extversion FROM pg_extension WHERE extname = 'vector'), ''),
       coalesce((SELECT bool_or(trusted) FROM pg_available_extension_versions WHERE name = 'vector'), false),
       rolsuper,
       has_database_privilege(current_database(), 'CREATE'),
       rolsuper OR rolcreatedb,
       pg_is_in_recovery()
  FROM pg_roles WHERE rolname = current_user`
	var f facts
	err := conn.QueryRow(ctx, sql).Scan(&f.versionNum, &f.available, &f.installed, &f.trusted,
		&f.superuser, &f.create, &f.createDB, &f.readOnly)
	return f, err
}

// complaint returns what keeps the server from being used, and what to do about it.
func (f facts) complaint(need Need) string {
	mayCreateVector := f.superuser || f.trusted && f.create
	switch {
	case f.versionNum < MinMajor*10000:
		return fmt.Sprintf("is PostgreSQL %d; %d or later is needed", f.versionNum/10000, MinMajor)
	case f.readOnly:
		return "is a read-only standby; point it at the primary"
	case f.available == "" && f.installed == "":
		return "has no pgvector; install the package postgresql-" + fmt.Sprint(f.versionNum/10000) +
			"-pgvector on that server, or use one that has it, such as the image in docker-compose.yml"
	case f.installed != "" && !atLeast(f.installed, MinVector):
		return fmt.Sprintf("has pgvector %s; %s or later is needed: install it on that server, "+
			"then run ALTER EXTENSION vector UPDATE", f.installed, MinVector)
	case f.installed == "" && !atLeast(f.available, MinVector):
		return fmt.Sprintf("offers pgvector %s; %s or later is needed", f.available, MinVector)
	case f.installed == "" && !mayCreateVector:
		return "has pgvector, but this role may not create it: let a superuser run " +
			"CREATE EXTENSION vector in that database once"
	case !f.create:
		return "does not let this role create schemas: GRANT CREATE ON DATABASE to it, or make it the owner"
	case need == ForTests && !f.createDB:
		return "does not let this role create databases, and each test needs its own: ALTER ROLE … CREATEDB"
	case need == ForTests && !mayCreateVector:
		return "does not let this role create pgvector in the databases of the tests: use a superuser for tests"
	default:
		return ""
	}
}
