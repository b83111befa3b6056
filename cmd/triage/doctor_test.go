package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"triage/postgres"
)

// newAnswering starts a server that answers everything alike and returns its address.
func newAnswering(t *testing.T, status int, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "https://elsewhere.example/")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestDoctorLooksAtTheLanguageModel(t *testing.T) {
	const models = `{"data":[{"id":"gpt-4.1-mini"},{"id":"text-embedding-3-small:latest"}]}`
	for name, c := range map[string]struct {
		status      int
		body        string
		state, says string
	}{
		"a server that offers both models is fine":    {200, models, stateOK, "offers gpt-4.1-mini"},
		"a missing model is worth a look":             {200, `{"data":[{"id":"other"}]}`, stateWarning, "does not list gpt-4.1-mini"},
		"a web page is no list of models":             {200, "<html>", stateWarning, "not with a list"},
		"a wrong key is told":                         {401, `{}`, stateFailed, "refuses the key"},
		"an address without its version is suspected": {404, `{}`, stateWarning, "no list of models"},
		"a redirect is not followed":                  {302, "", stateFailed, "answers 302"},
		"a broken server is told":                     {500, "", stateFailed, "answers 500"},
	} {
		t.Run(name, func(t *testing.T) {
			url := newAnswering(t, c.status, c.body)
			config, err := ReadConfig([]string{"OPENAI_API_KEY=sk-secret-value", "OPENAI_BASE_URL=" + url})
			if err != nil {
				t.Fatal(err)
			}
			f := checkModel(t.Context(), config)[0]
			if f.State != c.state || !strings.Contains(f.Found, c.says) || (f.State == stateOK) != (f.Advice == "") {
				t.Errorf("found %+v", f)
			}
			if strings.Contains(f.Found+f.Advice, "sk-secret-value") {
				t.Error("the key is shown")
			}
		})
	}
}

