package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"triage/postgres"
	"triage/triage"
)

// How a stream keeps time.
const (
	streamBeat  = 15 * time.Second // between signs of life; the caller's right is looked at as often
	streamRetry = 2 * time.Second  // after which a client comes back
	streamWrite = 10 * time.Second // longest wait for a client to take what was sent
)

const streamMedia = "text/event-stream"

func (s *Server) streamRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/stream", id: "stream", needs: mayRead, media: streamMedia,
		summary: "What changes in my queues, live: server-sent events item, wave, alert, ready and reset",
		fails:   []int{http.StatusTooManyRequests},
	}, s.openStream)
}

type streamInput struct {
	Queue       string `query:"queue" enum:"smm,cm" doc:"Default: the queues that the role works on"`
	Mine        bool   `query:"mine" doc:"Only what concerns the caller"`
	LastID      string `query:"last_id" maxLength:"40" doc:"Id of the last event that was received; what came since is sent first"`
	LastEventID string `header:"Last-Event-ID" maxLength:"40" doc:"The same, as browsers say it when they come back; it wins"`
}

func (s *Server) openStream(ctx context.Context, who postgres.Caller, in *streamInput) (*huma.StreamResponse, error) {
	said := strings.Clone(in.LastEventID)
	if said == "" {
		said = strings.Clone(in.LastID)
	}
	after, err := strconv.ParseInt(said, 10, 64)
	known := err == nil && after >= 0
	if !known {
		after = 0
	}
	r, err := s.feeds.join(ctx, seat{who.BrandID, who.PersonID}, after)
	if err != nil {
		return nil, err
	}
	st := &stream{
		server: s, reader: r, asked: triage.Queue(strings.Clone(in.Queue)), mine: in.Mine, seen: r.joined,
	}
	st.wish = wishOf(who, st.asked, st.mine)
	switch {
	case said == "":
	case known && after <= r.joined && r.joined-after <= farthestBack:
		st.seen, st.resumed = after, true
	case known && after <= r.joined:
		st.reset = "too_old"
	default:
		st.reset = "unknown"
	}
	return &huma.StreamResponse{Body: st.begin}, nil
}

// stream is one open connection.
type stream struct {
	server  *Server
	reader  *reader
	asked   triage.Queue
	mine    bool
	wish    wish
	again   func(context.Context) (postgres.Caller, error) // asks once more who calls
	resumed bool
	reset   string // why the client has to load everything anew, empty when it has not

	out  *outflow
	seen int64 // number of the last row that was looked at
}

// begin answers, and leaves the writing to what outlives the request.
func (st *stream) begin(c huma.Context) {
	s, v := st.server, visitOf(c.Context())
	st.again = func(ctx context.Context) (postgres.Caller, error) { return s.admitted(ctx, v, mayRead) }
	s.pour(c, streamMedia, func(ctx context.Context, out *outflow) {
		defer s.feeds.leave(st.reader)
		st.out = out
		_ = st.write(ctx) // the client is gone, or has been told to come back
	})
}

// write sends events until the client goes, its right ends, it is too slow or the server
// stops.
func (st *stream) write(ctx context.Context) error {
	if err := st.greet(ctx); err != nil {
		return err
	}
	beat := time.NewTicker(st.server.beat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case batch, more := <-st.reader.batches:
			if !more {
				return st.send("id:\nevent: reset\ndata: {\"reason\":\"slow\"}\n\n")
			}
			if err := st.give(batch); err != nil {
				return err
			}
		case <-beat.C:
			if !st.stillMay(ctx) {
				return nil
			}
			if err := st.send(fmt.Sprintf(": beat\nid: %d\n\n", st.seen)); err != nil {
				return err
			}
		}
	}
}

// greet tells where the stream begins, and then what was missed.
func (st *stream) greet(ctx context.Context) error {
	text := fmt.Sprintf("retry: %d\nid: %d\nevent: ready\ndata: {\"resumed\":%t}\n\n", streamRetry.Milliseconds(), st.seen, st.resumed)
	if st.reset != "" {
		text += fmt.Sprintf("id: %d\nevent: reset\ndata: {\"reason\":%q}\n\n", st.seen, st.reset)
	}
	if err := st.send(text); err != nil {
		return err
	}
	for st.seen < st.reader.joined {
		limited, cancel := context.WithTimeout(ctx, newsTimeout)
		news, err := st.server.store.News(limited, st.reader.seat.brand, st.seen, min(newsPerBatch, int(st.reader.joined-st.seen)))
		cancel()
		if err != nil || len(news) == 0 {
			return err // it comes back with the id that it has
		}
		if err := st.give(eventsOf(news)); err != nil {
			return err
		}
	}
	return nil
}

// give sends those of a batch that are wanted.
func (st *stream) give(batch []event) error {
	var text []byte
	for _, e := range batch {
		if st.wish.includes(e) {
			text = append(text, e.text...)
		}
	}
	st.seen = batch[len(batch)-1].seq
	if len(text) == 0 {
		return nil
	}
	return st.send(string(text))
}

func (st *stream) send(text string) error {
	if _, err := st.out.Write([]byte(text)); err != nil {
		return err
	}
	return st.out.flush()
}

// stillMay looks whether the caller may still read, and in which role. While the database
// is away there is nothing to read, and nobody is sent away.
func (st *stream) stillMay(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, newsTimeout)
	defer cancel()
	who, err := st.again(ctx)
	if triage.KindOf(err) == triage.Unavailable {
		return true
	}
	if err != nil || !mayRead.allows(who.Role) || who.BrandID != st.reader.seat.brand {
		return false
	}
	st.wish = wishOf(who, st.asked, st.mine)
	return true
}
