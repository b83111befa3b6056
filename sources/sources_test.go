package sources_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/mastodon"
	"triage/ingest"
	"triage/internal/cutnet"
	"triage/internal/fakemastodon"
	"triage/internal/pgtest"
	"triage/postgres"
	"triage/secret"
	"triage/sources"
	"triage/triage"
)

// rig is a database with a brand, and a platform to ask.
type rig struct {
	t        *testing.T
	db       *pgtest.DB
	store    *postgres.Store
	box      *secret.Box
	brand    triage.ID
	address  string
	platform connector.Platform
}

func newRig(t *testing.T, handler http.Handler, cut int, platform connector.Platform) (*rig, *cutnet.Listener) {
	t.Helper()
	listener, err := cutnet.Listen(7, cut)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	box, err := secret.New(make([]byte, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, db: pgtest.New(t), box: box, brand: postgres.NewID(), address: server.URL, platform: platform}
	r.store = r.open()
	r.exec(`INSERT INTO brands (id, slug, name) VALUES ($1, 'kiosk', 'Kiosk')`, r.brand)
	return r, listener
}

func (r *rig) open() *postgres.Store {
	r.t.Helper()
	store, err := postgres.Open(r.t.Context(), r.db.URL, 6)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(store.Close)
	return store
}

func (r *rig) exec(sql string, args ...any) {
	r.t.Helper()
	if _, err := r.store.Pool().Exec(r.t.Context(), sql, args...); err != nil {
		r.t.Fatal(err)
	}
}

// channel adds an account with an endpoint of its own.
func (r *rig) channel(account, token string) (channel triage.ID) {
	r.t.Helper()
	endpoint, channel := postgres.NewID(), postgres.NewID()
	r.exec(`INSERT INTO endpoints (id, brand_id, platform, secret) VALUES ($1, $2, $3, $4)`,
		endpoint, r.brand, r.platform.Name(), r.box.Seal(string(endpoint), token))
	r.exec(`INSERT INTO channels (brand_id, id, endpoint_id, platform, external_id, name, address, stream_address) VALUES ($1, $2, $3, $4, $5, $5, $6, $6)`,
		r.brand, channel, endpoint, r.platform.Name(), account, r.address)
	return channel
}

// tokened adds an account of a platform that also calls us: the secret only signs.
func (r *rig) tokened(account, secret, token string) (channel triage.ID) {
	r.t.Helper()
	channel = r.channel(account, secret)
	r.exec(`UPDATE channels SET token = $2 WHERE id = $1`, channel, r.box.Seal(string(channel), token))
	return channel
}

// run asks with a process of its own over store until stop is called.
func (r *rig) run(store *postgres.Store, lease time.Duration) (stop func()) {
	r.t.Helper()
	endpoints := ingest.NewEndpoints(store, r.box)
	runner := sources.New(sources.Options{
		Store: store, Box: r.box, Platforms: []connector.Platform{r.platform}, Log: slog.New(slog.DiscardHandler),
		Door: ingest.NewDoor(endpoints, nil, r.platform), Lease: lease, Every: lease / 6, Most: 200,
		Retry: func(int) time.Duration { return lease / 10 },
	})
	ctx, cancel := context.WithCancel(r.t.Context())
	var running sync.WaitGroup
	running.Go(func() { runner.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	r.t.Cleanup(stop)
	return stop
}

func (r *rig) count(sql string, args ...any) (n int) {
	r.t.Helper()
	if err := r.store.Pool().QueryRow(r.t.Context(), sql, args...).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

// until waits for a condition. It counts its looks instead of the time, so that a machine
// that stood still fails nothing.
func (r *rig) until(what string, limit time.Duration, holds func() bool) {
	r.t.Helper()
	const pause = 20 * time.Millisecond
	for looks := limit / pause; !holds(); looks-- {
		if looks == 0 {
			r.t.Fatalf("never came to be: %s", what)
		}
		time.Sleep(pause)
	}
}

func (r *rig) health(channel triage.ID) (found postgres.ChannelHealth) {
	r.t.Helper()
	all, err := r.store.ChannelHealth(r.t.Context(), r.brand)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, h := range all {
		if h.ID == channel {
			found = h
		}
	}
	return found
}

var asking = mastodon.Connector{Every: 100 * time.Millisecond}

func TestEveryMessageIsThereOnceHoweverTheConnectionsBreak(t *testing.T) {
	t.Parallel()
	const runs, messages = 100, 25
	server := fakemastodon.Server{Page: 8}
	r, network := newRig(t, &server, 30_000, asking)
	accounts := make([]*fakemastodon.Account, runs)
	for n := range accounts {
		token := fmt.Sprintf("token-of-the-account-%d", n)
		accounts[n] = server.Add(fmt.Sprint(1000+n), token)
		accounts[n].Mention("first", "before anybody asked", false)
		r.channel(accounts[n].ID, token)
	}
	r.run(r.store, 30*time.Second)
	r.until("a first message of each", 3*time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) == runs })
	for m := range messages - 1 {
		for n, a := range accounts {
			a.Mention(fmt.Sprintf("s%d", m), fmt.Sprintf("message %d to %d", m, n), m%2 == 0)
		}
	}
	r.until("all messages", 3*time.Minute, func() bool {
		return r.count(`SELECT count(*) FROM engagements`) >= runs*messages
	})
	if n := r.count(`SELECT count(*) FROM (SELECT channel_id FROM engagements GROUP BY channel_id HAVING count(DISTINCT external_id) = $1 AND count(*) = $1) complete`, messages); n != runs {
		t.Errorf("%d of %d accounts have every message once", n, runs)
	}
	if n := r.count(`SELECT count(*) FROM engagements WHERE thread_text <> 'Our post' OR (thread_context @> '{"Author": {"Name": "Kiosk"}, "Reach": {"Audience": 70, "Reactions": 6}}') IS NOT TRUE OR form <> 'reply' OR author_followers <> 12`); n > runs {
		t.Errorf("%d messages came without what they answer", n)
	}
	if network.Cuts() < runs {
		t.Errorf("only %d cuts", network.Cuts())
	}
	t.Logf("%d messages of %d accounts over %d cuts", runs*messages, runs, network.Cuts())
}

func TestWhatIsSaidOverTheStreamIsThereAtOnceAndGoesWhenDeleted(t *testing.T) {
	t.Parallel()
	var server fakemastodon.Server
	r, _ := newRig(t, &server, 0, mastodon.Connector{Every: time.Hour})
	a := server.Add("1", "token-of-the-account")
	r.channel(a.ID, a.Token)
	r.run(r.store, 30*time.Second)
	r.until("a stream", 20*time.Second, func() bool { return a.Streams() == 1 && a.Asked() >= 2 })
	a.Mention("s1", "hello there", true)
	a.Whisper("s2", "psst")
	r.until("the mention", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements WHERE text = 'hello there'`) == 1 })
	a.Edit("s1", "hello again", time.Date(2026, 5, 4, 13, 0, 0, 0, time.UTC), true)
	r.until("the edit", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements WHERE text = 'hello again'`) == 1 })
	a.Delete("s1", true)
	r.until("the deletion", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements WHERE deleted_at IS NOT NULL`) == 1 })
	if n := r.count(`SELECT count(*) FROM engagements`); n != 1 {
		t.Errorf("%d engagements: what was whispered is kept", n)
	}
	if n := r.count(`SELECT count(*) FROM deliveries WHERE raw IS NOT NULL`); n != 0 {
		t.Errorf("%d deliveries still hold the deleted text", n)
	}
}

func TestWhatNoStreamTellsIsFoundByLookingAgain(t *testing.T) {
	t.Parallel()
	var server fakemastodon.Server
	r, _ := newRig(t, &server, 0, mastodon.Connector{Every: 100 * time.Millisecond, First: time.Second})
	a := server.Add("1", "token-of-the-account")
	a.Mention("stays", "still here", false)
	a.Mention("changes", "first words", false)
	a.Mention("goes", "not for long", false)
	r.channel(a.ID, a.Token)
	r.run(r.store, 30*time.Second)
	r.until("all three", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements`) == 3 })
	a.Edit("changes", "better words", time.Date(2026, 5, 4, 13, 0, 0, 0, time.UTC), false)
	a.Delete("goes", false)
	r.until("both changes", 30*time.Second, func() bool {
		return r.count(`SELECT count(*) FROM engagements WHERE deleted_at IS NOT NULL OR text = 'better words'`) == 2
	})
	if n := r.count(`SELECT count(*) FROM engagements WHERE text = 'still here'`); n != 1 {
		t.Error("what is there was taken for deleted")
	}
}

