package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// good is a delivery that every rule of the door lets in.
const good = `{"type":"comment.created","data":{"account":"page","id":"c1","text":"Where can I buy this?"}}`

func TestTheDoorRefusesWithoutTouchingTheDatabase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.gate(h.brand, "standard_webhooks", "page")
	meta := h.gate(h.brand, "facebook", "page")
	disabled := h.gate(h.brand, "standard_webhooks", "page")
	h.ok("endpoint", "disable", "--endpoint", disabled.id)
	h.run()
	signed := func(at time.Duration) http.Header { return g.signed(time.Now().Add(at), []byte(good)) }
	with := func(header http.Header, name, value string) http.Header {
		header.Set(name, value)
		return header
	}
	unsigned := http.Header{"Content-Type": {"application/json"}}
	stranger := gate{platform: "standard_webhooks", secret: "whsec_" + strings.Repeat("QUJD", 8)}
	for name, c := range map[string]struct {
		method, path string
		header       http.Header
		body         string
		status       int
		kind         string
		answers      http.Header
	}{
		"not signed":                    {header: unsigned, status: 401, kind: "signature-missing"},
		"not signed, of Meta":           {path: meta.path, header: unsigned, status: 401, kind: "signature-missing"},
		"signed by somebody else":       {header: stranger.signed(time.Now(), []byte(good)), status: 401, kind: "signature-invalid"},
		"signed by somebody else, Meta": {path: meta.path, header: meta.signed(time.Now(), []byte("{}")), status: 401, kind: "signature-invalid"},
		"signed for another body":       {header: signed(0), body: good + " ", status: 401, kind: "signature-invalid"},
		"signature of nonsense":         {header: with(signed(0), "Webhook-Signature", "v1,nonsense"), status: 401, kind: "signature-invalid"},
		"sent six minutes ago":          {header: signed(-6 * time.Minute), status: 401, kind: "timestamp-out-of-range"},
		"sent in six minutes":           {header: signed(6 * time.Minute), status: 401, kind: "timestamp-out-of-range"},
		"unknown endpoint":              {path: "/webhooks/standard_webhooks/0198f000-0000-7000-8000-000000000000", header: signed(0), status: 404, kind: "not-found"},
		"no id":                         {path: "/webhooks/standard_webhooks/x", header: signed(0), status: 404, kind: "not-found"},
		"endpoint of another platform":  {path: strings.Replace(g.path, "standard_webhooks", "facebook", 1), header: signed(0), status: 404, kind: "not-found"},
		"unknown platform":              {path: strings.Replace(g.path, "standard_webhooks", "myspace", 1), header: signed(0), status: 404, kind: "not-found"},
		"disabled endpoint":             {path: disabled.path, header: signed(0), status: 404, kind: "not-found"},
		"another method":                {method: "PUT", header: signed(0), status: 405, kind: "method-not-allowed", answers: http.Header{"Allow": {"GET, HEAD, POST"}}},
		"another type":                  {header: with(signed(0), "Content-Type", "text/plain"), status: 415, kind: "unsupported-media-type", answers: http.Header{"Accept-Post": {"application/json"}}},
		"compressed":                    {header: with(signed(0), "Content-Encoding", "gzip"), status: 415, kind: "unsupported-encoding", answers: http.Header{"Accept-Encoding": {"identity"}}},
		"a byte over a MiB":             {header: signed(0), body: strings.Repeat(" ", 1<<20+1), status: 413, kind: "payload-too-large"},
	} {
		if c.method == "" {
			c.method = http.MethodPost
		}
		if c.path == "" {
			c.path = g.path
		}
		if c.body == "" {
			c.body = good
		}
		a := h.send(c.method, c.path, c.header, []byte(c.body))
		if a.status != c.status || a.kind() != c.kind || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: answered %d %s", name, a.status, a.body)
		}
		for header := range c.answers {
			if a.header.Get(header) != c.answers.Get(header) {
				t.Errorf("%s: %s is %q", name, header, a.header.Get(header))
			}
		}
	}
	if n := h.number(`SELECT count(*) FROM deliveries`); n != 0 {
		t.Errorf("%d deliveries were kept", n)
	}
	if got := h.send("POST", g.path, signed(4*time.Minute), []byte(good)).counts(t); got != (counts{Accepted: 1}) {
		t.Errorf("four minutes are within the range, and were answered %+v", got)
	}
}

// TestABodyOfUnknownLengthIsBoundedToo sends chunks (RFC 9112, section 7.1), of which the
// server learns the length by counting. It answers and hangs up while the sender still
// writes, so writing may fail; the answer is there all the same.
func TestABodyOfUnknownLengthIsBoundedToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.gate(h.brand, "standard_webhooks", "page")
	h.run()
	for want, body := range map[int]string{200: good, 413: strings.Repeat(" ", 2<<20)} {
		request, err := http.NewRequestWithContext(t.Context(), "POST", h.address+g.path, struct{ io.Reader }{strings.NewReader(body)})
		if err != nil {
			t.Fatal(err)
		}
		request.Header = g.signed(time.Now(), []byte(body))
		if got, err := statusOf(request); err != nil || got != want {
			t.Errorf("%d bytes in chunks are answered %d, want %d: %v", len(body), got, want, err)
		}
	}
	if n := h.number(`SELECT count(*) FROM deliveries`); n != 1 {
		t.Errorf("%d deliveries were kept", n)
	}
}

