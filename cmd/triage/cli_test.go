package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"triage/internal/pgtest"
)

// terminal runs the program as a person at a terminal would.
type terminal struct {
	t   testing.TB
	env []string
}

// answer is what the program printed, and its exit code.
type answer struct {
	code        int
	out, errOut string
}

func newTerminal(t testing.TB, databaseURL string) *terminal {
	t.Helper()
	return &terminal{t: t, env: []string{"DATABASE_URL=" + databaseURL, "TRIAGE_DATA_DIR=" + filepath.Join(t.TempDir(), "data")}}
}

func (m *terminal) typed(stdin string, args ...string) answer {
	m.t.Helper()
	var out, errOut bytes.Buffer
	p := Program{Env: m.env, Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errOut}
	code := p.Run(m.t.Context(), args)
	return answer{code, out.String(), errOut.String()}
}

// ok runs a subcommand that must succeed.
func (m *terminal) ok(args ...string) answer {
	m.t.Helper()
	a := m.typed("", args...)
	if a.code != exitOK {
		m.t.Fatalf("triage %v: exit %d: %s", args, a.code, a.errOut)
	}
	return a
}

// refused runs a subcommand that must fail with code and say words.
func (m *terminal) refused(code int, words string, args ...string) {
	m.t.Helper()
	a := m.typed("", args...)
	if a.code != code || !strings.Contains(a.errOut, words) {
		m.t.Errorf("triage %v: exit %d, want %d; it says %q, want %q", args, a.code, code, a.errOut, words)
	}
}

// json runs a subcommand with --json and returns its answer.
func (m *terminal) json(args ...string) map[string]any {
	m.t.Helper()
	a := m.ok(append(args, "--json")...)
	var v map[string]any
	if err := json.Unmarshal([]byte(a.out), &v); err != nil {
		m.t.Fatalf("triage %v answers no JSON: %v\n%s", args, err, a.out)
	}
	return v
}

func (m *terminal) id(args ...string) string {
	m.t.Helper()
	id, _ := m.json(args...)["id"].(string)
	if id == "" {
		m.t.Fatalf("triage %v answers no id", args)
	}
	return id
}

func TestHelpOfEverySubcommand(t *testing.T) {
	for _, c := range commands() {
		t.Run(c.name, func(t *testing.T) {
			m := &terminal{t: t}
			a := m.ok(append(strings.Fields(c.name), "--help")...)
			if a.errOut != "" || !strings.HasPrefix(a.out, "Usage: triage "+c.name) {
				t.Fatalf("it begins with %.60q, and complains %q", a.out, a.errOut)
			}
			for line := range strings.Lines(a.out) {
				name, what, ok := strings.Cut(strings.TrimSpace(line), "  ")
				if ok && strings.HasPrefix(name, "--") && strings.TrimSpace(what) == "" {
					t.Errorf("%s is not explained", name)
				}
			}
			for _, flag := range strings.Fields(c.args) {
				if strings.HasPrefix(flag, "--") && !strings.Contains(a.out, "\n  "+flag+" ") {
					t.Errorf("the usage names %s, the list of flags does not", flag)
				}
			}
			m.refused(exitUsage, "unknown flag --nonsuch", append(strings.Fields(c.name), "--nonsuch")...)
			m.refused(exitUsage, "unexpected argument", append(withRequired(c), "stray")...)
		})
	}
}

// withRequired returns a call of c with some value for each flag that it cannot do without.
func withRequired(c command) []string {
	args := strings.Fields(c.name)
	for _, word := range strings.Fields(c.args) {
		args = append(args, strings.ToLower(word))
	}
	return args
}

