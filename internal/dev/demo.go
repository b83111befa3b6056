package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// demonstrate feeds the sample brand until both queues hold something, then prints how to
// look at it. The rest of the feed goes on behind the block.
func (s *service) demonstrate(ctx context.Context) error {
	began := s.out.now()
	log, err := os.OpenFile(s.logPath, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(s.binary, "demo", "--json", "--url", s.address(), "--speed", demoSpeed)
	cmd.Dir, cmd.Env, cmd.Stderr = s.root, s.env, log
	feed, feedEnd, err := os.Pipe()
	if err != nil {
		return err
	}
	s.feed, cmd.Stdout = feed, feedEnd
	s.demo, err = startProcess("triage demo", cmd)
	if err := errors.Join(err, feedEnd.Close()); err != nil {
		return err
	}
	token, err := s.readToken(ctx)
	if err != nil {
		return err
	}
	s.drain()
	if err := s.awaitQueues(ctx, token); err != nil {
		return err
	}
	s.out.line("sample comments in both queues in %s", seconds(s.out.now().Sub(began)))
	s.out.line("%s", block(s.address(), token, s.logPath))
	return nil
}

// readToken takes the token from the first object that the demo prints.
func (s *service) readToken(ctx context.Context) (string, error) {
	if err := s.feed.SetReadDeadline(s.out.now().Add(readyLimit)); err != nil {
		return "", err
	}
	wake := context.AfterFunc(ctx, func() { _ = s.feed.SetReadDeadline(time.Unix(1, 0)) })
	defer wake()
	var first struct {
		Token string `json:"token"`
	}
	if err := json.NewDecoder(s.feed).Decode(&first); err != nil {
		return "", fmt.Errorf("the demo gave no token: %w; the end of the log %s:\n%s", err, s.logPath, tail(s.logPath))
	}
	if first.Token == "" {
		return "", errors.New("the demo's first object holds no token")
	}
	return first.Token, s.feed.SetReadDeadline(time.Time{})
}

// drain reads on so that the demo never waits for us. It ends with the demo.
func (s *service) drain() {
	s.drained = make(chan struct{})
	go func() {
		defer close(s.drained)
		_, _ = io.Copy(io.Discard, s.feed)
	}()
}

func (s *service) awaitQueues(ctx context.Context, token string) error {
	ctx, cancel := context.WithTimeout(ctx, demoLimit)
	defer cancel()
	for {
		open, err := openItems(ctx, s.address(), token)
		if err == nil && open["smm"] > 0 && open["cm"] > 0 {
			return nil
		}
		select {
		case <-s.server.done:
			return s.serverEnded()
		case <-ctx.Done():
			return fmt.Errorf("the queues do not fill (smm %d, cm %d open): %w", open["smm"], open["cm"], errors.Join(ctx.Err(), err))
		case <-time.After(200 * time.Millisecond):
		}
	}
}
