package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"triage/connector"
	"triage/triage"
)

// Opcodes of the gateway.
const (
	dispatch       = 0
	heartbeat      = 1
	identify       = 2
	resume         = 6
	reconnect      = 7
	invalidSession = 9
	hello          = 10
	acknowledged   = 11
)

// intents are what the bot wants to hear of: servers, their messages, and what these say,
// which has to be allowed on the application's page.
const intents = 1<<0 | 1<<9 | 1<<15

const (
	maxFrame  = 64 << 20         // a large server is told in one
	greeting  = 30 * time.Second // to connect and be greeted
	pace      = 5 * time.Second  // between two beginnings of a session
	immediate = "stream ended: open it again"
)

// frame is one message of the gateway.
type frame struct {
	Op   int             `json:"op"`
	Seq  int64           `json:"s,omitempty"`
	Type string          `json:"t,omitempty"`
	Data json.RawMessage `json:"d"`
}

// session is where the gateway goes on after a cut: it is kept with what it told.
type session struct {
	ID  string `json:"id,omitempty"`
	URL string `json:"url,omitempty"`
	Seq int64  `json:"seq,omitempty"`
}

// gateway is one connection.
type gateway struct {
	*conversation
	conn *websocket.Conn
	open func()
	take func(connector.Page) error

	mu      sync.Mutex // guards session and waiting
	session session
	waiting bool  // a heartbeat is not acknowledged yet
	kept    int64 // the sequence number that was kept last
}

// Stream listens to the gateway, behind what was taken in before when the session still
// stands. A session that begins anew calls open: what came before it is found by polls.
func (c *conversation) Stream(ctx context.Context, cursor string, open func(), take func(connector.Page) error) error {
	g := &gateway{conversation: c, open: open, take: take}
	if cursor != "" && json.Unmarshal([]byte(cursor), &g.session) != nil {
		g.session = session{} // it begins anew
	}
	g.kept = g.session.Seq
	if err := c.recognise(ctx); err != nil {
		return err
	}
	address, err := g.address(ctx)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	dialling, cancel := context.WithTimeout(ctx, greeting)
	defer cancel()
	conn, _, err := websocket.Dial(dialling, strings.TrimRight(address, "/")+"/?v=10&encoding=json", &websocket.DialOptions{HTTPClient: c.Client})
	if err != nil {
		return errors.New("gateway not reachable")
	}
	conn.SetReadLimit(maxFrame)
	g.conn = conn
	var beating sync.WaitGroup
	defer beating.Wait()
	defer stop()
	defer func() { _ = conn.CloseNow() }() // an orderly end would end the session, too
	interval, err := g.greeted(dialling)
	if err == nil {
		beating.Go(func() { g.beat(ctx, interval) })
		err = g.begin(ctx)
	}
	for err == nil {
		err = g.step(ctx)
	}
	return g.ended(err)
}

// address returns where to connect: a session goes on where it was said to. For a new one it
// obeys how many may be begun.
func (g *gateway) address(ctx context.Context) (string, error) {
	if g.session.ID != "" && g.session.URL != "" {
		return g.session.URL, nil
	}
	var bot struct {
		URL   string `json:"url"`
		Limit struct {
			Remaining  *int  `json:"remaining"`
			ResetAfter int64 `json:"reset_after"`
		} `json:"session_start_limit"`
	}
	if err := g.ask(ctx, "/gateway/bot", &bot); err != nil {
		return "", err
	}
	if bot.URL == "" {
		return "", fmt.Errorf("gateway: %w", connector.ErrAnswer)
	}
	if bot.Limit.Remaining != nil && *bot.Limit.Remaining <= 0 {
		return "", &connector.Limited{After: max(time.Minute, time.Duration(bot.Limit.ResetAfter)*time.Millisecond)}
	}
	return bot.URL, nil
}

// greeted reads the greeting and returns how often to send a heartbeat.
func (g *gateway) greeted(ctx context.Context) (time.Duration, error) {
	f, err := g.read(ctx)
	if err != nil {
		return 0, err
	}
	var in struct {
		Interval int64 `json:"heartbeat_interval"`
	}
	if f.Op != hello || json.Unmarshal(f.Data, &in) != nil || in.Interval <= 0 {
		return 0, fmt.Errorf("greeting: %w", connector.ErrAnswer)
	}
	return time.Duration(in.Interval) * time.Millisecond, nil
}

// begin resumes the session, or begins one, not faster than the platform allows.
func (g *gateway) begin(ctx context.Context) error {
	if s := g.session; s.ID != "" {
		return g.send(ctx, resume, map[string]any{"token": g.Secret, "session_id": s.ID, "seq": s.Seq})
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Until(g.identified.Add(pace))):
	}
	g.identified = time.Now()
	return g.send(ctx, identify, map[string]any{
		"token": g.Secret, "intents": intents,
		"properties": map[string]string{"os": runtime.GOOS, "browser": "triage", "device": "triage"},
	})
}

