package chat_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"triage/api"
	"triage/chat"
	"triage/internal/fakeslack"
	"triage/internal/pgtest"
	"triage/jobs"
	"triage/notify"
	"triage/notify/slack"
	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

const secret = "8f742231b10e8888abcd99yyyzzz85a5"

// room is a brand with a Slack workspace, a door, an outbox and a clerk.
type room struct {
	*postgres.Store
	t       *testing.T
	slack   *fakeslack.Server
	client  *slack.Client
	outbox  *jobs.Outbox
	clerk   *chat.Clerk
	door    string
	brand   triage.ID
	channel triage.ID
	ahead   atomic.Int64 // seconds that the clock of outbox and clerk runs ahead
}

// clock lets nobody wait for the distance that messages keep.
func (r *room) clock() time.Time { return time.Now().Add(time.Duration(r.ahead.Load()) * time.Second) }

func newRoom(t *testing.T) *room {
	t.Helper()
	t.Parallel()
	store, err := postgres.Open(t.Context(), pgtest.New(t).URL, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	fake, err := fakeslack.Start(fakeslack.Options{SigningSecret: secret, LinkPrefix: "https://triage.example/"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	client, err := slack.New(slack.Config{Token: "xoxb-fake", AppToken: "xapp-fake", BaseURL: fake.URL()})
	if err != nil {
		t.Fatal(err)
	}
	r := &room{Store: store, t: t, slack: fake, client: client, channel: postgres.NewID()}
	log := slog.New(slog.DiscardHandler)
	voice := notify.Voice{Language: "en", Location: time.UTC, PublicURL: "https://triage.example"}
	r.outbox = &jobs.Outbox{Store: store, Poster: client, Voice: voice, Log: log, Now: r.clock}
	r.clerk = &chat.Clerk{Store: store, Desk: queue.NewDesk(store), Slack: client, Voice: voice, Log: log, Now: r.clock}
	r.brand = r.found("Kaffee Nord", "CCARE")
	r.openDoor(log)
	return r
}

func (r *room) openDoor(log *slog.Logger) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	server := api.New(api.Options{Store: r.Store, Desk: queue.NewDesk(r.Store), Log: log, SlackSecret: secret})
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(listener) }()
	r.t.Cleanup(func() { _ = server.Shutdown(context.Background()); <-served })
	r.door = "http://" + listener.Addr().String() + "/webhooks/slack/"
}

func (r *room) in(work func(tx *postgres.Tx) error) {
	r.t.Helper()
	if err := r.Retrying(r.t.Context(), 5, work); err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) found(name, channel string) (brand triage.ID) {
	r.in(func(tx *postgres.Tx) (err error) {
		brand, err = tx.AddBrand(r.t.Context(), postgres.Actor{}, postgres.BrandRow{Name: name, Goal: 0.5, SlackCM: channel, SlackSMM: channel})
		return errors.Join(err, tx.SetBudget(r.t.Context(), postgres.Actor{}, brand, channel, 0))
	})
	return brand
}

// hire gives a brand somebody who is in Slack by the same mail address.
func (r *room) hire(brand triage.ID, user string, role triage.Role) (person triage.ID) {
	mail := strings.ToLower(user) + "@example.com"
	r.slack.AddUser(fakeslack.User{ID: user, Mail: mail, Locale: "en-GB", Zone: "Europe/Berlin"})
	r.in(func(tx *postgres.Tx) (err error) {
		if person, err = tx.AddPerson(r.t.Context(), postgres.PersonRow{Name: "P " + user, Email: mail}); err != nil {
			return err
		}
		return tx.AddMember(r.t.Context(), postgres.Actor{}, brand, person, role)
	})
	return person
}

// comes takes an urgent comment in, and tells of it.
func (r *room) comes(brand triage.ID, text string) (item triage.ID, m fakeslack.Message) {
	r.t.Helper()
	e := triage.Engagement{
		ID: postgres.NewID(), BrandID: brand, ChannelID: r.channel, Platform: triage.Instagram, ExternalID: text,
		Form: triage.FormComment, Action: triage.Created, Text: text, Author: triage.Author{ExternalID: "a" + text, Name: "Mia"},
		VersionAt: time.Now(), ReceivedAt: time.Now(), Round: 1,
	}
	d := postgres.Delivery{ID: postgres.NewID(), EndpointID: postgres.NewID(), Platform: e.Platform, ReceivedAt: e.ReceivedAt, Source: "webhook", Raw: []byte("raw"), Accepted: 1}
	r.in(func(tx *postgres.Tx) error {
		if _, _, err := tx.Record(r.t.Context(), []postgres.Delivery{d}, []postgres.Change{{Engagement: e, DeliveryID: d.ID}}); err != nil {
			return err
		}
		_, err := tx.Settle(r.t.Context(), brand, []postgres.Settlement{{
			Engagement:     e,
			Classification: triage.Classification{Engine: "builtin", Model: "m", Intent: triage.Complaint, Sentiment: triage.Negative, Urgency: triage.UrgencyHigh},
			Place: func(*postgres.Standing) *postgres.Placed {
				return &postgres.Placed{Placement: triage.Placement{Queue: triage.CM, Priority: triage.P1, DueAt: time.Now().Add(time.Hour), Effort: 1}}
			},
			Notify: func(p triage.Placement) []notify.Going {
				return notify.For(notify.Matter{Queue: p.Queue, Priority: p.Priority, Action: e.Action}, nil, notify.Targets{CM: "CCARE"}, time.Time{})
			},
		}})
		return err
	})
	if err := r.Pool().QueryRow(r.t.Context(), `SELECT id FROM items WHERE engagement_id = $1`, e.ID).Scan(&item); err != nil {
		r.t.Fatal(err)
	}
	before, _, _ := strings.Cut(text, "<")
	r.tell()
	for _, m := range r.slack.Messages() {
		if strings.Contains(m.Text, before) {
			return item, m
		}
	}
	r.t.Fatal("the message does not come")
	return "", m
}

func (r *room) tell() {
	r.t.Helper()
	r.ahead.Add(2)
	if _, err := r.outbox.Step(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// settle works on calls until there are none.
func (r *room) settle() {
	r.t.Helper()
	for {
		var left int
		if err := r.Pool().QueryRow(r.t.Context(), `SELECT count(*) FROM slack_calls WHERE body IS NOT NULL`).Scan(&left); err != nil {
			r.t.Fatal(err)
		}
		if left == 0 {
			return
		}
		r.ahead.Add(1)
		if _, err := r.clerk.Step(r.t.Context()); err != nil {
			r.t.Fatal(err)
		}
	}
}

// send sends a callback and wants it taken within the time that Slack waits.
func (r *room) send(to string, c fakeslack.Callback, err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	got, err := r.slack.Send(r.t.Context(), r.door+to, c)
	if err != nil || got.Status != 200 || got.Body != "" {
		r.t.Fatalf("answer %+v, %v", got, err)
	}
}

func (r *room) click(c fakeslack.Click) {
	r.t.Helper()
	made, err := r.slack.NewClick(c)
	r.send("actions", made, err)
	r.settle()
}

// command says what the user hears.
func (r *room) command(user, text string) string {
	r.t.Helper()
	before := len(r.slack.Answers())
	made, err := r.slack.NewCommand(user, "CCARE", text)
	r.send("commands", made, err)
	r.settle()
	answers := r.slack.Answers()
	if len(answers) != before+1 {
		var calls []string
		for _, c := range r.slack.Calls() {
			calls = append(calls, c.Method+" "+c.Error)
		}
		r.t.Fatalf("/triage %s: %d answers; %q", text, len(answers)-before, calls)
	}
	return answers[before].Text + string(answers[before].Blocks)
}

func (r *room) heard(user string) (all []string) {
	for _, a := range r.slack.Answers() {
		if a.User == user {
			all = append(all, a.Text)
		}
	}
	return all
}

// stands says how an item stands: status, queue, intent, version.
func (r *room) stands(item triage.ID) (s string) {
	r.t.Helper()
	if err := r.Pool().QueryRow(r.t.Context(), `SELECT concat_ws(' ', status, queue, intent, outcome) FROM items WHERE id = $1`, item).Scan(&s); err != nil {
		r.t.Fatal(err)
	}
	return s
}

// count returns how often an action of an item was audited.
func (r *room) count(item triage.ID, action string) (n int) {
	r.t.Helper()
	if err := r.Pool().QueryRow(r.t.Context(), `SELECT count(*) FROM audit WHERE subject_id = $1 AND action = $2`, item, action).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

// together runs all at once and waits.
func together(n int, do func(n int)) {
	var running sync.WaitGroup
	for i := range n {
		running.Go(func() { do(i) })
	}
	running.Wait()
}
