package jobs_test

import (
	"strings"
	"testing"
	"time"

	"triage/internal/fakeslack"
	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// hire gives the brand somebody who works on both queues.
func (tm *team) hire(name string) postgres.Caller {
	tm.t.Helper()
	who := postgres.Caller{BrandID: tm.brand, Person: name, Role: triage.RoleLead}
	tm.in(func(tx *postgres.Tx) (err error) {
		if who.PersonID, err = tx.AddPerson(tm.t.Context(), postgres.PersonRow{Name: name}); err != nil {
			return err
		}
		return tx.AddMember(tm.t.Context(), postgres.Actor{}, tm.brand, who.PersonID, who.Role)
	})
	return who
}

// itemOf returns the item of an engagement.
func (tm *team) itemOf(engagement triage.ID) (item triage.ID) {
	tm.t.Helper()
	if err := tm.Pool().QueryRow(tm.t.Context(), `SELECT id FROM items WHERE engagement_id = $1 AND kind = 'owner'`, engagement).Scan(&item); err != nil {
		tm.t.Fatal(err)
	}
	return item
}

func TestAMessageFollowsItsItem(t *testing.T) {
	tm := newTeam(t)
	jo, desk := tm.hire("Jo <!channel>"), queue.NewDesk(tm.Store)
	item := tm.itemOf(tm.comes("c1", "The mug broke", triage.P1))
	tm.step()
	says := func(what string, edits int, want, not string) {
		t.Helper()
		tm.step()
		m := tm.wantMessages(1)[0]
		if said := m.Text + string(m.Blocks); m.Edits != edits || !strings.Contains(said, want) || (not != "" && strings.Contains(said, not)) {
			t.Errorf("%s: after %d edits it says %s", what, m.Edits, said)
		}
	}
	do := func(_ postgres.Item, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	says("open", 0, "The mug broke", "Jo")
	do(desk.Claim(t.Context(), jo, item, queue.Given{}))
	says("claimed", 1, "Jo &lt;!channel&gt; has it.", "I take it")
	do(desk.Claim(t.Context(), jo, item, queue.Given{}))
	says("the lease renewed: nothing new to say", 1, "has it.", "")
	do(desk.Snooze(t.Context(), jo, item, queue.Given{}, tm.Now().Add(time.Hour), false))
	says("snoozed", 2, "Comes back", "")
	do(desk.Resolve(t.Context(), jo, item, queue.Given{}, triage.OutcomeAnswered, ""))
	says("resolved", 3, "closed it: answered", "The mug broke")
	do(desk.Reopen(t.Context(), jo, item, queue.Given{}, ""))
	says("open again", 4, "The mug broke", "closed it")
	tm.deleted("c1")
	tm.later(2 * time.Second) // a place hears of one thing a second
	says("deleted", 5, "deleted by its author", "mug")
	tm.step()
	tm.wantNotices(map[string]int{"new sent": 1, "retract sent": 1})
}

func TestChangesWaitWhileSlackTakesNone(t *testing.T) {
	for name, answer := range map[string]fakeslack.Answer{
		"told to wait": {Status: 429, RetryAfter: 30 * time.Second},
		"away":         {Status: 503, Body: "sorry"},
	} {
		t.Run(name, func(t *testing.T) {
			tm := newTeam(t)
			jo, desk := tm.hire("Jo"), queue.NewDesk(tm.Store)
			item := tm.itemOf(tm.comes("c1", "The mug broke", triage.P1))
			tm.step()
			tm.slack.Script("chat.update", answer)
			if _, err := desk.Claim(t.Context(), jo, item, queue.Given{}); err != nil {
				t.Fatal(err)
			}
			if _, err := tm.outbox.Step(t.Context()); err == nil {
				t.Error("nothing tells that changes wait")
			}
			tm.step()
			if m := tm.wantMessages(1)[0]; m.Edits != 0 {
				t.Fatalf("%d edits", m.Edits)
			}
			tm.later(31 * time.Second)
			tm.step()
			if m := tm.wantMessages(1)[0]; m.Edits != 1 || !strings.Contains(string(m.Blocks), "Jo has it.") {
				t.Errorf("%d edits: %s", m.Edits, m.Blocks)
			}
		})
	}
}

func TestAMessageThatCannotBeChangedIsLetGo(t *testing.T) {
	tm := newTeam(t)
	jo, desk := tm.hire("Jo"), queue.NewDesk(tm.Store)
	item := tm.itemOf(tm.comes("c1", "The mug broke", triage.P1))
	tm.step()
	tm.slack.Script("chat.update", fakeslack.Answer{Error: "is_archived"})
	if _, err := desk.Claim(t.Context(), jo, item, queue.Given{}); err != nil {
		t.Fatal(err)
	}
	calls := len(tm.slack.Calls())
	for range 5 {
		tm.step()
		tm.later(time.Minute)
	}
	if n := len(tm.slack.Calls()) - calls; n != 1 {
		t.Errorf("%d calls", n)
	}
	tm.wantNotices(map[string]int{"new sent is_archived": 1})
}
