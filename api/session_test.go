package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"triage/access"
	"triage/access/password"
	"triage/api"
	"triage/postgres"
	"triage/triage"
)

// quickly is a cost of passwords for tests of everything but the cost.
var quickly = password.Cost{Memory: 64, Passes: 1, Lanes: 1}

const goodPassword = "vierzehn Störche im Juni"

// browser is somebody's browser: it keeps cookies, and says where a request comes from.
type browser struct {
	o      *office
	cookie string
	brand  string
	from   string // Sec-Fetch-Site
}

func (o *office) browser() *browser { return &browser{o: o, from: "same-origin"} }

func (b *browser) ask(method, path string, body any, headers ...string) answer {
	b.o.t.Helper()
	if b.from != "" {
		headers = append(headers, "Sec-Fetch-Site", b.from)
	}
	if b.cookie != "" {
		headers = append(headers, "Cookie", "triage="+b.cookie)
	}
	if b.brand != "" {
		headers = append(headers, "Triage-Brand", b.brand)
	}
	a := b.o.ask("", method, path, body, headers...)
	for _, line := range a.header.Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			b.o.t.Fatal(err)
		}
		if c.Name == "triage" {
			if b.cookie = c.Value; c.MaxAge < 0 {
				b.cookie = ""
			}
		}
	}
	return a
}

// signIn signs in with the password of everybody here.
func (b *browser) signIn(mail string) *browser {
	b.o.t.Helper()
	b.ask("POST", "/v1/session", map[string]any{"mail": mail, "password": goodPassword}).must(200)
	return b
}

// employ makes a person with an account who works for a brand.
func (b *brand) employ(mail string, role triage.Role) (person triage.ID) {
	b.t.Helper()
	b.inTx(func(tx *postgres.Tx) (err error) {
		name, _, _ := strings.Cut(mail, "@")
		if person, err = tx.AddPerson(b.t.Context(), postgres.PersonRow{Name: strings.ToUpper(name[:1]) + name[1:], Email: mail}); err != nil {
			return err
		}
		return tx.AddMember(b.t.Context(), postgres.Actor{}, b.id, person, role)
	})
	gate := access.New(b.store, quickly)
	if err := gate.SetPassword(b.t.Context(), postgres.PersonRow{ID: person, Name: "x"}, mail, goodPassword); err != nil {
		b.t.Fatal(err)
	}
	return person
}

func TestSomebodySignsInWorksAndSignsOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada := o.employ("ada@example.com", triage.RoleCM)
	item := o.receive("Nothing works", complaint)
	b := o.browser()
	b.ask("GET", "/v1/queues", nil).must(401)
	in := b.ask("POST", "/v1/session", map[string]any{"mail": " Ada@Example.com ", "password": goodPassword}).must(200)
	if in.text("person_id") != string(ada) || in.text("role") != "cm" || in.text("brand") != string(o.id) || in.text("means") != "password" {
		t.Errorf("signed in as %s", in.raw)
	}
	set := in.header.Get("Set-Cookie")
	for _, part := range []string{"triage=", "; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=604800"} {
		if !strings.Contains(set, part) {
			t.Errorf("the cookie %q is without %q", set, part)
		}
	}
	if strings.Contains(string(in.raw), b.cookie) || o.count(`SELECT count(*) FROM sessions s WHERE s::text LIKE '%' || $1 || '%'`, b.cookie) != 0 {
		t.Error("the cookie is told or stored")
	}
	b.ask("GET", "/v1/queues", nil).must(200)
	b.ask("POST", "/v1/items/"+item+"/claim", nil).must(200)
	if got := b.ask("GET", "/v1/session", nil).must(200); got.text("name") != "Ada" || got.text("mail") != "ada@example.com" {
		t.Errorf("the session is of %s", got.raw)
	}
	before := b.cookie
	b.ask("DELETE", "/v1/session", nil).must(204)
	if b.cookie != "" {
		t.Error("the browser keeps its cookie")
	}
	b.cookie = before
	b.ask("GET", "/v1/queues", nil).must(401)
	if n := o.count(`SELECT count(*) FROM audit WHERE action IN ('session.started', 'session.ended') AND actor_id = $1`, ada); n != 2 {
		t.Errorf("%d audit rows tell of it", n)
	}
}