func TestWrongCalls(t *testing.T) {
	m := &terminal{t: t}
	for words, args := range map[string][]string{
		"name a subcommand":                           {},
		`there is no subcommand "dance"`:              {"dance"},
		`triage brand: there is no subcommand "burn"`: {"brand", "burn"},
		"triage brand: name a subcommand":             {"brand"},
		"--name is missing":                           {"brand", "add"},
		"unknown flag --nmae; did you mean --name?":   {"brand", "add", "--nmae", "x"},
		"--name needs a value":                        {"brand", "add", "--name"},
		"--goal cannot be used: it takes a number":    {"brand", "add", "--name", "x", "--goal", "much"},
		"nothing to change":                           {"brand", "set", "--brand", "x"},
		"there is no role \"boss\"; known are smm":    {"token", "add", "--brand", "x", "--role", "boss", "--person", "y"},
		"there is no platform \"myspace\"; known are": {"endpoint", "add", "--brand", "x", "--platform", "myspace", "--secret", "y"},
		"--verify-token is missing":                   {"endpoint", "add", "--brand", "x", "--platform", "facebook", "--secret", "y"},
		"the value of --endpoint is no id":            {"endpoint", "rotate", "--endpoint", "x", "--secret", "y"},
		"--speed cannot be used":                      {"demo", "--speed", "-1"},
	} {
		m.refused(exitUsage, words, args...)
	}
	for _, args := range [][]string{{"--help"}, {"help"}, {"-h"}, {"brand", "--help"}} {
		if a := m.ok(args...); !strings.Contains(a.out, "brand add") || a.errOut != "" {
			t.Errorf("triage %v gives no overview", args)
		}
	}
	m.refused(exitFailed, "DATABASE_URL is not set", "brand", "list")
	m.env = []string{"TRIAGE_JOB_WORKERS=far", "TRIAGE_ENGINE=magic"}
	m.refused(exitFailed, "TRIAGE_ENGINE must be one of", "brand", "list")
}

func TestAdministeringABrandFromNothing(t *testing.T) {
	t.Parallel()
	m := newTerminal(t, pgtest.New(t).URL)
	brand := m.id("brand", "add", "--name", "Grüne Räder & Söhne", "--goal", "0.8", "--context", "Bicycles")
	m.ok("brand", "set", "--brand", "gruene-raeder-soehne", "--slack-smm", "C0SMM", "--goal", "0.25")
	brands := m.json("brand", "list")["brands"].([]any)
	want := map[string]any{"id": brand, "slug": "gruene-raeder-soehne", "name": "Grüne Räder & Söhne", "goal": 0.25,
		"context": "Bicycles", "voice": "", "nothing_leaves": false, "withheld": []any{}, "slack_smm": "C0SMM", "slack_cm": ""}
	if len(brands) != 1 || !equal(brands[0], want) {
		t.Errorf("brands: %v, want %v", brands, want)
	}
	m.refused(exitFailed, "slug", "brand", "add", "--name", "Other", "--slug", "gruene-raeder-soehne")
	m.refused(exitFailed, "A slug has", "brand", "add", "--name", "Other", "--slug", "Not A Slug")
	m.refused(exitFailed, "A goal is a number", "brand", "add", "--name", "Other", "--goal", "1.5")
	m.refused(exitFailed, "no such brand", "brand", "set", "--brand", "nobody", "--goal", "0")

	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte(appSecret()))
	endpoint := m.json("endpoint", "add", "--brand", brand, "--platform", "standard_webhooks", "--secret", secret)
	id := endpoint["id"].(string)
	if endpoint["path"] != "/webhooks/standard_webhooks/"+id || endpoint["url"] != "http://127.0.0.1:8080/webhooks/standard_webhooks/"+id {
		t.Errorf("endpoint: %v", endpoint)
	}
	m.refused(exitFailed, "secret", "endpoint", "add", "--brand", brand, "--platform", "standard_webhooks", "--secret", "whsec_c2hvcnQ=")
	channel := m.id("channel", "add", "--brand", brand, "--endpoint", id, "--external-id", "acc", "--name", "Account")
	other := m.id("brand", "add", "--name", "Other")
	m.refused(exitFailed, "already has a channel", "channel", "add", "--brand", other, "--endpoint", id, "--external-id", "acc", "--name", "Stolen")
	m.id("channel", "add", "--brand", other, "--endpoint", id, "--external-id", "acc2", "--name", "Second")
	if found := m.json("channel", "list", "--brand", brand)["channels"].([]any); len(found) != 1 || found[0].(map[string]any)["id"] != channel {
		t.Errorf("channels of the first brand: %v", found)
	}

	m.ok("endpoint", "disable", "--endpoint", id)
	shown := m.json("endpoint", "list", "--brand", "other")["endpoints"].([]any)[0].(map[string]any)
	if shown["disabled"] != true || shown["channels"] != 2.0 {
		t.Errorf("endpoint: %v", shown)
	}
	m.ok("endpoint", "enable", "--endpoint", id)
	if shown := m.json("endpoint", "list")["endpoints"].([]any)[0].(map[string]any); shown["disabled"] != false {
		t.Errorf("endpoint: %v", shown)
	}
}

