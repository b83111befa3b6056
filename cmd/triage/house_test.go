package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"triage/connector/meta"
	"triage/connector/standardwebhooks"
	"triage/internal/pgtest"
)

// patience is how long a test waits for what takes a moment: much, since a machine may be
// busy with other things.
const patience = time.Minute

// house is a running program with one brand, and a lead who looks at its queues.
type house struct {
	*terminal
	*running
	t            testing.TB
	pool         *pgxpool.Pool
	brand, token string
}

// newHouse sets everything up by the command line, as a person would.
func newHouse(t testing.TB, env ...string) *house {
	t.Helper()
	db := pgtest.New(t)
	m := newTerminal(t, db.URL)
	m.env = append(m.env, env...)
	h := &house{terminal: m, t: t, pool: db.Pool(t)}
	h.brand = m.id("brand", "add", "--name", "Nordlicht Fahrräder")
	h.token = m.json("token", "add", "--brand", h.brand, "--role", "lead", "--person", "Mara")["token"].(string)
	return h
}

// run starts the program.
func (h *house) run(env ...string) *house {
	h.t.Helper()
	h.running = h.serve(env...)
	return h
}

// gate is an endpoint: where one platform delivers, and how it signs.
type gate struct{ platform, id, path, secret, verify string }

// gate adds an endpoint that listens to accounts of a brand.
func (h *house) gate(brand, platform string, accounts ...string) gate {
	h.t.Helper()
	g := gate{platform: platform, secret: appSecret()}
	args := []string{"endpoint", "add", "--brand", brand, "--platform", platform}
	if platform == "standard_webhooks" {
		g.secret = "whsec_" + base64.StdEncoding.EncodeToString([]byte(g.secret))
	} else {
		g.verify = "handshake-" + appSecret()
		args = append(args, "--verify-token", g.verify)
	}
	added := h.json(append(args, "--secret", g.secret)...)
	g.id, g.path = added["id"].(string), added["path"].(string)
	for _, account := range accounts {
		h.ok("channel", "add", "--brand", brand, "--endpoint", g.id, "--external-id", account, "--name", "Account "+account)
	}
	return g
}

// signed returns the headers of a delivery that g's platform sends at a time.
func (g gate) signed(at time.Time, body []byte) http.Header {
	header := http.Header{}
	if g.platform == "standard_webhooks" {
		var err error
		if header, err = standardwebhooks.Sign(g.secret, "msg_"+uuid.NewString(), at, body); err != nil {
			panic(err)
		}
	} else {
		header.Set(meta.Header, meta.Sign(g.secret, body))
	}
	header.Set("Content-Type", "application/json")
	return header
}

// heard is an answer of the program.
type heard struct {
	status int
	header http.Header
	body   []byte
}

// kind is the last part of the problem's type.
func (a heard) kind() string {
	var problem struct{ Type string }
	_ = json.Unmarshal(a.body, &problem) // no problem document has no kind
	return problem.Type[strings.LastIndex(problem.Type, "/")+1:]
}

// counts are what a delivery was answered.
type counts struct{ Accepted, Duplicate, Ignored, Quarantined int }

func (a heard) counts(t testing.TB) (c counts) {
	t.Helper()
	if err := json.Unmarshal(a.body, &c); err != nil || a.status != http.StatusOK {
		t.Errorf("a delivery was answered %d %s", a.status, a.body)
	}
	return c
}

// send makes one request.
func (h *house) send(method, path string, header http.Header, body []byte) heard {
	h.t.Helper()
	var response *http.Response
	var err error
	for range 10 {
		var request *http.Request
		if request, err = http.NewRequestWithContext(h.t.Context(), method, h.address+path, bytes.NewReader(body)); err != nil {
			h.t.Fatal(err)
		}
		request.Header = header
		response, err = http.DefaultClient.Do(request)
		if !errors.Is(err, syscall.ECONNRESET) || len(body) <= 1<<20 {
			break
		} // refused while still sending: the answer may be cut off before it is read
	}
	if err != nil {
		h.t.Errorf("%s %s: %v", method, path, err)
		return heard{}
	}
	defer func() { _ = response.Body.Close() }() // it has been read
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Errorf("%s %s: %v", method, path, err)
	}
	return heard{response.StatusCode, response.Header, answer}
}

