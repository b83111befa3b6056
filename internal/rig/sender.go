package rig

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// Sender posts signed deliveries over one kept connection. It writes HTTP by hand, so that
// the generator takes as little as possible of the cores that it shares.
type Sender struct {
	host, path  string
	mac         hash.Hash
	conn        net.Conn
	in          *bufio.Reader
	head        []byte // of every request, up to the length of its body
	out, signed []byte
}

// NewSender returns a sender for one endpoint at address (http://host:port).
func NewSender(address string, b Brand) *Sender {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(b.Secret, "whsec_"))
	if err != nil {
		panic(err) // AddBrand made it
	}
	s := &Sender{path: b.Path, mac: hmac.New(sha256.New, key)}
	s.To(address)
	return s
}

// To points the sender at another address and drops its connection.
func (s *Sender) To(address string) {
	s.Close()
	s.host = strings.TrimPrefix(address, "http://")
	s.head = []byte("POST " + s.path + " HTTP/1.1\r\nHost: " + s.host + "\r\nContent-Type: application/json\r\nContent-Length: ")
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
	if s.conn == nil {
		conn, err := net.DialTimeout("tcp", s.host, timeout)
		if err != nil {
			return 0, err
		}
		s.conn, s.in = conn, bufio.NewReaderSize(conn, 4<<10)
	}
	status, err := s.exchange(id, body, timeout)
	if err != nil {
		s.Close()
	}
	return status, err
}

func (s *Sender) exchange(id string, body []byte, timeout time.Duration) (int, error) {
	s.out = append(s.out[:0], s.head...)
	s.out = strconv.AppendInt(s.out, int64(len(body)), 10)
	now := time.Now()
	stamp := strconv.FormatInt(now.Unix(), 10)
	s.out = append(append(s.out, "\r\nWebhook-Id: "...), id...)
	s.out = append(append(s.out, "\r\nWebhook-Timestamp: "...), stamp...)
	s.out = append(s.out, "\r\nWebhook-Signature: v1,"...)
	s.out = base64.StdEncoding.AppendEncode(s.out, s.sign(id, stamp, body))
	s.out = append(append(s.out, "\r\n\r\n"...), body...)
	if err := s.conn.SetDeadline(now.Add(timeout)); err != nil {
		return 0, err
	}
	if _, err := s.conn.Write(s.out); err != nil {
		return 0, err
	}
	return s.answer()
}

// sign signs "id.timestamp.body" (Standard Webhooks 1.0.0), with one keyed hash for all.
func (s *Sender) sign(id, stamp string, body []byte) []byte {
	s.mac.Reset()
	s.signed = append(append(append(append(s.signed[:0], id...), '.'), stamp...), '.')
	s.mac.Write(s.signed)
	s.mac.Write(body)
	return s.mac.Sum(s.signed[:0])
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
