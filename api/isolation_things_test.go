package api_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"triage/api"
	"triage/connector"
	"triage/connector/facebook"
	"triage/connector/mastodon"
	"triage/connector/standardwebhooks"
	"triage/connector/x"
	"triage/ingest"
	"triage/postgres"
	"triage/secret"
	"triage/triage"
)

// estate is a brand with one of everything. All that it holds bears its mark.
type estate struct {
	*brand
	o        *office
	mark     string
	endpoint triage.ID
	admin    string // token of an administrator
	host     triage.ID
	standing string // an item for bodies
	n        int
}

// caller is whoever asks, always for the first brand.
type caller struct {
	name    string
	role    triage.Role
	scopes  []triage.Scope // of the token; nil: a session, or nobody
	token   string
	browser *browser
	person  triage.ID
}

// ids are the values of the parameters of one path.
type ids map[string]string

// things says, for every path that names something, how to make one of a brand that the
// caller could have. A new parameter of a path belongs here; the test fails until it does.
// The key is the path up to and with its last parameter.
var things = map[string]func(e *estate, c caller) ids{
	"/v1/items/{id}":                 func(e *estate, _ caller) ids { return ids{"id": e.item()} },
	"/v1/engagements/{id}":           func(e *estate, _ caller) ids { return ids{"id": e.ofItem("engagement_id")} },
	"/v1/authors/{id}":               func(e *estate, _ caller) ids { return ids{"id": e.ofItem("author_id")} },
	"/v1/threads/{id}":               func(e *estate, _ caller) ids { return ids{"id": e.ofItem("thread_id")} },
	"/v1/waves/{id}":                 func(e *estate, _ caller) ids { return ids{"id": e.wave()} },
	"/v1/undo/{id}":                  func(e *estate, c caller) ids { return ids{"id": e.undo(c)} },
	"/v1/promises/{id}":              func(e *estate, c caller) ids { return ids{"id": e.promise(c)} },
	"/v1/links/{id}":                 func(e *estate, _ caller) ids { return ids{"id": e.link()} },
	"/v1/plans/{version}":            func(e *estate, _ caller) ids { return ids{"version": e.plan()} },
	"/v1/people/{id}":                func(e *estate, _ caller) ids { return ids{"id": string(e.member())} },
	"/v1/people/{id}/leaves/{leave}": func(e *estate, _ caller) ids { return e.leave() },
	"/v1/invitations/{id}":           func(e *estate, _ caller) ids { return ids{"id": e.invitation()} },
	"/v1/tokens/{id}":                func(e *estate, c caller) ids { return ids{"id": e.token(c)} },
	"/v1/sessions/{id}":              func(e *estate, c caller) ids { return ids{"id": e.session(c)} },
	"/v1/deliveries/{id}":            func(e *estate, _ caller) ids { return ids{"id": e.delivery()} },
	"/v1/notice-rules/{id}":          func(e *estate, _ caller) ids { return ids{"id": e.rule()} },
	"/v1/notices/{id}":               func(e *estate, _ caller) ids { return ids{"id": e.notice()} },
	"/v1/views/{id}":                 func(e *estate, c caller) ids { return ids{"id": e.view(c)} },
	"/v1/endpoints/{id}":             func(e *estate, _ caller) ids { return ids{"id": e.address()} },
	"/v1/jobs/dead/{id}":             func(e *estate, _ caller) ids { return ids{"id": e.deadNotice()} },
}

// words are parameters of paths that name nothing anybody owns, with a value for each.
var words = map[string]string{"queue": "cm"}

// named are fields of bodies and queries that hold an id, with the path of what it names.
var named = map[string]string{
	"assignee": "/v1/people/{id}", "assignees": "/v1/people/{id}", "actor": "/v1/people/{id}", "person": "/v1/people/{id}",
	"person_id": "/v1/people/{id}", "author": "/v1/authors/{id}", "thread": "/v1/threads/{id}", "wave": "/v1/waves/{id}",
	"item": "/v1/items/{id}", "ids": "/v1/items/{id}", "items": "/v1/items/{id}", "id": "/v1/items/{id}",
	"endpoint_id": "/v1/endpoints/{id}", "channel": "channel", "parent": "/v1/engagements/{id}",
}

