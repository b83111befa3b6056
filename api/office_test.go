package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"

	"triage/api"
	"triage/internal/pgtest"
	"triage/postgres"
	"triage/queue"
	"triage/routing"
	"triage/triage"
)

// office is a running server with one brand, over a database of its own.
type office struct {
	*brand
	store *postgres.Store
	url   string
}

// brand is one brand with a channel, where people work.
type brand struct {
	t       *testing.T
	store   *postgres.Store
	id      triage.ID
	channel triage.ID
	start   time.Time
	comment int
}

func newOffice(t *testing.T, changes ...func(*api.Options)) *office {
	t.Helper()
	store, err := postgres.Open(t.Context(), pgtest.New(t).URL, 12)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	options := api.Options{
		Store: store, Desk: queue.NewDesk(store), Log: slog.New(slog.DiscardHandler), CursorKey: []byte("key"), PasswordCost: quickly, StreamBeat: 100 * time.Millisecond,
	}
	for _, change := range changes {
		change(&options)
	}
	server := api.New(options)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	o := &office{store: store, url: "http://" + listener.Addr().String()}
	o.brand = o.newBrand(t, "Acme")
	return o
}

func (o *office) newBrand(t *testing.T, name string) *brand {
	t.Helper()
	b := &brand{t: t, store: o.store, start: time.Now().UTC().Truncate(time.Microsecond)}
	b.inTx(func(tx *postgres.Tx) (err error) {
		b.id, err = tx.AddBrand(t.Context(), postgres.Actor{}, postgres.BrandRow{Name: name, Goal: 0.5})
		return err
	})
	b.channel = postgres.NewID()
	b.exec(`INSERT INTO channels (brand_id, id, endpoint_id, platform, external_id, name)
		VALUES ($1, $2, $3, 'standard_webhooks', 'acc', 'Acme on X')`, b.id, b.channel, postgres.NewID())
	return b
}

func (b *brand) inTx(work func(*postgres.Tx) error) {
	b.t.Helper()
	if err := b.store.InTx(b.t.Context(), work); err != nil {
		b.t.Fatal(err)
	}
}

