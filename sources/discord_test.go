package sources_test

import (
	"fmt"
	"testing"
	"time"

	"triage/connector/discord"
	"triage/internal/fakediscord"
	"triage/postgres"
	"triage/triage"
)

// listening hears the gateway; polls come only when it asks for them.
var listening = discord.Connector{Every: time.Hour}

// bot adds a bot and its channel, which listens to the room general.
func (r *rig) bot(server *fakediscord.Server, n int) (*fakediscord.Bot, triage.ID) {
	r.t.Helper()
	b := server.Add(fmt.Sprintf("MTEwMDAwMDAwMDAwMDAwMDAwMA.GaBcDe.abcdefghijklmnopqrstuvwxyz%09d", n))
	channel := r.channel(b.Guild, b.Token)
	r.exec(`UPDATE channels SET rooms = $2 WHERE id = $1`, channel, []string{b.General})
	return b, channel
}

func (r *rig) texts(text string) int {
	return r.count(`SELECT count(*) FROM engagements WHERE text = $1 AND deleted_at IS NULL`, text)
}

func TestEveryMessageOfDiscordIsThereOnceHoweverTheGatewayBreaks(t *testing.T) {
	t.Parallel()
	const runs, messages = 100, 25
	server := fakediscord.Server{Beat: 2 * time.Second}
	r, network := newRig(t, &server, 24_000, listening)
	bots := make([]*fakediscord.Bot, runs)
	for n := range bots {
		bots[n], _ = r.bot(&server, n)
		bots[n].Say(bots[n].General, "before anybody listened")
		bots[n].Say(bots[n].Private, "of no concern")
	}
	r.run(r.store, 30*time.Second)
	r.until("a first message of each", 3*time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) == runs })
	for m := range messages - 1 {
		for n, b := range bots {
			b.Say([]string{b.General, b.Talk}[m%2], fmt.Sprintf("message %d to %d", m, n))
			b.Say(b.Private, "of no concern")
		}
	}
	r.until("all messages", 3*time.Minute, func() bool { return r.count(`SELECT count(*) FROM engagements`) >= runs*messages })
	if n := r.count(`SELECT count(*) FROM (SELECT channel_id FROM engagements GROUP BY channel_id
		HAVING count(DISTINCT text) = $1 AND count(*) = $1) complete`, messages); n != runs {
		t.Errorf("%d of %d servers have every message once", n, runs)
	}
	resumes := 0
	for _, b := range bots {
		resumes += b.Counts().Resumes
	}
	if network.Cuts() < runs || resumes < runs/2 {
		t.Errorf("only %d cuts and %d sessions that went on", network.Cuts(), resumes)
	}
	t.Logf("%d messages of %d servers over %d cuts, %d resumed sessions", runs*messages, runs, network.Cuts(), resumes)
}

