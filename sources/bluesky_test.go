package sources_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"triage/connector/bluesky"
	"triage/internal/fakebluesky"
	"triage/postgres"
)

var askingBluesky = bluesky.Connector{Every: 100 * time.Millisecond}

func TestEveryNotificationOfBlueskyIsThereOnceHoweverTheConnectionsBreak(t *testing.T) {
	t.Parallel()
	const runs, messages = 100, 25
	server := fakebluesky.Server{Page: 8, Calls: 12}
	r, network := newRig(t, &server, 16_000, askingBluesky)
	accounts := make([]*fakebluesky.Account, runs)
	for n := range accounts {
		accounts[n] = server.Add(fmt.Sprintf("did:plc:brand%d", n), fmt.Sprintf("abcd-efgh-ijkl-%04d", n))
		server.Mention(accounts[n], "first", "before anybody asked")
		r.channel(accounts[n].DID, accounts[n].Password)
	}
	r.run(r.store, 30*time.Second)
	r.until("a first message of each", 3*time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) == runs })
	for m := range messages - 1 {
		for n, a := range accounts {
			server.Mention(a, fmt.Sprintf("k%d", m), fmt.Sprintf("message %d to %d", m, n))
		}
	}
	r.until("all messages", 3*time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) >= runs*messages })
	if n := r.count(`SELECT count(*) FROM (SELECT channel_id FROM engagements GROUP BY channel_id
		HAVING count(DISTINCT external_id) = $1 AND count(*) = $1) complete`, messages); n != runs {
		t.Errorf("%d of %d accounts have every message once", n, runs)
	}
	if network.Cuts() < runs {
		t.Errorf("only %d cuts", network.Cuts())
	}
	t.Logf("%d messages of %d accounts over %d cuts", runs*messages, runs, network.Cuts())
}

