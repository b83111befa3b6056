// Package fakediscord is a server that speaks the part of Discord's API and gateway that the
// service uses, and is as strict as the real one: sessions, their beginnings counted and
// paced, sequence numbers, heartbeats, resuming, close codes, pages and rate limits. It is
// for tests.
package fakediscord

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"triage/internal/fakehttp"
)

// Server holds bots by token. It is an http.Handler.
type Server struct {
	Beat time.Duration // between heartbeats; 0 is 41.25 s, as on the real server

	mu   sync.Mutex
	bots map[string]*Bot
	last int64 // id that was given last
}

// Bot is a bot that was invited to a server of its own. Its rooms are general and, below it,
// the thread talk; the room staff is of no concern.
type Bot struct {
	ID, Guild, Token       string
	General, Talk, Private string // ids of rooms

	from     *Server
	mu       sync.Mutex
	messages []*message
	sessions map[string]*session
	changed  chan struct{} // closed at each change

	identified time.Time
	identifies int
	resumes    int
	open       int
	asked      int
	limited    int
	starts     int // sessions that may still be begun
	revoked    bool
	wordless   bool // the right to read what messages say is missing
	disallowed bool // and asking for it is an error
}

type message struct {
	id, room, answers, text string
	edited                  time.Time
}

// Add makes a bot.
func (s *Server) Add(token string) *Bot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bots == nil {
		s.bots = map[string]*Bot{}
	}
	b := &Bot{from: s, Token: token, sessions: map[string]*session{}, changed: make(chan struct{}), starts: 1000}
	for _, id := range []*string{&b.ID, &b.Guild, &b.General, &b.Talk, &b.Private} {
		*id = s.id()
	}
	s.bots[token] = b
	return b
}

const epoch = 1_420_070_400_000

// id returns the next snowflake.
func (s *Server) id() string {
	s.last = max(s.last+1, (time.Now().UnixMilli()-epoch)<<22)
	return strconv.FormatInt(s.last, 10)
}

func (b *Bot) newID() string {
	b.from.mu.Lock()
	defer b.from.mu.Unlock()
	return b.from.id()
}

// Say has somebody write in a room, and returns the message's id.
func (b *Bot) Say(room, text string) string { return b.Answer(room, "", text) }

// Answer has somebody answer a message.
func (b *Bot) Answer(room, to, text string) string {
	m := &message{id: b.newID(), room: room, answers: to, text: text}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = append(b.messages, m)
	b.tell("MESSAGE_CREATE", b.object(m, true))
	return m.id
}

// Edit changes what a message says.
func (b *Bot) Edit(id, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.messages {
		if m.id == id {
			m.text, m.edited = text, time.Now()
			b.tell("MESSAGE_UPDATE", b.object(m, true))
		}
	}
}

// Unfold gives a message the preview of a link, which is an update without words.
func (b *Bot) Unfold(id, room string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tell("MESSAGE_UPDATE", map[string]any{"id": id, "channel_id": room, "guild_id": b.Guild, "embeds": []any{map[string]any{"type": "link"}}})
}

// Delete removes messages of a room: one alone, or several in bulk.
func (b *Bot) Delete(room string, ids ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = slices.DeleteFunc(b.messages, func(m *message) bool { return slices.Contains(ids, m.id) })
	if len(ids) == 1 {
		b.tell("MESSAGE_DELETE", map[string]any{"id": ids[0], "channel_id": room, "guild_id": b.Guild})
		return
	}
	b.tell("MESSAGE_DELETE_BULK", map[string]any{"ids": ids, "channel_id": room, "guild_id": b.Guild})
}

func (b *Bot) object(m *message, live bool) map[string]any {
	n, _ := strconv.ParseInt(m.id, 10, 64)
	out := map[string]any{
		"id": m.id, "channel_id": m.room, "type": 0, "content": m.text, "mentions": []any{}, "attachments": []any{}, "embeds": []any{},
		"timestamp": time.UnixMilli(n>>22 + epoch).UTC().Format(time.RFC3339Nano), "edited_timestamp": nil,
		"author": map[string]any{"id": "77", "username": "robin", "global_name": "Robin 🐦"},
	}
	if b.wordless && !strings.Contains(m.text, "<@"+b.ID+">") {
		out["content"] = ""
	}
	if strings.Contains(m.text, "<@"+b.ID+">") {
		out["mentions"] = []any{map[string]any{"id": b.ID, "username": "ourbot", "bot": true}}
	}
	if !m.edited.IsZero() {
		out["edited_timestamp"] = m.edited.UTC().Format(time.RFC3339Nano)
	}
	if m.answers != "" {
		out["type"] = 19
		out["message_reference"] = map[string]any{"message_id": m.answers, "channel_id": m.room, "guild_id": b.Guild}
	}
	if live {
		out["guild_id"], out["member"] = b.Guild, map[string]any{"nick": nil}
	}
	return out
}