// appSecret returns a fresh secret as Meta gives them.
func appSecret() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	return hex.EncodeToString(raw)
}

func equal(a, b any) bool {
	one, _ := json.Marshal(a)
	other, _ := json.Marshal(b)
	return bytes.Equal(one, other)
}

func TestPeopleAndTokens(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	m := newTerminal(t, db.URL)
	m.ok("brand", "add", "--name", "Acme")
	mara := m.id("person", "add", "--name", "Mara", "--email", "mara@acme.example", "--slack-user", "U1")

	byName := m.json("token", "add", "--brand", "acme", "--role", "lead", "--person", "Mara")
	byEmail := m.json("token", "add", "--brand", "acme", "--role", "cm", "--person", "MARA@acme.example", "--expires", "48h")
	if byName["person_id"] != mara || byEmail["person_id"] != mara || byName["token"] == byEmail["token"] {
		t.Fatalf("tokens: %v and %v", byName, byEmail)
	}
	newcomer := m.json("token", "add", "--brand", "acme", "--role", "smm", "--person", "Ömer")["person_id"]
	if newcomer == mara || newcomer == "" {
		t.Errorf("a new name is the person %v", newcomer)
	}
	m.refused(exitFailed, "no such person", "token", "add", "--brand", "acme", "--role", "cm", "--person", "0198f000-0000-7000-8000-000000000000")
	if cared := m.id("person", "set", "--brand", "acme", "--person", "MARA@acme.example", "--capacity", "24", "--languages", "de,en",
		"--hours", "mon-fri 09:00-17:00 Europe/Berlin", "--overflow"); cared != mara {
		t.Errorf("cared for %s instead of %s", cared, mara)
	}
	m.refused(exitFailed, "is not of the form", "person", "set", "--brand", "acme", "--person", mara, "--hours", "nine to five, mostly")
	m.refused(exitFailed, "A language is", "person", "set", "--brand", "acme", "--person", mara, "--languages", "german")
	m.id("person", "add", "--name", "Mara")
	m.refused(exitFailed, "Several people", "token", "add", "--brand", "acme", "--role", "cm", "--person", "Mara")

	if everybody := m.json("person", "list")["people"].([]any); len(everybody) != 3 {
		t.Errorf("people: %v", everybody)
	}
	roles := map[any]any{}
	for _, p := range m.json("person", "list", "--brand", "acme")["people"].([]any) {
		roles[p.(map[string]any)["name"]] = p.(map[string]any)["role"]
	}
	if !equal(roles["Mara"], "lead") || !equal(roles["Ömer"], "smm") || len(roles) != 2 {
		t.Errorf("roles: %v; the second token must not change the first role", roles)
	}

	m.ok("token", "revoke", "--brand", "acme", "--token", byName["id"].(string))
	m.ok("token", "revoke", "--brand", "acme", "--token", byName["id"].(string))
	m.refused(exitFailed, "no such token", "token", "revoke", "--brand", "acme", "--token", mara)
	valid := map[any]any{}
	for _, tok := range m.json("token", "list", "--brand", "acme")["tokens"].([]any) {
		valid[tok.(map[string]any)["id"]] = tok.(map[string]any)["valid"]
	}
	if len(valid) != 3 || valid[byName["id"]] != false || valid[byEmail["id"]] != true {
		t.Errorf("tokens: %v", valid)
	}
}

