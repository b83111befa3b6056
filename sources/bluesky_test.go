package sources_test

import (
	"fmt"
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
