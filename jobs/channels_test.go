package jobs_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/linkedin"
	"triage/jobs"
	"triage/postgres"
	"triage/triage"
)

// listening gives the team's channel an endpoint, so that it can be looked at.
func (tm *team) listening() {
	tm.t.Helper()
	endpoint := postgres.NewID()
	tm.exec(`INSERT INTO endpoints (id, brand_id, platform, secret) VALUES ($1, $2, 'instagram', '\x01')`, endpoint, tm.brand)
	tm.exec(`INSERT INTO channels (brand_id, id, endpoint_id, platform, external_id, name, created_at) VALUES ($1, $2, $3, 'instagram', '178', 'Our shop', $4)`,
		tm.brand, tm.channel, endpoint, time.Now().Add(-100*24*time.Hour))
}

// look looks at all channels once.
func (tm *team) look() postgres.ChannelHealth {
	tm.t.Helper()
	all, err := tm.ChannelHealth(tm.t.Context(), "")
	if err != nil {
		tm.t.Fatal(err)
	}
	tm.in(func(tx *postgres.Tx) error { return jobs.LookAtChannels(tm.t.Context(), tx, all, tm.clock()) })
	if all, err = tm.ChannelHealth(tm.t.Context(), ""); err != nil {
		tm.t.Fatal(err)
	}
	return all[0]
}

func (tm *team) said() (texts []string) {
	for _, m := range tm.slack.Messages() {
		texts = append(texts, m.Text)
	}
	return texts
}

func TestATeamHearsOnceThatAChannelFellSilentAndThatItSpeaksAgain(t *testing.T) {
	tm := newTeam(t)
	tm.listening()
	tm.exec(`INSERT INTO active_hours (brand_id, channel_id, hour)
		SELECT $1, $2, date_trunc('hour', $3::timestamptz - hour * interval '1 hour') FROM generate_series(2, 8 * 7 * 24) AS hour`,
		tm.brand, tm.channel, tm.clock()) // it spoke every hour
	tm.exec(`INSERT INTO heartbeats (brand_id, channel_id, event_at, called_at) VALUES ($1, $2, $3, $3)`, tm.brand, tm.channel, tm.clock())
	tm.later(2 * time.Hour)
	if h := tm.look(); len(h.Alarms) > 0 {
		t.Fatalf("after two hours: %v", h.Alarms)
	}
	tm.later(10 * time.Hour)
	h := tm.look()
	if len(h.Alarms) != 1 || h.Alarms[0] != postgres.CauseSilent || !h.Silent || h.GapFrom.IsZero() || !h.GapFilledAt.IsZero() {
		t.Fatalf("after twelve hours: %+v", h)
	}
	tm.look() // it is still silent
	tm.later(30 * 24 * time.Hour)
	tm.look() // its past has become as silent
	tm.step()
	tm.later(time.Minute)
	tm.step()
	if said := tm.said(); len(said) != 1 || !strings.Contains(said[0], "Our shop") && !strings.Contains(said[0], "trouble") {
		t.Fatalf("told %q", said)
	}
	tm.exec(`UPDATE heartbeats SET called_at = $1`, tm.clock())
	if h = tm.look(); len(h.Alarms) > 0 || h.Silent {
		t.Errorf("after news: %+v", h)
	}
	tm.look()
	tm.later(time.Minute)
	tm.step()
	tm.later(time.Minute)
	tm.step()
	if said := tm.said(); len(said) != 2 {
		t.Errorf("told %q", said)
	}
}

func TestHowLongAChannelMayBeSilentCanBeSet(t *testing.T) {
	tm := newTeam(t)
	tm.listening()
	tm.exec(`INSERT INTO heartbeats (brand_id, channel_id, called_at, expect) VALUES ($1, $2, $3, interval '30 minutes')`, tm.brand, tm.channel, tm.clock())
	tm.later(29 * time.Minute)
	if h := tm.look(); h.Silent {
		t.Errorf("after 29 minutes: %+v", h)
	}
	tm.later(2 * time.Minute)
	if h := tm.look(); !h.Silent {
		t.Errorf("after 31 minutes: %+v", h)
	}
}