// statusOf sends a request over a connection of its own, and reads the answer even when
// the server hung up on the rest of the request.
func statusOf(request *http.Request) (int, error) {
	conn, err := net.Dial("tcp", request.URL.Host)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }() // the answer has been read
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	written := request.Write(conn)
	response, err := http.ReadResponse(bufio.NewReader(conn), request)
	if err != nil {
		return 0, errors.Join(written, err)
	}
	return response.StatusCode, response.Body.Close()
}

func TestHandshakesOfMeta(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.gate(h.brand, "facebook", "page")
	guessed := h.gate(h.brand, "facebook", "page")
	h.run()
	ask := func(g gate, token, challenge string) heard {
		query := url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {token}, "hub.challenge": {challenge}}
		return h.send("GET", g.path+"?"+query.Encode(), nil, nil)
	}
	for range 30 { // a right one is never limited
		a := ask(g, g.verify, "1158201444")
		if a.status != 200 || string(a.body) != "1158201444" || !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") {
			t.Fatalf("the right token is answered %d %q, %s", a.status, a.body, a.header.Get("Content-Type"))
		}
	}
	if a := ask(g, "wrong", "1158201444"); a.status != 403 || strings.Contains(string(a.body), "1158201444") {
		t.Errorf("a wrong token is answered %d %s", a.status, a.body)
	}
	if a := ask(g, g.verify, "<script>alert(1)</script>"); a.status != 400 || strings.Contains(string(a.body), "script") {
		t.Errorf("an unsafe challenge is answered %d %s", a.status, a.body)
	}
	if a := h.send("GET", g.path, nil, nil); a.status != 400 {
		t.Errorf("missing parameters are answered %d %s", a.status, a.body)
	}
	statuses := map[int]int{}
	var last heard
	for range 15 {
		last = ask(guessed, "guess", "1")
		statuses[last.status]++
	}
	if statuses[403] != 10 || statuses[429] != 5 || last.header.Get("Retry-After") == "" || last.kind() != "rate-limited" {
		t.Errorf("15 guesses are answered %v, the last %s", statuses, last.body)
	}
	if n := h.number(`SELECT count(*) FROM deliveries`); n != 0 {
		t.Errorf("%d deliveries were kept", n)
	}
}

func TestFiftyCopiesAtOnceHaveTheEffectOfOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.gate(h.brand, "standard_webhooks", "page")
	h.run()
	header := g.signed(time.Now(), []byte(good))
	var mu sync.Mutex
	var sum counts
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			a := h.send("POST", g.path, header.Clone(), []byte(good))
			mu.Lock()
			defer mu.Unlock()
			if a.status != http.StatusOK {
				t.Errorf("a copy was answered %d %s", a.status, a.body)
				return
			}
			c := a.counts(t)
			sum.Accepted, sum.Duplicate = sum.Accepted+c.Accepted, sum.Duplicate+c.Duplicate
		})
	}
	all.Wait()
	h.settled()
	if items := h.items(h.token); sum != (counts{Accepted: 1, Duplicate: 49}) || len(items) != 1 || h.number(`SELECT count(*) FROM engagements`) != 1 {
		t.Errorf("the answers add up to %+v; %d items: %+v", sum, len(items), items)
	}
}

func TestANewChannelMayBeSpokenToAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t).run()
	for range 20 {
		g := h.gate(h.brand, "standard_webhooks", "page")
		if got := h.post(g, []byte(good)).counts(t); got != (counts{Accepted: 1}) {
			t.Fatalf("the first delivery is answered %+v", got)
		}
	}
	g := h.gate(h.brand, "standard_webhooks", "page")
	strange := map[string]any{"account": "nobody's", "id": "c1", "text": "Hello?"}
	for range 3 {
		if got := h.deliver(g, "comment.created", strange); got != (counts{Quarantined: 1}) {
			t.Errorf("an account that is nobody's is answered %+v", got)
		}
	}
}

func TestAnOldCommentDeliveredTwiceIsADuplicate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.gate(h.brand, "standard_webhooks", "page")
	h.run()
	for posted, id := range map[string]string{"2009-04-01T10:00:00Z": "decade", "1999-06-01T00:00:00Z": "antiquity"} {
		old := map[string]any{"account": "page", "id": id, "text": "First!", "created_at": posted}
		if first, second := h.deliver(g, "comment.created", old), h.deliver(g, "comment.created", old); first != (counts{Accepted: 1}) || second != (counts{Duplicate: 1}) {
			t.Errorf("a comment of %s is answered %+v, then %+v", posted, first, second)
		}
	}
}
