package bluesky

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"triage/connector"
)

// publicStream is one of the instances that Bluesky runs. They need no token.
const publicStream = "https://jetstream2.us-east.bsky.network"

const (
	rewind   = 5 * time.Second  // how much is heard once more: another instance may be a little behind
	gather   = time.Second      // how long deletions wait for each other
	keeping  = 5 * time.Second  // how often the place is kept when nothing is for us
	alive    = 30 * time.Second // between pings, and until an answer to one
	maxEvent = 4 << 20          // bytes
)

// Stream listens to Jetstream, which tells of all posts of the network. What is not about the
// account is dropped unread, and of deletions only those of what we hold are handed on. The
// cursor is the time of the last event, in microseconds.
func (c *conversation) Stream(ctx context.Context, cursor string, open func(), take func(connector.Page) error) error {
	query := url.Values{"wantedCollections": {collection}}
	at, err := strconv.ParseInt(cursor, 10, 64)
	if err == nil {
		query.Set("cursor", strconv.FormatInt(max(0, at-rewind.Microseconds()), 10))
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	dialling, cancel := context.WithTimeout(ctx, alive)
	defer cancel()
	conn, _, err := websocket.Dial(dialling, cmp.Or(c.Source.Stream, publicStream)+"/subscribe?"+query.Encode(),
		&websocket.DialOptions{HTTPClient: c.Client})
	if err != nil {
		return errors.New("jetstream not reachable")
	}
	conn.SetReadLimit(maxEvent)
	open()
	l := &listening{conversation: c, take: take, at: at, kept: time.Now()}
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	defer func() { _ = conn.CloseNow() }() // nothing is left to be said to it
	events := make(chan []byte)
	running.Go(func() { read(ctx, conn, events) })
	running.Go(func() { ping(ctx, conn) })
	return l.listen(ctx, events)
}

// read hands on events until the connection ends.
func read(ctx context.Context, conn *websocket.Conn, events chan<- []byte) {
	defer close(events)
	for {
		_, raw, err := conn.Read(ctx)
		if err != nil {
			return
		}
		select {
		case events <- raw:
		case <-ctx.Done():
			return
		}
	}
}

// ping ends a connection that does not answer any more.
func ping(ctx context.Context, conn *websocket.Conn) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(alive):
		}
		waiting, cancel := context.WithTimeout(ctx, alive)
		if conn.Ping(waiting) != nil {
			_ = conn.CloseNow() // the reader sees it
		}
		cancel()
	}
}

// listening is one connection.
type listening struct {
	*conversation
	take func(connector.Page) error

	at      int64 // time of the last event, in microseconds
	kept    time.Time
	keptAt  int64
	posts   map[string][]byte // events about posts that we may hold, by uri
	authors map[string][]byte // accounts that are gone, by DID
}

func (l *listening) listen(ctx context.Context, events <-chan []byte) error {
	tick := time.NewTicker(gather)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case raw, ok := <-events:
			if !ok {
				return cmp.Or(l.settle(ctx), errors.New("jetstream ended"))
			}
			err = l.event(ctx, raw)
		case <-tick.C:
			if err = l.flush(ctx); err == nil && time.Since(l.kept) > keeping {
				err = l.settle(ctx)
			}
		}
		if err != nil {
			return err
		}
	}
}

// told is what is looked at of an event before it is taken in.
type told struct {
	DID     string `json:"did"`
	At      int64  `json:"time_us"`
	Account *struct {
		Active bool   `json:"active"`
		Status string `json:"status"`
	} `json:"account"`
	Commit *struct {
		Operation  string `json:"operation"`
		Collection string `json:"collection"`
		Key        string `json:"rkey"`
		Record     record `json:"record"`
	} `json:"commit"`
}

// event takes in what is about the account, and puts aside what may be about what we hold.
func (l *listening) event(ctx context.Context, raw []byte) error {
	var t told
	if json.Unmarshal(raw, &t) != nil {
		return nil // the polls see what it was, if it was for us
	}
	defer func() { l.at = max(l.at, t.At) }()
	switch {
	case t.Account != nil && !t.Account.Active && t.Account.Status == "deleted":
		put(&l.authors, t.DID, raw)
	case t.Commit == nil || t.Commit.Collection != collection:
	case t.Commit.Operation == "create":
		if bytes.Contains(raw, []byte(l.Account)) {
			return l.post(ctx, t, raw)
		}
	default:
		put(&l.posts, "at://"+t.DID+"/"+collection+"/"+t.Commit.Key, raw)
	}
	if len(l.posts)+len(l.authors) >= 500 {
		return l.flush(ctx)
	}
	return nil
}

func put(in *map[string][]byte, name string, raw []byte) {
	if *in == nil {
		*in = map[string][]byte{}
	}
	(*in)[name] = raw
}

// post hands on an event about a post in which Parse finds something, behind what was put
// aside before it.
func (l *listening) post(ctx context.Context, t told, raw []byte) error {
	p := page{Account: l.Account, Event: raw}
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	parsed, err := l.Parse(connector.Delivery{Body: body})
	if err != nil || len(parsed.Events) == 0 {
		return nil //nolint:nilerr // the polls see what is wrong with it, if it was for us
	}
	if err := l.flush(ctx); err != nil {
		return err
	}
	l.surround(ctx, &p, []string{t.Commit.Record.Reply.Root.URI}, []string{t.DID})
	return l.hand(p, max(l.at, t.At))
}

// flush hands on what was put aside, as far as it is about something that we hold.
func (l *listening) flush(ctx context.Context) error {
	if len(l.posts)+len(l.authors) == 0 || l.Concerns == nil {
		return nil
	}
	posts, authors, err := l.Concerns(ctx, names(l.posts), names(l.authors))
	if err != nil {
		return err
	}
	for _, uri := range posts {
		if err := l.hand(page{Account: l.Account, Event: l.posts[uri]}, 0); err != nil {
			return err
		}
	}
	for _, did := range authors {
		if err := l.hand(page{Account: l.Account, Event: l.authors[did]}, 0); err != nil {
			return err
		}
	}
	l.posts, l.authors = nil, nil
	return nil
}

func names(of map[string][]byte) []string {
	out := make([]string, 0, len(of))
	for name := range of {
		out = append(out, name)
	}
	return out
}

// hand hands on a page with the place behind it, unless that is 0.
func (l *listening) hand(p page, at int64) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	next := ""
	if at > 0 {
		next = strconv.FormatInt(at, 10)
	}
	return l.take(connector.Page{Body: body, Next: next})
}

// settle hands on what was put aside and keeps the place.
func (l *listening) settle(ctx context.Context) error {
	if err := l.flush(ctx); err != nil {
		return err
	}
	l.kept = time.Now()
	if l.at == l.keptAt || l.at == 0 {
		return nil
	}
	if err := l.take(connector.Page{Next: strconv.FormatInt(l.at, 10)}); err != nil {
		return err
	}
	l.keptAt = l.at
	return nil
}