// post delivers a body, signed now.
func (h *house) post(g gate, body []byte) heard {
	h.t.Helper()
	return h.send(http.MethodPost, g.path, g.signed(time.Now(), body), body)
}

// deliver posts the JSON of one comment schema delivery and wants it taken.
func (h *house) deliver(g gate, kind string, data any) counts {
	h.t.Helper()
	body, err := json.Marshal(map[string]any{"type": kind, "timestamp": time.Now().UTC(), "data": data})
	if err != nil {
		h.t.Fatal(err)
	}
	return h.post(g, body).counts(h.t)
}

// rest calls the REST interface as a person with the token.
func (h *house) rest(token, method, path string, in any) heard {
	h.t.Helper()
	header := http.Header{"Authorization": {"Bearer " + token}}
	var body []byte
	if in != nil {
		header.Set("Content-Type", "application/json")
		var err error
		if body, err = json.Marshal(in); err != nil {
			h.t.Fatal(err)
		}
	}
	return h.send(method, path, header, body)
}

// item is what the tests read of an item on the wire.
type item struct {
	ID, Queue, Kind, Status, Priority, Reason, Outcome string
	Intent, Language                                   string
	Effort                                             int
	Provisional                                        bool
	Fence                                              int
	Engagement                                         struct {
		ID, Text string
		Edited   bool
		Channel  struct{ ID string }
	}
	Targets struct {
		PausedSince *time.Time `json:"paused_since"`
		NextAnswer  *time.Time `json:"next_answer"`
	}
	Reasons []struct{ Rule, Text string }
	Receipt struct {
		Engine, Model, Intent, Urgency string
		Round                          int
		Current, Provisional           bool
		Risks                          []string
	}
}

func (h *house) item(id string) (i item) {
	h.t.Helper()
	a := h.rest(h.token, http.MethodGet, "/v1/items/"+id, nil)
	if err := json.Unmarshal(a.body, &i); err != nil || a.status != http.StatusOK {
		h.t.Fatalf("item %s: %d %s", id, a.status, a.body)
	}
	return i
}

// items returns everything, live or closed, that stands in either queue.
func (h *house) items(token string) []item {
	h.t.Helper()
	var all []item
	for _, queue := range []string{"smm", "cm"} {
		for cursor := "first"; cursor != ""; {
			path := fmt.Sprintf("/v1/queues/%s/items?status=live,closed&limit=200", queue)
			if cursor != "first" {
				path += "&cursor=" + cursor
			}
			a := h.rest(token, http.MethodGet, path, nil)
			var page struct {
				Items []item
				Next  string `json:"next_cursor"`
			}
			if err := json.Unmarshal(a.body, &page); err != nil || a.status != http.StatusOK {
				h.t.Fatalf("%s: %d %s", path, a.status, a.body)
			}
			all, cursor = append(all, page.Items...), page.Next
		}
	}
	return all
}

// itemOf waits for the item of a text.
func (h *house) itemOf(text string) (found item) {
	h.t.Helper()
	h.eventually(patience, func() bool {
		for _, i := range h.items(h.token) {
			if i.Engagement.Text == text {
				found = i
				return true
			}
		}
		return false
	})
	return found
}

// settled waits until every live comment stands in a queue as it was last judged.
func (h *house) settled() {
	h.t.Helper()
	h.eventually(patience, func() bool {
		return h.number(`SELECT count(*) FROM engagements e WHERE e.deleted_at IS NULL AND NOT EXISTS (
			SELECT FROM items i WHERE i.brand_id = e.brand_id AND i.engagement_id = e.id AND i.kind = 'owner' AND i.round = e.round)`) == 0
	})
}

// number asks the database for one, where nothing else can show it.
func (h *house) number(sql string, args ...any) (n int) {
	h.t.Helper()
	if err := h.pool.QueryRow(h.t.Context(), sql, args...).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}
