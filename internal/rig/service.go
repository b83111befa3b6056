// Package rig starts the built program beside a private PostgreSQL and speaks to it as a
// platform would. Benchmarks and fault tests share it; it decides no verdict.
package rig

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Service is one running process of the program.
type Service struct {
	Address string // http://host:port; empty without the api role
	command *exec.Cmd
	done    chan struct{}
	log     *os.File
}

// Program is the built binary with its environment: one database, one data folder.
type Program struct {
	Binary      string
	DatabaseURL string
	DataDir     string   // for keys and logs
	Env         []string // further variables
}

func (p Program) environ() []string {
	return append(append(os.Environ(),
		"DATABASE_URL="+p.DatabaseURL, "TRIAGE_DATA_DIR="+p.DataDir, "OPENAI_API_KEY=", "OPENAI_BASE_URL=", "SLACK_BOT_TOKEN="), p.Env...)
}

// Start starts "serve" with roles on a free port, or on listen when that is not empty,
// and waits until it says that it listens.
func (p Program) Start(ctx context.Context, roles, listen string) (*Service, error) {
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	log, err := os.OpenFile(filepath.Join(p.DataDir, "serve.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(p.Binary, "serve", "--roles", roles)
	cmd.Env = append(p.environ(), "TRIAGE_LISTEN="+listen)
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	s := &Service{command: cmd, done: make(chan struct{}), log: log}
	ready := make(chan string, 1)
	go func() {
		defer close(s.done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if address, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
				ready <- address
			}
		}
		_ = cmd.Wait() // how it ended is seen by ProcessState
		_ = log.Close()
	}()
	if !strings.Contains(roles, "api") {
		return s, nil
	}
	select {
	case s.Address = <-ready:
		return s, nil
	case <-s.done:
		return nil, fmt.Errorf("serve ended at once: see %s", log.Name())
	case <-ctx.Done():
		s.Kill()
		return nil, ctx.Err()
	}
}

// Kill ends the process as a power cut would, and waits until it is gone.
func (s *Service) Kill() {
	_ = s.command.Process.Kill() // it may have ended by itself
	<-s.done
}

// Stop ends the process with SIGTERM and waits for it.
func (s *Service) Stop() error {
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	<-s.done
	if code := s.command.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("serve ended with %d", code)
	}
	return nil
}

// Running reports whether the process has not ended.
func (s *Service) Running() bool {
	select {
	case <-s.done:
		return false
	default:
		return true
	}
}

// PeakMemory returns the most resident memory that the process had so far, in bytes
// (VmHWM of proc_pid_status(5)).
func (s *Service) PeakMemory() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kb * 1024, err
		}
	}
	return 0, errors.New("no VmHWM")
}

// Ask runs a subcommand with --json and decodes its answer.
func (p Program) Ask(ctx context.Context, into any, args ...string) error {
	cmd := exec.CommandContext(ctx, p.Binary, append(args, "--json")...)
	cmd.Env = p.environ()
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("triage %s: %w: %s", args[0], err, problems.String())
	}
	if err := json.NewDecoder(&out).Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("triage %s: %w", args[0], err)
	}
	return nil
}

// Brand is a brand that a rig made, with one generic endpoint and channel and a token.
type Brand struct {
	ID, Endpoint, Channel string
	Path                  string // of the endpoint
	Secret                string
	Token                 string
}

// AddBrand makes a brand with an endpoint, a channel and a lead's token.
func (p Program) AddBrand(ctx context.Context, name string) (Brand, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	b := Brand{Secret: "whsec_" + base64.StdEncoding.EncodeToString(key)}
	var answer struct{ ID, Path, Token string }
	steps := []struct {
		args []string
		keep func()
	}{
		{[]string{"migrate"}, func() {}},
		{[]string{"brand", "add", "--name", name}, func() { b.ID = answer.ID }},
	}
	for _, step := range steps {
		if err := p.Ask(ctx, &answer, step.args...); err != nil {
			return b, err
		}
		step.keep()
	}
	if err := p.Ask(ctx, &answer, "endpoint", "add", "--brand", b.ID, "--platform", "standard_webhooks", "--secret", b.Secret); err != nil {
		return b, err
	}
	b.Endpoint, b.Path = answer.ID, answer.Path
	if err := p.Ask(ctx, &answer, "channel", "add", "--brand", b.ID, "--endpoint", b.Endpoint, "--external-id", "rig", "--name", "Rig"); err != nil {
		return b, err
	}
	b.Channel = answer.ID
	if err := p.Ask(ctx, &answer, "token", "add", "--brand", b.ID, "--role", "lead", "--person", "Rig"); err != nil {
		return b, err
	}
	b.Token = answer.Token
	return b, nil
}

// WaitFor asks until what is true, or ctx ends.
func WaitFor(ctx context.Context, what func() (bool, error)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := what()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