// The things that go wrong.

// Revoke takes the token back.
func (b *Bot) Revoke() { b.set(func() { b.revoked = true; b.drop(4004) }) }

// Disallow takes the right to read what messages say: with it, asking for it ends connections.
func (b *Bot) Disallow() { b.set(func() { b.disallowed = true; b.drop(4000) }) }

// Wordless leaves out what messages say.
func (b *Bot) Wordless(so bool) { b.set(func() { b.wordless = so }) }

// Expire forgets all sessions.
func (b *Bot) Expire() {
	b.set(func() {
		b.drop(4000)
		clear(b.sessions)
	})
}

// Reconnect asks connections to come again.
func (b *Bot) Reconnect() { b.set(func() { b.drop(opReconnect) }) }

// Deafen lets connections stand without another word, acknowledgements too.
func (b *Bot) Deafen() { b.set(func() { b.drop(opDeaf) }) }

// Limit answers the next n questions with 429.
func (b *Bot) Limit(n int) { b.set(func() { b.limited = n }) }

// Starts sets how many sessions may still be begun.
func (b *Bot) Starts(n int) { b.set(func() { b.starts = n }) }

func (b *Bot) set(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
	b.wake()
}

func (b *Bot) wake() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// Counts is what happened to a bot.
type Counts struct {
	Open       int // connections with a session
	Identifies int
	Resumes    int
	Asked      int // lists of messages that were asked for
}

// Counts returns what happened so far.
func (b *Bot) Counts() Counts {
	b.mu.Lock()
	defer b.mu.Unlock()
	return Counts{b.open, b.identifies, b.resumes, b.asked}
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/gateway/" {
		s.gateway(w, r)
		return
	}
	s.mu.Lock()
	b := s.bots[fakehttp.Token(r, "Bot")]
	s.mu.Unlock()
	if b == nil {
		fail(w, http.StatusUnauthorized, 0, "401: Unauthorized")
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.revoked:
		fail(w, http.StatusUnauthorized, 0, "401: Unauthorized")
	case b.limited > 0:
		b.limited--
		w.Header().Set("Retry-After", "1")
		fakehttp.Answer(w, http.StatusTooManyRequests, map[string]any{"message": "You are being rate limited.", "retry_after": 0.57, "global": false})
	default:
		b.answer(w, r)
	}
}

func fail(w http.ResponseWriter, status, code int, text string) {
	fakehttp.Answer(w, status, map[string]any{"message": text, "code": code})
}

func (b *Bot) answer(w http.ResponseWriter, r *http.Request) {
	room, listing := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/channels/"), "/messages")
	var out any
	switch found := b.room(room); {
	case r.URL.Path == "/users/@me":
		out = map[string]any{"id": b.ID, "username": "ourbot", "bot": true}
	case r.URL.Path == "/gateway/bot":
		out = map[string]any{"url": "ws://" + r.Host + "/gateway", "shards": 1, "session_start_limit": map[string]any{
			"total": 1000, "remaining": b.starts, "reset_after": 14_400_000, "max_concurrency": 1}}
	case r.URL.Path == "/guilds/"+b.Guild+"/channels":
		out = []any{b.room(b.General), b.room(b.Private)}
	case r.URL.Path == "/guilds/"+b.Guild+"/threads/active":
		out = map[string]any{"threads": []any{b.room(b.Talk)}, "members": []any{}}
	case found == nil:
		fail(w, http.StatusNotFound, 10003, "Unknown Channel")
		return
	case listing && room == b.Private:
		fail(w, http.StatusForbidden, 50001, "Missing Access")
		return
	case listing:
		out = b.list(room, r)
	default:
		out = found
	}
	fakehttp.Answer(w, http.StatusOK, out)
}

func (b *Bot) room(id string) map[string]any {
	var last any
	for _, m := range b.messages {
		if m.room == id {
			last = m.id
		}
	}
	switch id {
	case b.General:
		return map[string]any{"id": id, "type": 0, "name": "general", "guild_id": b.Guild, "parent_id": nil, "last_message_id": last}
	case b.Private:
		return map[string]any{"id": id, "type": 0, "name": "staff", "guild_id": b.Guild, "parent_id": nil, "last_message_id": last}
	case b.Talk:
		return map[string]any{"id": id, "type": 11, "name": "talk", "guild_id": b.Guild, "parent_id": b.General, "last_message_id": last}
	}
	return nil
}

// list answers the page directly after an id, newest first.
func (b *Bot) list(room string, r *http.Request) []any {
	b.asked++
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	page := []any{}
	for _, m := range b.messages {
		if n, _ := strconv.ParseInt(m.id, 10, 64); m.room == room && n > after && len(page) < min(limit, 100) {
			page = append(page, b.object(m, false))
		}
	}
	slices.Reverse(page)
	return page
}