// bodies are what operations are sent that need more than their contract says.
var bodies = map[string]func(e *estate, with ids) map[string]any{
	"POST /v1/notice-rules":       func(e *estate, _ ids) map[string]any { return e.ruleBody() },
	"PUT /v1/notice-rules/{id}":   func(e *estate, _ ids) map[string]any { return e.ruleBody() },
	"POST /v1/notices/test":       func(*estate, ids) map[string]any { return map[string]any{"place": "C0CHANNEL"} },
	"POST /v1/items/{id}/correct": func(*estate, ids) map[string]any { return map[string]any{"intent": "praise"} },
	"POST /v1/items/{id}/tags":    func(*estate, ids) map[string]any { return map[string]any{"add": []string{"tag"}} },
	"POST /v1/waves/{id}/tags":    func(*estate, ids) map[string]any { return map[string]any{"add": []string{"tag"}} },
	"POST /v1/authors/{id}/tags":  func(*estate, ids) map[string]any { return map[string]any{"add": []string{"tag"}} },
	"POST /v1/items/bulk": func(e *estate, _ ids) map[string]any {
		return map[string]any{"action": "tags", "add": []string{"tag"}, "ids": []string{e.standing}}
	},
	"POST /v1/endpoints":             func(*estate, ids) map[string]any { return map[string]any{"platform": "standard_webhooks"} },
	"POST /v1/endpoints/{id}/rotate": func(*estate, ids) map[string]any { return map[string]any{} },
	"POST /v1/channels": func(e *estate, _ ids) map[string]any {
		return map[string]any{"endpoint_id": string(e.endpoint), "external_id": e.text("account"), "name": "Forum"}
	},
	"POST /v1/waves/{id}/release": func(e *estate, with ids) map[string]any { return map[string]any{"item": e.inWave(with["id"])} },
}

// unowned are fields whose names look like ids but name nothing of ours.
var unowned = map[string]bool{
	"last_id":     true, // of the stream: a number
	"external_id": true, // an account's, on its platform
}

