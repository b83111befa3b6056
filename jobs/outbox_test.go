package jobs_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"triage/internal/fakeslack"
	"triage/internal/pgtest"
	"triage/jobs"
	"triage/notify"
	"triage/notify/slack"
	"triage/postgres"
	"triage/triage"
)

const slackToken = "xoxb-1234567890-very-secret"

// team is a brand whose two queues are told in two channels of a local Slack, with an
// outbox whose clock stands still until it is moved.
type team struct {
	*postgres.Store
	t       *testing.T
	slack   *fakeslack.Server
	outbox  *jobs.Outbox
	brand   triage.ID
	channel triage.ID
	log     *lockedBuffer

	mu  sync.Mutex
	now time.Time
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newTeam(t *testing.T) *team {
	t.Helper()
	t.Parallel()
	store, err := postgres.Open(t.Context(), pgtest.New(t).URL, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	fake, err := fakeslack.Start(fakeslack.Options{Token: slackToken, Channels: []string{"C-care", "C-content"}, LinkPrefix: "https://triage.example/"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	tm := &team{Store: store, t: t, slack: fake, channel: postgres.NewID(), log: &lockedBuffer{}, now: time.Now().Add(time.Minute)}
	tm.in(func(tx *postgres.Tx) (err error) {
		tm.brand, err = tx.AddBrand(t.Context(), postgres.Actor{}, postgres.BrandRow{Name: "Kaffee Nord", Goal: 0.5, SlackCM: "C-care", SlackSMM: "C-content"})
		return err
	})
	tm.budget(0)
	tm.outbox = tm.newOutbox()
	return tm
}

// budget says how often each of the two channels may be interrupted within an hour.
func (tm *team) budget(perHour int) {
	tm.t.Helper()
	tm.exec(`INSERT INTO notice_budgets (brand_id, place, per_hour) SELECT $1, p, $2 FROM unnest(ARRAY['C-care', 'C-content', 'C-archived']) p
		ON CONFLICT (brand_id, place) DO UPDATE SET per_hour = excluded.per_hour`, tm.brand, perHour)
}

// newOutbox is a second process, so to speak: with a memory of its own.
func (tm *team) newOutbox() *jobs.Outbox {
	client, err := slack.New(slack.Config{Token: slackToken, BaseURL: tm.slack.URL(), HTTPTimeout: 5 * time.Second})
	if err != nil {
		tm.t.Fatal(err)
	}
	return &jobs.Outbox{
		Store: tm.Store, Poster: client, Voice: notify.Voice{PublicURL: "https://triage.example"},
		Log: slog.New(slog.NewTextHandler(tm.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: tm.clock,
	}
}

func (tm *team) clock() time.Time {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.now
}

func (tm *team) later(d time.Duration) {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	tm.now = tm.now.Add(d)
}

func (tm *team) in(work func(tx *postgres.Tx) error) {
	tm.t.Helper()
	if err := tm.Retrying(tm.t.Context(), 5, work); err != nil {
		tm.t.Fatal(err)
	}
}

func (tm *team) step() {
	tm.t.Helper()
	if _, err := tm.outbox.Step(tm.t.Context()); err != nil {
		tm.t.Fatal(err)
	}
}

// comes takes a comment in and settles it with the given priority in the relationship queue.
func (tm *team) comes(external, text string, priority triage.Priority) triage.ID {
	tm.t.Helper()
	return tm.settles(triage.Engagement{
		ID: postgres.NewID(), BrandID: tm.brand, ChannelID: tm.channel, Platform: triage.Instagram,
		ExternalID: external, Form: triage.FormComment, Action: triage.Created, Text: text,
		Author:    triage.Author{ExternalID: "a-" + external, Name: "Mia " + external, Followers: 10},
		VersionAt: time.Now(), ReceivedAt: time.Now(),
	}, triage.CM, priority)
}

func (tm *team) settles(e triage.Engagement, q triage.Queue, priority triage.Priority) triage.ID {
	tm.t.Helper()
	tm.record(e)
	e.Round = 1
	tm.in(func(tx *postgres.Tx) error {
		n, err := tx.Settle(tm.t.Context(), tm.brand, []postgres.Settlement{{
			Engagement:     e,
			Classification: triage.Classification{Engine: "builtin", Model: "m", Intent: triage.Complaint, Sentiment: triage.Negative, Urgency: triage.UrgencyHigh},
			Place: func(*postgres.Standing) *postgres.Placed {
				return &postgres.Placed{Placement: triage.Placement{Queue: q, Priority: priority, DueAt: tm.clock().Add(time.Hour)}}
			},
			Notify: func(p triage.Placement) []notify.Going {
				return notify.For(notify.Matter{Queue: p.Queue, Priority: p.Priority, Dismiss: p.Dismiss, Action: e.Action}, nil,
					notify.Targets{SMM: "C-content", CM: "C-care"}, time.Time{})
			},
		}})
		if err == nil && n != 1 {
			err = fmt.Errorf("%d settled", n)
		}
		return err
	})
	return e.ID
}

func (tm *team) record(e triage.Engagement) {
	tm.t.Helper()
	d := postgres.Delivery{ID: postgres.NewID(), EndpointID: postgres.NewID(), Platform: e.Platform, ReceivedAt: e.ReceivedAt, Source: "webhook", Raw: []byte("raw"), Accepted: 1}
	tm.in(func(tx *postgres.Tx) error {
		_, _, err := tx.Record(tm.t.Context(), []postgres.Delivery{d}, []postgres.Change{{Engagement: e, DeliveryID: d.ID}})
		return err
	})
}

// deleted tells that the author deleted a comment.
func (tm *team) deleted(external string) {
	tm.t.Helper()
	tm.record(triage.Engagement{
		ID: postgres.NewID(), BrandID: tm.brand, ChannelID: tm.channel, Platform: triage.Instagram, ExternalID: external,
		Action: triage.Deleted, Form: triage.FormComment, VersionAt: time.Now().Add(time.Second), ReceivedAt: time.Now(),
	})
}

func (tm *team) exec(sql string, args ...any) {
	tm.t.Helper()
	if _, err := tm.Pool().Exec(tm.t.Context(), sql, args...); err != nil {
		tm.t.Fatal(err)
	}
}

// notices returns how many rows there are of each "kind state word".
func (tm *team) notices() map[string]int {
	tm.t.Helper()
	rows, err := tm.Pool().Query(tm.t.Context(), `SELECT concat_ws(' ', kind, state, error), count(*) FROM notices GROUP BY 1`)
	if err != nil {
		tm.t.Fatal(err)
	}
	defer rows.Close()
	found := map[string]int{}
	for rows.Next() {
		var what string
		var n int
		if err := rows.Scan(&what, &n); err != nil {
			tm.t.Fatal(err)
		}
		found[what] = n
	}
	return found
}

func (tm *team) wantNotices(want map[string]int) {
	tm.t.Helper()
	if got := tm.notices(); fmt.Sprint(got) != fmt.Sprint(want) {
		tm.t.Errorf("notices are %v, want %v", got, want)
	}
}

func (tm *team) wantMessages(n int) []fakeslack.Message {
	tm.t.Helper()
	all := tm.slack.Messages()
	if len(all) != n {
		var calls []string
		for _, c := range tm.slack.Calls() {
			calls = append(calls, fmt.Sprint(c.Method, " ", c.Status, " ", c.Error))
		}
		tm.t.Fatalf("%d messages, want %d; the last calls: %q", len(all), n, calls[max(0, len(calls)-10):])
	}
	return all
}

func TestAnUrgentItemPostsExactlyOneMessage(t *testing.T) {
	tm := newTeam(t)
	tm.comes("c1", "The mug cut my hand <!channel>", triage.P1)
	tm.comes("c2", "Nice picture", triage.P3)
	for range 5 {
		tm.step()
		tm.later(time.Minute)
	}
	m := tm.wantMessages(1)[0]
	if m.Channel != "C-care" || !strings.HasPrefix(m.Text, "Urgent: relationship queue") || !strings.Contains(m.Text, "The mug cut my hand &lt;!channel&gt;") {
		t.Errorf("message: %+v", m)
	}
	tm.wantNotices(map[string]int{"new sent": 1})
}

func TestOfManyProcessesEachNoticeIsSentByOne(t *testing.T) {
	tm := newTeam(t)
	for i := range 12 {
		tm.comes(fmt.Sprint("c", i), "text", triage.P2)
	}
	var all []*jobs.Outbox
	for range 4 {
		all = append(all, tm.newOutbox())
	}
	for range 12 {
		var running sync.WaitGroup
		for _, o := range all {
			running.Go(func() {
				if _, err := o.Step(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		running.Wait()
		tm.later(2 * time.Second)
	}
	tm.wantMessages(12)
	tm.wantNotices(map[string]int{"new sent": 12})
}

func TestAChannelGetsOneMessageASecondAndTheMostUrgentFirst(t *testing.T) {
	tm := newTeam(t)
	tm.comes("c1", "first", triage.P2)
	tm.comes("c2", "second", triage.P1)
	tm.settles(triage.Engagement{
		ID: postgres.NewID(), BrandID: tm.brand, ChannelID: tm.channel, Platform: triage.Facebook, ExternalID: "c3",
		Form: triage.FormMention, Action: triage.Created, Text: "third", VersionAt: time.Now(), ReceivedAt: time.Now(),
	}, triage.SMM, triage.P2)
	tm.step()
	tm.step()
	tm.wantMessages(2)
	tm.later(900 * time.Millisecond)
	tm.step()
	tm.wantMessages(2)
	tm.later(200 * time.Millisecond)
	tm.step()
	var order []string
	for _, m := range tm.wantMessages(3) {
		if m.Channel == "C-care" {
			order = append(order, m.Text[:6])
		}
	}
	if fmt.Sprint(order) != "[Urgent High: ]" {
		t.Errorf("order %q", order)
	}
}

func TestA429IsObeyedToTheSecond(t *testing.T) {
	tm := newTeam(t)
	tm.slack.Script("chat.postMessage", fakeslack.Answer{Status: 429, RetryAfter: 40 * time.Second})
	tm.comes("c1", "text", triage.P1)
	tm.step()
	tm.wantNotices(map[string]int{"new pending ratelimited": 1})
	tm.comes("c2", "one that comes later waits too", triage.P1)
	tm.later(39900 * time.Millisecond)
	tm.step()
	if n := len(tm.slack.Calls()); n != 1 {
		t.Fatalf("%d calls before the time is over", n)
	}
	tm.later(200 * time.Millisecond)
	tm.step()
	tm.later(2 * time.Second)
	tm.step()
	tm.wantMessages(2)
	tm.wantNotices(map[string]int{"new sent": 2})
}

func TestSlackDownForAnHourLosesNothingAndFloodsNobody(t *testing.T) {
	tm := newTeam(t)
	tm.comes("resolved", "text", triage.P1)
	for i := range 30 {
		tm.comes(fmt.Sprint("c", i), "text", triage.P2)
	}
	for range 500 { // more than there will be calls
		tm.slack.Script("chat.postMessage", fakeslack.Answer{Status: 503, Body: "down"})
	}
	for start := tm.clock(); tm.clock().Sub(start) < time.Hour; tm.later(10 * time.Second) {
		tm.step()
	}
	if n := len(tm.slack.Calls()); n < 30 || n > 90 {
		t.Errorf("%d calls in an hour of silence", n)
	}
	tm.exec(`UPDATE items SET status = 'resolved', closed_at = now() WHERE engagement_id = (SELECT id FROM engagements WHERE external_id = 'resolved')`)
	tm.slack.Forget("chat.postMessage")
	tm.later(time.Minute)
	tm.step()
	m := tm.wantMessages(1)[0]
	if !strings.HasPrefix(m.Text, "30 items cannot wait") {
		t.Errorf("message: %s", m.Text)
	}
	tm.wantNotices(map[string]int{"new cancelled http_503": 1, "new sent": 30})
}

func TestAPermanentErrorLeavesADeadNoticeAndTheItemInItsQueue(t *testing.T) {
	tm := newTeam(t)
	tm.exec(`UPDATE brands SET slack_cm = 'C-archived'`)
	id := tm.comes("c1", "text", triage.P1)
	tm.slack.Script("chat.postMessage", fakeslack.Answer{Error: "is_archived"})
	var before, after string
	state := `SELECT status || ' ' || queue || ' ' || version FROM items WHERE engagement_id = $1`
	if err := tm.Pool().QueryRow(t.Context(), state, id).Scan(&before); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		tm.step()
		tm.later(time.Hour)
	}
	if err := tm.Pool().QueryRow(t.Context(), state, id).Scan(&after); err != nil {
		t.Fatal(err)
	}
	tm.wantNotices(map[string]int{"new dead is_archived": 1})
	if before != after || before != "open cm 1" {
		t.Errorf("the item was %q and is %q", before, after)
	}
	if n := len(tm.slack.Calls()); n != 1 {
		t.Errorf("%d calls", n)
	}
}

func TestAnUnknownErrorIsTriedEightTimes(t *testing.T) {
	tm := newTeam(t)
	tm.comes("c1", "text", triage.P1)
	for range 20 {
		tm.slack.Script("chat.postMessage", fakeslack.Answer{Error: "brand_new_reason"})
	}
	for range 20 {
		tm.step()
		tm.later(11 * time.Minute)
	}
	if n := len(tm.slack.Calls()); n != 8 {
		t.Errorf("%d calls", n)
	}
	tm.wantNotices(map[string]int{"new dead brand_new_reason": 1})
}

func TestANoticeThatKillsItsSenderIsGivenUp(t *testing.T) {
	tm := newTeam(t)
	tm.comes("c1", "text", triage.P1)
	for range 8 { // a sender that dies after it took the notice
		tm.in(func(tx *postgres.Tx) error {
			if err := tx.ShareNotices(t.Context(), tm.clock()); err != nil {
				return err
			}
			taken, err := tx.TakeNotices(t.Context(), postgres.NoticeTake{Now: tm.clock(), Lease: 30 * time.Second, Targets: 9, MergeOver: 20, MergeMost: 100})
			if err == nil && len(taken) != 1 {
				err = fmt.Errorf("%d taken", len(taken))
			}
			return err
		})
		tm.step()
		tm.wantMessages(0)
		tm.later(31 * time.Second)
	}
	tm.step()
	tm.wantMessages(0)
	tm.wantNotices(map[string]int{"new dead gave_up": 1})
}

func TestMoreThanTwentyWaitingBecomeOneDigest(t *testing.T) {
	tm := newTeam(t)
	for i := range 21 {
		tm.comes(fmt.Sprint("c", i), "a text that no digest quotes", triage.P2)
	}
	tm.step()
	m := tm.wantMessages(1)[0]
	if !strings.HasPrefix(m.Text, "21 items cannot wait") || strings.Contains(string(m.Blocks), "quotes") || strings.Contains(string(m.Blocks), "Mia") {
		t.Errorf("message: %+v", m)
	}
	tm.wantNotices(map[string]int{"new sent": 21})
}

func TestWhereOnlyFewAreLeftThereIsNoDigest(t *testing.T) {
	tm := newTeam(t)
	for i := range 22 {
		tm.comes(fmt.Sprint("c", i), "text", triage.P2)
	}
	tm.exec(`UPDATE items SET status = 'dismissed' WHERE id IN (SELECT id FROM items ORDER BY id LIMIT 20)`)
	tm.step()
	tm.later(2 * time.Second)
	tm.step()
	for _, m := range tm.wantMessages(2) {
		if !strings.HasPrefix(m.Text, "High") {
			t.Errorf("message: %s", m.Text)
		}
	}
	tm.wantNotices(map[string]int{"new cancelled": 20, "new sent": 2})
}

func TestADeletedCommentLeavesSlackToo(t *testing.T) {
	tm := newTeam(t)
	tm.comes("c1", "the text of c1", triage.P1)
	tm.step()
	tm.later(2 * time.Second)
	tm.comes("c2", "the text of c2", triage.P1)
	tm.deleted("c1")
	tm.deleted("c2") // before it was told
	for range 3 {
		tm.step()
		tm.later(2 * time.Second)
	}
	m := tm.wantMessages(1)[0]
	if m.Edits != 1 || strings.Contains(m.Text+string(m.Blocks), "c1") || !strings.Contains(m.Text, "deleted by its author") {
		t.Errorf("message: %+v", m)
	}
	tm.wantNotices(map[string]int{"new sent": 1, "new cancelled": 1, "retract sent": 1})
}

// meddler does something between the moment Slack takes a message and the moment we note it.
type meddler struct {
	*slack.Client
	meanwhile func()
}

func (m meddler) Post(ctx context.Context, target string, n notify.Notice) (string, error) {
	ref, err := m.Client.Post(ctx, target, n)
	m.meanwhile()
	return ref, err
}

func TestACommentDeletedWhileItIsToldLeavesSlackToo(t *testing.T) {
	tm := newTeam(t)
	tm.comes("c1", "the text of c1", triage.P1)
	client := tm.outbox.Poster.(*slack.Client)
	tm.outbox.Poster = meddler{client, func() { tm.deleted("c1") }}
	tm.step()
	tm.wantNotices(map[string]int{"new sent": 1, "retract pending": 1})
	tm.later(2 * time.Second)
	tm.step()
	if m := tm.wantMessages(1)[0]; m.Edits != 1 || strings.Contains(m.Text+string(m.Blocks), "the text") {
		t.Errorf("message: %+v", m)
	}
	tm.wantNotices(map[string]int{"new sent": 1, "retract sent": 1})
}

func TestOfAMessageSentTwiceBothAreTakenBack(t *testing.T) {
	tm := newTeam(t)
	tm.comes("c1", "the text of c1", triage.P1)
	client := tm.outbox.Poster.(*slack.Client)
	second := tm.newOutbox()
	tm.outbox.Poster = meddler{client, func() { // the first is so slow that its lease ends
		tm.later(31 * time.Second)
		if _, err := second.Step(context.Background()); err != nil {
			t.Error(err)
		}
	}}
	tm.step()
	tm.outbox.Poster = client
	tm.wantMessages(2)
	tm.deleted("c1")
	for range 3 {
		tm.later(2 * time.Second)
		tm.step()
	}
	for _, m := range tm.wantMessages(2) {
		if m.Edits != 1 || strings.Contains(m.Text+string(m.Blocks), "the text") {
			t.Errorf("message: %+v", m)
		}
	}
}

func TestALostAnswerIsPaidWithASecondMessageAndNothingElse(t *testing.T) {
	tm := newTeam(t)
	tm.comes("c1", "text", triage.P1)
	tm.slack.Script("chat.postMessage", fakeslack.Answer{Status: 502, Body: "bad gateway", AfterAccept: true})
	for range 5 {
		tm.step()
		tm.later(time.Minute)
	}
	tm.wantMessages(2)
	tm.wantNotices(map[string]int{"new sent": 1})
}

func TestASlackThatTakesMessagesButAnswersTooLateIsNotFlooded(t *testing.T) {
	tm := newTeam(t)
	impatient, err := slack.New(slack.Config{Token: slackToken, BaseURL: tm.slack.URL(), HTTPTimeout: 30 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	tm.outbox.Poster = impatient
	tm.comes("c1", "text", triage.P1)
	for range 50 {
		tm.slack.Script("chat.postMessage", fakeslack.Answer{Hang: true, AfterAccept: true})
	}
	for start := tm.clock(); tm.clock().Sub(start) < time.Hour; tm.later(10 * time.Second) {
		tm.step()
	}
	if n := len(tm.slack.Messages()); n > 12 {
		t.Errorf("%d messages in an hour", n)
	}
	tm.wantNotices(map[string]int{"new pending timeout": 1})
}

func TestWhileOneWaitsThereIsNoSecondNoticeOfTheSameItem(t *testing.T) {
	tm := newTeam(t)
	id := tm.comes("c1", "text", triage.P1)
	again := func() {
		tm.in(func(tx *postgres.Tx) error {
			var item triage.ID
			if err := tm.Pool().QueryRow(t.Context(), `SELECT id FROM items WHERE engagement_id = $1`, id).Scan(&item); err != nil {
				return err
			}
			return tx.AddNotices(t.Context(), []postgres.NewNotice{{BrandID: tm.brand, ItemID: item, EngagementID: id, Going: notify.Going{Place: "C-care", Why: notify.Why{Kind: notify.WhyQueue}}}})
		})
	}
	again()
	tm.wantNotices(map[string]int{"new pending": 1})
	tm.step()
	again() // reopened: it may ring again
	tm.wantNotices(map[string]int{"new sent": 1, "new pending": 1})
}

func TestStoppingFinishesWhatIsBeingSent(t *testing.T) {
	tm := newTeam(t)
	tm.comes("c1", "text", triage.P1)
	ctx, stop := context.WithCancel(t.Context())
	tm.outbox.Poster = meddler{tm.outbox.Poster.(*slack.Client), stop}
	tm.outbox.Run(ctx)
	tm.wantMessages(1)
	tm.wantNotices(map[string]int{"new sent": 1})
}

func TestNoLogLineHoldsATokenOrAText(t *testing.T) {
	tm := newTeam(t)
	tm.comes("c1", "my private words", triage.P1)
	tm.slack.Script("chat.postMessage",
		fakeslack.Answer{Error: "brand_new_reason"}, fakeslack.Answer{Status: 503, Body: slackToken},
		fakeslack.Answer{Status: 429, RetryAfter: time.Second}, fakeslack.Answer{Body: slackToken + " my private words"},
		fakeslack.Answer{Error: "says " + slackToken}, fakeslack.Answer{Error: "invalid_auth"})
	for range 8 {
		tm.step()
		tm.later(11 * time.Minute)
	}
	tm.slack.Close()
	tm.comes("c2", "my private words", triage.P1)
	tm.step()
	tm.wantNotices(map[string]int{"new dead invalid_auth": 1, "new pending unreachable": 1})
	log := tm.log.String()
	if lines := strings.Count(log, "\n"); lines < 7 {
		t.Errorf("only %d lines were logged: %s", lines, log)
	}
	for _, secret := range []string{"xoxb", "very-secret", "private words", "Mia"} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log: %s", secret, log)
		}
	}
}
