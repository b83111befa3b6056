package fakeslack

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// A response_url serves five times within half an hour;
// docs.slack.dev/interactivity/handling-user-interaction.
const (
	responseUses = 5
	responseLife = 30 * time.Minute
)

// responseURL is one address that an answer to a click or command can be sent to.
type responseURL struct {
	user, channel string
	at            time.Time
	uses          int
}

// Answered is one answer that only the user sees.
type Answered struct {
	User    string
	Channel string
	Text    string
	Blocks  json.RawMessage
}

// Answers returns what users were answered, in order.
func (s *Server) Answers() []Answered {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Answered(nil), s.answers...)
}

// newResponseURL returns an address for answers. The caller holds the lock.
func (s *Server) newResponseURL(user, channel string) string {
	path := "/response/" + s.nextID("R")
	s.responses[path] = &responseURL{user: user, channel: channel, at: s.now()}
	return "http://" + s.address + path
}

// respond takes an answer.
func (s *Server) respond(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	var status int
	var word string
	if err != nil || r.Method != http.MethodPost {
		status, word = http.StatusBadRequest, "bad_request"
	} else {
		status, word = s.takeAnswer(r, raw)
	}
	s.calls = append(s.calls, Call{At: s.now(), Method: "response_url", Status: status, Error: word})
	close(s.changed)
	s.changed = make(chan struct{})
	if word != "" {
		writeJSON(w, status, map[string]any{"ok": false, "error": word})
		return
	}
	_, _ = io.WriteString(w, "ok") // the client may be gone
}

func (s *Server) takeAnswer(r *http.Request, raw []byte) (status int, word string) {
	known := s.responses[r.URL.Path]
	if known == nil {
		return http.StatusNotFound, "no_such_response_url"
	}
	if known.uses >= responseUses {
		return http.StatusNotFound, "used_url"
	}
	if s.now().Sub(known.at) > responseLife {
		return http.StatusNotFound, "expired_url"
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return http.StatusBadRequest, "invalid_payload"
	}
	var m struct {
		Text     string          `json:"text"`
		Blocks   json.RawMessage `json:"blocks"`
		Type     string          `json:"response_type"`
		Replace  bool            `json:"replace_original"`
		Delete   bool            `json:"delete_original"`
		ThreadTS string          `json:"thread_ts"`
	}
	switch {
	case !strict(raw, &m):
		return http.StatusBadRequest, "invalid_payload"
	case m.Text == "" && len(m.Blocks) == 0:
		return http.StatusBadRequest, "no_text"
	case m.Type != "ephemeral" || m.Replace || m.Delete:
		return http.StatusBadRequest, "fake_everybody_would_see"
	case !s.harmless(m.Text, false): // Slack reads it as mrkdwn
		return http.StatusBadRequest, "fake_unescaped_text"
	}
	if word := s.checkBlocks(m.Blocks, maxBlocks, false); word != "" {
		return http.StatusBadRequest, word
	}
	known.uses++
	s.answers = append(s.answers, Answered{User: known.user, Channel: known.channel, Text: m.Text, Blocks: m.Blocks})
	return http.StatusOK, ""
}
