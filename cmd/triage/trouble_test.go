package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/internal/rig"
)

func TestWhileTheDatabaseIsAwayNothingIsPromised(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, meta := h.gate(h.brand, "standard_webhooks", "page"), h.gate(h.brand, "facebook", "page")
	line := newLine(t, h.env[0])
	h.run("DATABASE_URL=" + line.url)
	line.cut()
	header := g.signed(time.Now(), []byte(good))
	away := h.send("POST", g.path, header.Clone(), []byte(good))
	if away.status != http.StatusServiceUnavailable || away.kind() != "temporarily-unavailable" || away.header.Get("Retry-After") != "30" {
		t.Errorf("without the database it answers %d %s, Retry-After %q", away.status, away.body, away.header.Get("Retry-After"))
	}
	unsigned := http.Header{"Content-Type": {"application/json"}}
	if a := h.send("POST", g.path, unsigned, []byte(good)); a.status != http.StatusUnauthorized {
		t.Errorf("without the database an unsigned delivery is answered %d %s", a.status, a.body)
	}
	query := url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {meta.verify}, "hub.challenge": {"7"}}
	if a := h.send("GET", meta.path+"?"+query.Encode(), nil, nil); a.status != http.StatusOK || string(a.body) != "7" {
		t.Errorf("without the database a handshake is answered %d %s", a.status, a.body)
	}
	if a := h.send("GET", "/healthz", nil, nil); a.status != http.StatusOK {
		t.Errorf("the process says it is not alive: %d", a.status)
	}
	if a := h.send("GET", "/readyz", nil, nil); a.status != http.StatusServiceUnavailable {
		t.Errorf("the process says it is ready: %d", a.status)
	}
	if n := h.number(`SELECT count(*) FROM deliveries`) + h.number(`SELECT count(*) FROM engagements`); n != 0 {
		t.Errorf("%d rows were stored", n)
	}
	line.mend()
	h.eventually(patience, func() bool { return h.send("POST", g.path, header.Clone(), []byte(good)).status == http.StatusOK })
	h.itemOf("Where can I buy this?")
	if n := h.number(`SELECT count(*) FROM engagements`); n != 1 {
		t.Errorf("%d engagements", n)
	}
}

func TestASilentDatabaseIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.gate(h.brand, "standard_webhooks", "page")
	line := newLine(t, h.env[0])
	h.run("DATABASE_URL=" + line.url)
	line.silence.Lock()
	header := g.signed(time.Now(), []byte(good))
	began := time.Now()
	a := h.send("POST", g.path, header.Clone(), []byte(good))
	took := time.Since(began)
	line.silence.Unlock()
	if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || took > 10*time.Second {
		t.Errorf("it answered %d %s after %v", a.status, a.body, took)
	}
	h.eventually(patience, func() bool { return h.send("POST", g.path, header.Clone(), []byte(good)).status == http.StatusOK })
	h.itemOf("Where can I buy this?")
	h.settled()
	if n := h.number(`SELECT count(*) FROM engagements`); n != 1 {
		t.Errorf("%d engagements", n)
	}
}

// TestAnAuthorErasedWhileTheirCommentIsPlacedIsErased lets erasures meet the judgement of
// the comments that they are about.
func TestAnAuthorErasedWhileTheirCommentIsPlacedIsErased(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.gate(h.brand, "standard_webhooks", "page")
	h.run()
	var authors sync.WaitGroup
	for n := range 8 {
		authors.Go(func() {
			for i := range 25 {
				author := map[string]any{"id": fmt.Sprintf("u%d-%d", n, i), "name": "Ada"}
				h.deliver(g, "comment.created", map[string]any{"account": "page", "id": fmt.Sprintf("c%d-%d", n, i),
					"author": author, "text": "Please forget me.", "created_at": time.Now().Add(-time.Hour).UTC()})
				h.deliver(g, "user.deleted", map[string]any{"account": "page", "author": author})
			}
		})
	}
	authors.Wait()
	h.settled()
	if n := h.number(`SELECT count(*) FROM engagements WHERE deleted_at IS NULL`); n != 0 {
		t.Errorf("%d comments of erased authors are left", n)
	}
	if all := h.items(h.token); len(all) != 0 {
		t.Errorf("%d comments of erased authors stand in a queue", len(all))
	}
	if found := h.tablesWith("forget me"); len(found) > 0 {
		t.Errorf("their words still stand in %v", found)
	}
}