func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.employ("ada@example.com", triage.RoleCM)
	o.inTx(func(tx *postgres.Tx) error { // known, but without a password
		person, err := tx.AddPerson(t.Context(), postgres.PersonRow{Name: "Ben", Email: "ben@example.com"})
		if err != nil {
			return err
		}
		return tx.AddAccount(t.Context(), person, "ben@example.com")
	})
	var answers []string
	for _, c := range [][2]string{
		{"ada@example.com", "not the password"}, {"ben@example.com", "not the password"}, {"cem@example.com", "not the password"},
		{"no address", "x"}, {"ada@example.com\u0000", goodPassword}, {"' OR 1=1 --", "x"},
	} {
		got := o.browser().ask("POST", "/v1/session", map[string]any{"mail": c[0], "password": c[1]}).must(401)
		delete(got.body, "instance")
		answers = append(answers, fmt.Sprint(got.body, got.header["Set-Cookie"], got.header["Content-Length"]))
	}
	if len(slices.Compact(answers)) != 1 {
		t.Errorf("answers differ: %q", answers)
	}
}

func TestGuessingIsStoppedAndSaysForHowLong(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.employ("ada@example.com", triage.RoleCM)
	guess := func(mail, word string) answer {
		return o.ask("", "POST", "/v1/session", map[string]any{"mail": mail, "password": word}, "X-Forwarded-For", string(postgres.NewID()), "X-Real-IP", "192.0.2.1")
	}
	for range 9 {
		guess("ada@example.com", "not the password").must(401)
	}
	guess("ada@example.com", goodPassword).must(200) // which forgives what was before
	for range 10 {
		guess("ada@example.com", "not the password").must(401)
	}
	for _, word := range []string{"not the password", goodPassword} {
		got := guess("ADA@example.com", word).must(429)
		if got.text("type") != "/problems/rate-limited" || got.header.Get("Retry-After") == "" || got.number("retry_after") < 800 || got.number("retry_after") > 900 {
			t.Errorf("%s %v", got.raw, got.header)
		}
	}
	guess("ben@example.com", "x").must(401) // others are not stopped, yet
	for n := 0; guess(fmt.Sprintf("p%d@example.com", n), "x").status != 429; n++ {
		if n > 120 {
			t.Fatal("one place may try everybody")
		}
	}
}

func TestOtherSitesCannotUseASession(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.employ("ada@example.com", triage.RoleAdmin)
	b := o.browser().signIn("ada@example.com")
	host := strings.TrimPrefix(o.url, "http://")
	for _, c := range []struct {
		rule    string
		headers []string
		status  int
	}{
		{"our own page", []string{"Sec-Fetch-Site", "same-origin"}, 201},
		{"our own page, by an older browser", []string{"Origin", "http://" + host}, 201},
		{"another site", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		{"a neighbour of the same site", []string{"Sec-Fetch-Site", "same-site", "Origin", "http://" + host}, 403},
		{"another site, by an older browser", []string{"Origin", "https://evil.example"}, 403},
		{"another port", []string{"Origin", "http://127.0.0.1:1"}, 403},
		{"a page without an origin", []string{"Origin", "null"}, 403},
		{"a look-alike", []string{"Origin", "http://" + host + ".evil.example"}, 403},
		{"nobody says from where", nil, 403},
		{"a word that is none", []string{"Sec-Fetch-Site", "ours"}, 403},
	} {
		headers := append([]string{"Cookie", "triage=" + b.cookie}, c.headers...)
		got := o.ask("", "POST", "/v1/invitations", map[string]any{"mail": "ben@example.com", "role": "cm"}, headers...)
		if got.status != c.status || c.status == 403 && got.text("type") != "/problems/csrf" {
			t.Errorf("%s: %d %s", c.rule, got.status, got.raw)
		}
	}
	forged := o.ask("", "POST", "/v1/session", map[string]any{"mail": "ada@example.com", "password": goodPassword}, "Sec-Fetch-Site", "cross-site")
	if forged.status != 403 || forged.header.Get("Set-Cookie") != "" {
		t.Errorf("another site signs somebody in: %d", forged.status)
	}
	o.ask("", "POST", "/v1/session", `{"mail":"ada@example.com","password":"x"}`, "Content-Type", "text/plain").must(415)
	// Reading is no forgery; and a token is not sent by itself.
	o.ask("", "GET", "/v1/queues", nil, "Cookie", "triage="+b.cookie, "Sec-Fetch-Site", "cross-site").must(200)
	token := o.hire("Tool", triage.RoleAdmin)
	o.ask(token, "POST", "/v1/invitations", map[string]any{"mail": "cem@example.com", "role": "cm"}, "Origin", "https://tool.example").must(201)
}

func TestASessionEndsByItself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.employ("ada@example.com", triage.RoleCM)
	for rule, sql := range map[string]string{
		"twelve hours without use": `UPDATE sessions SET last_used_at = now() - interval '12 hours 1 second'`,
		"a week":                   `UPDATE sessions SET expires_at = now() - interval '1 second'`,
	} {
		b := o.browser().signIn("ada@example.com")
		b.ask("GET", "/v1/queues", nil).must(200)
		o.exec(sql)
		if got := b.ask("GET", "/v1/queues", nil); got.status != 401 {
			t.Errorf("after %s: %d", rule, got.status)
		}
		if got := b.ask("GET", "/v1/session", nil); got.status != 401 {
			t.Errorf("after %s: %d", rule, got.status)
		}
	}
	b := o.browser().signIn("ada@example.com")
	// The two before it stay ended, whichever rule came last.
	o.exec(`UPDATE sessions SET last_used_at = now() - interval '11 hours' WHERE last_used_at > now() - interval '1 minute' AND expires_at > now()`)
	b.ask("GET", "/v1/queues", nil).must(200)
	if n := o.count(`SELECT count(*) FROM sessions WHERE last_used_at > now() - interval '1 minute' AND expires_at > now()`); n != 1 {
		t.Error("use does not prolong a session")
	}
	o.inTx(func(tx *postgres.Tx) error { return tx.DropSessions(t.Context()) })
	if n := o.count(`SELECT count(*) FROM sessions`); n != 1 {
		t.Errorf("%d sessions are kept", n)
	}
}

