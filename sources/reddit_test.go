package sources_test

import (
	"fmt"
	"testing"
	"time"

	"triage/connector/reddit"
	"triage/internal/fakereddit"
	"triage/postgres"
)

var askingReddit = reddit.Connector{Every: 100 * time.Millisecond, First: time.Second}

func TestEveryCommentOfRedditIsThereOnceHoweverTheConnectionsBreak(t *testing.T) {
	t.Parallel()
	const runs, messages = 100, 25
	server := fakereddit.Server{Page: 8, Calls: 30}
	r, network := newRig(t, &server, 24_000, reddit.Connector{Every: 100 * time.Millisecond})
	accounts := make([]*fakereddit.Account, runs)
	sub := func(n int) string { return fmt.Sprintf("kiosk_%d", n) }
	for n := range accounts {
		accounts[n] = server.Add(fmt.Sprintf("kiosk-%d", n))
		server.Mention(accounts[n], sub(n), fmt.Sprintf("first%d", n), "robin", "before anybody asked")
		r.channel(accounts[n].User+"/r/"+sub(n), accounts[n].Key())
	}
	r.run(r.store, 30*time.Second)
	r.until("a first message of each", 3*time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) == runs })
	for m := range messages - 1 {
		for n, a := range accounts {
			if name, text := fmt.Sprintf("m%dx%d", m, n), fmt.Sprintf("message %d to %d", m, n); m%3 == 0 {
				server.Comment(sub(n), name, "robin", text)
			} else {
				server.Mention(a, sub(n), name, "robin", text) // it comes through both doors
			}
		}
	}
	r.until("all messages", 3*time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) >= runs*messages })
	if n := r.count(`SELECT count(*) FROM (SELECT channel_id FROM engagements GROUP BY channel_id HAVING count(DISTINCT external_id) = $1 AND count(*) = $1) complete`, messages); n != runs {
		t.Errorf("%d of %d accounts have every message once", n, runs)
	}
	if n := r.count(`SELECT count(*) FROM engagements WHERE thread_external_id <> 't3_post' OR posted_at IS NULL OR author_external_id <> 't2_robin'`); n > 0 {
		t.Errorf("%d messages came without what they hang from", n)
	}
	if network.Cuts() < runs {
		t.Errorf("only %d cuts", network.Cuts())
	}
	t.Logf("%d messages of %d accounts over %d cuts", runs*messages, runs, network.Cuts())
}