func TestSecretsAreNeverShown(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	m := newTerminal(t, db.URL)
	m.ok("brand", "add", "--name", "Acme")
	first, second, verify := appSecret(), appSecret(), "handshake-token-1"
	a := m.typed(first+"\n", "endpoint", "add", "--brand", "acme", "--platform", "facebook", "--secret", "-", "--verify-token", verify, "--json")
	if a.code != exitOK {
		t.Fatal(a.errOut)
	}
	var made endpointAdded
	if err := json.Unmarshal([]byte(a.out), &made); err != nil {
		t.Fatal(err)
	}
	m.ok("endpoint", "rotate", "--endpoint", string(made.ID), "--secret", second, "--keep", "1h")
	token := m.json("token", "add", "--brand", "acme", "--role", "lead", "--person", "Mara")["token"].(string)

	var printed strings.Builder
	for _, list := range [][]string{
		{"brand", "list"}, {"endpoint", "list"}, {"person", "list"}, {"doctor"},
		{"token", "list", "--brand", "acme"}, {"channel", "list", "--brand", "acme"},
	} {
		printed.WriteString(m.ok(list...).out + m.ok(append(list, "--json")...).out)
	}
	weak := m.typed("", "endpoint", "rotate", "--endpoint", string(made.ID), "--secret", "weak-"+verify)
	printed.WriteString(weak.out + weak.errOut)
	var stored string
	err := db.Pool(t).QueryRow(t.Context(), `SELECT string_agg(row::text, '') FROM (
		SELECT e::text AS row FROM endpoints e UNION ALL SELECT t::text FROM tokens t UNION ALL SELECT a::text FROM audit a) rows`).Scan(&stored)
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string]string{"secret": first, "new secret": second, "verify token": verify, "token": token} {
		if strings.Contains(printed.String(), secret) {
			t.Errorf("the %s is printed", name)
		}
		if strings.Contains(stored, secret) {
			t.Errorf("the %s stands in the database", name)
		}
	}

	config, err := ReadConfig(m.env)
	if err != nil {
		t.Fatal(err)
	}
	box, err := config.Box()
	if err != nil {
		t.Fatal(err)
	}
	store, err := openStore(t.Context(), config, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	row, err := store.Endpoint(t.Context(), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	for want, sealed := range map[string][]byte{second: row.Secret, first: row.PreviousSecret, verify: row.VerifyToken} {
		if got, err := box.Open(string(made.ID), sealed); err != nil || got != want {
			t.Errorf("sealed value opens as %q, %v; want %q", got, err, want)
		}
	}
}

func TestEveryChangeIsAudited(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	m := newTerminal(t, db.URL)
	m.ok("brand", "add", "--name", "Acme")
	m.ok("brand", "set", "--brand", "acme", "--context", "Anvils")
	e := m.id("endpoint", "add", "--brand", "acme", "--platform", "instagram", "--secret", appSecret(), "--verify-token", "v")
	m.ok("endpoint", "rotate", "--endpoint", e, "--secret", appSecret())
	m.ok("endpoint", "disable", "--endpoint", e)
	m.ok("endpoint", "enable", "--endpoint", e)
	m.ok("channel", "add", "--brand", "acme", "--endpoint", e, "--external-id", "1", "--name", "A")
	tok := m.id("token", "add", "--brand", "acme", "--role", "viewer", "--person", "Ann")
	m.ok("token", "revoke", "--brand", "acme", "--token", tok)
	var actions []string
	if err := db.Pool(t).QueryRow(t.Context(), `SELECT array_agg(action ORDER BY id) FROM audit`).Scan(&actions); err != nil {
		t.Fatal(err)
	}
	want := []string{"brand.added", "brand.changed", "endpoint.added", "endpoint.rotated", "endpoint.disabled",
		"endpoint.enabled", "channel.added", "member.added", "token.added", "token.revoked"}
	if !slices.Equal(actions, want) {
		t.Errorf("audited: %v, want %v", actions, want)
	}
}

func TestMigrateAndDoctorOnAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	m := newTerminal(t, pgtest.NewEmpty(t).URL)
	m.refused(exitFailed, "run 'triage migrate'", "brand", "list")
	if a := m.typed("", "doctor"); a.code != exitFailed || !strings.Contains(a.out, "✗ migrations") {
		t.Errorf("exit %d:\n%s", a.code, a.out)
	}
	if applied := m.json("migrate")["applied"].(float64); applied < 10 {
		t.Errorf("%v migrations applied", applied)
	}
	if applied := m.json("migrate")["applied"].(float64); applied != 0 {
		t.Errorf("the second time %v migrations were applied", applied)
	}
	if a := m.typed("", "doctor"); a.code != exitOK || strings.Contains(a.out, "✗") {
		t.Errorf("exit %d:\n%s", a.code, a.out)
	}
}

func TestContractAndEvaluationNeedNoDatabase(t *testing.T) {
	m := &terminal{t: t}
	if v := m.ok("openapi"); !strings.Contains(v.out, `"/v1/queues"`) {
		t.Errorf("the contract knows no queues: %.100s", v.out)
	}
	file := filepath.Join(t.TempDir(), "openapi.json")
	m.ok("openapi", "--out", file)
	if written, err := os.ReadFile(file); err != nil || string(written) != m.ok("openapi").out {
		t.Errorf("the file differs from what is printed: %v", err)
	}
	if !strings.HasPrefix(m.ok("version").out, "triage ") {
		t.Error("the version is not told")
	}
}
