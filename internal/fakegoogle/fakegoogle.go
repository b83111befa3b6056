// Package fakegoogle is a server that speaks the part of Google's APIs that the service uses:
// access tokens for a refresh token, reviews of locations by pages, single reviews, and errors
// in the words of the real one. It is for tests.
package fakegoogle

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server holds the reviews of locations. It is an http.Handler.
type Server struct {
	Client, Secret, Refresh string
	Page                    int // most reviews at once; 0 is what is asked for

	mu      sync.Mutex
	reviews map[string][]review // by location
	revoked bool
	tokens  int
}

type review struct {
	ID      string `json:"reviewId"`
	Stars   string `json:"starRating"`
	Comment string `json:"comment,omitempty"`
	Created string `json:"createTime"`
	Updated string `json:"updateTime"`

	Reviewer struct {
		Name string `json:"displayName"`
	} `json:"reviewer"`
}

// Key returns the secret by which the server is asked.
func (s *Server) Key() string { return s.Client + ":" + s.Secret + ":" + s.Refresh }

// Write adds a review to a location, or changes it.
func (s *Server) Write(location, id, comment string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reviews == nil {
		s.reviews = map[string][]review{}
	}
	r := review{ID: id, Stars: "FOUR", Comment: comment, Created: at.UTC().Format(time.RFC3339Nano), Updated: at.UTC().Format(time.RFC3339Nano)}
	r.Reviewer.Name = "Robin"
	s.reviews[location] = slices.DeleteFunc(s.reviews[location], func(old review) bool {
		if old.ID == id {
			r.Created = old.Created
		}
		return old.ID == id
	})
	s.reviews[location] = append(s.reviews[location], r)
}

// Delete takes a review away.
func (s *Server) Delete(location, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reviews[location] = slices.DeleteFunc(s.reviews[location], func(r review) bool { return r.ID == id })
}

// Expire makes the access tokens so far run out.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens++
}

// Revoke takes back the refresh token, and the access tokens with it.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = true
	s.tokens++
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if r.URL.Path == "/token" {
		s.token(w, r)
		return
	}
	if r.Header.Get("Authorization") != fmt.Sprintf("Bearer access-%d", s.tokens) {
		fail(w, http.StatusUnauthorized, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
		return
	}
	location, id, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v4/"), "/reviews")
	all, known := s.reviews[location]
	if !ok || !known {
		fail(w, http.StatusNotFound, "NOT_FOUND", "Requested entity was not found.")
		return
	}
	if id = strings.TrimPrefix(id, "/"); id == "" {
		s.list(w, r, all)
		return
	}
	at := slices.IndexFunc(all, func(r review) bool { return r.ID == id })
	if at < 0 {
		fail(w, http.StatusNotFound, "NOT_FOUND", "Requested entity was not found.")
		return
	}
	_ = json.NewEncoder(w).Encode(all[at])
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if s.revoked || r.PostFormValue("refresh_token") != s.Refresh || r.PostFormValue("client_secret") != s.Secret || r.PostFormValue("client_id") != s.Client {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`))
		return
	}
	_, _ = fmt.Fprintf(w, `{"access_token":"access-%d","expires_in":3599,"token_type":"Bearer"}`, s.tokens)
}

func (s *Server) list(w http.ResponseWriter, r *http.Request, all []review) {
	size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
	if s.Page > 0 {
		size = min(size, s.Page)
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("pageToken"))
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b review) int { return cmp.Or(cmp.Compare(b.Updated, a.Updated), cmp.Compare(a.ID, b.ID)) })
	to := min(len(sorted), from+size)
	answer := map[string]any{"totalReviewCount": len(all)}
	if from < to {
		answer["reviews"] = sorted[from:to]
	}
	if to < len(sorted) {
		answer["nextPageToken"] = strconv.Itoa(to)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func fail(w http.ResponseWriter, code int, status, message string) {
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": code, "message": message, "status": status}})
}
