package postgres_test

import (
	"strings"
	"testing"
	"time"

	"triage/postgres"
	"triage/routing"
	"triage/triage"
)

func TestSettlingAndErasingReadNoWholeTable(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.fill(30_000)
	in.exec(`INSERT INTO authors (brand_id, id, channel_id, platform, external_id, first_seen_at, last_seen_at)
		SELECT $1, md5('a' || n)::uuid, $2, 'facebook', n::text, now(), now() FROM generate_series(1, 5000) n`, in.brand, in.channel)
	in.exec(`INSERT INTO threads (brand_id, id, channel_id, platform, external_id, first_seen_at, last_seen_at)
		SELECT $1, md5('t' || n)::uuid, $2, 'facebook', n::text, now(), now() FROM generate_series(1, 5000) n`, in.brand, in.channel)
	in.exec(`UPDATE items SET author_id = md5('a' || (rank::int % 5000 + 1))::uuid, thread_id = md5('t' || (rank::int % 5000 + 1))::uuid`)
	for _, table := range []string{"authors", "threads", "items"} {
		in.exec(`VACUUM ANALYZE ` + table)
	}
	ids := [][16]byte{{1}, {2}}
	around := []any{in.brand, []int32{0, 1}, ids, ids, []string{"a", "b"}, []time.Time{time.Now(), time.Now()}, 100}
	for _, c := range []struct {
		what    string
		sql     string
		args    []any
		indexes []string
	}{
		{"erasing", postgres.EraseItemsSQL, []any{in.brand, ids, time.Now()}, []string{"items_one_owner", "items_one_companion"}},
		{"what is known of authors", postgres.KnownAuthorsSQL, around, []string{"authors_identity", "items_author_time"}},
		{"what is known of threads", postgres.KnownThreadsSQL, around, []string{"threads_identity", "items_thread_time"}},
	} {
		plan := in.explain(c.sql, c.args...)
		for _, index := range c.indexes {
			if !strings.Contains(plan, index) || strings.Contains(plan, "Seq Scan on items") {
				t.Errorf("%s, without %s:\n%s", c.what, index, plan)
			}
		}
	}
}

func TestWhatIsKnownIsWhatCameBefore(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	at := func(minute int, external, author, thread string, intent triage.Intent) postgres.Seen {
		e := in.event(triage.Created, external, 0, "Text")
		e.Author.ExternalID, e.Thread.ExternalID, e.ReceivedAt = author, thread, in.start.Add(time.Duration(minute)*time.Minute)
		return postgres.Seen{Engagement: e, Intent: intent}
	}
	all := []postgres.Seen{
		at(3, "c", "jo", "post", triage.Praise), at(1, "a", "jo", "post", triage.ProductQuestion),
		at(2, "b", "al", "post", triage.ProductQuestion), at(4, "d", "", "", triage.Other), at(5, "e", "jo", "other", triage.Other),
	}
	got, err := in.Known(t.Context(), in.brand, all)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []routing.Context{
		{Author: routing.KnownAuthor{Comments: 1}, Thread: routing.KnownThread{Comments: 2, Questions: 2}},
		{},
		{Thread: routing.KnownThread{Comments: 1, Questions: 1}},
		{},
		{Author: routing.KnownAuthor{Comments: 2}},
	} {
		if got[i].Author.Comments != want.Author.Comments || got[i].Thread != want.Thread {
			t.Errorf("before %s: %+v", all[i].ExternalID, got[i])
		}
	}
}

func TestWhatIsKnownOfAnAuthorWhomWeSpokeWith(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.place("1", "Wo bleibt mein Paket?")
	touched := in.start.Add(-time.Hour)
	in.exec(`UPDATE authors SET tags = '{creator,advocate}', signs = '{advocate}', touched_at = $1`, touched)
	in.exec(`INSERT INTO promises (brand_id, id, author_id, person_id, text, due_at, created_at)
		SELECT brand_id, id, id, id, 'Voucher', now(), now() FROM authors`)
	e := in.event(triage.Created, "2", 1, "Immer noch nichts")
	e.ReceivedAt = in.start.Add(time.Minute)
	got, err := in.Known(t.Context(), in.brand, []postgres.Seen{{Engagement: e}})
	if err != nil {
		t.Fatal(err)
	}
	a := got[0].Author
	if strings.Join(a.Tags, " ") != "advocate creator" || a.Comments != 1 || a.Promises != 1 || !a.Touched.Equal(touched) || got[0].Thread.Comments != 1 {
		t.Errorf("known is %+v", got[0])
	}
}

func TestJudgingAgainKeepsTheTagsOfPeople(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	item := in.place("1", "Wo bleibt mein Paket?")
	in.exec(`UPDATE items SET tags = '{ruled,mine}', provisional = true`)
	in.tx(func(tx *postgres.Tx) error {
		_, err := tx.Settle(t.Context(), in.brand, []postgres.Settlement{{
			Engagement: item.Engagement, Classification: triage.Classification{Engine: "builtin", Intent: triage.Complaint},
			Ruled: []string{"ruled", "other"},
			Place: func(*postgres.Standing) *postgres.Placed {
				return &postgres.Placed{Placement: triage.Placement{Queue: triage.CM, Priority: triage.P2, DueAt: in.start, Tags: []string{"other"}}}
			},
		}})
		return err
	})
	if got := in.item(item.ID).Tags; strings.Join(got, " ") != "mine other" {
		t.Errorf("tags are %v", got)
	}
}

func TestAPlanIsReservedForWhoWorksHere(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	item := in.place("1", "Wo bleibt mein Paket?")
	ada, gone := postgres.NewID(), postgres.NewID()
	in.exec(`INSERT INTO memberships (brand_id, person_id, role) VALUES ($1, $2, 'cm')`, in.brand, ada)
	for _, c := range []struct{ asked, want triage.ID }{{ada, ada}, {gone, ""}} {
		in.exec(`UPDATE items SET provisional = true, assignee_id = NULL`)
		in.tx(func(tx *postgres.Tx) error {
			_, err := tx.Settle(t.Context(), in.brand, []postgres.Settlement{{
				Engagement: item.Engagement, Classification: triage.Classification{Engine: "builtin", Intent: triage.Complaint},
				Place: func(*postgres.Standing) *postgres.Placed {
					return &postgres.Placed{Placement: triage.Placement{Queue: triage.CM, Priority: triage.P2, DueAt: in.start, Assignee: c.asked}}
				},
			}})
			return err
		})
		if got := in.item(item.ID); got.Assignee != c.want || got.Status != triage.StatusOpen {
			t.Errorf("reserved for %q and %s", got.Assignee, got.Status)
		}
	}
}
