package sources_test

import (
	"fmt"
	"testing"
	"time"

	"triage/connector/youtube"
	"triage/internal/fakeyoutube"
	"triage/postgres"
)

const hub = "hub-secret-that-we-made-up-0815"

func key(n int) string { return fmt.Sprintf("AIza-key-of-the-project-number-%08d", n) }

// often asks so often that the day's units do not matter.
var often = youtube.Connector{Every: 100 * time.Millisecond, First: time.Second, Daily: 100_000_000}

func TestEveryCommentOnYouTubeIsThereOnceHoweverTheConnectionsBreak(t *testing.T) {
	t.Parallel()
	const runs, messages = 100, 25
	server := fakeyoutube.Server{Page: 8}
	often := often
	often.First = time.Hour
	r, network := newRig(t, &server, 48_000, often)
	channels := make([]*fakeyoutube.Channel, runs)
	for n := range channels {
		channels[n] = server.Add(fmt.Sprintf("UC%d", n), key(n))
		server.Comment(channels[n], fmt.Sprintf("first%d", n), "before anybody asked")
		r.tokened(channels[n].ID, hub, channels[n].Key)
	}
	r.run(r.store, 30*time.Second)
	r.until("a first comment of each", 3*time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) == runs })
	for m := range messages - 1 {
		for n, c := range channels {
			if text := fmt.Sprintf("message %d to %d", m, n); m%2 == 0 {
				server.Comment(c, fmt.Sprintf("m%dx%d", m, n), text)
			} else { // all below one comment, so that only some come with the list
				server.Answer(fmt.Sprintf("m0x%d", n), fmt.Sprintf("a%d", m), text)
			}
		}
	}
	r.until("all comments", 4*time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) >= runs*messages })
	r.until("a cut for each channel", 2*time.Minute, func() bool { return network.Cuts() >= runs }) // a slow machine asks less
	if n := r.count(`SELECT count(*) FROM (SELECT channel_id FROM engagements GROUP BY channel_id HAVING count(DISTINCT external_id) = $1 AND count(*) = $1) complete`, messages); n != runs {
		t.Errorf("%d of %d channels have every comment once", n, runs)
	}
	if n := r.count(`SELECT count(*) FROM engagements WHERE thread_external_id <> 'v1' OR form = 'reply' AND parent_external_id = ''`); n > 0 {
		t.Errorf("%d comments came without what they hang from", n)
	}
	t.Logf("%d comments of %d channels over %d cuts", runs*messages, runs, network.Cuts())
}

func TestWhatYouTubeNeverTellsOfIsFoundByLookingAgain(t *testing.T) {
	t.Parallel()
	var server fakeyoutube.Server
	r, _ := newRig(t, &server, 0, often)
	c := server.Add("UC1", key(1))
	for _, id := range []string{"stays", "edited", "deleted"} {
		server.Comment(c, id, "words of "+id)
	}
	r.tokened(c.ID, hub, c.Key)
	r.run(r.store, 30*time.Second)
	held := func(sql string) int { return r.count(`SELECT count(*) FROM engagements WHERE ` + sql) }
	r.until("all comments", 20*time.Second, func() bool { return held(`true`) == 3 })
	server.Edit("edited", "other words")
	server.Delete("deleted")
	r.until("the edit", 20*time.Second, func() bool { return held(`external_id = 'edited' AND text = 'other words'`) == 1 })
	r.until("the deletion", 20*time.Second, func() bool { return held(`external_id = 'deleted' AND deleted_at IS NOT NULL`) == 1 })
	if n := held(`text = 'words of stays' AND thread_text LIKE 'Our video%'
		AND thread_context = '{"Author": {"ExternalID": "UC1", "Handle": "", "Name": "Kiosk"}, "Reach": {"Audience": 0, "Views": 4000, "Reactions": 90}}'`); n != 1 {
		t.Error("what stays has changed, or came without its video and what is told of that")
	}
}

func TestADaysUnitsAreCountedOnByTheNextProcess(t *testing.T) {
	t.Parallel()
	var server fakeyoutube.Server
	platform := youtube.Connector{Every: 10 * time.Millisecond, First: time.Hour, Daily: 20}
	r, _ := newRig(t, &server, 0, platform)
	c := server.Add("UC1", key(1))
	server.Comment(c, "c1", "hello")
	channel := r.tokened(c.ID, hub, c.Key)
	r.exec(`INSERT INTO sources (brand_id, channel_id, quota_limit, quota_spent, quota_until)
		SELECT brand_id, id, 20, 19, now() + interval '1 hour' FROM channels WHERE id = $1`, channel)
	r.run(r.store, 30*time.Second)
	r.until("the units are used up", 20*time.Second, func() bool {
		h := r.health(channel)
		return h.Quota.Limit == 20 && h.Quota.Spent == 20 && h.State != postgres.SourceNew && !h.Silent
	})
	if n := server.Spent(c); n != 1 {
		t.Errorf("%d units were used of the one that was left", n)
	}
}

func TestAProjectWithoutUnitsIsLeftAloneUntilTheDayEnds(t *testing.T) {
	t.Parallel()
	var server fakeyoutube.Server
	r, _ := newRig(t, &server, 0, often)
	c := server.Add("UC1", key(1))
	server.Leave(c, 0) // another program used them up
	channel := r.tokened(c.ID, hub, c.Key)
	r.run(r.store, 30*time.Second)
	r.until("the limit shows", 20*time.Second, func() bool { return r.health(channel).State == postgres.SourceLimited })
	r.until("it is shown that nothing is left", 20*time.Second, func() bool {
		q := r.health(channel).Quota
		return q.Limit > 0 && q.Spent == q.Limit
	})
	if n := server.Spent(c); n != 1 {
		t.Errorf("asked %d times", n)
	}
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	if until := r.health(channel).Quota.Until.In(pacific); until.Hour() != 0 || until.Minute() != 0 {
		t.Errorf("the day ends at %s", until)
	}
}

func TestAKeyThatYouTubeTakesBackStopsItsChannelOnly(t *testing.T) {
	t.Parallel()
	var server fakeyoutube.Server
	r, _ := newRig(t, &server, 0, often)
	one, two := server.Add("UC1", key(1)), server.Add("UC2", key(2))
	stopped, other := r.tokened(one.ID, hub, one.Key), r.tokened(two.ID, hub, two.Key)
	r.run(r.store, 30*time.Second)
	r.until("both listen", 20*time.Second, func() bool {
		return r.health(stopped).State == postgres.SourceListening && r.health(other).State == postgres.SourceListening
	})
	server.Revoke(one)
	r.until("the first stops", 20*time.Second, func() bool { return r.health(stopped).State == postgres.SourceRefused })
	server.Comment(two, "c1", "still here")
	r.until("the second goes on", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements WHERE channel_id = $1`, other) == 1 })
}
