// Package fakeyoutube is a server that speaks the part of YouTube's Data API that the service
// uses, and strictly: threads of comments newest first by pages, with some of their answers
// only, answers by thread, lookups that leave out what is gone, units that a day allows, and
// refusals in the words of the real one. It is for tests.
package fakeyoutube

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

// Channel is a channel that a project may ask about.
type Channel struct {
	ID, Key string

	threads []*comment // oldest first
	revoked bool
	units   int // left today, when bound
	bound   bool
	spent   int
}

type comment struct {
	id, parent, text, author string
	published, updated       time.Time
	gone                     bool
	answers                  []*comment // oldest first
}

// Server holds channels by key. It is an http.Handler.
type Server struct {
	Page int // most threads or answers at once, whatever is asked for; 0 is no bound

	mu       sync.Mutex
	channels map[string]*Channel
	comments map[string]*comment
}

// inline is how many answers come with a thread.
const inline = 2

// Add makes a channel and the key of a project.
func (s *Server) Add(id, key string) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channels == nil {
		s.channels, s.comments = map[string]*Channel{}, map[string]*comment{}
	}
	c := &Channel{ID: id, Key: key}
	s.channels[key] = c
	return c
}

// Comment lets somebody write below a video of the channel.
func (s *Server) Comment(c *Channel, id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.threads = append(c.threads, s.write(id, "", text))
}

// Answer lets somebody answer a comment. The list of threads stays as it is.
func (s *Server) Answer(parent, id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.comments[parent]
	p.answers = append(p.answers, s.write(parent+"."+id, parent, text))
}

func (s *Server) write(id, parent, text string) *comment {
	now := time.Now().UTC()
	c := &comment{id: id, parent: parent, text: text, author: "UCrobin", published: now, updated: now}
	s.comments[id] = c
	return c
}

// Edit changes a comment.
func (s *Server) Edit(id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.comments[id].text, s.comments[id].updated = text, time.Now().UTC()
}

// Delete makes a comment vanish.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.comments[id].gone = true
}

// Revoke deletes the project's key.
func (s *Server) Revoke(c *Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.revoked = true
}

// Leave lets the project have so many units until the day's end.
func (s *Server) Leave(c *Channel, units int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.units, c.bound = units, true
}

// Spent returns how many units were used.
func (s *Server) Spent(c *Channel) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.spent
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	query := r.URL.Query()
	c := s.channels[r.Header.Get("X-Goog-Api-Key")]
	switch {
	case r.Header.Get("X-Goog-Api-Key") == "":
		fail(w, http.StatusForbidden, "forbidden", "Method doesn't allow unregistered callers (callers without established identity).", "")
		return
	case c == nil || c.revoked:
		fail(w, http.StatusBadRequest, "badRequest", "API key not valid. Please pass a valid API key.", "API_KEY_INVALID")
		return
	}
	c.spent++
	if c.bound {
		if c.units--; c.units < 0 {
			fail(w, http.StatusForbidden, "quotaExceeded", "The request cannot be completed because you have exceeded your quota.", "")
			return
		}
	}
	if query.Get("part") == "" {
		fail(w, http.StatusBadRequest, "missingRequiredParameter", "No part selected.", "")
		return
	}
	if text := query.Get("textFormat"); text != "plainText" && r.URL.Path != "/youtube/v3/videos" {
		fail(w, http.StatusBadRequest, "invalidValue", "This server answers plain text only.", "") // the real one answers HTML
		return
	}
	switch r.URL.Path {
	case "/youtube/v3/commentThreads":
		s.threads(w, r, c)
	case "/youtube/v3/comments":
		s.list(w, r)
	case "/youtube/v3/videos":
		answer(w, "youtube#videoListResponse", []any{map[string]any{
			"kind": "youtube#video", "id": "v1", "statistics": map[string]any{"viewCount": "4000", "likeCount": "90"}, "snippet": map[string]any{
				"title": "Our video", "description": "What it shows", "channelId": "UC1", "channelTitle": "Kiosk",
			},
		}}, "")
	default:
		fail(w, http.StatusNotFound, "notFound", "Not Found", "")
	}
}

