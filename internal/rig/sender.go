package rig

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"triage/connector/standardwebhooks"
)

// Sender posts signed deliveries over one kept connection. It writes HTTP by hand, so that
// the generator takes as little as possible of the cores that it shares.
type Sender struct {
	host, path, secret string
	conn               net.Conn
	in                 *bufio.Reader
	out                bytes.Buffer
}

// NewSender returns a sender for one endpoint at address (http://host:port).
func NewSender(address string, b Brand) *Sender {
	return &Sender{host: strings.TrimPrefix(address, "http://"), path: b.Path, secret: b.Secret}
}

// To points the sender at another address and drops its connection.
func (s *Sender) To(address string) {
	s.Close()
	s.host = strings.TrimPrefix(address, "http://")
}

// Close drops the connection; the next Post opens another.
func (s *Sender) Close() {
	if s.conn != nil {
		_ = s.conn.Close() // nothing is pending on it
		s.conn = nil
	}
}

// Post sends one body, signed now, and returns the status. An error means that there was
// no answer: the outcome is unknown.
func (s *Sender) Post(id string, body []byte, timeout time.Duration) (int, error) {
	header, err := standardwebhooks.Sign(s.secret, id, time.Now(), body)
	if err != nil {
		return 0, err
	}
	if s.conn == nil {
		if s.conn, err = net.DialTimeout("tcp", s.host, timeout); err != nil {
			s.conn = nil
			return 0, err
		}
		s.in = bufio.NewReaderSize(s.conn, 4<<10)
	}
	status, err := s.exchange(header, body, timeout)
	if err != nil {
		s.Close()
	}
	return status, err
}

func (s *Sender) exchange(header http.Header, body []byte, timeout time.Duration) (int, error) {
	s.out.Reset()
	s.out.WriteString("POST " + s.path + " HTTP/1.1\r\nHost: " + s.host + "\r\nContent-Type: application/json\r\nContent-Length: ")
	s.out.WriteString(strconv.Itoa(len(body)))
	for name, values := range header {
		s.out.WriteString("\r\n" + name + ": " + values[0])
	}
	s.out.WriteString("\r\n\r\n")
	s.out.Write(body)
	if err := s.conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		return 0, err
	}
	if _, err := s.conn.Write(s.out.Bytes()); err != nil {
		return 0, err
	}
	return s.answer()
}

// answer reads a status line, the headers and the body that Content-Length tells of.
func (s *Sender) answer() (int, error) {
	line, err := s.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, fmt.Errorf("status line %q", line)
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, err
	}
	length := 0
	for {
		if line, err = s.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
	}
	_, err = io.CopyN(io.Discard, s.in, int64(length))
	return status, err
}

// Comment is what a rig says in one delivery.
type Comment struct {
	ID, Thread, Author, Text string
	At                       time.Time
}

// Created returns the body that creates c.
func (c Comment) Created() []byte { return c.body("comment.created") }

// Updated returns the body that edits c.
func (c Comment) Updated() []byte { return c.body("comment.updated") }

// Deleted returns the body that deletes c.
func (c Comment) Deleted() []byte { return c.body("comment.deleted") }

func (c Comment) body(kind string) []byte {
	at := c.At.UTC().Format(time.RFC3339Nano)
	data := map[string]any{
		"account": "rig", "id": c.ID, "thread": map[string]string{"id": c.Thread},
		"author": map[string]any{"id": c.Author, "handle": "@" + c.Author, "name": "Rig " + c.Author, "followers": 120},
		"text":   c.Text, "language": "en", "created_at": at, "updated_at": at, "permalink": "https://rig.example/" + c.ID,
	}
	body, err := json.Marshal(map[string]any{"type": kind, "timestamp": at, "data": data})
	if err != nil {
		panic(err) // only strings and numbers
	}
	return body
}
