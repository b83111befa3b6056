package sources_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/x"
	"triage/ingest"
	"triage/internal/fakex"
	"triage/postgres"
)

const consumer = "consumer-secret-0123456789abcdef"

func TestEveryMentionOnXIsThereOnceHoweverTheConnectionsBreak(t *testing.T) {
	t.Parallel()
	const runs, messages = 100, 25
	server := fakex.Server{Page: 8}
	r, network := newRig(t, &server, 24_000, x.Connector{Every: 100 * time.Millisecond})
	users := make([]*fakex.User, runs)
	for n := range users {
		users[n] = server.Add(fmt.Sprint(1000+n), fmt.Sprintf("bearer-token-of-the-app-%d", n))
		server.Mention(users[n], "before anybody asked")
		r.tokened(users[n].ID, consumer, users[n].Token)
	}
	r.run(r.store, 30*time.Second)
	r.until("a first message of each", 3*time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) == runs })
	for m := range messages - 1 {
		for n, u := range users {
			server.Mention(u, fmt.Sprintf("message %d to %d", m, n))
		}
	}
	r.until("all messages", 3*time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) >= runs*messages })
	if n := r.count(`SELECT count(*) FROM (SELECT channel_id FROM engagements GROUP BY channel_id HAVING count(DISTINCT text) = $1 AND count(*) = $1) complete`, messages); n != runs {
		t.Errorf("%d of %d users have every message once", n, runs)
	}
	if network.Cuts() < runs {
		t.Errorf("only %d cuts", network.Cuts())
	}
	t.Logf("%d messages of %d users over %d cuts", runs*messages, runs, network.Cuts())
}

func TestAMentionThatCameByWebhookAndByPollIsOne(t *testing.T) {
	t.Parallel()
	var server fakex.Server
	r, _ := newRig(t, &server, 0, x.Connector{Every: 100 * time.Millisecond})
	u := server.Add("900", "bearer-token-of-the-app")
	channel := r.tokened(u.ID, consumer, u.Token)
	first := server.Mention(u, "@ours the webhook is first")
	group := ingest.NewGroup(r.store, slog.New(slog.DiscardHandler), ingest.GroupOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { group.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	door := ingest.NewDoor(ingest.NewEndpoints(r.store, r.box), group, r.platform)
	receive := func(id string) {
		t.Helper()
		body := server.Event(u, id)
		header := http.Header{x.Header: {x.Sign(consumer, body)}}
		if _, err := door.Receive(t.Context(), r.platform.Name(), r.endpoint(channel), connector.Delivery{Header: header, Body: body, ReceivedAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	receive(first)
	r.run(r.store, 30*time.Second)
	second := server.Mention(u, "@ours the poll is first")
	r.until("both", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements`) == 2 })
	receive(second)
	asked, _ := server.Asked(u)
	r.until("it was asked again", 20*time.Second, func() bool { now, _ := server.Asked(u); return now > asked+3 })
	if n := r.count(`SELECT count(*) FROM engagements WHERE round = 1 AND form = 'mention' AND author_followers = 12 AND external_id IN ($1, $2)`, first, second); n != 2 {
		t.Errorf("%d of 2 mentions are there as they were written", n)
	}
	if n := r.count(`SELECT count(*) FROM engagements`); n != 2 {
		t.Errorf("%d mentions", n)
	}
	// What is young is read twice at most while it could still be late; all else once.
	if _, posts := server.Asked(u); posts > 200 {
		t.Errorf("%d posts were read", posts)
	}
}

func TestEditsAndDeletionsOnXAreFoundByLookingAgain(t *testing.T) {
	t.Parallel()
	var server fakex.Server
	r, _ := newRig(t, &server, 0, x.Connector{Every: 100 * time.Millisecond, First: time.Second})
	u := server.Add("900", "bearer-token-of-the-app")
	ids := map[string]string{}
	for _, name := range []string{"stays", "edited", "deleted", "protected"} {
		ids[name] = server.Mention(u, "words of "+name)
	}
	r.tokened(u.ID, consumer, u.Token)
	r.run(r.store, 30*time.Second)
	held := func(sql string, args ...any) int {
		return r.count(`SELECT count(*) FROM engagements WHERE `+sql, args...)
	}
	r.until("all", 20*time.Second, func() bool { return held(`true`) == 4 })
	server.Edit(u, ids["edited"], "other words")
	server.Forget(u)
	server.Delete(ids["deleted"])
	server.Protect(ids["protected"])
	r.until("the edit", 20*time.Second, func() bool { return held(`external_id = $1 AND text = 'other words' AND edited`, ids["edited"]) == 1 })
	r.until("the deletion", 20*time.Second, func() bool { return held(`external_id = $1 AND deleted_at IS NOT NULL`, ids["deleted"]) == 1 })
	r.until("what is hidden", 20*time.Second, func() bool { return held(`external_id = $1 AND hidden AND text <> ''`, ids["protected"]) == 1 })
	server.Show(ids["protected"])
	r.until("what is shown again", 20*time.Second, func() bool { return held(`external_id = $1 AND NOT hidden`, ids["protected"]) == 1 })
	if n := held(`text = 'words of stays' AND round = 1`); n != 1 || held(`true`) != 4 {
		t.Error("what stays has changed, or more came")
	}
}

func TestATokenThatXTakesBackStopsItsChannelOnly(t *testing.T) {
	t.Parallel()
	var server fakex.Server
	r, _ := newRig(t, &server, 0, x.Connector{Every: 100 * time.Millisecond})
	one, two := server.Add("900", "bearer-token-of-the-first-app"), server.Add("901", "bearer-token-of-the-second-app")
	stopped, other := r.tokened(one.ID, consumer, one.Token), r.tokened(two.ID, consumer, two.Token)
	server.Limit(two, 1)
	r.run(r.store, 30*time.Second)
	r.until("the limit shows", 20*time.Second, func() bool { return r.health(other).State == postgres.SourceLimited })
	r.until("both listen", 20*time.Second, func() bool {
		return r.health(stopped).State == postgres.SourceListening && r.health(other).State == postgres.SourceListening
	})
	server.Revoke(one)
	r.until("the first stops", 20*time.Second, func() bool { return r.health(stopped).State == postgres.SourceRefused })
	server.Mention(two, "still here")
	r.until("the second goes on", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements WHERE channel_id = $1`, other) == 1 })
}
