// Package fakereddit is a server that speaks the part of Reddit's API that the service uses,
// and strictly: access tokens that run out, the user agent that Reddit wants, listings that
// are newest first and end at a deleted anchor, lookups, rate limits, in the words of the
// real one. It is for tests.
package fakereddit

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"triage/internal/fakehttp"
)

// Account is an app that acts for a user.
type Account struct {
	User, Client, Secret, Refresh string

	inbox   []*comment
	access  string
	calls   int // with the access token
	tokens  int
	revoked bool
	limited int // answers with 429 still to come
	asked   int // for lists
	looked  int // lookups of comments
}

// Key returns what the service is given as secret.
func (a *Account) Key() string { return a.Client + ":" + a.Secret + ":" + a.Refresh }

type comment struct {
	name, sub, post, parent, author, body, kind string
	created                                     float64
	edited                                      float64
	state                                       string
}

// Server holds accounts and comments. It is an http.Handler.
type Server struct {
	Page  int // most things at once, whatever is asked for; 0 is no bound
	Calls int // that an access token is good for; 0 is no bound

	mu       sync.Mutex
	accounts map[string]*Account // by client
	comments map[string]*comment
	subs     map[string][]*comment
	deserted map[string]bool // authors whose accounts are gone
}

// Add makes an app of a user.
func (s *Server) Add(user string) *Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.accounts == nil {
		s.accounts, s.comments = map[string]*Account{}, map[string]*comment{}
		s.subs, s.deserted = map[string][]*comment{}, map[string]bool{}
	}
	a := &Account{User: user, Client: "client-of-" + user, Secret: "app-secret-0815-of-" + user, Refresh: "refresh-4711-of-" + user}
	s.accounts[a.Client] = a
	return a
}

// Comment lets somebody write below a post of a subreddit.
func (s *Server) Comment(sub, name, author, body string) { s.write(sub, name, author, body) }

// Mention lets somebody write to an account in a subreddit.
func (s *Server) Mention(a *Account, sub, name, author, body string) {
	c := s.write(sub, name, author, body)
	s.mu.Lock()
	defer s.mu.Unlock()
	c.kind = "username_mention"
	a.inbox = append(a.inbox, c)
}

func (s *Server) write(sub, name, author, body string) *comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &comment{name: "t1_" + name, sub: sub, post: "t3_post", parent: "t3_post", author: author, body: body,
		created: float64(time.Now().UnixMilli() / 1000)}
	s.comments[c.name] = c
	s.subs[strings.ToLower(sub)] = append(s.subs[strings.ToLower(sub)], c)
	return c
}

// Whisper puts a private message into the inbox.
func (s *Server) Whisper(a *Account, name, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.inbox = append(a.inbox, &comment{name: "t4_" + name, author: "robin", body: body, created: float64(time.Now().Unix())})
}

// Edit changes a comment.
func (s *Server) Edit(name, body string) {
	s.change(name, func(c *comment) { c.body, c.edited = body, float64(time.Now().UnixMilli())/1000 })
}

// Delete lets the author delete a comment.
func (s *Server) Delete(name string) { s.change(name, func(c *comment) { c.state = "deleted" }) }

// Remove lets a moderator remove a comment, and Approve puts it back.
func (s *Server) Remove(name string) { s.change(name, func(c *comment) { c.state = "removed" }) }

// Approve puts a removed comment back.
func (s *Server) Approve(name string) { s.change(name, func(c *comment) { c.state = "" }) }

// Lose forgets a comment, as if it had never been.
func (s *Server) Lose(name string) { s.change(name, func(c *comment) { c.state = "lost" }) }

// Find brings a lost comment back.
func (s *Server) Find(name string) { s.Approve(name) }

func (s *Server) change(name string, do func(*comment)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do(s.comments["t1_"+name])
}

// Desert deletes the account of an author, whose comments stay without a name.
func (s *Server) Desert(author string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deserted[author] = true
}

// Revoke takes the app's access back, and Limit answers the next n questions with 429.
func (s *Server) Revoke(a *Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.revoked, a.access = true, ""
}

// Limit answers the next n questions with 429.
func (s *Server) Limit(a *Account, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.limited = n
}

// Asked returns how often lists were asked for, how often comments were looked up, and how
// many access tokens were given.
func (s *Server) Asked(a *Account) (lists, lookups, tokens int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return a.asked, a.looked, a.tokens
}

var agent = regexp.MustCompile(`^[a-z]+:\S+:\S+ \(by /u/[A-Za-z0-9_-]+\)$`)

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if !agent.MatchString(r.UserAgent()) {
		fail(w, http.StatusTooManyRequests, "Too Many Requests")
		return
	}
	if r.URL.Path == "/api/v1/access_token" {
		s.token(w, r)
		return
	}
	a := s.who(r)
	if a == nil {
		w.Header().Set("WWW-Authenticate", `Bearer realm="reddit", error="invalid_token"`)
		fail(w, http.StatusUnauthorized, "Unauthorized")
		return
	}
	if a.limited > 0 {
		a.limited--
		w.Header().Set("X-Ratelimit-Remaining", "0.0")
		w.Header().Set("X-Ratelimit-Reset", "2")
		fail(w, http.StatusTooManyRequests, "Too Many Requests")
		return
	}
	w.Header().Set("X-Ratelimit-Used", strconv.Itoa(a.calls))
	w.Header().Set("X-Ratelimit-Remaining", "594.0")
	w.Header().Set("X-Ratelimit-Reset", "312")
	switch path := r.URL.Path; {
	case r.URL.Query().Get("raw_json") != "1":
		fail(w, http.StatusBadRequest, "Bad Request") // stricter than the real one, which escapes
	case path == "/message/inbox":
		s.list(w, r, a, a.inbox)
	case strings.HasPrefix(path, "/r/") && strings.HasSuffix(path, "/comments"):
		s.subreddits(w, r, a, strings.Split(strings.TrimSuffix(strings.TrimPrefix(path, "/r/"), "/comments"), "+"))
	case path == "/api/info":
		s.info(w, r, a)
	default:
		fail(w, http.StatusNotFound, "Not Found")
	}
}

