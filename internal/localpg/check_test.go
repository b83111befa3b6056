package localpg

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestAnUnsuitableServerIsToldWhatItLacks(t *testing.T) {
	t.Parallel()
	good := facts{versionNum: 150004, available: "0.8.0", superuser: true, create: true, createDB: true}
	with := func(change func(*facts)) facts {
		f := good
		change(&f)
		return f
	}
	for name, test := range map[string]struct {
		facts facts
		need  Need
		want  string // part of the complaint, empty for none
	}{
		"a good server suffices for tests":                  {good, ForTests, ""},
		"version 14 is too old":                             {with(func(f *facts) { f.versionNum = 140011 }), ForService, "is PostgreSQL 14; 15 or later"},
		"a standby cannot be written":                       {with(func(f *facts) { f.readOnly = true }), ForService, "standby"},
		"a server without pgvector is told the package":     {with(func(f *facts) { f.available = "" }), ForService, "postgresql-15-pgvector"},
		"an old pgvector on disk is refused":                {with(func(f *facts) { f.available = "0.6.0" }), ForService, "offers pgvector 0.6.0"},
		"an old pgvector in the database is to be updated":  {with(func(f *facts) { f.installed = "0.7.0" }), ForService, "ALTER EXTENSION vector UPDATE"},
		"a plain role needs a superuser for pgvector":       {with(func(f *facts) { f.superuser = false }), ForService, "CREATE EXTENSION vector"},
		"a plain role may create a trusted pgvector":        {with(func(f *facts) { f.superuser, f.trusted = false, true }), ForTests, ""},
		"a plain role is content when pgvector is there":    {with(func(f *facts) { f.superuser, f.installed = false, "0.8.0" }), ForService, ""},
		"tests need pgvector in every new database":         {with(func(f *facts) { f.superuser, f.installed = false, "0.8.0" }), ForTests, "superuser for tests"},
		"a role without CREATE cannot migrate":              {with(func(f *facts) { f.create = false }), ForService, "GRANT CREATE"},
		"the service does not need to create databases":     {with(func(f *facts) { f.createDB = false }), ForService, ""},
		"tests need to create databases":                    {with(func(f *facts) { f.createDB = false }), ForTests, "CREATEDB"},
		"a newer server with a newer pgvector will do well": {with(func(f *facts) { f.versionNum, f.available = 180001, "0.10.1" }), ForTests, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := test.facts.complaint(test.need)
			if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("complaint %q, want one with %q", got, test.want)
			}
		})
	}
}

func TestCheckReadsARealServer(t *testing.T) {
	t.Parallel()
	c := start(t, filepath.Join(t.TempDir(), "pg"))
	if err := Check(t.Context(), c.URL("postgres"), ForTests); err != nil {
		t.Errorf("the superuser of our own cluster: %v", err)
	}
	conn, err := pgx.Connect(t.Context(), c.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err := conn.Exec(t.Context(), "CREATE ROLE plain LOGIN PASSWORD 'plain-secret'"); err != nil {
		t.Fatal(err)
	}
	plain := strings.Replace(c.TCPURL("postgres"), Superuser+":"+c.state.Password, "plain:plain-secret", 1)
	err = Check(t.Context(), plain, ForService)
	if err == nil || !strings.Contains(err.Error(), "CREATE EXTENSION vector") {
		t.Errorf("a plain role: %v, want advice on CREATE EXTENSION", err)
	}
}

func TestAnUnreachableServerIsReportedWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://someone:s3cret@127.0.0.1:1/db?sslmode=disable",
		"postgres://someone:s3cret@127.0.0.1:port/db",
	} {
		err := Check(t.Context(), url, ForService)
		if err == nil {
			t.Fatalf("%s was accepted", url)
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the message holds the password: %v", err)
		}
		if !strings.Contains(err.Error(), "DATABASE_URL") {
			t.Errorf("the message does not name DATABASE_URL: %v", err)
		}
	}
}