func TestARevokedTokenStopsItsChannelOnlyUntilAnotherIsGiven(t *testing.T) {
	t.Parallel()
	var server fakemastodon.Server
	r, _ := newRig(t, &server, 0, asking)
	one, two := server.Add("1", "token-of-the-first"), server.Add("2", "token-of-the-second")
	stopped, other := r.channel(one.ID, one.Token), r.channel(two.ID, two.Token)
	r.run(r.store, 3*time.Second)
	r.until("both listen", 20*time.Second, func() bool {
		return r.health(stopped).State == postgres.SourceListening && r.health(other).State == postgres.SourceListening
	})
	one.Revoke()
	r.until("the first stops", 20*time.Second, func() bool {
		h := r.health(stopped)
		return h.State == postgres.SourceRefused && h.Reason == "token_refused"
	})
	asked := one.Asked()
	two.Mention("s1", "still here", false)
	r.until("the second goes on", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements WHERE channel_id = $1`, other) == 1 })
	before := two.Asked()
	r.until("the second was asked for a while", 20*time.Second, func() bool { return two.Asked() > before+10 })
	if one.Asked() != asked {
		t.Errorf("the first was asked %d times after it was refused", one.Asked()-asked)
	}
	renewed := server.Add("1", "another-token-of-the-first")
	renewed.Mention("s2", "welcome back", false)
	r.exec(`UPDATE endpoints e SET secret = $2 FROM channels c WHERE c.id = $1 AND e.id = c.endpoint_id`,
		stopped, r.box.Seal(string(r.endpoint(stopped)), renewed.Token))
	r.until("the first listens again", 20*time.Second, func() bool {
		return r.health(stopped).State == postgres.SourceListening && r.count(`SELECT count(*) FROM engagements WHERE channel_id = $1`, stopped) == 1
	})
}

func (r *rig) endpoint(channel triage.ID) (id triage.ID) {
	r.t.Helper()
	if err := r.store.Pool().QueryRow(r.t.Context(), `SELECT endpoint_id FROM channels WHERE id = $1`, channel).Scan(&id); err != nil {
		r.t.Fatal(err)
	}
	return id
}

func TestAPlatformThatWantsUsToWaitIsWaitedFor(t *testing.T) {
	t.Parallel()
	var server fakemastodon.Server
	r, _ := newRig(t, &server, 0, asking)
	a := server.Add("1", "token-of-the-account")
	a.Limit(1)
	channel := r.channel(a.ID, a.Token)
	r.run(r.store, 30*time.Second)
	r.until("the limit shows", 20*time.Second, func() bool { return r.health(channel).State == postgres.SourceLimited })
	if a.Asked() != 1 {
		t.Errorf("asked %d times", a.Asked())
	}
	began := time.Now()
	r.until("it listens", 20*time.Second, func() bool { return r.health(channel).State == postgres.SourceListening })
	if waited := time.Since(began); waited < time.Second {
		t.Errorf("asked again after %s", waited)
	}
}

func TestTheChannelsOfADeadProcessMoveAndResume(t *testing.T) {
	t.Parallel()
	var server fakemastodon.Server
	r, _ := newRig(t, &server, 0, asking)
	a := server.Add("1", "token-of-the-account")
	channel := r.channel(a.ID, a.Token)
	dying := r.open()
	r.run(dying, 2*time.Second)
	r.until("the first process listens", 20*time.Second, func() bool { return r.health(channel).State == postgres.SourceListening })
	a.Mention("s1", "to the first", false)
	r.until("the first message", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements`) == 1 })
	r.run(r.store, 2*time.Second)
	dying.Close() // it can neither renew nor give back any more
	a.Mention("s2", "to the second", false)
	r.until("the second message", 30*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements`) == 2 })
	if fence := r.count(`SELECT fence FROM sources`); fence < 2 {
		t.Errorf("fence %d", fence)
	}
}

func TestWhoeverSleptThroughItsLeaseWritesNothing(t *testing.T) {
	t.Parallel()
	var server fakemastodon.Server
	r, _ := newRig(t, &server, 0, asking)
	r.channel("1", "token-of-the-account")
	claim := func() (s postgres.Source) {
		t.Helper()
		err := r.store.InTx(t.Context(), func(tx *postgres.Tx) error {
			found, err := tx.ClaimSources(t.Context(), postgres.NewID(), []triage.Platform{triage.Mastodon}, nil, 10, 30*time.Second)
			if len(found) == 1 {
				s = found[0]
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	old := claim()
	if again := claim(); again.Fence != 0 {
		t.Fatalf("leased twice: %+v", again)
	}
	r.exec(`UPDATE sources SET lease_until = now() - interval '1 second'`)
	current := claim()
	endpoints := ingest.NewEndpoints(r.store, r.box)
	door := ingest.NewDoor(endpoints, nil, r.platform)
	pull := func(s postgres.Source, status string) error {
		cursor := "after " + status
		body := fmt.Sprintf(`{"account":"1","notifications":[{"id":"1","type":"mention","status":{"id":%q,"account":{"id":"7"}}}]}`, status)
		_, err := door.Pull(t.Context(), ingest.Pulled{Platform: s.Platform, Endpoint: s.EndpointID, Source: "poll"},
			connector.Delivery{Body: []byte(body), ReceivedAt: time.Now()}, func(ctx context.Context, tx *postgres.Tx) error {
				return tx.AdvanceSource(ctx, s.SourceKey, postgres.SourceNews{Cursor: &cursor})
			})
		return err
	}
	if err := pull(old, "late"); !errors.Is(err, postgres.ErrSourceLost) {
		t.Errorf("the old lease writes: %v", err)
	}
	if err := pull(current, "good"); err != nil {
		t.Error(err)
	}
	if n := r.count(`SELECT count(*) FROM engagements e, sources s WHERE e.external_id = 'good' AND s.cursor = 'after good'`); n != 1 {
		t.Errorf("%d", n)
	}
	if n := r.count(`SELECT count(*) FROM deliveries`); n != 1 {
		t.Errorf("%d deliveries", n)
	}
}

// spoiling reads as Mastodon and spoils the second comment of a page: PostgreSQL keeps no zero
// byte, which no connector lets through.
type spoiling struct{ mastodon.Connector }

func (s spoiling) Parse(d connector.Delivery) (connector.Parsed, error) {
	parsed, err := s.Connector.Parse(d)
	if len(parsed.Events) > 1 {
		parsed.Events[1].Engagement.Text = "bad \x00 byte"
	}
	return parsed, err
}

// What cannot be stored keeps nothing else out, and the place where to go on is written last:
// a process that dies between the comments of such a page asks for all of it again.
func TestACommentThatCannotBeStoredKeepsNothingElseOut(t *testing.T) {
	t.Parallel()
	var server fakemastodon.Server
	r, _ := newRig(t, &server, 0, asking)
	r.channel("1", "token-of-the-account")
	var endpoint triage.ID
	if err := r.store.Pool().QueryRow(t.Context(), `SELECT id FROM endpoints`).Scan(&endpoint); err != nil {
		t.Fatal(err)
	}
	door := ingest.NewDoor(ingest.NewEndpoints(r.store, r.box), nil, spoiling{asking})
	var notifications []string
	for n := range 3 {
		notifications = append(notifications, fmt.Sprintf(`{"id":"%d","type":"mention","status":{"id":"s%d","account":{"id":"7"}}}`, n, n))
	}
	body := `{"account":"1","notifications":[` + strings.Join(notifications, ",") + `]}`
	died := errors.New("died")
	kept := 0
	for _, fails := range []bool{true, false} {
		_, err := door.Pull(t.Context(), ingest.Pulled{Platform: triage.Mastodon, Endpoint: endpoint, Source: "poll"},
			connector.Delivery{Body: []byte(body), ReceivedAt: time.Now()}, func(context.Context, *postgres.Tx) error {
				if stored := r.count(`SELECT count(*) FROM engagements`); stored == 2 && fails {
					return died
				} else if stored == 2 {
					kept++
				}
				return nil
			})
		if fails != errors.Is(err, died) {
			t.Errorf("it ended with %v", err)
		}
	}
	if kept == 0 {
		t.Error("the place was never written with all others stored")
	}
	if n := r.count(`SELECT count(DISTINCT external_id) FROM engagements WHERE external_id IN ('s0', 's2')`); n != 2 {
		t.Errorf("%d neighbours are stored", n)
	}
}
