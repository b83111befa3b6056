package api_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"triage/triage"
)

func TestFiftyClaimsOfTheLastItemGiveItToOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tokens := make([]string, 50)
	for n := range tokens {
		tokens[n] = o.hire(fmt.Sprintf("Person %d", n), triage.RoleCM)
	}
	for _, path := range []string{"/v1/queues/cm/claim", "/v1/items/{id}/claim"} {
		id := o.receive("The last one", complaint)
		if path != "/v1/queues/cm/claim" {
			path = "/v1/items/" + id + "/claim"
		}
		var got, refused atomic.Int32
		var all sync.WaitGroup
		for _, token := range tokens {
			all.Go(func() {
				switch status := o.ask(token, "POST", path, nil).status; status {
				case 200:
					got.Add(1)
				case 204, 409:
					refused.Add(1)
				default:
					t.Errorf("%s answered %d", path, status)
				}
			})
		}
		all.Wait()
		if got.Load() != 1 || refused.Load() != 49 {
			t.Errorf("%s: %d got it, %d did not", path, got.Load(), refused.Load())
		}
		if n := o.count(`SELECT count(*) FROM audit WHERE subject_id = $1 AND action = 'item.claimed'`, id); n != 1 {
			t.Errorf("%s: %d audit rows of claiming", path, n)
		}
	}
}

// TestNoTwoPeopleHoldTheSameLease lets people claim, release and resolve at once, while
// leases run out under them. Every lease, an item with its fencing number, must have been
// given to one person only, and a fencing number must never come back.
func TestNoTwoPeopleHoldTheSameLease(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const items, people = 200, 8
	for n := range items {
		o.receive(fmt.Sprintf("Comment %d", n), complaint)
	}
	type lease struct {
		item  string
		fence int
	}
	var mu sync.Mutex
	given := map[lease]int{}
	var all sync.WaitGroup
	for person := range people {
		token := o.hire(fmt.Sprintf("Person %d", person), triage.RoleHybrid)
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(person)))
			for range items {
				claimed := o.ask(token, "POST", "/v1/queues/cm/claim", nil)
				if claimed.status != 200 {
					return
				}
				l := lease{claimed.text("id"), claimed.number("fence")}
				mu.Lock()
				given[l]++
				mu.Unlock()
				path, body := "/v1/items/"+l.item, map[string]any{"fence": l.fence}
				switch random.IntN(6) {
				case 0:
					o.ask(token, "POST", path+"/release", body).must(200)
				case 1: // it runs out, and this person is late when somebody took it
					o.exec(`UPDATE items SET lease_until = now() - interval '1 second' WHERE id = $1 AND fence = $2 AND status = 'claimed'`, l.item, l.fence)
				default:
					body["outcome"] = "answered"
					o.ask(token, "POST", path+"/resolve", body).must(200)
				}
			}
		})
	}
	all.Wait()
	for l, n := range given {
		if n != 1 {
			t.Errorf("lease %v was given %d times", l, n)
		}
	}
	if n := o.count(`SELECT count(*) FROM (SELECT subject_id, detail->>'fence' FROM audit WHERE action = 'item.claimed'
		GROUP BY 1, 2 HAVING count(DISTINCT actor_id) > 1) twice`); n != 0 {
		t.Errorf("%d leases have two holders by the audit", n)
	}
	if live := o.count(`SELECT sum(n)::int FROM queue_counts WHERE status IN ('open', 'claimed')`); live !=
		o.count(`SELECT count(*) FROM items WHERE status IN ('open', 'claimed')`) {
		t.Error("the kept counters are off")
	}
}

// TestPagesShowEachItemOnce walks a list while items are added before, between and behind
// the pages: what was there from the beginning is seen once, and nothing twice.
func TestPagesShowEachItemOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Ada", triage.RoleCM)
	urgencies := triage.Urgencies()
	add := func(n int) string {
		c := complaint
		c.Urgency = urgencies[n%len(urgencies)]
		return o.receive(fmt.Sprintf("Comment %d", n), c)
	}
	var before, seen []string
	for n := range 60 {
		before = append(before, add(n))
	}
	cursor := ""
	for pages := 0; pages == 0 || cursor != ""; pages++ {
		page := o.ask(token, "GET", "/v1/queues/cm/items?limit=7&cursor="+url.QueryEscape(cursor), nil).must(200)
		seen = append(seen, idsOf(page)...)
		cursor = page.text("next_cursor")
		if pages < 8 {
			add(pages)
		}
	}
	for _, id := range before {
		if !slices.Contains(seen, id) {
			t.Errorf("item %s was not seen", id)
		}
	}
	slices.Sort(seen)
	if unique := len(slices.Compact(slices.Clone(seen))); unique != len(seen) {
		t.Errorf("%d items on the pages, %d of them different", len(seen), unique)
	}
}

func TestACursorOpensOnlyItsOwnList(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Ada", triage.RoleCM)
	for n := range 3 {
		o.receive(fmt.Sprintf("Comment %d", n), complaint)
	}
	cursor := o.ask(token, "GET", "/v1/queues/cm/items?limit=1", nil).must(200).text("next_cursor")
	o.ask(token, "GET", "/v1/queues/cm/items?limit=2&cursor="+cursor, nil).must(200)

	rival := o.newBrand(t, "Rival").hire("Ben", triage.RoleCM)
	for name, ask := range map[string]func() answer{
		"another brand":   func() answer { return o.ask(rival, "GET", "/v1/queues/cm/items?cursor="+cursor, nil) },
		"another queue":   func() answer { return o.ask(token, "GET", "/v1/queues/smm/items?cursor="+cursor, nil) },
		"another filter":  func() answer { return o.ask(token, "GET", "/v1/queues/cm/items?status=open&cursor="+cursor, nil) },
		"a changed place": func() answer { return o.ask(token, "GET", "/v1/queues/cm/items?cursor=A"+cursor[1:], nil) },
		"a cut one":       func() answer { return o.ask(token, "GET", "/v1/queues/cm/items?cursor="+cursor[:20], nil) },
	} {
		if got := ask(); got.status != 400 || got.text("type") != "/problems/bad-cursor" {
			t.Errorf("%s: %d %s", name, got.status, got.raw)
		}
	}
}
