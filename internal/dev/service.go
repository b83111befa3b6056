package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// service is one run of the binary.
type service struct {
	*dev
	listen  string
	env     []string
	binary  string
	logPath string

	server, demo *process
	feed         *os.File      // what the demo prints
	drained      chan struct{} // closed when the feed has been read to its end
}

func (d *dev) newService(databaseURL string) (*service, error) {
	listen := os.Getenv("TRIAGE_LISTEN")
	if listen == "" {
		port, err := freePort(firstPort)
		if err != nil {
			return nil, err
		}
		listen = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	}
	return &service{
		dev: d, listen: listen, binary: d.path("bin", "triage"), logPath: d.path(".data", "triage.log"),
		env: append(os.Environ(), "DATABASE_URL="+databaseURL, "TRIAGE_LISTEN="+listen,
			"TRIAGE_DATA_DIR="+d.path(".data")),
	}, nil
}

// build builds the program with the console in it. Where the console cannot be built, the
// program says so on its page, and everything else works.
func (s *service) build(ctx context.Context) error {
	if err := s.buildWeb(ctx); err != nil {
		s.out.line("the console is left out: %v", err)
	}
	return s.out.step(func() (string, error) {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", s.binary, "./cmd/triage")
		cmd.Dir = s.root
		out, err := cmd.CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("build: %w\n%s", err, out)
		}
		return "bin/triage built", nil
	})
}

func (s *service) migrate(ctx context.Context) error {
	return s.out.step(func() (string, error) {
		cmd := s.command(ctx, "migrate")
		out, err := cmd.CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("migrate: %w\n%s", err, out)
		}
		return "schema up to date", nil
	})
}

// serve starts the server and waits until it says that it is ready.
func (s *service) serve(ctx context.Context) error {
	return s.out.step(func() (string, error) {
		log, err := os.Create(s.logPath)
		if err != nil {
			return "", err
		}
		defer func() { _ = log.Close() }() // the server has its own descriptor
		cmd := exec.Command(s.binary, "serve")
		cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.root, s.env, log, log
		if s.server, err = startProcess("triage serve", cmd); err != nil {
			return "", err
		}
		return "service ready", s.awaitReady(ctx)
	})
}

func (s *service) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	for {
		if ready(ctx, s.address()) {
			return nil
		}
		select {
		case <-s.server.done:
			return s.serverEnded()
		case <-ctx.Done():
			return fmt.Errorf("the service is not ready: %w; the end of its log %s:\n%s", ctx.Err(), s.logPath, tail(s.logPath))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// stay waits for Ctrl-C or the server's end.
func (s *service) stay(ctx context.Context) error {
	demo := s.demo.done
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.server.done:
			return s.serverEnded()
		case <-demo:
			demo = nil
			if s.demo.err != nil {
				s.out.line("the sample traffic ended early, see %s", s.logPath)
			}
		}
	}
}

// serverEnded is the error of a server that ended unasked.
func (s *service) serverEnded() error {
	how := "without an error"
	if s.server.err != nil {
		how = s.server.err.Error()
	}
	return fmt.Errorf("the service ended (%s); the end of its log %s:\n%s", how, s.logPath, tail(s.logPath))
}

// end stops the demo, then the server.
func (s *service) end() error {
	var errs []error
	for _, p := range []*process{s.demo, s.server} {
		if p != nil {
			errs = append(errs, p.end(grace))
		}
	}
	if s.drained != nil {
		<-s.drained
	}
	if s.feed != nil {
		errs = append(errs, s.feed.Close())
	}
	return errors.Join(errs...)
}

func (s *service) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.binary, args...)
	cmd.Dir, cmd.Env = s.root, s.env
	return cmd
}

// address is where this machine reaches what listens, on all interfaces perhaps.
func (s *service) address() string {
	host, port, err := net.SplitHostPort(s.listen)
	if err != nil {
		return "http://" + s.listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// freePort returns the first free loopback port from first on.
func freePort(first int) (int, error) {
	for port := first; port < first+100; port++ {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, fmt.Errorf("no free port from %d on", first)
}

func tail(path string) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}
