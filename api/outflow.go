package api

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
)

// outflow is the body of an answer that is written after its handler has returned. A client
// that takes nothing for streamWrite is given up.
type outflow struct {
	conn net.Conn
	w    *bufio.Writer
}

// Write writes without copying to the client at once.
func (o *outflow) Write(text []byte) (int, error) {
	if err := o.conn.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil {
		return 0, err
	}
	return o.w.Write(text)
}

// flush lets the client have all.
func (o *outflow) flush() error { return o.w.Flush() }

// pour answers with what write writes. It runs in a goroutine of the framework, which waits
// for it before the connection ends; nothing of the request may be used there but copies.
// The context ends when the server stops.
func (s *Server) pour(c huma.Context, media string, write func(context.Context, *outflow)) {
	c.SetHeader("Content-Type", media)
	c.SetHeader("X-Accel-Buffering", "no") // proxies pass on what there is
	c.SetHeader("Connection", "close")     // the write deadline stays with the connection
	c.SetStatus(http.StatusOK)
	request := humafiber.UnwrapV2(c).Context()
	conn := request.Conn()
	request.SetBodyStreamWriter(func(w *bufio.Writer) { write(s.feeds.alive, &outflow{conn, w}) })
}