func TestWhatRedditNeverTellsOfIsFoundByLookingAgain(t *testing.T) {
	t.Parallel()
	var server fakereddit.Server
	r, _ := newRig(t, &server, 0, askingReddit)
	a := server.Add("kiosk")
	for _, name := range []string{"stays", "edited", "deleted", "removed", "lost"} {
		server.Comment("berlin", name, "robin", "words of "+name)
	}
	server.Comment("berlin", "left", "kim", "words of somebody who leaves")
	server.Comment("berlin", "left2", "kim", "more of them")
	server.Comment("berlin", "echo", "Kiosk", "what we say ourselves")
	server.Whisper(a, "psst", "between us")
	r.channel("kiosk/r/berlin", a.Key())
	r.run(r.store, 30*time.Second)
	held := func(sql string) int { return r.count(`SELECT count(*) FROM engagements WHERE ` + sql) }
	r.until("all comments", 20*time.Second, func() bool { return held(`true`) == 7 })
	if n := held(`thread_context @> '{"Author": {"ExternalID": "t2_kiosk", "Handle": "kiosk"}, "Reach": {"Reactions": 77}}'`); n != 7 {
		t.Errorf("%d of 7 say who wrote what they stand below", n)
	}
	server.Edit("edited", "other words")
	server.Delete("deleted")
	server.Remove("removed")
	server.Lose("lost")
	server.Desert("kim")
	r.until("the edit", 20*time.Second, func() bool { return held(`text = 'other words'`) == 1 })
	r.until("the removal", 20*time.Second, func() bool { return held(`external_id = 't1_removed' AND hidden AND text <> ''`) == 1 })
	r.until("the deletion", 20*time.Second, func() bool { return held(`external_id = 't1_deleted' AND deleted_at IS NOT NULL`) == 1 })
	r.until("the absence", 20*time.Second, func() bool { return held(`external_id = 't1_lost' AND deleted_at IS NOT NULL`) == 1 })
	r.until("the author who left", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM erased_authors`) == 1 })
	server.Approve("removed")
	r.until("what was put back", 20*time.Second, func() bool { return held(`external_id = 't1_removed' AND NOT hidden`) == 1 })
	if n := held(`external_id = 't1_stays' AND text = 'words of stays' AND NOT edited AND NOT hidden`); n != 1 {
		t.Errorf("what stays has changed")
	}
	if n := held(`text LIKE '%between us%' OR text LIKE '%ourselves%'`); n != 0 {
		t.Errorf("%d things are held that nobody is to see", n)
	}
	if n := r.count(`SELECT count(*) FROM rechecks r JOIN engagements e ON e.id = r.engagement_id WHERE e.deleted_at IS NOT NULL`); n != 0 {
		t.Errorf("%d deleted comments are still looked up", n)
	}
}

func TestOneEmptyAnswerOfRedditDeletesNothing(t *testing.T) {
	t.Parallel()
	var server fakereddit.Server
	r, _ := newRig(t, &server, 0, askingReddit)
	a := server.Add("kiosk")
	server.Comment("berlin", "c1", "robin", "words")
	r.channel("kiosk/r/berlin", a.Key())
	server.Lose("c1")
	server.Find("c1")
	r.run(r.store, 30*time.Second)
	r.until("the comment", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements`) == 1 })
	server.Lose("c1")
	r.until("the absence", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM rechecks WHERE absent`) == 1 })
	server.Find("c1")
	r.until("it is known again", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM rechecks WHERE NOT absent`) == 1 })
	if n := r.count(`SELECT count(*) FROM engagements WHERE deleted_at IS NULL`); n != 1 {
		t.Error("the comment is deleted")
	}
}

func TestAnAppThatIsTakenBackFromRedditStopsItsChannelOnly(t *testing.T) {
	t.Parallel()
	server := fakereddit.Server{Calls: 5}
	r, _ := newRig(t, &server, 0, askingReddit)
	one, two := server.Add("kiosk"), server.Add("laden")
	stopped, other := r.channel("kiosk", one.Key()), r.channel("laden", two.Key())
	r.run(r.store, 30*time.Second)
	r.until("both listen, over several access tokens", 20*time.Second, func() bool {
		_, _, tokens := server.Asked(one)
		return r.health(stopped).State == postgres.SourceListening && r.health(other).State == postgres.SourceListening && tokens > 1
	})
	server.Limit(two, 1)
	r.until("the limit shows", 20*time.Second, func() bool { return r.health(other).State == postgres.SourceLimited })
	server.Revoke(one)
	r.until("the first stops", 20*time.Second, func() bool {
		h := r.health(stopped)
		return h.State == postgres.SourceRefused && h.Reason == "token_refused"
	})
	server.Mention(two, "berlin", "c1", "robin", "still here")
	r.until("the second goes on", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements WHERE channel_id = $1`, other) == 1 })
}

func TestASubredditThatIsShutDoesNotStopTheInbox(t *testing.T) {
	t.Parallel()
	var server fakereddit.Server
	r, _ := newRig(t, &server, 0, askingReddit)
	a := server.Add("kiosk")
	channel := r.channel("kiosk/r/secret", a.Key())
	r.run(r.store, 30*time.Second)
	r.until("it is told", 20*time.Second, func() bool { return r.health(channel).Reason == "answered_403" })
	server.Mention(a, "berlin", "c1", "robin", "hello")
	r.until("the mention", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements`) == 1 })
}
