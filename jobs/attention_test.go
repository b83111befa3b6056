package jobs_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"triage/internal/fakeslack"
	"triage/jobs"
	"triage/notify"
	"triage/postgres"
	"triage/triage"
)

// heard is one comment as it is placed.
type heard struct {
	thread, author string
	priority       triage.Priority
	risks          []triage.Risk
	sentiment      triage.Sentiment
}

// day is a team and what is said to it, hour by hour.
type day struct {
	*team
	said int
}

// hears takes comments in and settles them at the clock's time.
func (d *day) hears(all ...heard) {
	d.t.Helper()
	var engagements []triage.Engagement
	for _, h := range all {
		d.said++
		engagements = append(engagements, triage.Engagement{
			ID: postgres.NewID(), BrandID: d.brand, ChannelID: d.channel, Platform: triage.Instagram, Round: 1,
			ExternalID: fmt.Sprint("e", d.said), Form: triage.FormComment, Action: triage.Created, Text: fmt.Sprint("words ", d.said),
			Author:    triage.Author{ExternalID: h.author, Name: "Mia", Followers: 10},
			Thread:    triage.Thread{ExternalID: h.thread},
			VersionAt: d.clock(), ReceivedAt: d.clock(),
		})
	}
	delivery := postgres.Delivery{ID: postgres.NewID(), EndpointID: postgres.NewID(), Platform: triage.Instagram, ReceivedAt: d.clock(), Source: "webhook", Raw: []byte("raw"), Accepted: len(all)}
	var changes []postgres.Change
	var settled []postgres.Settlement
	for n, e := range engagements {
		changes = append(changes, postgres.Change{Engagement: e, DeliveryID: delivery.ID})
		settled = append(settled, d.settlement(e, all[n]))
	}
	d.in(func(tx *postgres.Tx) error {
		_, _, err := tx.Record(d.t.Context(), []postgres.Delivery{delivery}, changes)
		return err
	})
	d.in(func(tx *postgres.Tx) error {
		n, err := tx.Settle(d.t.Context(), d.brand, settled)
		if err == nil && n != len(all) {
			err = fmt.Errorf("%d of %d settled", n, len(all))
		}
		return err
	})
}

func (d *day) settlement(e triage.Engagement, h heard) postgres.Settlement {
	return postgres.Settlement{
		Engagement: e,
		Classification: triage.Classification{Engine: "builtin", Model: "m", Intent: triage.Complaint, Sentiment: h.sentiment,
			Urgency: triage.UrgencyHigh, Risks: h.risks},
		Place: func(*postgres.Standing) *postgres.Placed {
			return &postgres.Placed{Placement: triage.Placement{Queue: triage.CM, Priority: h.priority, DueAt: e.ReceivedAt.Add(4 * time.Hour)}}
		},
		Notify: func(p triage.Placement) []notify.Going {
			return notify.For(notify.Matter{Queue: p.Queue, Priority: p.Priority, Risks: h.risks, Action: e.Action}, nil, notify.Targets{CM: "C-care"}, time.Time{})
		},
	}
}

// passes lets the outbox work while time passes, and looks for signs of a crisis first.
func (d *day) passes(span, step time.Duration) {
	d.t.Helper()
	if err := jobs.LookForCrisis(d.t.Context(), d.Store, d.brand, d.clock()); err != nil {
		d.t.Fatal(err)
	}
	for end := d.clock().Add(span); d.clock().Before(end); d.later(step) {
		d.step()
	}
}

// hearsOfCrisis returns when the crisis is told, and wants nothing else to be told first.
func (d *day) hearsOfCrisis() time.Time {
	d.t.Helper()
	before := len(d.slack.Messages())
	for end := d.clock().Add(2 * time.Minute); d.clock().Before(end); {
		d.passes(5*time.Second, 5*time.Second)
		if all := d.slack.Messages(); len(all) > before {
			if !strings.Contains(string(all[before].Blocks), "Signs of a crisis (safety): 3 comments") {
				d.t.Errorf("before the crisis something else is told: %s", all[before].Text)
			}
			return d.clock()
		}
	}
	return time.Time{}
}

