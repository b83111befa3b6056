package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

// told is one server-sent event as a client reads it (WHATWG HTML, section 9.2.6).
type told struct {
	id, name string
	data     struct {
		Action, ID, Reason string
		Resumed            bool
		Actor              *string
		Item               *struct {
			ID, Queue, Status, Priority string
			Assignee                    *string
			Version                     int
		}
	}
	raw string
}

// listener is one open stream.
type listener struct {
	t      *testing.T
	cancel func()
	body   io.ReadCloser
	events chan told // closed when the stream ends
	last   string    // id by which to come back
}

// listen opens a stream, which must be answered 200, and waits until it is ready.
func (o *office) listen(token, query string, headers ...string) *listener {
	o.t.Helper()
	ctx, cancel := context.WithCancel(o.t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, o.url+"/v1/stream"+query, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", "text/event-stream")
	for n := 0; n+1 < len(headers); n += 2 {
		r.Header.Set(headers[n], headers[n+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" {
		raw, _ := io.ReadAll(response.Body)
		o.t.Fatalf("the stream was answered %d %s %s", response.StatusCode, response.Header.Get("Content-Type"), raw)
	}
	l := &listener{t: o.t, cancel: cancel, body: response.Body, events: make(chan told, 64)}
	var reading sync.WaitGroup
	reading.Go(func() { l.read(ctx) })
	o.t.Cleanup(func() {
		cancel()
		reading.Wait()
	})
	if e := l.next(); e.name != "ready" {
		o.t.Errorf("a stream begins with %q", e.raw)
	}
	return l
}

func (l *listener) read(ctx context.Context) {
	defer close(l.events)
	defer func() { _ = l.body.Close() }()
	var e told
	var data string
	for lines := bufio.NewScanner(l.body); lines.Scan(); {
		line := lines.Text()
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		e.raw += line + "\n"
		switch {
		case line == "":
			if e.name == "" {
				e.name = "beat" // a comment
			}
			if data != "" { // only now: an event that a cut broke off is none
				if err := json.Unmarshal([]byte(data), &e.data); err != nil {
					l.t.Errorf("an event holds %q", data)
				}
			}
			select {
			case l.events <- e:
			case <-ctx.Done():
			}
			e, data = told{id: e.id}, ""
		case field == "id":
			e.id = value
		case field == "event":
			e.name = value
		case field == "data":
			data = value
		}
	}
}

// any waits for an event or a beat. The zero event says that the stream has ended.
func (l *listener) any() told {
	l.t.Helper()
	select {
	case e := <-l.events:
		l.last = e.id
		return e
	case <-time.After(20 * time.Second):
		l.t.Error("nothing came for 20 s")
		return told{}
	}
}

// next waits for an event.
func (l *listener) next() told {
	l.t.Helper()
	for {
		if e := l.any(); e.name != "beat" {
			return e
		}
	}
}

// upTo returns the events up to a number of the chain, which the stream may have passed
// without one.
func (l *listener) upTo(seq int) (all []told) {
	l.t.Helper()
	for {
		e := l.any()
		if e.name != "beat" {
			all = append(all, e)
		}
		if n, _ := strconv.Atoi(e.id); n >= seq || e.name == "" {
			return all
		}
	}
}

// until reads up to the event of an action on an item, and returns it with those before.
func (l *listener) until(action, item string) (all []told) {
	l.t.Helper()
	for {
		e := l.next()
		if all = append(all, e); e.name == "" || e.data.Action == action && e.data.ID == item {
			return all
		}
	}
}

// seal lets watchers hear of what has happened.
func (b *brand) seal() {
	b.t.Helper()
	b.inTx(func(tx *postgres.Tx) error {
		_, err := tx.SealAudit(b.t.Context(), 10_000)
		return err
	})
}

func TestAStreamTellsWhatOthersDo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben := o.hire("Ada", triage.RoleCM), o.hire("Ben", triage.RoleCM)
	o.receive("Before anybody watched", complaint)
	o.seal()
	stream := o.listen(ada, "")
	id := o.receive("My words are nobody's business", complaint)
	o.ask(ben, "POST", "/v1/items/"+id+"/claim", nil).must(200)
	version := o.ask(ben, "POST", "/v1/items/"+id+"/resolve", map[string]any{"outcome": "answered"}).must(200).number("version")
	o.seal()
	all := stream.until("item.resolved", id)
	var actions []string
	for _, e := range all {
		actions = append(actions, e.data.Action)
		if strings.Contains(e.raw, "business") || strings.Contains(e.raw, "Jörg") || strings.Contains(e.raw, "Ben") {
			t.Errorf("an event tells more than ids and words of ours: %s", e.raw)
		}
	}
	if !slices.Equal(actions, []string{"item.placed", "item.claimed", "item.resolved"}) {
		t.Errorf("told: %v", actions)
	}
	last := all[len(all)-1]
	if i := last.data.Item; last.name != "item" || i == nil || i.Status != "resolved" || i.Queue != "cm" || i.Version != version || last.data.Actor == nil {
		t.Errorf("the last event is %s", last.raw)
	}
	if n := o.count(`SELECT seq FROM audit WHERE action = 'item.resolved'`); last.id != strconv.Itoa(n) {
		t.Errorf("its id is %s, its number in the chain %d", last.id, n)
	}
}

func TestWhoHearsWhat(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rival := o.newBrand(t, "Rival")
	ada := o.hire("Ada", triage.RoleCM)
	reaction := complaint
	reaction.Intent = triage.ContentReaction
	cases := []struct {
		rule, token, query string
		placed, claimed    []string // in which queues
	}{
		{"a community manager hears of the relationship queue", ada, "", []string{"cm"}, []string{"cm"}},
		{"a social media manager hears of the content queue", o.hire("Ben", triage.RoleSMM), "", []string{"smm"}, nil},
		{"a hybrid hears of both", o.hire("Cem", triage.RoleHybrid), "", []string{"cm", "smm"}, []string{"cm"}},
		{"a viewer hears of both", o.hire("Dan", triage.RoleViewer), "", []string{"cm", "smm"}, []string{"cm"}},
		{"a lead hears of the queue asked for", o.hire("Eva", triage.RoleLead), "?queue=smm", []string{"smm"}, nil},
		{"one's own is what one holds", ada, "?mine=true", []string{"cm"}, []string{"cm"}},
		{"another's own is not", o.hire("Flo", triage.RoleCM), "?mine=true", nil, nil},
		{"another brand hears nothing", rival.hire("Gil", triage.RoleAdmin), "", nil, nil},
	}
	listeners := make([]*listener, len(cases))
	for n, c := range cases {
		listeners[n] = o.listen(c.token, c.query)
	}
	items := map[string]string{"cm": o.receive("Nothing works", complaint), "smm": o.receive("Nice video", reaction)}
	o.ask(ada, "POST", "/v1/items/"+items["cm"]+"/claim", nil).must(200)
	rival.receive("Not yours", complaint)
	o.seal()
	head := map[bool]int{} // of this brand and of the other
	for other, id := range map[bool]triage.ID{false: o.id, true: rival.id} {
		head[other] = o.count(`SELECT max(seq) FROM audit WHERE brand_id = $1`, id)
	}
	for n, c := range cases {
		var placed, claimed []string
		for _, e := range listeners[n].upTo(head[strings.HasPrefix(c.rule, "another brand")]) {
			for queue, id := range items {
				switch {
				case e.data.ID == id && e.data.Action == "item.placed":
					placed = append(placed, queue)
				case e.data.ID == id && e.data.Action == "item.claimed":
					claimed = append(claimed, queue)
				}
			}
		}
		slices.Sort(placed)
		if !slices.Equal(placed, c.placed) || !slices.Equal(claimed, c.claimed) {
			t.Errorf("%s: heard of %v placed and %v claimed", c.rule, placed, claimed)
		}
	}
}

// TestAStreamThatIsCutLosesAndDoublesNothing cuts a client's connection at random moments
// while others work. What it heard in all, coming back with the last id each time, is what
// the chain holds for it, once and in order.
func TestAStreamThatIsCutLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	watcher, worker := o.hire("Ada", triage.RoleCM), o.hire("Ben", triage.RoleCM)
	const items = 80
	var working sync.WaitGroup
	stream := o.listen(watcher, "")
	working.Go(func() {
		for n := range items {
			id := o.receive(fmt.Sprintf("Comment %d", n), complaint)
			o.ask(worker, "POST", "/v1/items/"+id+"/claim", nil).must(200)
			o.ask(worker, "POST", "/v1/items/"+id+"/release", nil).must(200)
			if n%3 == 0 {
				o.seal()
			}
		}
		o.seal()
	})
	var heard []string
	cuts, patience := 0, 0
	for start := time.Now(); len(heard) < 3*items; {
		if time.Since(start) > 2*time.Minute {
			t.Fatalf("after two minutes it has heard of %d changes", len(heard))
		}
		if patience == 0 {
			stream.cancel()
			last := stream.last
			if rand.N(2) == 0 {
				stream = o.listen(watcher, "", "Last-Event-ID", last)
			} else {
				stream = o.listen(watcher, "?last_id="+last)
			}
			cuts, patience = cuts+1, rand.N(40)
		}
		patience--
		switch e := stream.any(); e.name {
		case "item":
			heard = append(heard, e.id)
		case "beat":
		default:
			t.Fatalf("heard %q", e.raw)
		}
	}
	working.Wait()
	var want []string
	err := o.store.Pool().QueryRow(t.Context(), `
		SELECT array_agg(seq::text ORDER BY seq) FROM audit WHERE brand_id = $1 AND subject = 'item'`, o.id).Scan(&want)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(heard, want) {
		t.Errorf("after %d cuts it has heard %v, of %v", cuts, heard, want)
	}
	t.Logf("%d cuts, %d events", cuts, len(heard))
}

func TestWhatCannotBeResumedIsReset(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Ada", triage.RoleCM)
	o.exec(`INSERT INTO audit (brand_id, id, at, actor_kind, action, subject, subject_id, seq, hash)
		SELECT $1, gen_random_uuid(), now(), 'machine', 'item.placed', 'item', gen_random_uuid(), n, ''
		FROM generate_series((SELECT coalesce(max(seq), 0) + 1 FROM audit), 6000) n`, o.id)
	for _, c := range []struct {
		rule, reason string
		said         func(head int) string
	}{
		{"long ago", "too_old", func(int) string { return "7" }},
		{"a row too long ago", "too_old", func(head int) string { return strconv.Itoa(head - 5001) }},
		{"just not too long ago", "", func(head int) string { return strconv.Itoa(head - 5000) }},
		{"now", "", strconv.Itoa},
		{"what is not there yet", "unknown", func(head int) string { return strconv.Itoa(head + 1) }},
		{"no number", "unknown", func(int) string { return "yesterday" }},
		{"nothing there ever is", "unknown", func(int) string { return "-3" }},
	} {
		o.seal()
		head := o.count(`SELECT max(seq) FROM audit`)
		stream := o.listen(token, "", "Last-Event-ID", c.said(head))
		id := o.receive(c.rule, complaint)
		o.seal()
		first := stream.next()
		if c.reason != "" && (first.name != "reset" || first.data.Reason != c.reason || first.id != strconv.Itoa(head)) {
			t.Errorf("%s: it hears first of %q", c.rule, first.raw)
		}
		for first.name == "item" && first.data.ID != id || first.name == "reset" && c.reason != "" {
			first = stream.next()
		}
		if first.data.ID != id {
			t.Errorf("%s: it goes on with %q", c.rule, first.raw)
		}
		stream.cancel()
	}
}

func TestAStreamEndsWithTheRightToRead(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	revoked, kept := o.listen(o.hire("Ada", triage.RoleCM), ""), o.listen(o.hire("Ben", triage.RoleCM), "")
	o.exec(`UPDATE tokens SET revoked_at = now() WHERE person_id = (SELECT id FROM people WHERE name = 'Ada')`)
	if e := revoked.next(); e.name != "" {
		t.Errorf("who may not read any more hears %q", e.raw)
	}
	if e := kept.any(); e.name != "beat" {
		t.Errorf("who may still read hears %q", e.raw)
	}
}

func TestNobodyKeepsManyStreamsOpen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben := o.hire("Ada", triage.RoleCM), o.hire("Ben", triage.RoleCM)
	var open []*listener
	for range 8 {
		open = append(open, o.listen(ada, ""))
	}
	got := o.ask(ada, "GET", "/v1/stream", nil).must(429)
	if got.text("type") != "/problems/rate-limited" {
		t.Errorf("%s", got.raw)
	}
	o.listen(ben, "")
	open[3].cancel()
	for deadline := time.Now().Add(20 * time.Second); ; {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.url+"/v1/stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+ada)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode == 200 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a closed stream still counts")
		}
	}
	o.ask("", "GET", "/v1/stream", nil).must(401)
	o.ask(ben, "GET", "/v1/stream?queue=none", nil).must(422)
}

func TestTwoHundredStreamsAreCheap(t *testing.T) {
	o := newOffice(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	goroutines := runtime.NumGoroutine()
	var open []*listener
	for range 25 {
		token := o.hire(fmt.Sprintf("Person %d", len(open)), triage.RoleCM)
		for range 8 {
			open = append(open, o.listen(token, ""))
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (int64(after.HeapAlloc+after.StackInuse) - int64(before.HeapAlloc+before.StackInuse)) / int64(len(open))
	id := o.receive("For all", complaint)
	start := time.Now()
	o.seal()
	for _, l := range open {
		l.until("item.placed", id)
	}
	took := time.Since(start)
	t.Logf("%d streams: %d KiB and %d goroutines each, client included; all heard within %v of sealing",
		len(open), each>>10, (runtime.NumGoroutine()-goroutines)/len(open), took)
	if each > 256<<10 || took > 10*time.Second {
		t.Errorf("%d streams take %d KiB each and hear after %v", len(open), each>>10, took)
	}
}
