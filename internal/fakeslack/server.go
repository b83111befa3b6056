// Package fakeslack is a local Slack for tests, the demo and the end-to-end suite. It
// checks what the real Web API checks (method, token, arguments, Block Kit shapes and
// limits) and two things more: that nothing in a message can ring or link elsewhere, and
// that no argument is sent which the method does not know. It keeps every call. It knows
// nothing of how the service works.
package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Options say what this Slack accepts.
type Options struct {
	Addr       string   // to listen on; empty for a free port of 127.0.0.1
	Token      string   // the only valid token; empty for "xoxb-fake"
	Channels   []string // that exist and have the bot in them; empty: every id is one
	LinkPrefix string   // links must begin with it; empty: no link is allowed

	SigningSecret string           // of callbacks
	AppToken      string           // the only valid one for sockets; empty for "xapp-fake"
	Rates         bool             // the tiers of the methods hold
	Now           func() time.Time // nil for time.Now
}

// Server is a running fake Slack.
type Server struct {
	options Options
	http    *http.Server
	address string
	served  chan struct{}

	mu       sync.Mutex
	messages []Message
	calls    []Call
	script   map[string][]Answer
	changed  chan struct{} // closed and replaced with every call

	users     map[string]User
	lanes     map[string]time.Time
	triggers  map[string]trigger
	responses map[string]*responseURL
	answers   []Answered
	views     []View
	tickets   map[string]bool
	acked     map[string]bool
	socket    *websocket.Conn
	ids       int
}

// Message is one message as it stands now.
type Message struct {
	Channel string
	TS      string
	Text    string
	Blocks  json.RawMessage
	From    string // the bot, or a user
	Edits   int
	Deleted bool
}

// Call is one request that arrived, whatever came of it.
type Call struct {
	At     time.Time
	Method string
	Form   url.Values // without the token
	Status int
	Error  string // Slack's word; empty when it was accepted
}

// Answer is what a scripted call gets instead of the usual treatment. With AfterAccept
// the message is kept first, as when Slack did its work and the answer was lost.
type Answer struct {
	Status      int           // 0 for 200
	Error       string        // with status 200
	RetryAfter  time.Duration // with status 429
	Body        string        // sent as it is, instead of an error
	Location    string        // of a redirect
	Hang        bool          // no answer until the client gives up
	AfterAccept bool
}

// Start listens and serves until Close.
func Start(o Options) (*Server, error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Token == "" {
		o.Token = "xoxb-fake"
	}
	listener, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("fake slack: %w", err)
	}
	if o.AppToken == "" {
		o.AppToken = "xapp-fake"
	}
	s := &Server{options: o, address: listener.Addr().String(), served: make(chan struct{}),
		script: map[string][]Answer{}, changed: make(chan struct{}), users: map[string]User{}, lanes: map[string]time.Time{},
		triggers: map[string]trigger{}, responses: map[string]*responseURL{}, tickets: map[string]bool{}, acked: map[string]bool{}}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		defer close(s.served)
		_ = s.http.Serve(listener) // ends with Close
	}()
	return s, nil
}

// Close ends the server and every open call.
func (s *Server) Close() {
	_ = s.http.Close() // its error is that of closing the listener
	s.mu.Lock()
	if s.socket != nil {
		_ = s.socket.Close() // the server does not know of it any more
	}
	s.mu.Unlock()
	<-s.served
}

// URL is the base address of the Web API.
func (s *Server) URL() string { return "http://" + s.address + "/api/" }

// Script sets the next answers of a method, such as chat.postMessage, in order.
func (s *Server) Script(method string, answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script[method] = append(s.script[method], answers...)
}

// Forget drops the scripted answers of a method: Slack is well again.
func (s *Server) Forget(method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.script, method)
}

// Messages returns all messages in the order of their posting.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// Calls returns everything that was ever asked.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Wait returns once ok holds for the messages, or with the error of ctx.
func (s *Server) Wait(ctx context.Context, ok func([]Message) bool) error {
	return s.await(ctx, func() bool { return ok(slices.Clone(s.messages)) })
}

// WaitAnswers returns once users have got n answers in all, or with the error of ctx.
func (s *Server) WaitAnswers(ctx context.Context, n int) error {
	return s.await(ctx, func() bool { return len(s.answers) >= n })
}

// WaitViews returns once n dialogs were opened in all, or with the error of ctx.
func (s *Server) WaitViews(ctx context.Context, n int) error {
	return s.await(ctx, func() bool { return len(s.views) >= n })
}

