package postgres_test

import (
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

// below is a comment below post-1.
func (in *intake) below(external string, post triage.Thread) triage.Engagement {
	post.ExternalID = "post-1"
	e := in.event(triage.Created, external, 0, "words of "+external)
	e.Thread, e.Author.ExternalID = post, "author of "+external
	return e
}

func (in *intake) thread(external string) postgres.ThreadRow {
	in.t.Helper()
	var id triage.ID
	if err := in.Pool().QueryRow(in.t.Context(), `SELECT id FROM threads WHERE brand_id = $1 AND external_id = $2`, in.brand, external).Scan(&id); err != nil {
		in.t.Fatal(err)
	}
	found, err := in.Thread(in.t.Context(), in.brand, id)
	if err != nil {
		in.t.Fatal(err)
	}
	return found
}

// told is a post with all that a platform may say of it.
var told = triage.Thread{
	Text: "Hello", Permalink: "https://example.org/1", Author: triage.Publisher{ExternalID: "ines", Handle: "@ines", Name: "Ines"},
	Reach: triage.Reach{Audience: 70, Views: 900, Reactions: 3},
}

func TestAThreadKeepsWhoPublishedItAndHowManyItReached(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.settle(in.deliver(in.below("c1", triage.Thread{}))...)
	if got := in.thread("post-1"); got.Author != (triage.Publisher{}) || got.Reach != (triage.Reach{}) {
		t.Errorf("nothing is told, and kept is %+v", got.Thread)
	}
	in.settle(in.deliver(in.below("c2", told))...) // a moment later
	want := told
	want.ExternalID = "post-1"
	if got := in.thread("post-1"); got.Thread != want {
		t.Errorf("kept is %+v", got.Thread)
	}
	more := told
	more.Reach.Views, more.Author.Name = 0, ""
	in.exec(`UPDATE threads SET last_seen_at = last_seen_at - interval '1 hour'`)
	more.Reach.Reactions = 5
	want.Reach.Reactions = 5
	in.settle(in.deliver(in.below("c3", more))...)
	if got := in.thread("post-1"); got.Thread != want {
		t.Errorf("what is not told again is kept, and what is new replaces the old: %+v", got.Thread)
	}
	if got := in.thread("post-1"); got.Thread.Author.Name != "Ines" {
		t.Errorf("%+v", got)
	}
}

func TestAnErasedAuthorIsForgottenAsPublisher(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.settle(in.deliver(in.below("c1", told), in.below("c2", triage.Thread{}))...)
	onItsWay := in.deliver(in.below("c3", told))
	erasure := in.event(triage.AuthorErased, "", 5, "")
	erasure.Author.ExternalID = "ines"
	in.deliver(erasure)
	bare := triage.Thread{ExternalID: "post-1"}
	if got := in.thread("post-1"); got.Thread != bare {
		t.Errorf("kept is %+v", got.Thread)
	}
	in.settle(onItsWay...)
	if got := in.thread("post-1"); got.Thread != bare {
		t.Errorf("what was on its way brought back %+v", got.Thread)
	}
	var left, words, raw int
	if err := in.Pool().QueryRow(t.Context(), `
		SELECT count(*) FILTER (WHERE thread_text <> '' OR thread_permalink <> '' OR thread_context IS NOT NULL),
		    count(*) FILTER (WHERE text LIKE 'words of %'),
		    (SELECT count(*) FROM deliveries WHERE raw IS NOT NULL) FROM engagements`).Scan(&left, &words, &raw); err != nil {
		t.Fatal(err)
	}
	if left != 0 || words != 3 || raw != 1 { // that of the erasure, which the door would not have kept
		t.Errorf("%d comments tell of the post, %d have their words, and %d bodies are there", left, words, raw)
	}
}

func TestWhatMayBeKeptForHoursOnlyLeavesThreadsToo(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	e := in.below("c1", told)
	e.Platform = triage.LinkedIn
	in.settle(in.deliver(e)...)
	in.exec(`UPDATE threads SET last_seen_at = last_seen_at - interval '30 hours'`)
	in.exec(`UPDATE engagements SET received_at = received_at - interval '30 hours'`)
	forget := func(work func(tx *postgres.Tx) error) triage.Thread {
		t.Helper()
		if err := in.InTx(t.Context(), work); err != nil {
			t.Fatal(err)
		}
		return in.thread("post-1").Thread
	}
	got := forget(func(tx *postgres.Tx) error {
		return tx.ForgetProfiles(t.Context(), triage.LinkedIn, tx.Now.Add(-24*time.Hour))
	})
	if got.Author.Name != "" || got.Author.Handle != "" || got.Reach.Audience != 0 || got.Text != "Hello" {
		t.Errorf("after the time of profiles: %+v", got)
	}
	got = forget(func(tx *postgres.Tx) error {
		_, err := tx.ForgetActivity(t.Context(), triage.LinkedIn, tx.Now.Add(-29*time.Hour), 10)
		return err
	})
	if got != (triage.Thread{ExternalID: "post-1"}) {
		t.Errorf("after the time of activity: %+v", got)
	}
}
