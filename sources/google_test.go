package sources_test

import (
	"fmt"
	"testing"
	"time"

	"triage/connector/googlebusiness"
	"triage/internal/fakegoogle"
	"triage/postgres"
)

func TestReviewsOfGoogleComeChangeAndGo(t *testing.T) {
	t.Parallel()
	const shop = "accounts/1/locations/2"
	server := fakegoogle.Server{
		Client: "1234-abcdefgh.apps.googleusercontent.com", Secret: "GOCSPX-abcdefghijklmnop", Refresh: "1//0gabcdefghijklmnopqrst", Page: 4,
	}
	server.Write(shop, "old", "before anybody asked", time.Now().Add(-time.Hour))
	r, _ := newRig(t, &server, 0, googlebusiness.Connector{Every: 100 * time.Millisecond, First: time.Second})
	channel := r.channel(shop, server.Key())
	r.run(r.store, 6*time.Second)
	r.until("what was there", time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) == 1 })
	for n := range 11 { // three pages
		server.Write(shop, fmt.Sprintf("r%d", n), "words", time.Now())
	}
	server.Expire()
	r.until("every review", time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) == 12 })
	server.Write(shop, "r3", "other words", time.Now().Add(time.Second))
	server.Delete(shop, "r4")
	r.until("the change", time.Minute, func() bool {
		return r.count(`SELECT count(*) FROM engagements WHERE external_id = 'r3' AND edited AND text LIKE '%other words'`) == 1
	})
	r.until("the deletion", time.Minute, func() bool {
		return r.count(`SELECT count(*) FROM engagements WHERE external_id = 'r4' AND deleted_at IS NOT NULL`) == 1
	})
	if n := r.count(`SELECT count(*) FROM engagements WHERE deleted_at IS NULL AND author_name = 'Robin' AND form = 'review'`); n != 11 {
		t.Errorf("%d reviews are left", n)
	}
	server.Revoke()
	r.until("it stops", time.Minute, func() bool { return r.health(channel).State == postgres.SourceRefused })
}
