package queue_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/internal/pgtest"
	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// Sizes of the crowd.
const (
	crowdPeople = 50
	crowdItems  = 120
)

// crowdTime is how long the crowd works: TRIAGE_STRESS, or a few seconds.
func crowdTime(t *testing.T) time.Duration {
	word := os.Getenv("TRIAGE_STRESS")
	if word == "" {
		return 3 * time.Second
	}
	d, err := time.ParseDuration(word)
	if err != nil {
		t.Fatalf("TRIAGE_STRESS: %v", err)
	}
	return d
}

// crowd is many people who work on the same items at random, some of whom vanish in the
// middle of what they do.
type crowd struct {
	*office
	items []triage.ID
	done  atomic.Int64 // actions that were answered well
	cut   atomic.Int64 // actions that broke off

	mu     sync.Mutex
	undos  []triage.ID
	wrong  []error
	kinds  map[triage.Kind]int
	killed int
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	db := pgtest.New(t)
	store, err := postgres.Open(t.Context(), db.URL, 20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	o := &office{Desk: queue.NewDesk(store), t: t, store: store, brand: postgres.NewID(), channel: postgres.NewID()}
	o.exec(`INSERT INTO brands (id, slug, name) VALUES ($1, 'acme', 'Acme')`, o.brand)
	o.exec(`CREATE TABLE expired (item_id uuid, version bigint)`)
	c := &crowd{office: o, kinds: map[triage.Kind]int{}}
	for range crowdItems {
		c.items = append(c.items, o.place())
	}
	return c
}

// member is one of the crowd, with what it believes to hold.
type member struct {
	who  postgres.Caller
	held map[triage.ID]int64 // fence by item
}

// work does what comes to mind until ctx ends.
func (c *crowd) work(ctx context.Context, m *member) {
	for ctx.Err() == nil {
		c.one(ctx, m)
	}
}

// one is one action, which one time in eight is cut off within two milliseconds.
func (c *crowd) one(ctx context.Context, m *member) {
	work := ctx
	if rand.IntN(8) == 0 {
		var cancel context.CancelFunc
		work, cancel = context.WithTimeout(ctx, time.Duration(rand.IntN(2000))*time.Microsecond)
		defer cancel()
	}
	item, err := c.act(work, m)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch kind := triage.KindOf(err); {
	case err == nil:
		c.done.Add(1)
		if item.UndoID != "" {
			c.undos = append(c.undos, item.UndoID)
		}
		if item.ID != "" && item.Status == triage.StatusClaimed && item.Assignee == m.who.PersonID {
			m.held[item.ID] = item.Fence
		}
	case work.Err() != nil, kind == triage.Unavailable:
		c.cut.Add(1)
	case kind == triage.Internal:
		c.wrong = append(c.wrong, err)
	default:
		c.kinds[kind]++
	}
}

// act does one thing at random: to something held, to something named, or to what is next.
func (c *crowd) act(ctx context.Context, m *member) (postgres.Item, error) {
	id, given := c.items[rand.IntN(len(c.items))], queue.Given{}
	if len(m.held) > 0 && rand.IntN(4) > 0 {
		for mine, fence := range m.held {
			id, given.Fence = mine, &fence
			break
		}
	}
	soon := c.store.Now().Add(time.Duration(rand.IntN(200)+1) * time.Millisecond)
	switch rand.IntN(18) {
	case 0, 1, 2:
		item, _, err := c.ClaimNext(ctx, m.who, triage.Queues()[rand.IntN(2)])
		return item, err
	case 3, 4:
		return c.Claim(ctx, m.who, id, given)
	case 5:
		delete(m.held, id)
		return c.Release(ctx, m.who, id, given)
	case 6, 7:
		delete(m.held, id)
		return c.Resolve(ctx, m.who, id, given, triage.OutcomeAnswered, "done")
	case 8:
		delete(m.held, id)
		return c.Snooze(ctx, m.who, id, given, soon, rand.IntN(2) == 0)
	case 9:
		delete(m.held, id)
		return c.HandOver(ctx, m.who, id, given, "yours", "")
	case 10:
		delete(m.held, id)
		return c.Wait(ctx, m.who, id, given, soon, "")
	case 11, 12:
		return c.Reopen(ctx, m.who, id, given, "")
	case 13:
		return c.Tag(ctx, m.who, id, given, []string{"t" + strconv.Itoa(rand.IntN(9))}, []string{"t" + strconv.Itoa(rand.IntN(9))})
	case 14:
		return c.Assign(ctx, m.who, id, given, m.who.PersonID)
	case 15:
		return postgres.Item{}, c.many(ctx, m)
	case 16:
		return postgres.Item{}, c.takeBack(ctx, m)
	default:
		return c.Accept(ctx, m.who, id, given)
	}
}

// many does one thing to some items.
func (c *crowd) many(ctx context.Context, m *member) error {
	ids := make([]triage.ID, 10)
	for n := range ids {
		ids[n] = c.items[rand.IntN(len(c.items))]
	}
	actions := []queue.Action{
		{Verb: queue.VerbResolve, Outcome: triage.OutcomeNoReply}, {Verb: queue.VerbDismiss, Outcome: triage.OutcomeSpam},
		{Verb: queue.VerbRelease}, {Verb: queue.VerbTags, Add: []string{"seen"}}, {Verb: queue.VerbHandOver, Reason: "yours"},
	}
	result, err := c.Bulk(ctx, m.who, queue.Selection{IDs: ids}, actions[rand.IntN(len(actions))])
	if result.UndoID != "" {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.undos = append(c.undos, result.UndoID)
	}
	return err
}

// takeBack undoes one of the newest actions of anybody.
func (c *crowd) takeBack(ctx context.Context, m *member) error {
	c.mu.Lock()
	var id triage.ID
	if n := len(c.undos); n > 0 {
		id = c.undos[n-1-rand.IntN(min(n, 10))]
	}
	c.mu.Unlock()
	_, err := c.Undo(ctx, m.who, id)
	return err
}

// pass lets leases run out at random, and does the housekeeping that frees what they held.
func (c *crowd) pass(ctx context.Context) {
	for ctx.Err() == nil {
		_, err := c.store.Pool().Exec(ctx, `
			WITH out AS (
				SELECT id FROM items WHERE status = 'claimed' AND lease_until > now() ORDER BY random() LIMIT 3 FOR NO KEY UPDATE SKIP LOCKED),
			moved AS (
				UPDATE items i SET lease_until = now() - interval '1 second' FROM out WHERE i.id = out.id RETURNING i.id, i.version)
			INSERT INTO expired SELECT id, version FROM moved`)
		for _, step := range []func(*postgres.Tx) error{
			func(tx *postgres.Tx) error { return tx.ReleaseExpired(ctx) },
			func(tx *postgres.Tx) error { return tx.WakeWaiting(ctx) },
			func(tx *postgres.Tx) error { _, err := tx.LookAtTargets(ctx); return err },
		} {
			err = errors.Join(err, c.store.Retrying(ctx, 3, step))
		}
		c.keep(ctx, err)
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return
		}
	}
}