func TestASessionIsKeptAndAChangedPasswordStopsTheChannel(t *testing.T) {
	t.Parallel()
	server := fakebluesky.Server{Page: 100}
	r, _ := newRig(t, &server, 0, askingBluesky)
	a := server.Add("did:plc:brand", "abcd-efgh-ijkl-mnop")
	channel := r.channel(a.DID, a.Password)
	r.run(r.store, 30*time.Second)
	for n := range 3 {
		server.Mention(a, fmt.Sprint("k", n), "hello")
		r.until("the message", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements`) == n+1 })
	}
	if n := server.Sessions(a); n != 1 {
		t.Errorf("%d sessions for three answers", n)
	}
	server.ChangePassword(a, "zyxw-vuts-rqpo-nmlk")
	r.until("it stops", 20*time.Second, func() bool { return r.health(channel).State == postgres.SourceRefused })
}

// networks is a hundred servers behind one address, each for one account.
type networks []fakebluesky.Server

func (n networks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	number, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	i, err := strconv.Atoi(number)
	if err != nil || i >= len(n) {
		http.NotFound(w, r)
		return
	}
	r.URL.Path = "/" + rest
	n[i].ServeHTTP(w, r)
}

func TestEveryPostOfJetstreamIsThereOnceHoweverTheStreamsBreak(t *testing.T) {
	t.Parallel()
	const runs, messages = 100, 25
	servers := make(networks, runs)
	r, network := newRig(t, servers, 24_000, bluesky.Connector{Every: time.Hour})
	accounts := make([]*fakebluesky.Account, runs)
	for n := range accounts {
		servers[n].Page = 100
		accounts[n] = servers[n].Add(fmt.Sprintf("did:plc:brand%d", n), fmt.Sprintf("abcd-efgh-ijkl-%04d", n))
		servers[n].Mention(accounts[n], "first", "before anybody listened")
		channel := r.channel(accounts[n].DID, accounts[n].Password)
		r.exec(`UPDATE channels SET address = address || $2, stream_address = address || $2 WHERE id = $1`, channel, fmt.Sprint("/", n))
	}
	r.run(r.store, 30*time.Second)
	r.until("a first message of each", 3*time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) == runs })
	looks := 0
	r.until("a place of each", 3*time.Minute, func() bool {
		for n := range servers {
			if looks%200 == 0 {
				servers[n].Chatter(1)
			}
		}
		looks++
		return r.count(`SELECT count(*) FROM sources WHERE stream_cursor <> ''`) == runs
	})
	for m := range messages - 1 {
		for n, a := range accounts {
			if key, text := fmt.Sprintf("k%d", m), fmt.Sprintf("message %d to %d", m, n); m%2 == 0 {
				servers[n].Answer(a, key, text) // the stream alone tells
			} else {
				servers[n].Mention(a, key, text)
			}
			servers[n].Chatter(1)
		}
	}
	r.until("all messages", 3*time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) >= runs*messages })
	if n := r.count(`SELECT count(*) FROM (SELECT channel_id FROM engagements GROUP BY channel_id
		HAVING count(DISTINCT external_id) = $1 AND count(*) = $1) complete`, messages); n != runs {
		t.Errorf("%d of %d accounts have every message once", n, runs)
	}
	if network.Cuts() < runs {
		t.Errorf("only %d cuts", network.Cuts())
	}
	t.Logf("%d messages of %d accounts over %d cuts", runs*messages, runs, network.Cuts())
}

func TestThePostsOfJetstreamAreThoseOfTheNotificationsAndGoWhenDeleted(t *testing.T) {
	t.Parallel()
	server := fakebluesky.Server{Page: 100}
	r, _ := newRig(t, &server, 0, bluesky.Connector{Every: 100 * time.Millisecond})
	a := server.Add("did:plc:brand", "abcd-efgh-ijkl-mnop")
	server.Mention(a, "before", "by the poll")
	r.channel(a.DID, a.Password)
	r.run(r.store, 30*time.Second)
	r.until("a stream", 20*time.Second, func() bool { return server.Streams() == 1 })
	server.Answer(a, "live", "by the stream")
	server.Mention(a, "both", "by both")
	server.Chatter(20)
	const same = `SELECT count(*) FROM engagements WHERE form = 'reply' AND author_handle = 'robin.example' AND author_name = 'Robin'
		AND author_followers = 12 AND thread_text = 'Our post' AND thread_context @> '{"Author": {"Name": "Kiosk"}, "Reach": {"Reactions": 4}}'
		 AND thread_external_id = 'at://did:plc:brand/app.bsky.feed.post/root' AND language = 'en'`
	r.until("all three", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements`) == 3 })
	if n := r.count(same); n != 3 {
		t.Errorf("%d of 3 are alike", n)
	}
	server.Delete("live")
	r.until("the deletion", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements WHERE deleted_at IS NOT NULL`) == 1 })
	if n := r.count(`SELECT count(*) FROM deliveries`); n > 12 {
		t.Errorf("%d deliveries: what is of no concern is kept", n)
	}
	r.exec(`INSERT INTO authors (brand_id, id, channel_id, platform, external_id, first_seen_at, last_seen_at)
		SELECT brand_id, gen_random_uuid(), id, platform, 'did:plc:robin', now(), now() FROM channels`)
	server.Leave("did:plc:robin", "suspended")
	server.Leave("did:plc:robin", "deleted")
	r.until("the erasure", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM erased_authors`) == 1 })
}

func TestWhatIsDeletedWhileNobodyListensIsFoundByLookingAgain(t *testing.T) {
	t.Parallel()
	server := fakebluesky.Server{Page: 100}
	r, _ := newRig(t, &server, 0, bluesky.Connector{Every: 100 * time.Millisecond, First: time.Second})
	a := server.Add("did:plc:brand", "abcd-efgh-ijkl-mnop")
	server.Mention(a, "stays", "still here")
	server.Mention(a, "goes", "not for long")
	r.channel(a.DID, a.Password)
	r.run(r.store, 30*time.Second)
	r.until("both", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements`) == 2 })
	server.Lose("goes")
	r.until("the deletion", 30*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements WHERE deleted_at IS NOT NULL`) == 1 })
	if n := r.count(`SELECT count(*) FROM engagements WHERE text = 'still here'`); n != 1 {
		t.Error("what is there was taken for deleted")
	}
}