// wantAllTold wants every notice to be told, what cannot wait within a minute.
func (d *day) wantAllTold() {
	d.t.Helper()
	d.passes(10*time.Minute, 10*time.Second)
	var waiting, untold, late int
	if err := d.Pool().QueryRow(d.t.Context(), `
		SELECT count(*) FILTER (WHERE n.state <> 'sent'), count(*) FILTER (WHERE n.lead_id IS NOT NULL AND (l.message_ref IS NULL OR l.grown <> l.told_grown)),
		       count(*) FILTER (WHERE (i.priority = 1 OR i.risks <> '{}') AND n.sent_at > i.received_at + interval '1 minute')
		FROM notices n JOIN items i ON i.brand_id = n.brand_id AND i.id = n.item_id
		LEFT JOIN notices l ON l.brand_id = n.brand_id AND l.id = n.lead_id`).Scan(&waiting, &untold, &late); err != nil {
		d.t.Fatal(err)
	}
	if waiting+untold+late > 0 {
		d.t.Errorf("%d notices wait, %d were gathered and not told, %d could not wait and did", waiting, untold, late)
	}
}

// weights says how many of a hundred comments come in each hour of the day.
var weights = []int{1, 1, 1, 1, 1, 1, 2, 4, 5, 5, 5, 6, 7, 6, 5, 5, 5, 6, 7, 8, 8, 5, 3, 2}

// usual is one comment of many: one in 500 is urgent, one in 20 is high.
func usual(dice *rand.Rand) heard {
	h := heard{
		thread: fmt.Sprint("post ", dice.IntN(60)), author: fmt.Sprint("a", dice.IntN(3000)), priority: triage.P3, sentiment: triage.Neutral,
	}
	switch n := dice.IntN(1000); {
	case n < 2:
		h.priority = triage.P1
	case n < 50:
		h.priority = triage.P2
	}
	if dice.IntN(6) == 0 {
		h.sentiment = triage.Negative
	}
	return h
}

// Ten minutes are the steps of the day; the wave breaks from two to half past, the crisis
// comes from five on.
const (
	dayComments = 5000
	waveSteps   = 3
	waveFrom    = 14 * 6
	crisisFrom  = 17 * 6
)

func TestADayWithAWaveAndACrisisInterruptsSeldom(t *testing.T) {
	tm := newTeam(t)
	tm.budget(6)
	d, dice := &day{team: tm}, rand.New(rand.NewPCG(7, 5))
	outage, share := postgres.NewID(), 0
	for step := range 24 * 6 {
		before := (dayComments - 803) * share / 600
		share += weights[step/6]
		var all []heard
		for range (dayComments-803)*share/600 - before {
			all = append(all, usual(dice))
		}
		wave, pace := step >= waveFrom && step < waveFrom+waveSteps, time.Minute
		if wave {
			at := step - waveFrom
			for n := 800 * at / waveSteps; n < 800*(at+1)/waveSteps; n++ {
				all = append(all, heard{thread: fmt.Sprint("post ", n%5), author: fmt.Sprint("w", n), priority: triage.P2, sentiment: triage.Negative})
			}
			pace = 10 * time.Second
		}
		for part := range 5 {
			if some := all[len(all)*part/5 : len(all)*(part+1)/5]; len(some) > 0 {
				d.hears(some...)
			}
			if wave {
				d.exec(`UPDATE items i SET wave_id = $1 FROM engagements e WHERE e.id = i.engagement_id AND e.author_external_id LIKE 'w%' AND i.wave_id IS NULL`, outage)
			}
			d.passes(2*time.Minute, pace)
		}
		if step >= crisisFrom && step < crisisFrom+3 {
			d.hears(heard{thread: "crisis", author: fmt.Sprint("c", step), priority: triage.P1, risks: []triage.Risk{triage.RiskSafety}, sentiment: triage.Negative})
		}
		if step == crisisFrom+2 {
			third := d.clock()
			if told := d.hearsOfCrisis(); told.IsZero() || told.Sub(third) > 30*time.Second {
				t.Errorf("the crisis was told %s after its third comment", told.Sub(third))
			}
		}
		if err := jobs.LookForAlarms(t.Context(), tm.Store, tm.brand, tm.clock()); err != nil {
			t.Fatal(err)
		}
	}
	d.wantAllTold()
	all := tm.slack.Messages()
	if d.said != dayComments || len(all) > 25 {
		var said []string
		for _, m := range all {
			said = append(said, m.Text)
		}
		t.Errorf("%d comments, %d interruptions:\n%s", d.said, len(all), strings.Join(said, "\n"))
	}
	t.Logf("%d interruptions, %d changes of messages", len(all), changes(all))
}