func TestWhatWasEditedAndDeletedBehindACutIsToldWhenTheSessionGoesOn(t *testing.T) {
	t.Parallel()
	server := fakediscord.Server{Beat: time.Second}
	r, _ := newRig(t, &server, 0, listening)
	b, _ := r.bot(&server, 0)
	r.run(r.store, 30*time.Second)
	r.until("a session", 20*time.Second, func() bool { return b.Counts().Open == 1 })
	first := b.Say(b.General, "first")
	second, third, fourth := b.Answer(b.Talk, first, "second"), b.Say(b.General, "third"), b.Say(b.General, "fourth")
	r.until("all four", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements`) == 4 })
	if n := r.count(`SELECT count(*) FROM engagements WHERE external_id = $1 AND form = 'reply' AND parent_external_id = $2 AND thread_text = 'talk'`, second, first); n != 1 {
		t.Error("the answer does not hang from what it answers")
	}
	b.Reconnect()
	b.Edit(first, "first, better")
	b.Unfold(second, b.Talk)
	b.Delete(b.General, third)
	b.Delete(b.General, fourth)
	r.until("the edit", 20*time.Second, func() bool { return r.texts("first, better") == 1 && r.texts("first") == 0 })
	r.until("the deletions", 20*time.Second, func() bool { return r.texts("third") == 0 && r.texts("fourth") == 0 })
	b.Deafen()
	fifth, sixth := b.Say(b.General, "fifth"), b.Say(b.General, "sixth")
	r.until("a dead connection is left", 30*time.Second, func() bool { return r.texts("fifth") == 1 && r.texts("sixth") == 1 })
	b.Delete(b.General, fifth, sixth)
	r.until("the deletion of many", 20*time.Second, func() bool { return r.texts("fifth") == 0 && r.texts("sixth") == 0 })
	if r.texts("second") != 1 {
		t.Error("a preview changed the message")
	}
	if n := b.Counts().Identifies; n != 1 {
		t.Errorf("%d sessions were begun", n)
	}
}

func TestWhatASessionThatIsLostDoesNotTellIsAskedFor(t *testing.T) {
	t.Parallel()
	server := fakediscord.Server{Beat: time.Second}
	r, _ := newRig(t, &server, 0, listening)
	b, _ := r.bot(&server, 0)
	r.run(r.store, 30*time.Second)
	r.until("a session", 20*time.Second, func() bool { return b.Counts().Open == 1 })
	b.Expire()
	for n := range 230 {
		b.Say(b.General, fmt.Sprint("message ", n))
	}
	b.Say(b.Talk, "in the thread")
	b.Say(b.Private, "of no concern")
	r.until("all of them", time.Minute, func() bool { return r.count(`SELECT count(DISTINCT text) FROM engagements`) == 231 })
	if n := r.count(`SELECT count(*) FROM engagements`); n != 231 {
		t.Errorf("%d engagements", n)
	}
}

func TestWhatDiscordDoesNotForgiveStopsTheChannelWithItsReason(t *testing.T) {
	t.Parallel()
	server := fakediscord.Server{Beat: time.Second}
	r, _ := newRig(t, &server, 0, listening)
	for n, c := range []struct {
		reason string
		breaks func(*fakediscord.Bot)
	}{
		{"token_refused", (*fakediscord.Bot).Revoke},
		{"intents_refused", (*fakediscord.Bot).Disallow},
	} {
		b, channel := r.bot(&server, n)
		b.Limit(1)
		if n == 0 {
			r.run(r.store, 30*time.Second/10)
		}
		r.until("a session", 30*time.Second, func() bool { return b.Counts().Open == 1 })
		c.breaks(b)
		b.Expire()
		r.until(c.reason, 30*time.Second, func() bool {
			h := r.health(channel)
			return h.State == postgres.SourceRefused && h.Reason == c.reason
		})
		if n := b.Counts().Identifies; n > 2 {
			t.Errorf("%s: %d sessions were tried", c.reason, n)
		}
	}
}

func TestWhatNoSessionTellsIsFoundByLookingAgain(t *testing.T) {
	t.Parallel()
	server := fakediscord.Server{Beat: time.Second}
	r, _ := newRig(t, &server, 0, discord.Connector{Every: 100 * time.Millisecond, First: time.Second})
	b, _ := r.bot(&server, 0)
	b.Starts(0) // only the polls are left
	stays, changes, goes := b.Say(b.General, "still here"), b.Say(b.General, "first words"), b.Say(b.Talk, "not for long")
	r.run(r.store, 30*time.Second)
	r.until("all three", 20*time.Second, func() bool { return r.count(`SELECT count(*) FROM engagements`) == 3 })
	b.Edit(changes, "better words")
	b.Delete(b.Talk, goes)
	r.until("both changes", 30*time.Second, func() bool {
		return r.texts("better words") == 1 && r.texts("first words") == 0 && r.texts("not for long") == 0
	})
	if n := r.count(`SELECT count(*) FROM engagements WHERE external_id = $1 AND text = 'still here'`, stays); n != 1 {
		t.Error("what is there was taken for deleted")
	}
}

func TestNoSessionIsBegunWhenNoneIsLeft(t *testing.T) {
	t.Parallel()
	server := fakediscord.Server{Beat: time.Second}
	r, _ := newRig(t, &server, 0, discord.Connector{Every: 100 * time.Millisecond})
	b, _ := r.bot(&server, 0)
	b.Starts(0)
	r.run(r.store, 30*time.Second)
	b.Say(b.General, "first")
	r.until("the poll finds it", 20*time.Second, func() bool { return r.texts("first") == 1 })
	b.Say(b.General, "second")
	r.until("the next poll finds that", 20*time.Second, func() bool { return r.texts("second") == 1 })
	if n := b.Counts().Identifies; n != 0 {
		t.Errorf("%d sessions were begun", n)
	}
}

func TestMessagesWithoutTheirWordsAreKeptAndItIsSaid(t *testing.T) {
	t.Parallel()
	server := fakediscord.Server{Beat: time.Second}
	r, _ := newRig(t, &server, 0, listening)
	b, channel := r.bot(&server, 0)
	r.run(r.store, 30*time.Second)
	r.until("a session", 20*time.Second, func() bool { return b.Counts().Open == 1 })
	first := b.Say(b.General, "with words")
	r.until("it", 20*time.Second, func() bool { return r.texts("with words") == 1 })
	b.Wordless(true)
	b.Say(b.General, "nobody may read this")
	b.Edit(first, "nor that")
	r.until("the notice", 20*time.Second, func() bool { return r.health(channel).Reason == "message_content_missing" })
	b.Say(b.General, "hello <@"+b.ID+">")
	r.until("the mention", 20*time.Second, func() bool {
		return r.count(`SELECT count(*) FROM engagements WHERE form = 'mention' AND text <> ''`) == 1
	})
	if h := r.health(channel); h.State != postgres.SourceListening || h.Reason != "message_content_missing" {
		t.Errorf("%s, %s", h.State, h.Reason)
	}
	if r.texts("with words") != 1 || r.texts("") != 1 {
		t.Error("a missing word was taken for a deletion or an edit")
	}
	b.Wordless(false)
	b.Say(b.General, "words again")
	r.until("the notice is gone", 20*time.Second, func() bool { return r.health(channel).Reason == "" })
}

func TestTheSessionOfADeadProcessGoesOnInAnother(t *testing.T) {
	t.Parallel()
	server := fakediscord.Server{Beat: time.Second}
	r, _ := newRig(t, &server, 0, listening)
	b, _ := r.bot(&server, 0)
	dying := r.open()
	r.run(dying, 2*time.Second)
	r.until("a session", 20*time.Second, func() bool { return b.Counts().Open == 1 })
	b.Say(b.General, "to the first")
	r.until("the first message", 20*time.Second, func() bool { return r.texts("to the first") == 1 })
	dying.Close() // it can neither keep what it hears nor give back the channel
	b.Say(b.General, "to nobody")
	r.run(r.store, 2*time.Second)
	b.Say(b.General, "to the second")
	r.until("the others", 30*time.Second, func() bool { return r.texts("to nobody") == 1 && r.texts("to the second") == 1 })
	if c := b.Counts(); c.Identifies != 1 || c.Resumes == 0 {
		t.Errorf("%d sessions were begun and %d went on", c.Identifies, c.Resumes)
	}
	if n := r.count(`SELECT count(*) FROM engagements`); n != 3 {
		t.Errorf("%d engagements", n)
	}
}