// step reads one frame and does what it says.
func (g *gateway) step(ctx context.Context) error {
	f, err := g.read(ctx)
	if err != nil {
		return err
	}
	switch f.Op {
	case dispatch:
		return g.told(ctx, f)
	case heartbeat:
		return g.send(ctx, heartbeat, g.seq())
	case reconnect:
		return errors.New(immediate)
	case invalidSession:
		if strings.TrimSpace(string(f.Data)) == "true" {
			return errors.New(immediate)
		}
		return g.restart()
	case acknowledged:
		g.mu.Lock()
		g.waiting = false
		g.mu.Unlock()
		if g.session.Seq != g.kept && g.session.ID != "" {
			return g.keep(nil)
		}
	}
	return nil
}

// restart forgets the session, so that the next connection begins another.
func (g *gateway) restart() error {
	g.mu.Lock()
	g.session = session{}
	g.mu.Unlock()
	if err := g.keep(nil); err != nil {
		return err
	}
	return errors.New(immediate)
}

// told takes in one event, and with it how far the session has come.
func (g *gateway) told(ctx context.Context, f frame) error {
	var head struct {
		SessionID string `json:"session_id"`
		ResumeURL string `json:"resume_gateway_url"`
		ID        string `json:"id"`
		Guild     string `json:"guild_id"`
		Channel   string `json:"channel_id"`
	}
	if json.Unmarshal(f.Data, &head) != nil {
		head.Channel = "" // of no concern
	}
	g.mu.Lock()
	g.session.Seq = max(g.session.Seq, f.Seq)
	if f.Type == "READY" {
		g.session = session{ID: head.SessionID, URL: head.ResumeURL, Seq: f.Seq}
	}
	g.mu.Unlock()
	switch f.Type {
	case "READY":
		if err := g.keep(nil); err != nil {
			return err
		}
		g.open()
	case "RESUMED":
		return g.keep(nil)
	case "CHANNEL_UPDATE", "THREAD_UPDATE", "CHANNEL_DELETE", "THREAD_DELETE":
		g.forget(head.ID)
	case "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK":
		if head.Guild != g.Account {
			return nil
		}
		r, err := g.room(ctx, head.Channel)
		if err != nil || !g.listened(r) {
			return err
		}
		return g.message(r, f)
	}
	return nil
}

// message hands on an event in which Parse finds something.
func (g *gateway) message(r room, f frame) error {
	p := g.page(r)
	p.Frame = &f
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	parsed, err := g.Parse(connector.Delivery{Body: body})
	if err != nil || len(parsed.Events)+len(parsed.Rejects) == 0 {
		return nil //nolint:nilerr // the polls see what is wrong with it, if it was for us
	}
	for _, event := range parsed.Events {
		if e := event.Engagement; e.Action == triage.Created && e.Form != triage.FormMention {
			g.wordless = e.Text == "" && !e.HasMedia
		}
	}
	return g.keep(body)
}

// keep hands on what was told, if anything, with the place behind it. A message without its
// words means that the application may not read them.
func (g *gateway) keep(body []byte) error {
	next, err := json.Marshal(g.session)
	if err != nil {
		return err
	}
	p := connector.Page{Body: body, Next: string(next)}
	if g.wordless {
		p.Notice = "message_content_missing"
	}
	if err := g.take(p); err != nil {
		return err
	}
	g.kept = g.session.Seq
	return nil
}

func (g *gateway) seq() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.session.Seq
}

// beat sends heartbeats, the first after a random part of the interval. A connection that
// does not acknowledge one is dead, and is closed.
func (g *gateway) beat(ctx context.Context, interval time.Duration) {
	wait := time.Duration(rand.Float64() * float64(interval))
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = interval
		g.mu.Lock()
		dead := g.waiting
		g.waiting = true
		g.mu.Unlock()
		if dead || g.send(ctx, heartbeat, g.seq()) != nil {
			_ = g.conn.CloseNow() // the reader sees it
			return
		}
	}
}

func (g *gateway) read(ctx context.Context) (f frame, err error) {
	_, raw, err := g.conn.Read(ctx)
	if err != nil {
		return f, err
	}
	if json.Unmarshal(raw, &f) != nil {
		return f, fmt.Errorf("frame: %w", connector.ErrAnswer)
	}
	return f, nil
}

func (g *gateway) send(ctx context.Context, op int, data any) error {
	raw, err := json.Marshal(map[string]any{"op": op, "d": data})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, greeting)
	defer cancel()
	return g.conn.Write(ctx, websocket.MessageText, raw)
}

// ended says what the end of a connection means. Source: "Gateway Close Event Codes".
func (g *gateway) ended(err error) error {
	switch code := int(websocket.CloseStatus(err)); code {
	case -1:
		return err
	case 4003, 4007, 4009: // not identified, a sequence that is none, a session that timed out
		return g.restart()
	case 4004:
		return &connector.Refusal{Reason: "token_refused"}
	case 4014:
		return &connector.Refusal{Reason: "intents_refused"}
	case 4010, 4011, 4012, 4013: // a shard, a version or an intent that is none
		return &connector.Refusal{Reason: "gateway_refused_" + strconv.Itoa(code)}
	case 4008:
		return &connector.Limited{After: time.Minute}
	}
	return errors.New(immediate)
}
