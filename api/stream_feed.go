package api

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"triage/postgres"
	"triage/triage"
)

// Bounds of live updates.
const (
	streamsEach  = 8    // open streams of one person
	batchesWait  = 64   // batches that wait for one reader; with more it is cut off
	newsPerBatch = 500  // rows of the audit read at once
	farthestBack = 5000 // rows that are read once more for a reader that comes back
	newsTimeout  = 5 * time.Second
)

var tooManyStreams = problemError{
	status: http.StatusTooManyRequests, kind: "rate-limited", title: "You have too many streams open; close another first.",
	detail: map[string]any{"retry_after": int(streamBeat / time.Second)},
}

// feeds reads the news of each brand that somebody watches once, and gives it to all who
// do. It is safe for concurrent use.
type feeds struct {
	store *postgres.Store
	log   *slog.Logger
	alive context.Context // ends when the server stops
	stop  func()

	mu     sync.Mutex
	brands map[triage.ID]*feed
	seats  map[seat]int
}

// seat is whom open streams are counted by.
type seat struct{ brand, person triage.ID }

// feed is one brand's news.
type feed struct {
	brand   triage.ID
	streams int // that have joined or are joining; guarded by feeds.mu

	mu      sync.Mutex // held while news is read, so that nobody joins in the middle
	looked  bool       // head is known
	head    int64      // number of the last row that was given out
	readers map[*reader]struct{}
}

// reader takes the news of one stream. Its batches are shared with other readers.
type reader struct {
	feed    *feed
	seat    seat
	batches chan []event // closed when the reader was too slow
	joined  int64        // number of the last row that does not come through batches
}

func newFeeds(store *postgres.Store, log *slog.Logger) *feeds {
	alive, stop := context.WithCancel(context.Background())
	return &feeds{
		store: store, log: log, alive: alive, stop: stop,
		brands: map[triage.ID]*feed{}, seats: map[seat]int{},
	}
}

// run gives out news until ctx ends.
func (fs *feeds) run(ctx context.Context) { fs.store.WatchAudit(ctx, fs.grown) }

// join adds a reader for somebody whose last row had the number after, which may be one
// that another process has given out already. leave must follow.
func (fs *feeds) join(ctx context.Context, at seat, after int64) (*reader, error) {
	fs.mu.Lock()
	if fs.seats[at] >= streamsEach {
		fs.mu.Unlock()
		return nil, tooManyStreams
	}
	f := fs.brands[at.brand]
	if f == nil {
		f = &feed{brand: at.brand, readers: map[*reader]struct{}{}}
		fs.brands[at.brand] = f
	}
	fs.seats[at]++
	f.streams++
	fs.mu.Unlock()

	r := &reader{feed: f, seat: at, batches: make(chan []event, batchesWait)}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.looked || after > f.head {
		if err := fs.advance(ctx, f); err != nil {
			fs.forget(r)
			return nil, err
		}
	}
	r.joined = f.head
	f.readers[r] = struct{}{}
	return r, nil
}

// leave takes a reader out.
func (fs *feeds) leave(r *reader) {
	r.feed.mu.Lock()
	delete(r.feed.readers, r)
	r.feed.mu.Unlock()
	fs.forget(r)
}

func (fs *feeds) forget(r *reader) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.seats[r.seat]--; fs.seats[r.seat] == 0 {
		delete(fs.seats, r.seat)
	}
	if r.feed.streams--; r.feed.streams == 0 {
		delete(fs.brands, r.feed.brand)
	}
}

// grown reads what is new of a brand, or of all that are watched when brand is empty.
func (fs *feeds) grown(ctx context.Context, brand triage.ID) {
	var some []*feed
	fs.mu.Lock()
	for id, f := range fs.brands {
		if brand == "" || brand == id {
			some = append(some, f)
		}
	}
	fs.mu.Unlock()
	for _, f := range some {
		if err := fs.catchUp(ctx, f); err != nil && ctx.Err() == nil {
			fs.log.WarnContext(ctx, "news not read", "brand", f.brand, "err", err)
		}
	}
}

func (fs *feeds) catchUp(ctx context.Context, f *feed) error {
	ctx, cancel := context.WithTimeout(ctx, newsTimeout)
	defer cancel()
	f.mu.Lock()
	defer f.mu.Unlock()
	return fs.advance(ctx, f)
}

// advance reads what is behind the head and gives it to the readers. A reader that has not
// taken what it got before is cut off. f.mu is held.
func (fs *feeds) advance(ctx context.Context, f *feed) error {
	if !f.looked {
		head, err := fs.store.AuditHead(ctx, f.brand)
		f.head, f.looked = head.Seq, err == nil
		return err
	}
	for {
		news, err := fs.store.News(ctx, f.brand, f.head, newsPerBatch)
		if err != nil || len(news) == 0 {
			return err
		}
		batch := eventsOf(news)
		for r := range f.readers {
			select {
			case r.batches <- batch:
			default:
				delete(f.readers, r)
				close(r.batches)
			}
		}
		f.head = news[len(news)-1].Seq
		if len(news) < newsPerBatch {
			return nil
		}
	}
}
