// Package fakex is a server that speaks the part of X's API that the service uses, and
// strictly: mentions of a user by pages, lookups of posts, edits with ids of their own, rate
// limits, and refusals of what is missing or unknown, in the words of the real one. It is
// for tests.
package fakex

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// User is an account that an app may ask about.
type User struct {
	ID, Token string

	mentions []*post // oldest first
	revoked  bool
	limited  int // answers with 429 still to come
	asked    int
	read     int // posts that were answered, which X bills
}

type post struct {
	id      int64
	text    string
	history []string // of all versions, shared by them
	at      time.Time
	to      string
	gone    string // empty, deleted or protected
}

// Server holds users by token. It is an http.Handler.
type Server struct {
	Page int // most posts at once, whatever is asked for; 0 is no bound

	mu    sync.Mutex
	users map[string]*User
	posts map[string]*post
	last  int64
}

// Add makes a user and the token of an app that may ask about it.
func (s *Server) Add(id, token string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == nil {
		s.users, s.posts = map[string]*User{}, map[string]*post{}
	}
	u := &User{ID: id, Token: token}
	s.users[token] = u
	return u
}

// Mention lets somebody write to a user, and returns the post's id.
func (s *Server) Mention(u *User, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.write(u, text)
	p.history = []string{strconv.FormatInt(p.id, 10)}
	return p.history[0]
}

// write makes an id as X does: milliseconds since its epoch, then a number.
func (s *Server) write(u *User, text string) *post {
	now := time.Now()
	s.last = max(s.last+1, (now.UnixMilli()-1288834974657)<<22)
	p := &post{id: s.last, text: text, at: time.UnixMilli(s.last>>22 + 1288834974657).UTC(), to: u.ID}
	u.mentions = append(u.mentions, p)
	s.posts[strconv.FormatInt(p.id, 10)] = p
	return p
}

// Edit writes a new version of a post, with an id of its own.
func (s *Server) Edit(u *User, id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, p := s.posts[id], s.write(u, text)
	history := append(slices.Clone(old.history), strconv.FormatInt(p.id, 10))
	for _, version := range history {
		s.posts[version].history = history
	}
}

// Delete deletes a post, and Protect hides it from us; Show ends that.
func (s *Server) Delete(id string) { s.set(id, "deleted") }

// Protect hides a post, as when its author protects the account.
func (s *Server) Protect(id string) { s.set(id, "protected") }

// Show shows a hidden post again.
func (s *Server) Show(id string) { s.set(id, "") }

func (s *Server) set(id, gone string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, version := range s.posts[id].history {
		s.posts[version].gone = gone
	}
}

// Forget takes a user's old mentions out of the list, so that only lookups tell of them.
func (s *Server) Forget(u *User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.mentions = nil
}

// Event returns what X Activity posts to a webhook about a mention.
func (s *Server) Event(u *User, id string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := json.Marshal(map[string]any{"data": map[string]any{
		"event_uuid": "-42", "event_type": "post.mention.create", "filter": map[string]any{"user_id": u.ID},
		"payload": s.posts[id].show(), "includes": map[string]any{"users": []any{robin}},
	}})
	if err != nil {
		panic(err)
	}
	return body
}

// Revoke takes the app's token back.
func (s *Server) Revoke(u *User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.revoked = true
}

// Limit answers the next n questions with 429.
func (s *Server) Limit(u *User, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.limited = n
}

// Asked returns how often was asked and how many posts were answered.
func (s *Server) Asked(u *User) (times, posts int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return u.asked, u.read
}

var robin = map[string]any{
	"id": "77", "username": "robin", "name": "Robin 🐦", "verified": false,
	"public_metrics": map[string]any{"followers_count": 12},
}

func (p *post) show() map[string]any {
	id := strconv.FormatInt(p.id, 10)
	return map[string]any{
		"id": id, "text": p.text, "author_id": "77", "conversation_id": p.history[0], "lang": "en",
		"created_at": p.at.Format("2006-01-02T15:04:05.000Z"), "edit_history_tweet_ids": p.history,
	}
}

