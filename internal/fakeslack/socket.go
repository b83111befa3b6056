package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// newTicket returns the secret part of a socket's address, good for one connection. The
// caller holds the lock.
func (s *Server) newTicket() string {
	ticket := s.nextID("ticket")
	s.tickets[ticket] = true
	return ticket
}

// serveSocket speaks Socket Mode with one app: hello, envelopes, acknowledgements;
// docs.slack.dev/apis/events-api/using-socket-mode.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := strings.TrimPrefix(r.URL.Path, "/socket/")
	s.mu.Lock()
	good := s.tickets[ticket]
	delete(s.tickets, ticket)
	s.mu.Unlock()
	if !good {
		http.Error(w, "unknown ticket", http.StatusForbidden)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // apps name Slack as theirs
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // it has answered
	}
	defer func() { _ = conn.Close() }() // the end of the talk
	if conn.WriteJSON(map[string]any{"type": "hello", "num_connections": 1, "connection_info": map[string]any{"app_id": "A0FAKE"}}) != nil {
		return
	}
	s.mu.Lock()
	s.socket = conn
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()
	s.hear(conn)
}

// hear notes what the app acknowledges until the connection ends.
func (s *Server) hear(conn *websocket.Conn) {
	for {
		var ack struct {
			ID string `json:"envelope_id"`
		}
		err := conn.ReadJSON(&ack)
		s.mu.Lock()
		if err == nil {
			s.acked[ack.ID] = true
		} else if s.socket == conn {
			s.socket = nil
		}
		close(s.changed)
		s.changed = make(chan struct{})
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Push sends a callback over the app's socket, once it has one, and returns when the app
// has acknowledged it. Later than Slack waits is an error.
func (s *Server) Push(ctx context.Context, c Callback) error {
	var conn *websocket.Conn
	if err := s.await(ctx, func() bool { conn = s.socket; return conn != nil }); err != nil {
		return err
	}
	s.mu.Lock()
	id := s.nextID("envelope")
	err := conn.WriteJSON(map[string]any{
		"type": c.Kind, "envelope_id": id, "accepts_response_payload": c.Kind != "events_api", "payload": json.RawMessage(c.Payload),
	})
	s.mu.Unlock()
	if err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	if err := s.await(within, func() bool { return s.acked[id] }); err != nil {
		return errors.Join(errors.New("fake slack: not acknowledged in time"), err)
	}
	return nil
}

// HangUp ends the socket, as Slack does every few hours, after telling so.
func (s *Server) HangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.socket == nil {
		return
	}
	_ = s.socket.WriteJSON(map[string]any{"type": "disconnect", "reason": "refresh_requested"})
	_ = s.socket.SetReadDeadline(time.Now())
	s.socket = nil
}

// await returns once ok, which is asked under the lock, holds.
func (s *Server) await(ctx context.Context, ok func() bool) error {
	for {
		s.mu.Lock()
		done, changed := ok(), s.changed
		s.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