func (b *brand) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.store.Pool().Exec(b.t.Context(), sql, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *brand) count(sql string, args ...any) (n int) {
	b.t.Helper()
	if err := b.store.Pool().QueryRow(b.t.Context(), sql, args...).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// hire returns a token of a new person with that role.
func (b *brand) hire(name string, role triage.Role) (token string) {
	b.t.Helper()
	b.inTx(func(tx *postgres.Tx) error {
		person, err := tx.AddPerson(b.t.Context(), postgres.PersonRow{Name: name})
		if err != nil {
			return err
		}
		if err := tx.AddMember(b.t.Context(), postgres.Actor{}, b.id, person, role); err != nil {
			return err
		}
		_, token, err = tx.AddToken(b.t.Context(), postgres.Actor{}, postgres.NewToken{BrandID: b.id, PersonID: person, Role: role})
		return err
	})
	return token
}

// complaint is what an engine says of most comments here.
var complaint = triage.Classification{
	Engine: "builtin", Model: "m1", Intent: triage.Complaint, Sentiment: triage.Negative, Urgency: triage.UrgencyNormal,
	ReplyExpected: true, Language: "en", Confidence: triage.Confidence{Queue: 0.9, Intent: 0.8},
}

// receive takes in one comment, judged and placed, and returns the id of its item.
func (b *brand) receive(text string, c triage.Classification) string {
	b.t.Helper()
	return b.receiveFrom(12, text, c)
}

// receiveFrom is receive for an author with so many followers.
func (b *brand) receiveFrom(followers int64, text string, c triage.Classification) string {
	b.t.Helper()
	return b.hear(text, c, func(e *triage.Engagement) { e.Author.Followers = followers })
}

// hear is receive for a comment that is not like the others.
func (b *brand) hear(text string, c triage.Classification, change func(*triage.Engagement)) string {
	b.t.Helper()
	b.comment++
	e := triage.Engagement{
		ID: postgres.NewID(), BrandID: b.id, ChannelID: b.channel, Platform: triage.StandardWebhooks,
		ExternalID: "comment-" + string(postgres.NewID()), Form: triage.FormComment, Action: triage.Created, Text: text,
		Author:    triage.Author{ExternalID: "author-1", Handle: "joerg", Name: "Jörg", Followers: 12},
		Thread:    triage.Thread{ExternalID: "post-1", Text: "Our new shoe"},
		VersionAt: b.start, ReceivedAt: b.start.Add(time.Duration(b.comment) * time.Millisecond), Round: 1,
	}
	change(&e)
	d := postgres.Delivery{
		ID: postgres.NewID(), EndpointID: postgres.NewID(), Platform: e.Platform, ReceivedAt: e.ReceivedAt, Source: "webhook",
		Raw: []byte(text), Accepted: 1,
	}
	c.Evidence = []triage.Span{{Start: 0, End: len(text), Why: "intent"}}
	b.inTx(func(tx *postgres.Tx) error {
		_, _, err := tx.Record(b.t.Context(), []postgres.Delivery{d}, []postgres.Change{{Engagement: e, DeliveryID: d.ID}})
		if err != nil {
			return err
		}
		_, err = tx.Settle(b.t.Context(), b.id, []postgres.Settlement{{
			Engagement: e, Classification: c,
			Place: func(*postgres.Standing) *postgres.Placed {
				return &postgres.Placed{Placement: routing.Default(0.5).Place(e, c, routing.Context{}, b.start)}
			},
		}})
		return err
	})
	var id string
	err := b.store.Pool().QueryRow(b.t.Context(), `SELECT id::text FROM items WHERE brand_id = $1 AND engagement_id = $2 AND kind = 'owner'`, b.id, e.ID).Scan(&id)
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func (b *brand) erase(item string) {
	b.t.Helper()
	var engagement triage.ID
	err := b.store.Pool().QueryRow(b.t.Context(), `SELECT engagement_id FROM items WHERE brand_id = $1 AND id = $2`, b.id, item).Scan(&engagement)
	if err != nil {
		b.t.Fatal(err)
	}
	b.inTx(func(tx *postgres.Tx) error { return tx.Erase(b.t.Context(), b.id, []triage.ID{engagement}) })
}

// answer is what the server said.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	raw    []byte
	body   map[string]any
}

// ask sends one request. body is sent as JSON unless it is nil or a string, which is sent
// as it is.
func (o *office) ask(token, method, path string, body any, headers ...string) answer {
	o.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = bytes.NewBufferString(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			o.t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, reader)
	if err != nil {
		o.t.Fatal(err)
	}
	if reader != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for n := 0; n+1 < len(headers); n += 2 {
		r.Header.Set(headers[n], headers[n+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	a := answer{t: o.t, status: response.StatusCode, header: response.Header}
	if a.raw, err = io.ReadAll(response.Body); err != nil {
		o.t.Fatal(err)
	}
	if len(a.raw) > 0 {
		if err := json.Unmarshal(a.raw, &a.body); err != nil {
			o.t.Fatalf("%s %s answered %d without JSON: %s", method, path, a.status, a.raw)
		}
	}
	return a
}

// must fails the test unless the answer has that status.
func (a answer) must(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("answered %d, want %d: %s", a.status, status, a.raw)
	}
	return a
}

// get follows names, and numbers in lists, into the body and returns what stands there, or nil.
func (a answer) get(path ...string) any {
	var at any = a.body
	for _, name := range path {
		if list, ok := at.([]any); ok {
			n, err := strconv.Atoi(name)
			if err != nil || n >= len(list) {
				return nil
			}
			at = list[n]
			continue
		}
		object, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = object[name]
	}
	return at
}

// text is get for what is a string.
func (a answer) text(path ...string) string {
	s, _ := a.get(path...).(string)
	return s
}

// number is get for what is a number.
func (a answer) number(path ...string) int {
	n, _ := a.get(path...).(float64)
	return int(n)
}