func TestTroubleThatIsOverBeforeAnybodyHeardIsNotTold(t *testing.T) {
	tm := newTeam(t)
	tm.listening()
	tm.exec(`UPDATE channels SET ended_at = now(), ended_reason = 'access_ended'`)
	if h := tm.look(); len(h.Alarms) != 1 || h.Alarms[0] != postgres.CauseStopped || h.State != postgres.SourceEnded {
		t.Errorf("%+v", h)
	}
	tm.exec(`UPDATE channels SET ended_at = NULL`)
	if h := tm.look(); len(h.Alarms) > 0 {
		t.Errorf("%+v", h)
	}
	tm.later(time.Minute)
	tm.step()
	if said := tm.said(); len(said) > 0 {
		t.Errorf("told %q", said)
	}
}

func TestWhatLinkedInLetsUsKeepForAWhileIsForgottenInTime(t *testing.T) {
	tm := newTeam(t)
	at := time.Now()
	id := tm.settles(triage.Engagement{
		ID: postgres.NewID(), BrandID: tm.brand, ChannelID: tm.channel, Platform: triage.LinkedIn, ExternalID: "urn:li:comment:(urn:li:activity:1,2)",
		Form: triage.FormComment, Action: triage.Created, Text: "When do you open?",
		Author:    triage.Author{ExternalID: "urn:li:person:7", Name: "Kim", Handle: "kim", Followers: 900, Verified: true},
		VersionAt: at, ReceivedAt: at,
	}, triage.CM, triage.P3)
	other := tm.comes("c-1", "and from elsewhere", triage.P3)
	var now time.Time
	upkeep := &jobs.Upkeep{
		Store: tm.Store, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
		Keeping: map[triage.Platform]connector.Keeping{triage.LinkedIn: linkedin.Connector{}.Keeps()},
	}
	held := func(sql string) (n int) {
		t.Helper()
		if err := tm.Pool().QueryRow(t.Context(), `SELECT count(*) FROM `+sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, c := range []struct {
		after               time.Duration
		texts, names, known int
	}{{23 * time.Hour, 2, 2, 2}, {25 * time.Hour, 2, 1, 2}, {47 * time.Hour, 2, 1, 2}, {49 * time.Hour, 1, 1, 1}} {
		now = at.Add(c.after)
		if _, err := upkeep.ForgetOld(t.Context()); err != nil {
			t.Fatal(err)
		}
		texts, names, known := held(`engagements WHERE text <> ''`), held(`authors WHERE name <> ''`), held(`authors`)
		if texts != c.texts || names != c.names || known != c.known || held(`engagements WHERE author_name <> ''`) != c.names {
			t.Errorf("after %s: %d texts, %d names, %d authors", c.after, texts, names, known)
		}
	}
	if id == other || held(`items WHERE outcome = 'deleted'`) != 1 || held(`deliveries WHERE platform = 'linkedin' AND raw IS NOT NULL`) != 0 {
		t.Error("its item is still open, or its bytes are kept")
	}
}

func TestATeamHearsThatItsPlatformNoLongerChecksTheAddress(t *testing.T) {
	tm := newTeam(t)
	tm.listening()
	tm.exec(`INSERT INTO endpoint_challenges (endpoint_id, answered_at, within) SELECT endpoint_id, now(), interval '6 hours' FROM channels WHERE id = $1`, tm.channel)
	if h := tm.look(); len(h.Alarms) > 0 || h.ChallengedAt.IsZero() {
		t.Errorf("after a challenge: %+v", h)
	}
	tm.exec(`UPDATE endpoint_challenges SET answered_at = now() - interval '7 hours'`)
	if h := tm.look(); len(h.Alarms) != 1 || h.Alarms[0] != postgres.CauseUnfollowed || h.Subscription != postgres.Unchallenged {
		t.Errorf("after seven hours without one: %+v", h)
	}
	tm.exec(`UPDATE endpoint_challenges SET answered_at = now()`)
	if h := tm.look(); len(h.Alarms) > 0 || h.Subscription != "" {
		t.Errorf("after the next: %+v", h)
	}
}