func (s *Server) now() time.Time {
	if s.options.Now != nil {
		return s.options.Now()
	}
	return time.Now()
}

// nextID returns an id that nothing else has. The caller holds the lock.
func (s *Server) nextID(prefix string) string {
	s.ids++
	return prefix + strconv.Itoa(s.ids)
}

// maxRequest is more than any allowed message takes.
const maxRequest = 1 << 20

// ServeHTTP answers one call of the Web API, takes answers to callbacks, and speaks
// Socket Mode.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	switch {
	case strings.HasPrefix(r.URL.Path, "/response/"):
		s.respond(w, r)
		return
	case strings.HasPrefix(r.URL.Path, "/socket/"):
		s.serveSocket(w, r)
		return
	}
	method, known := strings.CutPrefix(r.URL.Path, "/api/")
	call := Call{At: s.now(), Method: method, Status: http.StatusOK}
	token, word := s.read(r, &call)
	wanted := s.options.Token
	if method == "apps.connections.open" {
		wanted = s.options.AppToken
	}
	switch {
	case word != "":
	case !known || arguments[method] == nil:
		word = "unknown_method"
	case token == "":
		word = "not_authed"
	case token != wanted:
		word = "invalid_auth"
	}
	s.answer(w, r, call, word)
}

// read takes the arguments and the token out of a request.
func (s *Server) read(r *http.Request, call *Call) (token, word string) {
	if r.Method != http.MethodPost {
		return "", "method_not_allowed"
	}
	token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if len(arguments[call.Method]) == 0 && r.ContentLength == 0 {
		return token, ""
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "application/json" && asJSON[call.Method] {
		return token, readJSON(r, call)
	}
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return "", "invalid_post_type"
	}
	if c := params["charset"]; c != "" && !strings.EqualFold(c, "utf-8") {
		return "", "invalid_charset"
	}
	if err := r.ParseForm(); err != nil || len(r.URL.Query()) > 0 {
		return "", "invalid_form_data"
	}
	if token == "" {
		token = r.PostForm.Get("token")
	}
	call.Form = maps.Clone(r.PostForm)
	call.Form.Del("token")
	return token, ""
}

// readJSON takes the arguments as a form in which objects are texts, as Slack does.
func readJSON(r *http.Request, call *Call) (word string) {
	var members map[string]json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&members); err != nil && !errors.Is(err, io.EOF) {
		return "invalid_json"
	}
	call.Form = url.Values{}
	for name, raw := range members {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		call.Form.Set(name, text)
	}
	return ""
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, call Call, word string) {
	s.mu.Lock()
	var scripted *Answer
	if next := s.script[call.Method]; word == "" && len(next) > 0 {
		scripted, s.script[call.Method] = &next[0], next[1:]
	}
	got := refused(word)
	if word == "" && scripted == nil {
		if wait := s.limited(call); wait > 0 {
			scripted = &Answer{Status: http.StatusTooManyRequests, RetryAfter: wait + time.Second - 1, Error: "ratelimited"}
		}
	}
	if word == "" && (scripted == nil || scripted.AfterAccept) {
		got = s.apply(call)
	}
	call.Error = got.word
	if scripted != nil {
		call.Status, call.Error = max(scripted.Status, http.StatusOK), scripted.Error
	}
	s.calls = append(s.calls, call)
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()

	switch m := got.message; {
	case scripted != nil:
		scripted.write(w, r)
	case got.word != "":
		writeJSON(w, http.StatusOK, map[string]any{"ok": false, "error": got.word})
	case got.also != nil:
		got.also["ok"] = true
		writeJSON(w, http.StatusOK, got.also)
	default:
		writeJSON(w, http.StatusOK, map[string]any{"ok": true, "channel": m.Channel, "ts": m.TS, "text": m.Text,
			"message": map[string]any{"type": "message", "text": m.Text, "ts": m.TS, "bot_id": ownBot}})
	}
}

func (a *Answer) write(w http.ResponseWriter, r *http.Request) {
	if a.Hang {
		<-r.Context().Done()
		return
	}
	if a.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(a.RetryAfter/time.Second)))
	}
	if a.Location != "" {
		w.Header().Set("Location", a.Location)
	}
	if a.Body != "" || a.Error == "" {
		w.WriteHeader(max(a.Status, http.StatusOK))
		_, _ = w.Write([]byte(a.Body)) // the client may be gone
		return
	}
	writeJSON(w, max(a.Status, http.StatusOK), map[string]any{"ok": false, "error": a.Error})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
}
