package fakediscord

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// What a connection is told to do beside events.
const (
	opReconnect = 7
	opDeaf      = -1
)

// session is what a bot may go on with: all events since it began.
type session struct {
	id     string
	log    [][]byte
	live   int // counts the connections that it had; only the last one is served
	dropBy int // op or close code by which the connection is to end
}

// tell adds an event to every session.
func (b *Bot) tell(kind string, data any) {
	for _, s := range b.sessions {
		s.add(kind, data)
	}
	b.wake()
}

func (s *session) add(kind string, data any) {
	raw, err := json.Marshal(map[string]any{"op": 0, "s": len(s.log) + 1, "t": kind, "d": data})
	if err != nil {
		panic(err) // maps of texts can be encoded
	}
	s.log = append(s.log, raw)
}

func (b *Bot) drop(code int) {
	for _, s := range b.sessions {
		s.dropBy = code
	}
}

// connection is one websocket.
type connection struct {
	*Server
	*websocket.Conn

	sent []time.Time
	deaf sync.Mutex // guards mute
	mute bool       // nothing more is said
}

// gateway serves one connection until it ends. Whatever a client must not do ends it with
// the code that Discord documents.
func (s *Server) gateway(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.CloseNow() }()
	c := &connection{Server: s, Conn: conn}
	if q := r.URL.Query(); q.Get("v") != "10" || q.Get("encoding") != "json" {
		_ = conn.Close(4012, "Invalid API version")
		return
	}
	ctx, stop := context.WithCancel(r.Context())
	var telling sync.WaitGroup
	defer telling.Wait()
	defer stop()
	beat := s.Beat
	if beat == 0 {
		beat = 41_250 * time.Millisecond
	}
	c.say(ctx, map[string]any{"op": 10, "d": map[string]any{"heartbeat_interval": beat.Milliseconds()}})
	begun := false
	for {
		waiting, cancel := context.WithTimeout(ctx, 4*beat) // a loaded machine beats late
		_, raw, err := conn.Read(waiting)
		late := waiting.Err() != nil && ctx.Err() == nil
		cancel()
		if late {
			_ = conn.Close(4009, "Session timed out")
		}
		if err != nil {
			return
		}
		code, text := c.hear(ctx, raw, &begun, &telling)
		if code != 0 {
			_ = conn.Close(code, text)
			return
		}
	}
}

// hear takes one command, and returns how the connection ends, if it does.
func (c *connection) hear(ctx context.Context, raw []byte, begun *bool, telling *sync.WaitGroup) (websocket.StatusCode, string) {
	var in struct {
		Op   int             `json:"op"`
		Data json.RawMessage `json:"d"`
	}
	if json.Unmarshal(raw, &in) != nil {
		return 4002, "Error while decoding payload"
	}
	now := time.Now()
	c.sent = append(c.sent, now)
	if n := len(c.sent); n > 120 && now.Sub(c.sent[n-120]) < time.Minute {
		return 4008, "You are being rate limited"
	}
	switch in.Op {
	case 1:
		c.say(ctx, map[string]any{"op": 11})
		return 0, ""
	case 2, 6:
		if *begun {
			return 4005, "Already authenticated"
		}
		*begun = true
		if in.Op == 2 {
			return c.identify(ctx, in.Data, begun, telling)
		}
		return c.resume(ctx, in.Data, begun, telling)
	}
	if !*begun {
		return 4003, "Not authenticated"
	}
	return 4001, "Unknown opcode"
}

func (c *connection) bot(token string) *Bot {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bots[token]
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.revoked {
		return nil
	}
	return b
}

// invalid says that a session cannot be had.
func (c *connection) invalid(ctx context.Context, begun *bool) (websocket.StatusCode, string) {
	*begun = false
	c.say(ctx, map[string]any{"op": 9, "d": false})
	return 0, ""
}

