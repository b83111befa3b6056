// Package fakellm is a model server on the loopback address for tests, benchmarks and
// demonstrations. It refuses what the original would refuse, strict-schema rules
// included, and answers well, badly or slowly as told. It knows the form of the
// classifier's question, but none of its code: what both agree on is the wire.
package fakellm

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options tell how the server behaves. The zero value answers well, at once, to the key
// "sk-test".
type Options struct {
	Address        string        // host:port to listen at; default a free port of the loopback address
	Kind           Kind          // which server is played; default OpenAI
	Key            string        // expected bearer key; default "sk-test"
	ChatModel      string        // default "gpt-4o-mini"
	EmbeddingModel string        // default "text-embedding-3-small"
	Latency        time.Duration // before each answer

	// Truth returns the right answer for a comment as it stands in the question, which
	// is concealed and may be shortened. Without it, or when it does not know the
	// comment, simple keywords decide.
	Truth func(comment string) (Verdict, bool)
	// Accuracy is the share of comments, chosen by their text, that get the right
	// intent; the others get a wrong one. 0 means all.
	Accuracy float64

	// Refuse names parameters that this endpoint does not know: json_schema,
	// json_object, max_tokens, max_completion_tokens, temperature, dimensions; embeddings
	// stands for all requests of that path.
	Refuse []string

	// Script is asked before each answer to a valid request; a nil reply means that the
	// server answers well. n counts valid requests from 0.
	Script func(n int, r Request) *Reply

	// Keep is how many requests are kept for Requests; default 10,000. The others are
	// only counted.
	Keep int
}

// Server is a running model server.
type Server struct {
	URL string // base URL, with its version unless it is Azure's
	Key string

	options Options
	http    *http.Server
	served  chan struct{}
	closing chan struct{}
	close   sync.Once

	mu       sync.Mutex
	requests []Request
	total    int
	valid    int
	refused  []string
}

// Request is one request as it came in.
type Request struct {
	Method        string
	Path          string
	Authorization string
	APIKey        string // Azure's header
	Body          []byte
}

// Start runs a server, on a free port of the loopback address unless Options name one. It
// panics when it cannot listen there, like httptest does.
func Start(o Options) *Server {
	if o.Key == "" {
		o.Key = "sk-test"
	}
	if o.ChatModel == "" {
		o.ChatModel = "gpt-4o-mini"
	}
	if o.EmbeddingModel == "" {
		o.EmbeddingModel = "text-embedding-3-small"
	}
	if o.Keep == 0 {
		o.Keep = 10_000
	}
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", o.Address)
	if err != nil {
		panic(fmt.Sprintf("fakellm: %v", err))
	}
	if o.Kind == "" {
		o.Kind = OpenAI
	}
	base := "http://" + listener.Addr().String()
	if o.Kind != Azure {
		base += "/v1"
	}
	s := &Server{
		URL:     base,
		Key:     o.Key,
		options: o,
		served:  make(chan struct{}),
		closing: make(chan struct{}),
	}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.served)
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic(fmt.Sprintf("fakellm: %v", err))
		}
	}()
	return s
}

// Close cuts all connections and waits for the server to end.
func (s *Server) Close() {
	s.close.Do(func() {
		close(s.closing)
		_ = s.http.Close() // nothing to lose: connections are cut on purpose
		<-s.served
	})
}

// Requests returns the requests so far, refused ones included, up to Options.Keep.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Count returns how many requests came in.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}

// Refusals returns why requests were refused, in order.
func (s *Server) Refusals() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.refused...)
}

// ServeHTTP checks the request like the original, then lets the script or the judge
// answer.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16<<20))
	if err != nil {
		return // the client went away or sent too much; there is nobody to answer
	}
	request := Request{Method: r.Method, Path: r.URL.Path, Authorization: r.Header.Get("Authorization"),
		APIKey: r.Header.Get("api-key"), Body: body}
	s.keep(request)
	route := s.route(r)
	answer, refusal := s.check(request, route, r.Header.Get("Content-Type"))
	if refusal != nil {
		s.mu.Lock()
		s.refused = append(s.refused, refusal.Message)
		s.mu.Unlock()
		refusal.write(w, s.options.Kind)
		return
	}
	if route == "models" {
		writeJSON(w, http.StatusOK, answer())
		return
	}
	n := s.number()
	if !pause(r.Context(), s.closing, s.options.Latency) {
		panic(http.ErrAbortHandler) // without it an empty answer would go out
	}
	if s.options.Script != nil {
		if reply := s.options.Script(n, request); reply != nil {
			reply.own(answer)
			reply.write(w, r, s.closing)
			return
		}
	}
	writeJSON(w, http.StatusOK, answer())
}

func (s *Server) keep(r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total++
	if len(s.requests) < s.options.Keep {
		s.requests = append(s.requests, r)
	}
}

func (s *Server) number() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.valid++
	return s.valid - 1
}
