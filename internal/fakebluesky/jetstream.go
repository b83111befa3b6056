package fakebluesky

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// told is one event of Jetstream.
type told struct {
	at         int64 // microseconds
	collection string
	body       string
}

// tell adds an event, ten seconds behind the last.
func (s *Server) tell(did, collection, fields string) {
	s.now = s.now.Add(10 * time.Second)
	at := s.now.UnixMicro()
	body := strings.ReplaceAll(fmt.Sprintf(`{"did":%q,"time_us":%d,%s}`, did, at, fields), "\n", " ")
	s.log = append(s.log, told{at, collection, body})
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) commit(did, operation, key, record string) {
	if record != "" {
		record = `,"cid":"c",` + `"record":` + record
	}
	s.tell(did, "app.bsky.feed.post", fmt.Sprintf(`"kind":"commit","commit":{"rev":"r","operation":%q,"collection":"app.bsky.feed.post","rkey":%q%s}`,
		operation, key, record))
}

// Delete takes a post back.
func (s *Server) Delete(key string) {
	s.Lose(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commit("did:plc:robin", "delete", key, "")
}

// Lose takes a post back without telling the stream.
func (s *Server) Lose(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone[key] = true
}

// Chatter tells of posts of the network that are of no concern.
func (s *Server) Chatter(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range n {
		did := fmt.Sprintf("did:plc:stranger%d", i)
		s.commit(did, "create", "k", `{"text":"good morning"}`)
		s.commit(did, "delete", "k", "")
		s.tell(did, "", `"kind":"identity","identity":{"handle":"stranger.example"}`)
	}
}

// Leave tells what became of somebody's account.
func (s *Server) Leave(did, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tell(did, "", fmt.Sprintf(`"kind":"account","account":{"active":false,"did":%q,"status":%q}`, did, status))
}

// Streams returns how many streams are open.
func (s *Server) Streams() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard
}

// subscribe tells of everything from the cursor on, or of what comes from now on. Events of
// accounts come whatever collections were asked for.
func (s *Server) subscribe(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	cursor, err := strconv.ParseInt(query.Get("cursor"), 10, 64)
	if query.Has("cursor") && err != nil {
		http.Error(w, "invalid cursor", http.StatusBadRequest)
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.CloseNow() }()
	ctx := conn.CloseRead(r.Context())
	s.mu.Lock()
	next := len(s.log)
	if query.Has("cursor") {
		next, _ = slices.BinarySearchFunc(s.log, cursor, func(t told, at int64) int { return int(t.at - at) })
	}
	s.heard++
	s.mu.Unlock()
	defer func() { s.mu.Lock(); defer s.mu.Unlock(); s.heard-- }()
	for ctx.Err() == nil {
		s.mu.Lock()
		fresh, changed := slices.Clone(s.log[next:]), s.changed
		s.mu.Unlock()
		for _, event := range fresh {
			next++
			if event.collection != "" && !slices.Contains(query["wantedCollections"], event.collection) {
				continue
			}
			if conn.Write(ctx, websocket.MessageText, []byte(event.body)) != nil {
				return
			}
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
}