// line is a TCP connection to the database that can be cut, or silenced.
type line struct {
	url      string
	network  string // of the database
	address  string
	listener net.Listener
	running  sync.WaitGroup
	silence  sync.RWMutex // while it is locked, nothing comes back

	mu    sync.Mutex
	down  bool
	conns map[net.Conn]bool
}

func newLine(t testing.TB, databaseURL string) *line {
	t.Helper()
	c, err := pgx.ParseConfig(strings.TrimPrefix(databaseURL, "DATABASE_URL="))
	if err != nil {
		t.Fatal(err)
	}
	l := &line{network: "tcp", address: net.JoinHostPort(c.Host, fmt.Sprint(c.Port)), conns: map[net.Conn]bool{}}
	if strings.HasPrefix(c.Host, "/") {
		l.network, l.address = "unix", fmt.Sprintf("%s/.s.PGSQL.%d", c.Host, c.Port)
	}
	if l.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	user := url.User(c.User)
	if c.Password != "" {
		user = url.UserPassword(c.User, c.Password)
	}
	u := url.URL{Scheme: "postgres", User: user, Host: l.listener.Addr().String(), Path: "/" + c.Database, RawQuery: "sslmode=disable"}
	l.url = u.String()
	l.running.Go(l.accept)
	t.Cleanup(func() {
		_ = l.listener.Close() // ends accept
		l.cut()
		l.running.Wait()
	})
	return l
}

func (l *line) accept() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.running.Go(func() { l.connect(near) })
	}
}

func (l *line) connect(near net.Conn) {
	defer func() { _ = near.Close() }() // cutting it is the point
	far, err := net.Dial(l.network, l.address)
	if err != nil {
		return
	}
	l.mu.Lock()
	down := l.down
	if !down {
		l.conns[near], l.conns[far] = true, true
	}
	l.mu.Unlock()
	defer func() { _ = far.Close() }()
	if down {
		return
	}
	l.running.Go(func() {
		_, _ = io.Copy(far, near)
		_ = far.Close()
	})
	_, _ = io.Copy(l.audible(near), far)
}

// audible returns a writer that is silent with the line.
func (l *line) audible(w io.Writer) io.Writer {
	return writerFunc(func(p []byte) (int, error) {
		l.silence.RLock()
		defer l.silence.RUnlock()
		return w.Write(p)
	})
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// cut ends every connection and lets no new one through.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	for c := range l.conns {
		_ = c.Close()
		delete(l.conns, c)
	}
}

func (l *line) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
}

func TestStoppingUnderLoadKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.gate(h.brand, "standard_webhooks", "rig")
	h.run()
	var mu sync.Mutex
	var taken []string
	enough := make(chan struct{})
	var senders sync.WaitGroup
	for n := range 8 {
		senders.Go(func() {
			sender := rig.NewSender(h.address, rig.Brand{Path: g.path, Secret: g.secret})
			defer sender.Close()
			for i := 0; ; i++ {
				id := fmt.Sprintf("c%d-%d", n, i)
				body := rig.Comment{ID: id, Thread: "p1", Author: "u1", Text: "Where is my order " + id + "?", At: time.Now()}.Created()
				status, err := sender.Post(id, body, 10*time.Second)
				if err != nil || status == http.StatusServiceUnavailable {
					return // it stops, and promised nothing
				}
				if status != http.StatusOK {
					t.Errorf("%s was answered %d", id, status)
					return
				}
				mu.Lock()
				taken = append(taken, id)
				if len(taken) == 500 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	began := time.Now()
	if code := h.stop(); code != exitOK {
		t.Errorf("it ended with %d:\n%s", code, h.log)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("stopping took %v", took)
	}
	senders.Wait()
	if kept := h.number(`SELECT count(*) FROM engagements WHERE external_id = ANY($1)`, taken); kept != len(taken) {
		t.Errorf("%d of %d promised comments are kept", kept, len(taken))
	}
	h.run()
	h.settled()
	if n, owners := h.number(`SELECT count(*) FROM engagements`), h.number(`SELECT count(*) FROM items WHERE kind = 'owner'`); n != owners {
		t.Errorf("%d comments stand in %d items after the next start", n, owners)
	}
}
