package ingest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"triage/connector"
	"triage/postgres"
	"triage/triage"
)

// unsealer opens what is sealed at rest.
type unsealer interface {
	Open(owner string, sealed []byte) (string, error)
}

// endpoint is one webhook address with opened secrets.
type endpoint struct {
	id              triage.ID
	platform        triage.Platform
	secret          string
	previous        string
	previousExpires time.Time
	verifyToken     string
	channels        map[string]channel // by the platform's id of the account
}

type channel struct{ brand, id triage.ID }

// secrets returns the secrets that may sign at the given time: current, then previous.
func (e *endpoint) secrets(at time.Time) []string {
	if e.previous != "" && at.Before(e.previousExpires) {
		return []string{e.secret, e.previous}
	}
	return []string{e.secret}
}

// channel returns the channel of an account. No account means the endpoint's only channel.
func (e *endpoint) channel(account string) (channel, bool) {
	if c, ok := e.channels[account]; ok {
		return c, true
	}
	if account == "" && len(e.channels) == 1 {
		for _, c := range e.channels {
			return c, true
		}
	}
	return channel{}, false
}

// meant returns the channels that an event speaks of: one, or with Everywhere all of them.
func (e *endpoint) meant(event connector.Event) []channel {
	if event.Everywhere {
		return slices.Collect(maps.Values(e.channels))
	}
	c, ok := e.channel(event.Account)
	if !ok && event.Sample {
		c, ok = e.channel("")
	}
	if !ok {
		return nil
	}
	return []channel{c}
}

// The cache of addresses that do not exist is bounded in number and time, so that a
// flood of invented addresses costs neither memory nor queries.
const (
	maxUnknown = 10_000
	unknownFor = 30 * time.Second
)

// Endpoints finds endpoints by id. It keeps all of them in memory and loads them anew when
// Watch hears of a change, so that bad signatures and handshakes need no database.
type Endpoints struct {
	store *postgres.Store
	box   unsealer

	mu      sync.RWMutex
	known   map[triage.ID]*endpoint
	unknown map[triage.ID]time.Time // until when
	reread  map[triage.ID]time.Time // when again last read it
	noted   map[triage.ID]time.Time // when a challenge was last noted
}

// NewEndpoints returns an empty cache over store; box opens the secrets.
func NewEndpoints(store *postgres.Store, box unsealer) *Endpoints {
	return &Endpoints{store: store, box: box}
}

// Load reads all endpoints. It keeps the old ones when the database is away.
func (c *Endpoints) Load(ctx context.Context) error {
	rows, err := c.store.Endpoints(ctx)
	if err != nil {
		return err
	}
	known := make(map[triage.ID]*endpoint, len(rows))
	for _, row := range rows {
		if row.Disabled() {
			continue
		}
		e, err := c.open(row)
		if err != nil {
			return err
		}
		known[e.id] = e
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known, c.unknown = known, map[triage.ID]time.Time{}
	return nil
}

// Watch loads at once and again whenever endpoints or channels change, until ctx ends. A
// broken connection is mended; meanwhile the cache stands and is loaded now and then.
func (c *Endpoints) Watch(ctx context.Context) error {
	return c.store.Watch(ctx, "triage_endpoints", func(ctx context.Context) error { return c.Load(ctx) })
}

// find returns the endpoint, or NotFound. An id not known yet is looked up once, since the
// announcement of a new endpoint may be a moment behind its first delivery.
func (c *Endpoints) find(ctx context.Context, id triage.ID) (*endpoint, error) {
	c.mu.RLock()
	e, until := c.known[id], c.unknown[id]
	c.mu.RUnlock()
	if e != nil {
		return e, nil
	}
	if time.Now().Before(until) || !wellFormed(id) {
		return nil, noSuchEndpoint
	}
	return c.read(ctx, id)
}

// rereadEvery bounds how often accounts that are nobody's cost a query.
const rereadEvery = 100 * time.Millisecond

// again returns the endpoint as it stands now: an account that the cached one does not
// know may be a channel whose announcement is a moment behind its first delivery.
func (c *Endpoints) again(ctx context.Context, e *endpoint) (*endpoint, error) {
	now := time.Now()
	c.mu.Lock()
	soon := now.Sub(c.reread[e.id]) < rereadEvery
	if !soon {
		if c.reread == nil {
			c.reread = map[triage.ID]time.Time{}
		}
		c.reread[e.id] = now
	}
	c.mu.Unlock()
	if soon {
		return e, nil
	}
	return c.read(ctx, e.id)
}

// Bounds of noting challenges, which anybody may send.
const (
	noteEvery = time.Minute
	noting    = time.Second
)

// challenged notes that a challenge was answered, now and then. The answer does not depend on
// it: a platform repeats its challenges, and a missing note is one of many.
func (c *Endpoints) challenged(ctx context.Context, id triage.ID, within time.Duration) {
	now := time.Now()
	c.mu.Lock()
	soon := now.Sub(c.noted[id]) < noteEvery
	if !soon {
		if c.noted == nil {
			c.noted = map[triage.ID]time.Time{}
		}
		c.noted[id] = now
	}
	c.mu.Unlock()
	if soon {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, noting)
	defer cancel()
	_ = c.store.InTx(ctx, func(tx *postgres.Tx) error { return tx.NoteChallenge(ctx, id, within) })
}

// read takes the endpoint from the database into the cache.
func (c *Endpoints) read(ctx context.Context, id triage.ID) (*endpoint, error) {
	row, err := c.store.Endpoint(ctx, id)
	if err == nil && row.Disabled() {
		err = noSuchEndpoint
	}
	if triage.KindOf(err) == triage.NotFound {
		c.remember(id)
		return nil, noSuchEndpoint
	}
	if err != nil {
		return nil, err
	}
	e, err := c.open(row)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		c.known = map[triage.ID]*endpoint{}
	}
	c.known[id] = e
	return e, nil
}

func (c *Endpoints) remember(id triage.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unknown == nil || len(c.unknown) >= maxUnknown {
		c.unknown = map[triage.ID]time.Time{}
	}
	c.unknown[id] = time.Now().Add(unknownFor)
}

func (c *Endpoints) open(row postgres.EndpointRow) (*endpoint, error) {
	e := &endpoint{
		id: row.ID, platform: row.Platform, previousExpires: row.PreviousExpiresAt,
		channels: make(map[string]channel, len(row.Channels)),
	}
	for _, one := range []struct {
		sealed []byte
		into   *string
	}{{row.Secret, &e.secret}, {row.PreviousSecret, &e.previous}, {row.VerifyToken, &e.verifyToken}} {
		if len(one.sealed) == 0 {
			continue
		}
		plain, err := c.box.Open(string(row.ID), one.sealed)
		if err != nil {
			return nil, fmt.Errorf("endpoint %s: %w", row.ID, err)
		}
		*one.into = plain
	}
	for _, ch := range row.Channels {
		e.channels[ch.ExternalID] = channel{brand: ch.BrandID, id: ch.ID}
	}
	return e, nil
}

// wellFormed reports whether id has the form of a UUID; others are never looked up.
func wellFormed(id triage.ID) bool {
	if len(id) != 36 {
		return false
	}
	for i, c := range []byte(id) {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}
