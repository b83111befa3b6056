// Package fakebluesky is a server that speaks the part of the AT Protocol that the service
// uses: sessions that run out and are refreshed, notifications, newest first, by pages, posts
// and profiles, and Jetstream. It is for tests.
package fakebluesky

import (
	"encoding/json"
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
	DID, Password string

	told     []string
	calls    int // since the session began
	sessions int
}

// Server holds accounts by DID. It is an http.Handler.
type Server struct {
	Page  int // most notifications at once
	Calls int // that a session is good for; 0 is no bound

	mu       sync.Mutex
	accounts map[string]*Account
	now      time.Time
	gone     map[string]bool // keys of posts
	heard    int             // streams that are open

	log     []told
	changed chan struct{} // closed at each change
}

// Add makes an account.
func (s *Server) Add(did, password string) *Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.accounts == nil {
		s.accounts, s.now = map[string]*Account{}, time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
		s.gone, s.changed = map[string]bool{}, make(chan struct{})
	}
	a := &Account{DID: did, Password: password}
	s.accounts[did] = a
	return a
}

// Mention tells the account of a post by somebody that answers it, and the stream of the post.
func (s *Server) Mention(a *Account, key, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record := s.post(a, key, text)
	a.told = append(a.told, fmt.Sprintf(`{"uri":"at://did:plc:robin/app.bsky.feed.post/%s","cid":"c%s","reason":"reply",
		"author":{"did":"did:plc:robin","handle":"robin.example","displayName":"Robin"},"indexedAt":%q,"record":%s}`,
		key, key, s.now.Format("2006-01-02T15:04:05.000Z"), record))
}

// Answer is Mention, except that the account's notifications lack it.
func (s *Server) Answer(a *Account, key, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.post(a, key, text)
}

// post tells the stream of a post.
func (s *Server) post(a *Account, key, text string) (record string) {
	record = fmt.Sprintf(`{"$type":"app.bsky.feed.post","text":%q,"createdAt":"2026-05-04T12:00:00Z","langs":["en"],
		"reply":{"root":{"uri":"at://%s/app.bsky.feed.post/root"},"parent":{"uri":"at://%s/app.bsky.feed.post/root"}}}`, text, a.DID, a.DID)
	s.commit("did:plc:robin", "create", key, record)
	return record
}

// ChangePassword makes the old one, and every session, worthless.
func (s *Server) ChangePassword(a *Account, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.Password, a.sessions = password, a.sessions+1
}

// Sessions returns how many sessions began.
func (s *Server) Sessions(a *Account) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return a.sessions
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/subscribe" {
		s.subscribe(w, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, rest, _ := strings.Cut(fakehttp.Token(r, "Bearer"), " ")
	did, number, _ := strings.Cut(rest, " ")
	a := s.accounts[did]
	good := a != nil && number == strconv.Itoa(a.sessions)
	switch r.URL.Path {
	case "/xrpc/com.atproto.server.createSession":
		var in struct{ Identifier, Password string }
		if json.NewDecoder(r.Body).Decode(&in) != nil || s.accounts[in.Identifier] == nil || s.accounts[in.Identifier].Password != in.Password {
			fail(w, http.StatusUnauthorized, "AuthenticationRequired", "Invalid identifier or password")
			return
		}
		s.accounts[in.Identifier].begin(w)
	case "/xrpc/com.atproto.server.refreshSession":
		if !good || kind != "refresh" {
			fail(w, http.StatusBadRequest, "ExpiredToken", "Token has been revoked")
			return
		}
		a.begin(w)
	case "/xrpc/app.bsky.notification.listNotifications", "/xrpc/app.bsky.feed.getPosts", "/xrpc/app.bsky.actor.getProfiles":
		if a != nil {
			a.calls++
		}
		if !good || kind != "access" || s.Calls > 0 && a.calls > s.Calls {
			fail(w, http.StatusBadRequest, "ExpiredToken", "Token has expired")
			return
		}
		s.answer(w, r, a)
	default:
		fail(w, http.StatusNotImplemented, "MethodNotImplemented", "Method Not Implemented")
	}
}

// answer answers what was asked with a good session.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, a *Account) {
	query := r.URL.Query()
	if len(query["uris"]) > 25 || len(query["actors"]) > 25 {
		fail(w, http.StatusBadRequest, "InvalidRequest", "array too big (maximum 25)")
		return
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "getPosts"):
		found := []string{}
		for _, uri := range query["uris"] {
			if key := uri[strings.LastIndex(uri, "/")+1:]; !s.gone[key] {
				found = append(found, fmt.Sprintf(`{"uri":%q,"record":{"text":"Our post"},"likeCount":4,"author":{"did":"did:plc:brand","handle":"kiosk.example","displayName":"Kiosk"}}`, uri))
			}
		}
		_, _ = fmt.Fprintf(w, `{"posts":[%s]}`, strings.Join(found, ","))
	case strings.HasSuffix(r.URL.Path, "getProfiles"):
		found := []string{}
		for _, did := range query["actors"] {
			found = append(found, fmt.Sprintf(`{"did":%q,"handle":"robin.example","displayName":"Robin","followersCount":12}`, did))
		}
		_, _ = fmt.Fprintf(w, `{"profiles":[%s]}`, strings.Join(found, ","))
	default:
		a.list(w, r, s.Page)
	}
}

func fail(w http.ResponseWriter, status int, name, message string) {
	fakehttp.Answer(w, status, map[string]string{"error": name, "message": message})
}

func (a *Account) begin(w http.ResponseWriter) {
	a.sessions, a.calls = a.sessions+1, 0
	fakehttp.Answer(w, http.StatusOK, map[string]string{
		"accessJwt": fmt.Sprintf("access %s %d", a.DID, a.sessions), "refreshJwt": fmt.Sprintf("refresh %s %d", a.DID, a.sessions), "did": a.DID,
	})
}

// list answers a page. The cursor counts from the oldest, so that it stands while news come.
func (a *Account) list(w http.ResponseWriter, r *http.Request, most int) {
	end := len(a.told)
	if n, err := strconv.Atoi(r.URL.Query().Get("cursor")); err == nil {
		end = min(n, end)
	}
	start := max(0, end-most)
	page := slices.Clone(a.told[start:end])
	slices.Reverse(page)
	cursor := ""
	if start > 0 {
		cursor = fmt.Sprintf(`,"cursor":"%d"`, start)
	}
	_, _ = fmt.Fprintf(w, `{"notifications":[%s]%s}`, strings.Join(page, ","), cursor)
}