func (c *connection) identify(ctx context.Context, raw []byte, begun *bool, telling *sync.WaitGroup) (websocket.StatusCode, string) {
	var in struct {
		Token      string
		Intents    *int64
		Properties struct{ OS, Browser, Device string }
	}
	if json.Unmarshal(raw, &in) != nil || in.Intents == nil || in.Properties.OS == "" || in.Properties.Browser == "" {
		return 4002, "Error while decoding payload"
	}
	b := c.bot(in.Token)
	if b == nil {
		return 4004, "Authentication failed"
	}
	b.mu.Lock()
	tooSoon := time.Since(b.identified) < 5*time.Second-50*time.Millisecond
	b.identified = time.Now()
	b.starts--
	b.identifies++
	s := &session{id: fmt.Sprintf("%s-%d", b.ID, b.identifies)}
	switch {
	case b.starts < 0:
		b.revoked = true // the real server takes the token back
		b.mu.Unlock()
		return 4004, "Authentication failed"
	case *in.Intents < 0 || *in.Intents>>26 != 0:
		b.mu.Unlock()
		return 4013, "Invalid intent(s)"
	case b.disallowed && *in.Intents&(1<<15) != 0:
		b.mu.Unlock()
		return 4014, "Disallowed intent(s)"
	case tooSoon:
		b.mu.Unlock()
		return c.invalid(ctx, begun)
	}
	s.add("READY", map[string]any{"v": 10, "session_id": s.id, "resume_gateway_url": "ws://" + c.host(ctx) + "/gateway",
		"user": map[string]any{"id": b.ID, "username": "ourbot", "bot": true}, "guilds": []any{map[string]any{"id": b.Guild, "unavailable": true}}})
	s.add("GUILD_CREATE", map[string]any{"id": b.Guild, "channels": []any{}, "threads": []any{}})
	b.sessions[s.id] = s
	b.mu.Unlock()
	telling.Go(func() { c.serve(ctx, b, s, 0) })
	return 0, ""
}

// host returns the address that the client came by.
func (c *connection) host(ctx context.Context) string {
	return ctx.Value(http.LocalAddrContextKey).(fmt.Stringer).String()
}

func (c *connection) resume(ctx context.Context, raw []byte, begun *bool, telling *sync.WaitGroup) (websocket.StatusCode, string) {
	var in struct {
		Token     string
		SessionID string `json:"session_id"`
		Seq       *int
	}
	if json.Unmarshal(raw, &in) != nil || in.Seq == nil {
		return 4002, "Error while decoding payload"
	}
	b := c.bot(in.Token)
	if b == nil {
		return 4004, "Authentication failed"
	}
	b.mu.Lock()
	s := b.sessions[in.SessionID]
	switch {
	case s == nil:
		b.mu.Unlock()
		return c.invalid(ctx, begun)
	case *in.Seq > len(s.log):
		delete(b.sessions, s.id)
		b.mu.Unlock()
		return 4007, "Invalid seq"
	}
	b.resumes++
	s.dropBy = 0
	s.add("RESUMED", map[string]any{}) // behind what was missed
	b.mu.Unlock()
	telling.Go(func() { c.serve(ctx, b, s, *in.Seq) })
	return 0, ""
}

// serve tells what comes after seq.
func (c *connection) serve(ctx context.Context, b *Bot, s *session, seq int) {
	b.mu.Lock()
	s.live++
	mine := s.live
	b.open++
	b.mu.Unlock()
	defer b.set(func() { b.open-- })
	for ctx.Err() == nil {
		b.mu.Lock()
		changed, code := b.changed, s.dropBy
		if mine != s.live {
			code = 4000
		}
		var next []byte
		if seq < len(s.log) {
			next = s.log[seq]
		}
		b.mu.Unlock()
		switch {
		case code == opReconnect:
			c.say(ctx, map[string]any{"op": opReconnect, "d": nil})
			return
		case code == opDeaf:
			c.deafen()
			return
		case code != 0:
			_ = c.Close(websocket.StatusCode(code), "")
			return
		case next != nil:
			if c.write(ctx, next) != nil {
				_ = c.CloseNow()
				return
			}
			seq++
			continue
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
}

func (c *connection) deafen() {
	c.deaf.Lock()
	defer c.deaf.Unlock()
	c.mute = true
}

func (c *connection) say(ctx context.Context, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of texts can be encoded
	}
	_ = c.write(ctx, raw) // the reader finds out that it is broken
}

func (c *connection) write(ctx context.Context, raw []byte) error {
	c.deaf.Lock()
	defer c.deaf.Unlock()
	if c.mute {
		return nil
	}
	return c.Conn.Write(ctx, websocket.MessageText, raw)
}