func fail(w http.ResponseWriter, status int, reason, message, detail string) {
	body := map[string]any{"code": status, "message": message, "errors": []any{map[string]any{
		"message": message, "domain": "youtube", "reason": reason,
	}}}
	if detail != "" {
		body["details"] = []any{map[string]any{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": detail, "domain": "googleapis.com"}}
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": body})
}

func answer(w http.ResponseWriter, kind string, items []any, next string) {
	body := map[string]any{"kind": kind, "etag": "e", "pageInfo": map[string]any{"resultsPerPage": len(items)}, "items": items}
	if next != "" {
		body["nextPageToken"] = next
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_ = json.NewEncoder(w).Encode(body)
}

// page cuts a page out of what is oldest first, newest first. Its token counts from the
// oldest, so that it stands while news come.
func (s *Server) page(w http.ResponseWriter, r *http.Request, all []*comment) (found []*comment, next string, ok bool) {
	query := r.URL.Query()
	limit, err := strconv.Atoi(query.Get("maxResults"))
	if err != nil || limit < 1 || limit > 100 {
		fail(w, http.StatusBadRequest, "invalidValue", "Invalid value for maxResults.", "")
		return nil, "", false
	}
	if s.Page > 0 {
		limit = min(limit, s.Page)
	}
	end := len(all)
	if token := query.Get("pageToken"); token != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(token, "CAo"))
		if err != nil || n > end {
			fail(w, http.StatusBadRequest, "invalidPageToken", "The request specifies an invalid page token.", "")
			return nil, "", false
		}
		end = n
	}
	start := max(0, end-limit)
	if start > 0 {
		next = fmt.Sprintf("CAo%d", start)
	}
	for _, c := range slices.Backward(all[start:end]) {
		if !c.gone {
			found = append(found, c)
		}
	}
	return found, next, true
}

func (c *comment) show() any {
	snippet := map[string]any{
		"videoId": "v1", "textDisplay": c.text, "textOriginal": c.text, "authorDisplayName": "@robin",
		"authorChannelId": map[string]any{"value": c.author}, "likeCount": 0,
		"publishedAt": c.published.Format(time.RFC3339Nano), "updatedAt": c.updated.Format(time.RFC3339Nano),
	}
	if c.parent != "" {
		snippet["parentId"] = c.parent
	}
	return map[string]any{"kind": "youtube#comment", "id": c.id, "snippet": snippet}
}

func (s *Server) threads(w http.ResponseWriter, r *http.Request, c *Channel) {
	query := r.URL.Query()
	if query.Get("allThreadsRelatedToChannelId") != c.ID || query.Get("order") != "time" {
		fail(w, http.StatusNotFound, "channelNotFound", "The channel cannot be found.", "")
		return
	}
	found, next, ok := s.page(w, r, c.threads)
	if !ok {
		return
	}
	items := []any{}
	for _, t := range found {
		thread := map[string]any{"kind": "youtube#commentThread", "id": t.id, "snippet": map[string]any{
			"channelId": c.ID, "videoId": "v1", "topLevelComment": t.show(), "totalReplyCount": len(t.answers), "canReply": true,
		}}
		if len(t.answers) > 0 {
			var some []any
			for _, a := range t.answers[max(0, len(t.answers)-inline):] {
				some = append(some, a.show())
			}
			thread["replies"] = map[string]any{"comments": some}
		}
		items = append(items, thread)
	}
	answer(w, "youtube#commentThreadListResponse", items, next)
}

// list answers the answers in a thread, or comments by id without those that are gone.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Has("id") == query.Has("parentId") {
		fail(w, http.StatusBadRequest, "incompatibleParameters", "Exactly one filter is to be given.", "")
		return
	}
	items := []any{}
	if query.Has("id") {
		ids := strings.Split(query.Get("id"), ",")
		if len(ids) > 50 {
			fail(w, http.StatusBadRequest, "invalidValue", "Too many ids.", "")
			return
		}
		for _, id := range ids {
			if c := s.comments[id]; c != nil && !c.gone {
				items = append(items, c.show())
			}
		}
		answer(w, "youtube#commentListResponse", items, "")
		return
	}
	parent := s.comments[query.Get("parentId")]
	if parent == nil || parent.gone {
		fail(w, http.StatusNotFound, "commentNotFound", "The specified comment could not be found.", "")
		return
	}
	found, next, ok := s.page(w, r, parent.answers)
	if !ok {
		return
	}
	for _, c := range found {
		items = append(items, c.show())
	}
	answer(w, "youtube#commentListResponse", items, next)
}