// known are the parameters of each path.
var known = map[string][]string{
	"mentions": {"max_results", "since_id", "pagination_token", "tweet.fields", "user.fields", "expansions"},
	"tweets":   {"ids", "tweet.fields", "user.fields", "expansions"},
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if u == nil || u.revoked {
		fail(w, http.StatusUnauthorized, "Unauthorized", "Unauthorized", "about:blank")
		return
	}
	u.asked++
	w.Header().Set("X-Rate-Limit-Limit", "450")
	w.Header().Set("X-Rate-Limit-Reset", strconv.FormatInt(time.Now().Add(2*time.Second).Unix(), 10))
	if u.limited > 0 {
		u.limited--
		w.Header().Set("X-Rate-Limit-Remaining", "0")
		fail(w, http.StatusTooManyRequests, "Too Many Requests", "Too Many Requests", "about:blank")
		return
	}
	w.Header().Set("X-Rate-Limit-Remaining", "449")
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	last := path[len(path)-1]
	for name := range r.URL.Query() {
		if !slices.Contains(known[last], name) {
			invalid(w, fmt.Sprintf("The query parameter [%s] is not one of [%s]", name, strings.Join(known[last], ",")))
			return
		}
	}
	switch {
	case len(path) == 4 && path[1] == "users" && last == "mentions" && path[2] == u.ID:
		s.mentions(w, r, u)
	case len(path) == 2 && last == "tweets":
		s.lookUp(w, r, u)
	default:
		fail(w, http.StatusNotFound, "Not Found Error", "Could not find what was asked for.", "https://api.twitter.com/2/problems/resource-not-found")
	}
}

func fail(w http.ResponseWriter, status int, title, detail, kind string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": title, "detail": detail, "type": kind, "status": status})
}

func invalid(w http.ResponseWriter, detail string) {
	fail(w, http.StatusBadRequest, "Invalid Request", detail, "https://api.twitter.com/2/problems/invalid-request")
}

// mentions answers a page, newest first. The token of a page counts from the oldest, so that
// it stands while news come.
func (s *Server) mentions(w http.ResponseWriter, r *http.Request, u *User) {
	query := r.URL.Query()
	limit, err := strconv.Atoi(query.Get("max_results"))
	since, wrong := int64(0), error(nil)
	if query.Has("since_id") {
		since, wrong = strconv.ParseInt(query.Get("since_id"), 10, 64)
	}
	end := len(u.mentions)
	if token := query.Get("pagination_token"); token != "" {
		n, bad := strconv.Atoi(strings.TrimPrefix(token, "page"))
		if bad != nil || n > end {
			invalid(w, "The 'pagination_token' query parameter value is not valid")
			return
		}
		end = n
	}
	if err != nil || limit < 5 || limit > 100 || wrong != nil {
		invalid(w, "The `max_results` query parameter value is not between 5 and 100")
		return
	}
	if s.Page > 0 {
		limit = min(limit, s.Page)
	}
	meta, data := map[string]any{}, []any{}
	for end > 0 && u.mentions[end-1].id > since && len(data) < limit {
		end--
		if u.mentions[end].gone == "" {
			data = append(data, u.mentions[end].show())
		}
	}
	if end > 0 && u.mentions[end-1].id > since {
		meta["next_token"] = fmt.Sprintf("page%d", end)
	}
	meta["result_count"] = len(data)
	s.answer(w, u, data, map[string]any{"meta": meta})
}

func (s *Server) answer(w http.ResponseWriter, u *User, data []any, body map[string]any) {
	u.read += len(data)
	if len(data) > 0 { // X leaves out what is empty
		body["data"], body["includes"] = data, map[string]any{"users": []any{robin}}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(body)
}

func (s *Server) lookUp(w http.ResponseWriter, r *http.Request, u *User) {
	ids := strings.Split(r.URL.Query().Get("ids"), ",")
	if len(ids) > 100 || ids[0] == "" {
		invalid(w, "The number of values in the `ids` query parameter list is not between 1 and 100")
		return
	}
	var data, errs []any
	for _, id := range ids {
		p := s.posts[id]
		switch {
		case p != nil && p.gone == "":
			data = append(data, p.show())
		case p != nil && p.gone == "protected":
			errs = append(errs, problem(id, "Authorization Error", "not-authorized-for-resource"))
		default:
			errs = append(errs, problem(id, "Not Found Error", "resource-not-found"))
		}
	}
	body := map[string]any{}
	if errs != nil {
		body["errors"] = errs
	}
	s.answer(w, u, data, body)
}

func problem(id, title, kind string) any {
	return map[string]any{
		"value": id, "resource_id": id, "parameter": "ids", "resource_type": "tweet", "title": title,
		"detail": title + " for tweet with ids: [" + id + "].", "type": "https://api.twitter.com/2/problems/" + kind,
	}
}
