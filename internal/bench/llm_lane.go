package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/internal/fakellm"
	"triage/internal/rig"
)

// lane is one running service with a database and a model server of its own.
type lane struct {
	name    string
	program rig.Program
	service *rig.Service
	model   *fakellm.Server
	latency time.Duration
	conn    *pgx.Conn
}

// open starts a service with its model server, and makes a brand for each of the names.
func (a *away) open(ctx context.Context, name string, brands ...string) (l *lane, made []*mail, err error) {
	l = &lane{name: name, latency: a.latency}
	l.revive("")
	l.program, err = a.beside(ctx, a.dir, a.binary, "llm_"+name,
		"TRIAGE_ENGINE="+a.engine, "OPENAI_BASE_URL="+l.model.URL, "OPENAI_API_KEY="+l.model.Key, "TRIAGE_CHAT_MODEL="+chatModel)
	for _, brand := range brands {
		m := &mail{lane: l, letters: map[string]letter{}, seen: map[string]time.Time{}}
		if err == nil {
			m.brand, err = l.program.AddBrand(ctx, brand)
		}
		made = append(made, m)
	}
	if err == nil {
		l.service, err = l.program.Start(ctx, "api,jobs", "")
	}
	if err == nil {
		l.conn, err = pgx.Connect(ctx, l.program.DatabaseURL)
	}
	if err != nil {
		l.close()
		return nil, nil, err
	}
	return l, made, nil
}

const chatModel = "gpt-4.1-mini"

// revive starts the model server, at the address of an earlier one when that is not empty.
func (l *lane) revive(address string) {
	l.model = fakellm.Start(fakellm.Options{Address: address, Latency: l.latency, Keep: 1, ChatModel: chatModel})
}

// address returns where the model server listens.
func (l *lane) address() string {
	return strings.TrimSuffix(strings.TrimPrefix(l.model.URL, "http://"), "/v1")
}

func (l *lane) close() {
	if l.conn != nil {
		_ = l.conn.Close(context.Background()) // the database goes with everything else
	}
	if l.service != nil {
		l.service.Kill()
	}
	l.model.Close()
}

// number asks the lane's database for one number.
func (l *lane) number(ctx context.Context, sql string, args ...any) (n float64, err error) {
	err = l.conn.QueryRow(ctx, sql, args...).Scan(&n)
	return n, err
}

// mail is what was sent to one brand, and what came of it.
type mail struct {
	*lane
	brand rig.Brand

	refused atomic.Int64 // attempts that were answered 503, or not at all

	mu      sync.Mutex
	letters map[string]letter
	seen    map[string]time.Time // when an item was first there, by comment
}

// letter is one comment that was sent.
type letter struct {
	at  time.Time
	ack time.Duration
}

// pour sends n comments from number first on, one every interval, to each of to in turn, and
// returns when the last was answered. Who is late catches up.
func pour(ctx context.Context, to []*mail, tag string, every time.Duration, first, n int) error {
	const senders = 8
	began := time.Now()
	errs := make([]error, senders)
	var all sync.WaitGroup
	for k := range senders {
		all.Go(func() {
			lines := make([]*rig.Sender, len(to))
			for i, m := range to {
				lines[i] = rig.NewSender(m.service.Address, m.brand)
				defer lines[i].Close()
			}
			for i := k; i < n && ctx.Err() == nil; i += senders {
				select {
				case <-ctx.Done():
					return
				case <-time.After(time.Until(began.Add(time.Duration(i) * every))):
				}
				for j := range to {
					which := (i/senders + j) % len(to) // who comes first changes
					if err := to[which].send(lines[which], tag, first+i); err != nil {
						errs[k] = err
						return
					}
				}
			}
		})
	}
	all.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

// patienceToSend is how long a comment is sent again that is answered 503 or not at all, as platforms do.
const patienceToSend = time.Minute

// send sends one comment below a post of its own, so that no judgement is reused. Times are
// those of the first attempt.
func (m *mail) send(by *rig.Sender, tag string, i int) error {
	id := tag + strconv.Itoa(i)
	body := rig.Comment{ID: id, Thread: "T" + id, Author: "A" + strconv.Itoa(i%3000), Text: comment(i), At: time.Now()}.Created()
	began := time.Now()
	status, err := by.Post(id, body, 10*time.Second)
	ack := time.Since(began)
	for (err != nil || status == 503) && time.Since(began) < patienceToSend {
		m.refused.Add(1)
		time.Sleep(time.Second)
		status, err = by.Post(id, body, 10*time.Second)
	}
	if err != nil || status != 200 {
		return fmt.Errorf("%s: comment %s was answered %d: %w", m.name, id, status, errors.Join(err, errors.New("not accepted")))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.letters[id] = letter{began, ack}
	return nil
}

// watching looks for new items until work is done and all that was sent is seen, or patience
// is over.
func watching(ctx context.Context, mails []*mail, patience time.Duration, work func() error) error {
	var done atomic.Bool
	errs := make([]error, len(mails))
	var all sync.WaitGroup
	for i, m := range mails {
		all.Go(func() { errs[i] = m.watch(ctx, &done, patience) })
	}
	err := work()
	done.Store(true)
	all.Wait()
	return errors.Join(append(errs, err)...)
}

func (m *mail) watch(ctx context.Context, done *atomic.Bool, patience time.Duration) error {
	conn, err := pgx.Connect(ctx, m.program.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var since time.Time // when the work was done
	for ctx.Err() == nil {
		if err := m.look(ctx, conn, time.Now().Add(-slack)); err != nil {
			return err
		}
		if done.Load() {
			if since.IsZero() {
				since = time.Now()
			}
			if err := m.look(ctx, conn, time.Time{}); err != nil {
				return err
			}
			if m.missing() == 0 || time.Since(since) > patience {
				return nil
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
	return ctx.Err()
}

// slack is how long after its id was made an item is seen as soon as it is there; later than
// that only in the end.
const slack = 10 * time.Second

// look takes down which items made since then are there.
func (m *mail) look(ctx context.Context, conn *pgx.Conn, since time.Time) error {
	from := max(0, since.UnixMilli())
	rows, _ := conn.Query(ctx, `
		SELECT e.external_id FROM items i JOIN engagements e ON e.brand_id = i.brand_id AND e.id = i.engagement_id
		WHERE i.brand_id = $1 AND i.id > $2 AND i.kind = 'owner'`, m.brand.ID,
		fmt.Sprintf("%08x-%04x-7000-8000-000000000000", from>>16, from&0xffff)) // ids of version 7 begin with their time
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range found {
		if _, known := m.seen[id]; !known {
			m.seen[id] = now
		}
	}
	return err
}

// missing counts what was sent and has no item.
func (m *mail) missing() (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id := range m.letters {
		if _, ok := m.seen[id]; !ok {
			n++
		}
	}
	return n
}

// waits returns how long letters sent in [from, to) took to their items.
func (m *mail) waits(from, to time.Time) (all []time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, l := range m.letters {
		if at, ok := m.seen[id]; ok && !l.at.Before(from) && l.at.Before(to) {
			all = append(all, at.Sub(l.at))
		}
	}
	slices.Sort(all)
	return all
}

// acks returns how long answers to letters sent in [from, to) took, in blocks of equal time.
func (m *mail) acks(from, to time.Time, block time.Duration) [][]time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([][]time.Duration, max(1, int(to.Sub(from)/block)))
	for _, l := range m.letters {
		if n := int(l.at.Sub(from) / block); !l.at.Before(from) && n < len(out) {
			out[n] = append(out[n], l.ack)
		}
	}
	return out
}
