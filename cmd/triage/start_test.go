package main

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// running is a 'triage serve' on a free port.
type running struct {
	address string
	log     *lines
	cancel  context.CancelFunc
	ended   chan struct{}
	code    int // once ended
}

// serve starts the program with further variables. It ends with the test, which fails
// when the program does not stop cleanly.
func (m *terminal) serve(env ...string) *running {
	m.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &running{log: &lines{}, cancel: cancel, ended: make(chan struct{})}
	// Many programs share this test's process: none of them may bound its memory.
	program := Program{
		Env:   slices.Concat(m.env, []string{"TRIAGE_LISTEN=127.0.0.1:0", "GOMEMLIMIT=off", "TRIAGE_DB_CONNS=8"}, env),
		Stdin: strings.NewReader(""), Stdout: s.log, Stderr: s.log,
	}
	go func() {
		defer close(s.ended)
		s.code = program.Run(ctx, []string{"serve"})
	}()
	m.t.Cleanup(func() {
		if code := s.stop(); code != exitOK {
			m.t.Errorf("serve ended with %d:\n%s", code, s.log)
		}
	})
	listening := regexp.MustCompile(`listening on (\S+)`)
	m.eventually(30*time.Second, func() bool {
		found := listening.FindStringSubmatch(s.log.String())
		if found == nil {
			return false
		}
		s.address = found[1]
		response, err := http.Get(s.address + "/readyz")
		return err == nil && response.Body.Close() == nil && response.StatusCode == http.StatusOK
	})
	return s
}

// stop ends the program as SIGTERM does, and returns its exit code.
func (s *running) stop() int {
	s.cancel()
	<-s.ended
	return s.code
}

// eventually waits for a condition.
func (m *terminal) eventually(limit time.Duration, met func() bool) {
	m.t.Helper()
	for deadline := time.Now().Add(limit); !met(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			m.t.Fatalf("not within %v", limit)
		}
	}
}

// lines collects what a running program prints.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