// kill ends a connection of the crowd's now and then, in whatever it is doing.
func (c *crowd) kill(ctx context.Context) {
	for sleep(ctx, 100*time.Millisecond) == nil {
		_, err := c.store.Pool().Exec(ctx, `
			SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'triage' AND pid <> pg_backend_pid()
			ORDER BY random() LIMIT 1`)
		c.keep(ctx, err)
		c.mu.Lock()
		c.killed++
		c.mu.Unlock()
	}
}

// keep remembers an error that neither the end nor a killed connection explains.
func (c *crowd) keep(ctx context.Context, err error) {
	var broken *net.OpError
	if err == nil || ctx.Err() != nil || strings.Contains(err.Error(), "57P01") || errors.As(err, &broken) || triage.KindOf(err) == triage.Unavailable {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wrong = append(c.wrong, err)
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func TestACrowdThatVanishesLeavesEveryItemInOneHandAndOneRowPerChange(t *testing.T) {
	c := newCrowd(t)
	ctx, cancel := context.WithTimeout(t.Context(), crowdTime(t))
	defer cancel()
	roles := []triage.Role{triage.RoleCM, triage.RoleCM, triage.RoleSMM, triage.RoleHybrid, triage.RoleHybrid, triage.RoleLead}
	leads := map[triage.ID]bool{}
	var all sync.WaitGroup
	for n := range crowdPeople {
		who := c.person("P"+strconv.Itoa(n), roles[n%len(roles)])
		c.exec(`INSERT INTO memberships (brand_id, person_id, role, capacity) VALUES ($1, $2, $3, 1000)`, c.brand, who.PersonID, who.Role)
		leads[who.PersonID] = who.Role == triage.RoleLead
		all.Go(func() { c.work(ctx, &member{who: who, held: map[triage.ID]int64{}}) })
	}
	all.Go(func() { c.pass(ctx) })
	all.Go(func() { c.kill(ctx) })
	all.Wait()
	t.Logf("%d actions, %d cut off, %d connections killed, refused: %v", c.done.Load(), c.cut.Load(), c.killed, c.kinds)
	for n, err := range c.wrong {
		if n < 10 {
			t.Errorf("unexpected: %v", err)
		}
	}
	c.settleConnections()
	c.checkNothingIsLost()
	c.checkHands(leads)
	c.checkChain()
}

// settleConnections waits until no killed connection is handed out any more.
func (c *crowd) settleConnections() {
	c.t.Helper()
	for range 100 {
		if c.store.Pool().Ping(c.t.Context()) == nil {
			return
		}
	}
	c.t.Fatal("the database does not come back")
}

func (c *crowd) checkNothingIsLost() {
	c.t.Helper()
	if n := c.count(`SELECT count(*) FROM items`); n != crowdItems {
		c.t.Errorf("%d items of %d are left", n, crowdItems)
	}
	off := c.count(`
		SELECT count(*) FROM (
			SELECT queue, status, priority, unsure, sum(n) AS n FROM (
				SELECT queue, status, priority, unsure, 1 AS n FROM items
				UNION ALL SELECT queue, status, priority, unsure, -n FROM queue_counts) all_of_them
			GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0) wrong`)
	if off != 0 {
		c.t.Errorf("%d kept counters are wrong", off)
	}
	if n := c.count(`SELECT count(*) FROM items WHERE (status IN ('resolved', 'dismissed')) <> (closed_at IS NOT NULL)
		OR (status = 'claimed') <> (lease_until IS NOT NULL) OR (status IN ('snoozed', 'waiting')) <> (snoozed_until IS NOT NULL)
		OR (status = 'waiting') <> (paused_at IS NOT NULL)`); n != 0 {
		c.t.Errorf("%d items contradict themselves", n)
	}
}

// change is what an audit row tells of one version of an item.
type changed struct {
	item    triage.ID
	actor   triage.ID
	action  string
	version int64
	fence   int64
	holder  triage.ID
	status  triage.Status
}

// checkHands reads the whole history of each item: every version has its row, and who acts
// is who holds it, or nobody does.
func (c *crowd) checkHands(leads map[triage.ID]bool) {
	c.t.Helper()
	lapsed := c.lapsed()
	history := c.history()
	for _, id := range c.items {
		var at hand
		for n, row := range history[id] {
			if row.version != int64(n+2) {
				c.t.Fatalf("item %s: row %d (%s) is of version %d", id, n, row.action, row.version)
			}
			if problem := at.next(row, lapsed[id], leads[row.actor]); problem != "" {
				c.t.Fatalf("item %s: version %d: %s: %s (held by %q, fence %d)", id, row.version, row.action, problem, at.holder, at.fence)
			}
		}
		item := c.item(id)
		if item.Version != int64(len(history[id])+1) {
			c.t.Errorf("item %s: %d versions, %d rows", id, item.Version, len(history[id]))
		}
		if held := item.Status == triage.StatusClaimed; held != (at.holder != "") || held && (item.Assignee != at.holder || item.Fence != at.fence) {
			c.t.Errorf("item %s: held by %q under %d, and its history says %q under %d", id, item.Assignee, item.Fence, at.holder, at.fence)
		}
	}
}

// hand is whose hand an item is in, by its history.
type hand struct {
	holder triage.ID
	fence  int64
	out    bool // the holder's lease has run out
}

// next follows one row and says what is wrong with it, if anything.
func (h *hand) next(row changed, lapsed map[int64]bool, lead bool) string {
	h.out = h.out || lapsed[row.version-1]
	free, out := h.holder == "" || h.out, h.out
	h.out = false // every action of the holder renews the lease
	switch row.action {
	case "item.claimed":
		switch {
		case !free:
			return "it was in another hand"
		case row.fence <= h.fence:
			return "the fence did not grow"
		}
		h.holder, h.fence = row.actor, row.fence
	case "item.lease_renewed":
		if h.holder != row.actor || h.fence != row.fence {
			return "it was not theirs"
		}
	case "item.lease_expired":
		if h.holder == "" || !free {
			return "no lease had run out"
		}
		h.holder = ""
	case "item.woken", "item.reopened":
		if h.holder != "" {
			return "somebody held it"
		}
	case "item.undone":
		h.holder = row.holder
		if row.holder != "" {
			h.fence = row.fence
		}
	case "item.tagged", "item.accepted":
		if !free && h.holder != row.actor && !lead {
			return "it was in another hand"
		}
		h.out = out && h.holder != row.actor
	default:
		if !free && h.holder != row.actor && !lead {
			return "it was in another hand"
		}
		h.holder = ""
	}
	return ""
}

// lapsed returns the versions of items under which a lease was made to run out.
func (c *crowd) lapsed() map[triage.ID]map[int64]bool {
	c.t.Helper()
	rows, _ := c.store.Pool().Query(c.t.Context(), `SELECT item_id, version FROM expired`)
	out := map[triage.ID]map[int64]bool{}
	var id triage.ID
	var version int64
	if _, err := pgx.ForEachRow(rows, []any{&id, &version}, func() error {
		if out[id] == nil {
			out[id] = map[int64]bool{}
		}
		out[id][version] = true
		return nil
	}); err != nil {
		c.t.Fatal(err)
	}
	return out
}

// history returns what the audit tells of items, in the order of their versions.
func (c *crowd) history() map[triage.ID][]changed {
	c.t.Helper()
	rows, _ := c.store.Pool().Query(c.t.Context(), `
		SELECT subject_id, coalesce(actor_id::text, ''), action, detail FROM audit
		WHERE subject = 'item' AND action NOT LIKE 'item.sla%'`)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (changed, error) {
		var ch changed
		var detail []byte
		if err := row.Scan(&ch.item, &ch.actor, &ch.action, &detail); err != nil {
			return ch, err
		}
		var d struct {
			Version, Fence int64
			Holder         triage.ID
			Status         triage.Status
		}
		err := json.Unmarshal(detail, &d)
		ch.version, ch.fence, ch.holder, ch.status = d.Version, d.Fence, d.Holder, d.Status
		return ch, err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	out := map[triage.ID][]changed{}
	for _, ch := range found {
		out[ch.item] = append(out[ch.item], ch)
	}
	for _, of := range out {
		slices.SortFunc(of, func(a, b changed) int { return int(a.version - b.version) })
	}
	return out
}

// checkChain seals all rows and walks the chain.
func (c *crowd) checkChain() {
	c.t.Helper()
	c.store.Clock = func() time.Time { return time.Now().Add(time.Minute) } // rows are sealed once they are old enough
	for {
		sealed := 0
		if err := c.store.InTx(c.t.Context(), func(tx *postgres.Tx) (err error) {
			sealed, err = tx.SealAudit(c.t.Context(), 5000)
			return err
		}); err != nil {
			c.t.Fatal(err)
		}
		if sealed == 0 {
			break
		}
	}
	if _, err := c.store.VerifyAudit(c.t.Context(), c.brand, nil, nil); err != nil {
		c.t.Error(err)
	}
	if n := c.count(`SELECT count(*) FROM audit WHERE seq IS NULL`); n != 0 {
		c.t.Errorf("%d rows are not in the chain", n)
	}
}