func fail(w http.ResponseWriter, status int, message string) {
	fakehttp.Answer(w, status, map[string]any{"message": message, "error": status})
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	client, secret, ok := r.BasicAuth()
	a := s.accounts[client]
	switch {
	case r.Method != http.MethodPost || !ok || a == nil || a.Secret != secret:
		fail(w, http.StatusUnauthorized, "Unauthorized")
	case r.PostFormValue("grant_type") != "refresh_token" || r.PostFormValue("refresh_token") != a.Refresh || a.revoked:
		fail(w, http.StatusBadRequest, "Bad Request")
	default:
		a.tokens++
		a.access, a.calls = fmt.Sprintf("access-%s-%d", a.User, a.tokens), 0
		_ = json.NewEncoder(w).Encode(map[string]any{
			"access_token": a.access, "token_type": "bearer", "expires_in": 86400, "scope": "read privatemessages",
		})
	}
}

func (s *Server) who(r *http.Request) *Account {
	given := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	for _, a := range s.accounts {
		if given != "" && a.access == given {
			if a.calls++; s.Calls > 0 && a.calls > s.Calls {
				return nil
			}
			return a
		}
	}
	return nil
}

func (s *Server) subreddits(w http.ResponseWriter, r *http.Request, a *Account, names []string) {
	var all []*comment
	for _, name := range names {
		found, ok := s.subs[strings.ToLower(name)]
		if !ok {
			w.WriteHeader(http.StatusForbidden)
			_, _ = fmt.Fprint(w, `{"reason": "private", "message": "Forbidden", "error": 403}`)
			return
		}
		all = append(all, found...)
	}
	slices.SortStableFunc(all, func(a, b *comment) int { return int(a.created - b.created) })
	s.list(w, r, a, all)
}

// list answers a page of what is newest last. What was deleted is in no list, and behind it
// is nothing.
func (s *Server) list(w http.ResponseWriter, r *http.Request, a *Account, all []*comment) {
	a.asked++
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		limit = 25
	}
	if s.Page > 0 {
		limit = min(limit, s.Page)
	}
	var shown []*comment
	for _, c := range slices.Backward(all) {
		if c.state != "deleted" && c.state != "lost" {
			shown = append(shown, c)
		}
	}
	if after := r.URL.Query().Get("after"); after != "" {
		at := slices.IndexFunc(shown, func(c *comment) bool { return c.name == after })
		if at < 0 {
			shown, at = nil, -1
		}
		shown = shown[at+1:]
	}
	var next any
	if len(shown) > limit {
		shown = shown[:limit]
		next = shown[limit-1].name
	}
	s.answer(w, shown, next, r.URL.Path == "/message/inbox")
}

func (s *Server) answer(w http.ResponseWriter, shown []*comment, next any, inbox bool) {
	children := []any{}
	for _, c := range shown {
		children = append(children, s.show(c, inbox))
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"kind": "Listing", "data": map[string]any{
		"after": next, "before": nil, "dist": len(children), "modhash": nil, "geo_filter": "", "children": children,
	}})
}

func (s *Server) show(c *comment, inbox bool) any {
	data := map[string]any{
		"name": c.name, "id": c.name[3:], "author": c.author, "author_fullname": "t2_" + c.author, "body": c.body,
		"created_utc": c.created, "edited": false, "parent_id": c.parent, "subreddit": c.sub, "replies": "", "score": 1,
	}
	path := fmt.Sprintf("/r/%s/comments/%s/a_post/%s/", c.sub, strings.TrimPrefix(c.post, "t3_"), c.name[3:])
	if inbox {
		maps.Copy(data, map[string]any{"context": path + "?context=3", "type": c.kind, "was_comment": c.kind != "", "link_title": "A post"})
	} else {
		maps.Copy(data, map[string]any{"permalink": path, "link_id": c.post, "link_title": "A post"})
	}
	if c.edited > 0 {
		data["edited"] = c.edited
	}
	if c.state != "" || s.deserted[c.author] {
		data["author"] = "[deleted]"
		delete(data, "author_fullname")
	}
	if c.state != "" {
		data["body"] = "[" + c.state + "]"
	}
	return map[string]any{"kind": c.name[:2], "data": data}
}

// info looks things up by id. What it does not know it leaves out.
func (s *Server) info(w http.ResponseWriter, r *http.Request, a *Account) {
	ids := strings.Split(r.URL.Query().Get("id"), ",")
	if len(ids) > 100 {
		fail(w, http.StatusBadRequest, "Bad Request")
		return
	}
	var shown []*comment
	for _, id := range ids {
		if id == "t3_post" {
			_ = json.NewEncoder(w).Encode(map[string]any{"kind": "Listing", "data": map[string]any{"after": nil, "children": []any{
				map[string]any{"kind": "t3", "data": map[string]any{"name": id, "title": "Our post", "selftext": "What it says", "author": "kiosk", "author_fullname": "t2_kiosk", "score": 77, "permalink": "/r/kiosk/comments/post/our_post/"}},
			}}})
			return
		}
		if c := s.comments[id]; c != nil && c.state != "lost" {
			shown = append(shown, c)
		}
	}
	a.looked++
	s.answer(w, shown, nil, false)
}
