// Package cutnet listens like a network that fails: connections are reset after a random
// number of bytes. It is for tests of what survives that.
package cutnet

import (
	"errors"
	"math/rand/v2"
	"net"
	"sync"
)

// Listener resets the connections that it accepts.
type Listener struct {
	net.Listener
	Most int // bytes that a connection sends at most before it is reset; 0 never resets

	mu   sync.Mutex
	rand *rand.Rand
	cuts int
}

// Listen opens a listener on a free local port. Equal seeds cut at equal places.
func Listen(seed uint64, most int) (*Listener, error) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &Listener{Listener: inner, Most: most, rand: rand.New(rand.NewPCG(seed, seed))}, nil
}

// Cuts returns how many connections were reset so far.
func (l *Listener) Cuts() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cuts
}

// Accept waits for a connection and decides when it will break.
func (l *Listener) Accept() (net.Conn, error) {
	inner, err := l.Listener.Accept()
	if err != nil || l.Most == 0 {
		return inner, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return &conn{Conn: inner, from: l, left: l.rand.IntN(l.Most)}, nil
}

type conn struct {
	net.Conn
	from *Listener
	left int
}

var errCut = errors.New("connection cut")

// Write sends what is left to be sent and then resets the connection.
func (c *conn) Write(b []byte) (int, error) {
	if len(b) <= c.left {
		c.left -= len(b)
		return c.Conn.Write(b)
	}
	n, _ := c.Conn.Write(b[:c.left]) // it breaks here, whatever comes of it
	c.left = 0
	c.from.mu.Lock()
	c.from.cuts++
	c.from.mu.Unlock()
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset instead of an orderly end
	}
	_ = c.Conn.Close()
	return n, errCut
}
