package fakellm

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Reply is a scripted answer.
type Reply struct {
	Status int // default 200
	Header map[string]string
	Body   string

	Never      bool          // read the request, then stay silent until the client goes
	CloseAfter int           // cut the connection after so many bytes of Body; 0 sends all
	Drip       time.Duration // one byte of Body per interval, over and over, for ever
	Pieces     int           // with Drip: Body once, in so many pieces
	Own        bool          // Body is what the server would have answered by itself
	Reset      bool          // hang up before anything is answered
}

// own puts the server's own answer into the body when the reply wants it.
func (p *Reply) own(answer func() any) {
	if !p.Own {
		return
	}
	body, err := json.Marshal(answer())
	if err != nil {
		panic("fakellm: " + err.Error())
	}
	p.Body = string(body)
}

func (p *Reply) write(w http.ResponseWriter, r *http.Request, closing <-chan struct{}) {
	switch {
	case p.Never:
		pause(r.Context(), closing, time.Hour)
		panic(http.ErrAbortHandler) // without it an empty answer would go out
	case p.Reset:
		panic(http.ErrAbortHandler)
	case p.CloseAfter > 0:
		p.cutOff(w)
		return
	}
	for name, value := range p.Header {
		w.Header().Set(name, value)
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(p.status())
	if p.Drip > 0 {
		p.drip(w, r, closing)
		return
	}
	_, _ = io.WriteString(w, p.Body) // a client that left misses nothing
}

func (p *Reply) status() int {
	if p.Status == 0 {
		return http.StatusOK
	}
	return p.Status
}

func (p *Reply) drip(w http.ResponseWriter, r *http.Request, closing <-chan struct{}) {
	body := p.Body
	if body == "" {
		body = " "
	}
	out := http.NewResponseController(w)
	if p.Pieces > 0 {
		for piece := range slices.Chunk([]byte(body), (len(body)+p.Pieces-1)/p.Pieces) {
			if _, err := w.Write(piece); err != nil || out.Flush() != nil || !pause(r.Context(), closing, p.Drip) {
				return
			}
		}
		return
	}
	for i := 0; ; i = (i + 1) % len(body) {
		if _, err := io.WriteString(w, body[i:i+1]); err != nil || out.Flush() != nil {
			return
		}
		if !pause(r.Context(), closing, p.Drip) {
			return
		}
	}
}

// cutOff promises the whole body, sends its beginning and hangs up.
func (p *Reply) cutOff(w http.ResponseWriter) {
	conn, out, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	body := p.Body
	for len(body) < p.CloseAfter {
		body += " "
	}
	_, _ = fmt.Fprintf(out, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		p.status(), len(body)+1000, body[:p.CloseAfter])
	_ = out.Flush()
	_ = conn.Close() // cutting it is the point
}

// pause waits for d and returns false when the client or the server went first.
func pause(ctx context.Context, closing <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-closing:
	}
	return false
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that left misses nothing
}

// Case is one named bad answer of a script.
type Case struct {
	Name  string
	Reply Reply
}

// ReadCases reads scripted answers, one JSON object with name, status and body per
// line. A body is sent as JSON; one that is a string starting with <raw> is sent as is
// after that mark, where <close after N bytes>, <stream 1 KiB/s for ever> and <accept,
// never write> are acted instead. A member _headers of a body becomes headers. fill
// rewrites each body before it is sent, to put words into its placeholders.
func ReadCases(r io.Reader, fill func(body string) string) ([]Case, error) {
	var cases []Case
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			Name   string
			Status int
			Body   json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(cases)+1, err)
		}
		reply, err := readReply(line.Body, fill)
		if err != nil {
			return nil, fmt.Errorf("case %s: %w", line.Name, err)
		}
		reply.Status = line.Status
		cases = append(cases, Case{Name: line.Name, Reply: reply})
	}
	return cases, lines.Err()
}

func readReply(body json.RawMessage, fill func(string) string) (Reply, error) {
	var raw string
	if json.Unmarshal(body, &raw) == nil {
		return rawReply(strings.TrimPrefix(raw, "<raw>"), fill), nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return Reply{}, err
	}
	reply := Reply{Header: map[string]string{}}
	if headers, ok := members["_headers"]; ok {
		if err := json.Unmarshal(headers, &reply.Header); err != nil {
			return Reply{}, err
		}
		delete(members, "_headers")
		rest, err := json.Marshal(members)
		if err != nil {
			return Reply{}, err
		}
		body = rest
	}
	reply.Body = fill(string(body))
	return reply, nil
}

func rawReply(raw string, fill func(string) string) Reply {
	var n int
	switch {
	case strings.HasPrefix(raw, "<accept, never write>"):
		return Reply{Never: true}
	case strings.HasPrefix(raw, "<stream"):
		return Reply{Drip: time.Millisecond, Body: " "}
	}
	if _, err := fmt.Sscanf(raw, "<close after %d bytes>", &n); err == nil {
		return Reply{CloseAfter: n, Body: `{"choices":[{"finish_reason":"stop","message":{"content":"`}
	}
	return Reply{Body: fill(raw)}
}