func TestDoctorTellsWhichPricesNobodyKnows(t *testing.T) {
	file := filepath.Join(t.TempDir(), "prices.json")
	if err := os.WriteFile(file, []byte(`{"as_of":"2026-11-01","usd_per_million_tokens":{"our-own":{"input":1}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env         []string
		state, says string
	}{
		"known models":                   {[]string{"OPENAI_API_KEY=sk-x"}, stateOK, "known as of"},
		"one that nobody knows":          {[]string{"OPENAI_API_KEY=sk-x", "TRIAGE_CHAT_MODEL=our-own"}, stateWarning, "our-own costs"},
		"one in a file of one's own":     {[]string{"OPENAI_API_KEY=sk-x", "TRIAGE_CHAT_MODEL=our-own", "TRIAGE_PRICES=" + file}, stateOK, "2026-11-01"},
		"a server without a key is free": {[]string{"TRIAGE_CHAT_MODEL=our-own", "TRIAGE_EMBEDDING_MODEL=builtin"}, stateOK, "known"},
		"a file that is not there":       {[]string{"TRIAGE_PRICES=" + file + ".not"}, stateFailed, "TRIAGE_PRICES"},
	} {
		t.Run(name, func(t *testing.T) {
			config, err := ReadConfig(append(c.env, "OPENAI_BASE_URL=http://127.0.0.1:1/v1"))
			if err != nil {
				t.Fatal(err)
			}
			f := checkPrices(t.Context(), config)[0]
			if f.State != c.state || !strings.Contains(f.Found, c.says) || (f.State == stateOK) != (f.Advice == "") {
				t.Errorf("found %+v", f)
			}
		})
	}
}

func TestDoctorLooksAtSlack(t *testing.T) {
	for name, c := range map[string]struct {
		status      int
		body        string
		state, says string
	}{
		"a token that Slack knows is fine":  {200, `{"ok":true,"team":"Acme","user":"triage"}`, stateOK, "triage in Acme"},
		"a token that it refuses is told":   {200, `{"ok":false,"error":"invalid_auth"}`, stateFailed, "invalid_auth"},
		"something that is no Slack is not": {200, "hello", stateFailed, "answers 200"},
	} {
		t.Run(name, func(t *testing.T) {
			url := newAnswering(t, c.status, c.body)
			config, err := ReadConfig([]string{"SLACK_BOT_TOKEN=xoxb-secret", "SLACK_SIGNING_SECRET=s", "TRIAGE_SLACK_URL=" + url + "/api/"})
			if err != nil {
				t.Fatal(err)
			}
			f := checkSlack(t.Context(), config)[0]
			if f.State != c.state || !strings.Contains(f.Found, c.says) || strings.Contains(f.Found+f.Advice, "xoxb-secret") {
				t.Errorf("found %+v", f)
			}
		})
	}
}

func TestDoctorReadsADatabase(t *testing.T) {
	good := postgres.Facts{
		Version: 150004, Vector: "0.8.0", VectorAvailable: "0.8.0", SynchronousCommit: "on", MayCreate: true,
		Migration: 13, NewestMigration: 13, Skew: 20 * time.Millisecond,
	}
	for name, c := range map[string]struct {
		change func(*postgres.Facts)
		look   func(postgres.Facts) finding
		state  string
	}{
		"PostgreSQL 14 is too old":             {func(f *postgres.Facts) { f.Version = 140011 }, serverFinding, stateFailed},
		"a standby cannot be written to":       {func(f *postgres.Facts) { f.ReadOnly = true }, serverFinding, stateFailed},
		"a server without pgvector is told":    {func(f *postgres.Facts) { f.Vector, f.VectorAvailable = "", "" }, vectorFinding, stateFailed},
		"pgvector 0.7 is too old":              {func(f *postgres.Facts) { f.Vector = "0.7.4" }, vectorFinding, stateFailed},
		"pgvector 0.10 is new enough":          {func(f *postgres.Facts) { f.Vector = "0.10.0" }, vectorFinding, stateOK},
		"pgvector that can be created will do": {func(f *postgres.Facts) { f.Vector = "" }, vectorFinding, stateWarning},
		"synchronous_commit off loses comments": {func(f *postgres.Facts) { f.SynchronousCommit = "off" },
			durableFinding, stateFailed},
		"a table out of reach is told":         {func(f *postgres.Facts) { f.Denied = []string{"items"} }, rightsFinding, stateFailed},
		"a role that may not migrate is told":  {func(f *postgres.Facts) { f.MayCreate, f.Migration = false, 3 }, rightsFinding, stateFailed},
		"an older schema needs migrating":      {func(f *postgres.Facts) { f.Migration = 3 }, migrationFinding, stateFailed},
		"a newer schema needs a newer program": {func(f *postgres.Facts) { f.Migration = 99 }, migrationFinding, stateWarning},
		"clocks apart are told":                {func(f *postgres.Facts) { f.Skew = -3 * time.Second }, clockFinding, stateFailed},
	} {
		t.Run(name, func(t *testing.T) {
			for _, look := range []func(postgres.Facts) finding{
				serverFinding, vectorFinding, durableFinding, rightsFinding, migrationFinding, clockFinding,
			} {
				if f := look(good); f.State != stateOK {
					t.Fatalf("a good database: %+v", f)
				}
			}
			bad := good
			c.change(&bad)
			if f := c.look(bad); f.State != c.state || (f.State != stateOK) != (f.Advice != "") {
				t.Errorf("found %+v", f)
			}
		})
	}
}

func TestDoctorAsACommand(t *testing.T) {
	m := &terminal{t: t, env: []string{"TRIAGE_LISTN=:80", "DATABASE_URL=postgres://u:dbpassword@127.0.0.1:1/d", "TRIAGE_DATA_DIR=" + t.TempDir()}}
	a := m.typed("", "doctor", "--json")
	if a.code != exitFailed || !strings.Contains(a.out, `"TRIAGE_LISTN is read by nothing"`) || strings.Contains(a.out, "dbpassword") {
		t.Errorf("exit %d: %s", a.code, a.out)
	}
	m.env = []string{"TRIAGE_JOB_WORKERS=far"}
	if a := m.typed("", "doctor"); a.code != exitFailed || !strings.Contains(a.out, "✗ configuration") {
		t.Errorf("exit %d: %s", a.code, a.out)
	}
}

func TestHealth(t *testing.T) {
	listen := func(status int) string { return strings.TrimPrefix(newAnswering(t, status, ""), "http://") }
	m := &terminal{t: t, env: []string{"TRIAGE_LISTEN=" + listen(200), "TRIAGE_PUBLIC_URL=https://elsewhere.example"}}
	if a := m.ok("health"); a.out != "ready\n" {
		t.Errorf("it says %q", a.out)
	}
	m.env = []string{"TRIAGE_LISTEN=" + listen(503)}
	m.refused(exitFailed, "not ready: 503", "health")
	m.env = []string{"TRIAGE_LISTEN=127.0.0.1:1"}
	m.refused(exitFailed, "not ready", "health")
}