func TestSomebodySeesAndEndsTheirSessionsOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.employ("ada@example.com", triage.RoleCM)
	o.employ("ben@example.com", triage.RoleAdmin)
	phone, desk, ben := o.browser().signIn("ada@example.com"), o.browser().signIn("ada@example.com"), o.browser().signIn("ben@example.com")
	list := desk.ask("GET", "/v1/sessions", nil).must(200)
	sessions, _ := list.get("sessions").([]any)
	if len(sessions) != 2 {
		t.Fatalf("sessions: %s", list.raw)
	}
	own, other := "", ""
	for _, s := range sessions {
		m := s.(map[string]any)
		if m["current"] == true {
			own = m["id"].(string)
		} else {
			other = m["id"].(string)
		}
	}
	if own != desk.ask("GET", "/v1/session", nil).must(200).text("id") {
		t.Error("another session is taken for the one that asks")
	}
	ben.ask("DELETE", "/v1/sessions/"+other, nil).must(404)
	phone.ask("GET", "/v1/queues", nil).must(200)
	desk.ask("DELETE", "/v1/sessions/"+other, nil).must(204)
	phone.ask("GET", "/v1/queues", nil).must(401)
	desk.ask("GET", "/v1/queues", nil).must(200)
	token := o.hire("Tool", triage.RoleAdmin)
	for _, path := range []string{"GET /v1/sessions", "DELETE /v1/session", "DELETE /v1/sessions/" + own} {
		method, path, _ := strings.Cut(path, " ")
		o.ask(token, method, path, nil).must(403)
	}
}

func TestANewPasswordEndsAllOtherSessions(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.employ("ada@example.com", triage.RoleCM)
	thief, ada := o.browser().signIn("ada@example.com"), o.browser().signIn("ada@example.com")
	change := func(current, next string) answer {
		return ada.ask("POST", "/v1/session/password", map[string]any{"current": current, "next": next})
	}
	const next = "7 kg Mehl und 2 Eier"
	change("not the password", next).must(403)
	for _, weak := range []string{"zu kurz", "passwordpassword", "Ada@Example123"} {
		if got := change(goodPassword, weak); got.status != 422 || strings.Contains(string(got.raw), weak) {
			t.Errorf("%q: %d %s", weak, got.status, got.raw)
		}
	}
	change(goodPassword, next).must(204)
	thief.ask("GET", "/v1/queues", nil).must(401)
	ada.ask("GET", "/v1/queues", nil).must(200)
	o.browser().ask("POST", "/v1/session", map[string]any{"mail": "ada@example.com", "password": goodPassword}).must(401)
	o.browser().ask("POST", "/v1/session", map[string]any{"mail": "ada@example.com", "password": next}).must(200)
}

func TestSigningInAnewEndsTheSessionThatTheBrowserHad(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.employ("ada@example.com", triage.RoleCM)
	b := o.browser().signIn("ada@example.com")
	first := b.cookie
	b.signIn("ada@example.com")
	if b.cookie == first {
		t.Error("the cookie stays the same")
	}
	old := &browser{o: o, cookie: first, from: "same-origin"}
	old.ask("GET", "/v1/queues", nil).must(401)
}