func changes(all []fakeslack.Message) (n int) {
	for _, m := range all {
		n += m.Edits
	}
	return n
}

func TestSlackDownForAnHourAndThenBusyLosesNothing(t *testing.T) {
	tm := newTeam(t)
	tm.budget(6)
	d, dice := &day{team: tm}, rand.New(rand.NewPCG(3, 9))
	ill := func(span time.Duration, answer fakeslack.Answer) {
		for _, method := range []string{"chat.postMessage", "chat.update"} {
			for range 500 { // more than there will be calls
				tm.slack.Script(method, answer)
			}
		}
		for end := tm.clock().Add(span); tm.clock().Before(end); {
			for range 3 {
				h := usual(dice)
				h.priority = triage.Priority(1 + dice.IntN(3))
				d.hears(h)
			}
			d.passes(time.Minute, 20*time.Second)
		}
		tm.slack.Forget("chat.postMessage")
		tm.slack.Forget("chat.update")
	}
	ill(time.Hour, fakeslack.Answer{Status: 503, Body: "down"})
	if calls := len(tm.slack.Calls()); calls < 30 || calls > 90 {
		t.Errorf("%d calls in an hour of silence", calls)
	}
	tm.exec(`UPDATE items SET status = 'resolved', closed_at = now(), version = version + 1 WHERE id IN (SELECT id FROM items ORDER BY id LIMIT 40)`)
	ill(10*time.Minute, fakeslack.Answer{Status: 429, RetryAfter: 30 * time.Second})
	if calls := len(tm.slack.Calls()); calls > 120 {
		t.Errorf("%d calls while Slack is ill", calls)
	}
	var open int
	if err := tm.Pool().QueryRow(t.Context(), `SELECT count(*) FROM items WHERE status = 'open'`).Scan(&open); err != nil || open != d.said-40 {
		t.Errorf("%d of %d items are open: %v", open, d.said-40, err)
	}
	tm.wantMessages(0)
	d.passes(10*time.Minute, 10*time.Second)
	if rings := len(tm.slack.Messages()); rings == 0 || rings > 6 {
		t.Errorf("%d interruptions after it", rings)
	}
	var waiting, untold, ended int
	if err := tm.Pool().QueryRow(t.Context(), `
		SELECT count(*) FILTER (WHERE i.status = 'open' AND n.state <> 'sent'),
		       count(*) FILTER (WHERE n.lead_id IS NOT NULL AND (l.message_ref IS NULL OR l.grown <> l.told_grown)),
		       count(*) FILTER (WHERE i.status = 'resolved' AND n.state <> 'cancelled')
		FROM notices n JOIN items i ON i.brand_id = n.brand_id AND i.id = n.item_id
		LEFT JOIN notices l ON l.brand_id = n.brand_id AND l.id = n.lead_id`).Scan(&waiting, &untold, &ended); err != nil {
		t.Fatal(err)
	}
	if waiting+untold+ended > 0 {
		t.Errorf("%d notices are lost, %d were gathered and not told, %d of resolved items were sent", waiting, untold, ended)
	}
}