func newEstate(o *office, b *brand, mark string) *estate {
	e := &estate{brand: b, o: o, mark: mark, endpoint: postgres.NewID()}
	e.exec(`UPDATE brands SET name = name || $2, context = $2 WHERE id = $1`, b.id, mark)
	e.exec(`INSERT INTO endpoints (id, brand_id, platform, secret) VALUES ($1, $2, 'standard_webhooks', $3)`, e.endpoint, b.id,
		sealBox(b.t).Seal(string(e.endpoint), "whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 32))))
	e.exec(`UPDATE channels SET endpoint_id = $2, name = $3, external_id = 'acc' WHERE brand_id = $1`, b.id, e.endpoint, "Channel "+mark)
	e.admin = b.hire("Boss "+mark, triage.RoleAdmin)
	e.exec(`UPDATE people SET email = $2 WHERE name = $1`, "Boss "+mark, mark+"@example.com")
	e.host = triage.ID(b.personOf(e.admin))
	return e
}

func (e *estate) text(of string) string { e.n++; return fmt.Sprintf("%s %s %d", of, e.mark, e.n) }

func (e *estate) row(sql string, args ...any) (s string) {
	e.t.Helper()
	if err := e.store.Pool().QueryRow(e.t.Context(), sql, args...).Scan(&s); err != nil {
		e.t.Fatal(err)
	}
	return s
}

func (e *estate) item() string {
	return e.hear(e.text("Nothing works"), complaint, func(c *triage.Engagement) {
		c.Author.ExternalID, c.Author.Handle, c.Author.Name = e.text("a"), e.text("handle"), e.text("Name")
		c.Thread.ExternalID, c.Thread.Text = e.text("t"), e.text("Our shoe")
	})
}

func (e *estate) ofItem(column string) string {
	return e.row(`SELECT `+column+`::text FROM items WHERE brand_id = $1 AND id = $2`, e.id, e.item())
}

func (e *estate) wave() string {
	id, item := postgres.NewID(), e.item()
	e.exec(`INSERT INTO waves (brand_id, id, kind, model, count, started_at, last_at, representative_id)
		SELECT brand_id, $2, 'problem', 'm', 1, now(), now(), id FROM items WHERE brand_id = $1 AND id = $3`, e.id, id, item)
	e.exec(`UPDATE items SET wave_id = $2, wave_checked = true WHERE brand_id = $1 AND id = $3`, e.id, id, item)
	return string(id)
}

// inWave returns an item of a wave, or any when there is no such wave.
func (e *estate) inWave(wave string) string {
	return e.row(`SELECT coalesce((SELECT id::text FROM items WHERE brand_id = $1 AND wave_id::text = $2 LIMIT 1), $3)`, e.id, wave, e.standing)
}

// whose is who owns what a brand's people make: the caller where it is the caller's brand.
func (e *estate) whose(c caller) triage.ID {
	if c.person != "" && e.id == e.o.id {
		return c.person
	}
	return e.host
}

// undo is of a change that an administrator made, and is then the caller's.
func (e *estate) undo(c caller) string {
	e.t.Helper()
	done := e.o.ask(e.admin, "POST", "/v1/items/bulk", map[string]any{"action": "tags", "add": []string{"tag"}, "ids": []string{e.item()}}).must(200)
	e.exec(`UPDATE undos SET person_id = $3 WHERE brand_id = $1 AND id = $2`, e.id, done.text("undo"), e.whose(c))
	return done.text("undo")
}

func (e *estate) promise(c caller) string {
	id := postgres.NewID()
	e.exec(`INSERT INTO promises (brand_id, id, engagement_id, author_id, person_id, text, due_at, created_at)
		SELECT brand_id, $2, engagement_id, author_id, $4, $5, now() + interval '1 day', now() FROM items WHERE brand_id = $1 AND id = $3`,
		e.id, id, e.item(), e.whose(c), e.text("A refund"))
	return string(id)
}

func (e *estate) link() string {
	id, pair := postgres.NewID(), []string{e.ofItem("author_id"), e.ofItem("author_id")}
	slices.Sort(pair)
	e.exec(`INSERT INTO author_links (brand_id, id, a, b, created_at) VALUES ($1, $2, $3, $4, now())`, e.id, id, pair[0], pair[1])
	return string(id)
}

// plan makes a draft. Numbers of versions are per brand; the first brand has fewer.
func (e *estate) plan() string {
	current := e.o.ask(e.admin, "GET", "/v1/plan", nil).must(200)
	made := e.o.ask(e.admin, "POST", "/v1/plans", map[string]any{"plan": current.get("plan"), "note": e.text("Note")})
	return fmt.Sprint(made.number("version"))
}

func (e *estate) member() (person triage.ID) {
	e.inTx(func(tx *postgres.Tx) (err error) {
		name := e.text("Member")
		person, err = tx.AddPerson(e.t.Context(), postgres.PersonRow{Name: name, Email: strings.ReplaceAll(name, " ", ".") + "@example.com"})
		if err != nil {
			return err
		}
		return tx.AddMember(e.t.Context(), postgres.Actor{}, e.id, person, triage.RoleViewer)
	})
	return person
}

func (e *estate) leave() ids {
	id, person := postgres.NewID(), e.member()
	e.exec(`INSERT INTO leaves (brand_id, id, person_id, starts_at, ends_at, created_at)
		VALUES ($1, $2, $3, now() + interval '1 day', now() + interval '2 days', now())`, e.id, id, person)
	return ids{"id": string(person), "leave": string(id)}
}

func (e *estate) invitation() (id string) {
	e.inTx(func(tx *postgres.Tx) error {
		mail := strings.ReplaceAll(e.text("invited"), " ", ".") + "@example.com"
		made, _, err := tx.AddInvitation(e.t.Context(), postgres.Actor{Person: e.host}, e.id, mail, triage.RoleViewer, time.Hour)
		id = string(made.ID)
		return err
	})
	return id
}

func (e *estate) token(c caller) (id string) {
	e.inTx(func(tx *postgres.Tx) error {
		made, _, err := tx.AddToken(e.t.Context(), postgres.Actor{}, postgres.NewToken{BrandID: e.id, PersonID: e.whose(c), Role: triage.RoleViewer})
		id = string(made)
		return err
	})
	return id
}

func (e *estate) session(c caller) (id string) {
	e.inTx(func(tx *postgres.Tx) error {
		made, _, err := tx.AddSession(e.t.Context(), e.whose(c), postgres.ByPassword, "Agent "+e.mark)
		id = string(made)
		return err
	})
	return id
}

func (e *estate) view(c caller) string {
	id := postgres.NewID()
	e.exec(`INSERT INTO views (brand_id, id, person_id, name, queue, created_at, changed_at) VALUES ($1, $2, $3, $4, 'cm', now(), now())`,
		e.id, id, e.whose(c), e.text("View"))
	return string(id)
}

func (e *estate) ruleBody() map[string]any {
	none := []string{}
	return map[string]any{
		"name": e.text("Rule"), "place": "C0CHANNEL", "queues": none, "priorities": []int{1}, "risks": none, "languages": none,
		"platforms": none, "urgent": true,
	}
}

func (e *estate) rule() string {
	return e.o.ask(e.admin, "POST", "/v1/notice-rules", e.ruleBody()).must(200).text("id")
}

func (e *estate) notice() string {
	id := postgres.NewID()
	e.exec(`INSERT INTO notices (brand_id, id, item_id, engagement_id, kind, cause, why, target, state, next_at, created_at)
		SELECT brand_id, $3, id, engagement_id, 'new', 'x', 'queue', 'C0CHANNEL', 'sent', now(), now() FROM items WHERE brand_id = $1 AND id = $2`,
		e.id, e.item(), id)
	return string(id)
}

func (e *estate) delivery() string {
	id := postgres.NewID()
	e.exec(`INSERT INTO deliveries (id, endpoint_id, platform, received_at, state, raw, raw_sha256, quarantined, rejects)
		VALUES ($1, $2, 'standard_webhooks', now(), 'quarantined', $3, '\x00', 1, '[{"pointer": "", "reason": "malformed"}]')`,
		id, e.endpoint, []byte(e.text("not JSON")))
	return string(id)
}

func (e *estate) address() string {
	id := postgres.NewID()
	e.exec(`INSERT INTO endpoints (id, brand_id, platform, secret) VALUES ($1, $2, 'standard_webhooks', $3)`, id, e.id,
		sealBox(e.t).Seal(string(id), "whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 32))))
	return string(id)
}

func (e *estate) deadNotice() (id string) {
	e.inTx(func(tx *postgres.Tx) error {
		made, err := tx.AddTest(e.t.Context(), e.id, "C0"+strings.ToUpper(e.mark))
		id = string(made)
		return err
	})
	e.exec(`UPDATE notices SET state = 'dead', error = 'is_archived', attempts = 3 WHERE brand_id = $1 AND id = $2`, e.id, id)
	return id
}

// fill gives the brand one of everything. Plans are numbered within each brand: its own gets
// a number that no other has, unless that is 0.
func (e *estate) fill(plan int) (all map[string]ids) {
	all = map[string]ids{}
	for path, thing := range things {
		all[path] = thing(e, caller{})
	}
	if plan > 0 {
		e.exec(`UPDATE plans SET version = $2 WHERE brand_id = $1`, e.id, plan)
		all["/v1/plans/{version}"] = ids{"version": fmt.Sprint(plan)}
	}
	e.standing = e.item()
	e.teach()
	return all
}

// teach gives the brand what insights tell of: a correction, a question and a week.
func (e *estate) teach() {
	e.t.Helper()
	e.o.ask(e.admin, "POST", "/v1/items/"+e.item()+"/correct", map[string]any{"intent": "praise", "sentiment": "neutral"}).must(200)
	e.exec(`UPDATE items SET unsure = true WHERE brand_id = $1 AND id = $2`, e.id, e.item())
	e.exec(`INSERT INTO drift_weeks (brand_id, week, placed, unsure, intents, comments, moved)
		VALUES ($1, date_trunc('week', now() - interval '7 days'), 1, 1, '{"praise": {"judged": 1, "corrected": 1}}', 1, ARRAY[$2])`, e.id, e.mark)
	e.exec(`INSERT INTO handled (brand_id, engagement_id, said_intent, intent, at)
		SELECT brand_id, engagement_id, 'complaint', 'complaint', now() FROM items WHERE brand_id = $1 AND id = $2`, e.id, e.item())
}

func sealBox(t *testing.T) *secret.Box {
	t.Helper()
	box, err := secret.New(make([]byte, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// openDoor lets the office take deliveries once more, through the real door.
func openDoor(t *testing.T) func(*api.Options) {
	return func(o *api.Options) {
		ctx, cancel := context.WithCancel(context.Background())
		group := ingest.NewGroup(o.Store, slog.New(slog.DiscardHandler), ingest.GroupOptions{})
		ended := make(chan struct{})
		go func() { defer close(ended); group.Run(ctx) }()
		t.Cleanup(func() { cancel(); <-ended })
		o.Door = ingest.NewDoor(ingest.NewEndpoints(o.Store, sealBox(t)), group, standardwebhooks.Connector{})
		o.Box, o.Platforms = sealBox(t), []connector.Platform{standardwebhooks.Connector{}, facebook.Connector{}, mastodon.Connector{}, x.Connector{}}
	}
}
