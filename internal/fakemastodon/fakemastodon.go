// Package fakemastodon is a server that speaks the part of Mastodon's API that the service
// uses: notifications by pages, the account's stream, single posts, rate limits and revoked
// tokens, in the words of the real one. It is for tests.
package fakemastodon

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"triage/internal/fakehttp"
)

// Account is an account that the server knows.
type Account struct {
	ID, Token string

	mu      sync.Mutex
	next    int
	told    []notification
	posts   map[string]string // by id
	streams map[chan string]bool
	revoked bool
	limited int // answers with 429 still to come
	asked   int
}

type notification struct {
	id   int
	body string
}

// Server holds accounts by token. It is an http.Handler.
type Server struct {
	Page int // most notifications at once, whatever is asked for; 0 is no bound

	mu       sync.Mutex
	accounts map[string]*Account
}

// Add makes an account.
func (s *Server) Add(id, token string) *Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.accounts == nil {
		s.accounts = map[string]*Account{}
	}
	a := &Account{ID: id, Token: token, streams: map[chan string]bool{}, posts: map[string]string{}, next: 1}
	s.accounts[token] = a
	return a
}

// Mention tells the account of a public post by somebody that mentions it, over the stream
// too when loud.
func (a *Account) Mention(status, text string, loud bool) { a.mention(status, text, "public", loud) }

// Whisper tells the account of a post that only it may read.
func (a *Account) Whisper(status, text string) { a.mention(status, text, "direct", true) }

func (a *Account) mention(status, text, visibility string, loud bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.posts[status] = a.status(status, text, visibility, "null")
	n := notification{id: a.next, body: fmt.Sprintf(
		`{"id":"%d","type":"mention","created_at":"2026-05-04T12:00:00.000Z","account":%s,"status":%s}`, a.next, person, a.posts[status])}
	a.next++
	a.told = append(a.told, n)
	if loud {
		a.say("notification", n.body)
	}
}

const person = `{"id":"77","acct":"robin@else.example","display_name":"Robin 🐦","followers_count":12}`

func (a *Account) status(id, text, visibility, edited string) string {
	return fmt.Sprintf(`{"id":%q,"created_at":"2026-05-04T12:00:00.000Z","edited_at":%s,"visibility":%q,
		"in_reply_to_id":"root","in_reply_to_account_id":%q,"language":"en","content":%q,"url":"https://else.example/%s",
		"account":%s,"mentions":[{"id":%q}],"media_attachments":[]}`, id, edited, visibility, a.ID, "<p>"+text+"</p>", id, person, a.ID)
}

// Edit changes a post at the given time, and tells the stream when loud.
func (a *Account) Edit(status, text string, at time.Time, loud bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.posts[status] = a.status(status, text, "public", strconv.Quote(at.UTC().Format(time.RFC3339Nano)))
	if loud {
		a.say("status.update", a.posts[status])
	}
}

// Delete removes a post, and tells the stream when loud.
func (a *Account) Delete(status string, loud bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.posts, status)
	if loud {
		a.say("delete", status)
	}
}

func (a *Account) say(event, data string) {
	message := "event: " + event + "\ndata: " + strings.ReplaceAll(data, "\n", " ") + "\n\n"
	for stream := range a.streams {
		select {
		case stream <- message:
		default: // a reader that is too slow misses it, as on the real server
		}
	}
}

// Revoke takes the account's token back.
func (a *Account) Revoke() { a.set(func() { a.revoked = true }) }

// Limit answers the next n questions with 429.
func (a *Account) Limit(n int) { a.set(func() { a.limited = n }) }

func (a *Account) set(change func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change()
}

// Asked returns how often notifications were asked for.
func (a *Account) Asked() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked
}

// Streams returns how many streams are open.
func (a *Account) Streams() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.streams)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	a := s.accounts[fakehttp.Token(r, "Bearer")]
	s.mu.Unlock()
	switch {
	case a == nil:
		fail(w, http.StatusUnauthorized, "The access token is invalid")
	case r.URL.Path == "/api/v1/notifications":
		a.notifications(w, r, s.Page)
	case r.URL.Path == "/api/v1/streaming/user":
		a.stream(w, r)
	case strings.HasPrefix(r.URL.Path, "/api/v1/statuses/"):
		a.single(w, strings.TrimPrefix(r.URL.Path, "/api/v1/statuses/"))
	default:
		fail(w, http.StatusNotFound, "Record not found")
	}
}

func (a *Account) single(w http.ResponseWriter, id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	post, ok := a.posts[id]
	if id == "root" {
		post, ok = `{"id":"root","visibility":"public","content":"<p>Our post</p>","url":"https://home.example/root","favourites_count":6,
			"account":{"id":"900","acct":"kiosk","display_name":"Kiosk","followers_count":70}}`, true
	}
	if !ok {
		fail(w, http.StatusNotFound, "Record not found")
		return
	}
	_, _ = fmt.Fprint(w, post)
}

func fail(w http.ResponseWriter, status int, text string) {
	fakehttp.Answer(w, status, map[string]string{"error": text})
}

func (a *Account) notifications(w http.ResponseWriter, r *http.Request, most int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	switch {
	case a.revoked:
		fail(w, http.StatusUnauthorized, "The access token was revoked")
		return
	case a.limited > 0:
		a.limited--
		w.Header().Set("X-RateLimit-Reset", time.Now().Add(2*time.Second).UTC().Format(time.RFC3339Nano))
		fail(w, http.StatusTooManyRequests, "Too many requests")
		return
	}
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	if most > 0 {
		limit = min(limit, most)
	}
	asked := r.URL.Query().Has("min_id")
	after, _ := strconv.Atoi(r.URL.Query().Get("min_id"))
	var page []string
	for _, n := range a.told {
		if n.id > after {
			page = append(page, n.body)
		}
	}
	if len(page) > limit && asked {
		page = page[:limit] // the page directly after
	} else if len(page) > limit {
		page = page[len(page)-limit:]
	}
	slices.Reverse(page)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = fmt.Fprintf(w, "[%s]", strings.Join(page, ","))
}

func (a *Account) stream(w http.ResponseWriter, r *http.Request) {
	messages := make(chan string, 1000)
	a.mu.Lock()
	if a.revoked {
		a.mu.Unlock()
		fail(w, http.StatusUnauthorized, "The access token was revoked")
		return
	}
	a.streams[messages] = true
	a.mu.Unlock()
	defer a.set(func() { delete(a.streams, messages) })
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	if _, err := w.Write([]byte(":)\n")); err != nil || out.Flush() != nil {
		return
	}
	for {
		message := ":thump\n"
		select {
		case <-r.Context().Done():
			return
		case message = <-messages:
		case <-time.After(time.Second):
		}
		if _, err := w.Write([]byte(message)); err != nil || out.Flush() != nil {
			return
		}
	}
}