func TestOnePersonWorksForSeveralBrands(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other, third := o.newBrand(t, "Rival"), o.newBrand(t, "Third")
	ada := o.employ("ada@example.com", triage.RoleAdmin)
	o.inTx(func(tx *postgres.Tx) error {
		return tx.AddMember(t.Context(), postgres.Actor{}, other.id, ada, triage.RoleViewer)
	})
	b := o.browser().signIn("ada@example.com")
	if got := b.ask("GET", "/v1/queues", nil).must(400); got.text("type") != "/problems/brand-needed" {
		t.Errorf("%s", got.raw)
	}
	if got := b.ask("GET", "/v1/session", nil).must(200); len(got.get("brands").([]any)) != 2 || got.get("brand") != nil {
		t.Errorf("%s", got.raw)
	}
	b.brand = "rival"
	b.ask("GET", "/v1/queues", nil).must(200)
	b.ask("POST", "/v1/invitations", map[string]any{"mail": "ben@example.com", "role": "viewer"}).must(403)
	b.brand = strings.ToUpper(string(o.id))
	b.ask("POST", "/v1/invitations", map[string]any{"mail": "ben@example.com", "role": "viewer"}).must(201)
	var answers []string
	for _, named := range []string{string(third.id), "third", string(postgres.NewID()), "nowhere", "' OR 1=1", "%00"} {
		b.brand = named
		got := b.ask("GET", "/v1/queues", nil).must(403)
		delete(got.body, "instance")
		answers = append(answers, fmt.Sprint(got.body))
	}
	if len(slices.Compact(answers)) != 1 {
		t.Errorf("brands are told apart: %q", answers)
	}
	token := o.hire("Tool", triage.RoleAdmin)
	o.ask(token, "GET", "/v1/queues", nil, "Triage-Brand", "acme").must(200)
	o.ask(token, "GET", "/v1/queues", nil, "Triage-Brand", "rival").must(403)
}

func TestWithHTTPSTheCookieNeverLeavesIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *api.Options) { o.Public = "https://triage.example" })
	o.employ("ada@example.com", triage.RoleCM)
	got := o.ask("", "POST", "/v1/session", map[string]any{"mail": "ada@example.com", "password": goodPassword}).must(200)
	set := got.header.Get("Set-Cookie")
	if !strings.HasPrefix(set, "__Host-triage=") || !strings.Contains(set, "; Secure") || strings.Contains(set, "Domain") {
		t.Errorf("the cookie is %q", set)
	}
	cookie, _, _ := strings.Cut(set, ";")
	value := strings.TrimPrefix(cookie, "__Host-triage=")
	o.ask("", "GET", "/v1/queues", nil, "Cookie", cookie).must(200)
	o.ask("", "GET", "/v1/queues", nil, "Cookie", "triage="+value).must(401) // planted by a neighbour
	// A proxy may name us otherwise; our public address counts as well.
	o.ask("", "DELETE", "/v1/session", nil, "Cookie", cookie, "Origin", "https://triage.example").must(204)

	open := newOffice(t, func(o *api.Options) { o.Public = "http://triage.example" })
	open.employ("ada@example.com", triage.RoleCM)
	if got := open.ask("", "POST", "/v1/session", map[string]any{"mail": "ada@example.com", "password": goodPassword}).must(403); got.text("type") != "/problems/https-needed" {
		t.Errorf("%s", got.raw)
	}
}

// TestWhoIsUnknownWaitsAsLongAsWhoIsKnown takes the time of whole requests at the real cost.
// The machine may be busy, so it looks at the fastest of each until they agree roughly: who
// saves the hash answers fifty times as fast.
func TestWhoIsUnknownWaitsAsLongAsWhoIsKnown(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *api.Options) { o.PasswordCost = password.Standard })
	o.employ("ada@example.com", triage.RoleCM)
	o.browser().signIn("ada@example.com") // which brings an older, cheaper hash to today's cost
	took := func(mail string) time.Duration {
		start := time.Now()
		o.ask("", "POST", "/v1/session", map[string]any{"mail": mail, "password": "not the password"}).must(401)
		return time.Since(start)
	}
	known, unknown := time.Hour, time.Hour
	for n := range 40 {
		known, unknown = min(known, took("ada@example.com")), min(unknown, took(fmt.Sprintf("p%d@example.com", n)))
		if ratio := float64(known) / float64(unknown); n > 2 && ratio > 0.5 && ratio < 2 {
			return
		}
		o.browser().signIn("ada@example.com") // which forgives
	}
	t.Errorf("known %v, unknown %v", known, unknown)
}
