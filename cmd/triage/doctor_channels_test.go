package main

import (
	"strings"
	"testing"
	"time"

	"triage/postgres"
	"triage/triage"
)

// seen is a channel as doctor finds it.
func seen(platform triage.Platform, change func(*postgres.ChannelHealth)) []postgres.ChannelHealth {
	h := postgres.ChannelHealth{
		ChannelRow: postgres.ChannelRow{ID: "c1", EndpointID: "e1", Platform: platform, Name: "Ours", CreatedAt: hour(-100)}, Brand: "kiosk",
	}
	change(&h)
	return []postgres.ChannelHealth{h}
}

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func hour(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }

func TestDoctorSaysWhatIsLeftOfADaysUnits(t *testing.T) {
	t.Parallel()
	quota := func(limit, spent int, state string) []finding {
		return quotaFindings(seen(triage.YouTube, func(h *postgres.ChannelHealth) {
			h.State, h.Quota = state, postgres.Quota{Limit: limit, Spent: spent, Until: hour(12)}
		}), noon)
	}
	for _, c := range []struct {
		name  string
		found []finding
		want  string
	}{
		{"some are left", quota(10_000, 2500, postgres.SourceListening),
			`ok youtube "Ours" of kiosk: 7500 of 10000 units left until 2026-05-05T00:00:00Z, about 5000 at the day's end`},
		{"none are left", quota(10_000, 10_000, postgres.SourceLimited),
			`warning youtube "Ours" of kiosk: 0 of 10000 units left until 2026-05-05T00:00:00Z, about 0 at the day's end`},
		{"the platform counts nothing", quota(0, 0, postgres.SourceListening), ""},
		{"it is not asked any more", quota(10_000, 10_000, ""), ""},
	} {
		got := ""
		for _, f := range c.found {
			got += f.State + " " + f.Found
			if (f.State == stateOK) != (f.Advice == "") {
				t.Errorf("%s: the advice is %q", c.name, f.Advice)
			}
		}
		if got != c.want {
			t.Errorf("%s:\n%s\nnot\n%s", c.name, got, c.want)
		}
	}
}

func TestDoctorMissesChallenges(t *testing.T) {
	t.Parallel()
	at := func(platform triage.Platform, challenged time.Time, subscription string) string {
		all := seen(platform, func(h *postgres.ChannelHealth) { h.ChallengedAt, h.Subscription = challenged, subscription })
		said := ""
		for _, f := range append(channelFindings(all), challengeFindings(all, noon)...) {
			if f.State != stateOK {
				said += f.State + ": " + f.Found
			}
		}
		return said
	}
	for _, c := range []struct{ name, got, want string }{
		{"one that was answered", at(triage.LinkedIn, hour(-1), ""), ""},
		{"those of LinkedIn stay away", at(triage.LinkedIn, hour(-9), postgres.Unchallenged), "nobody asked its address to prove the secret since 2026-05-04T03:00:00Z"},
		{"those of X stay away", at(triage.X, hour(-40), postgres.Unchallenged), "failed: x"},
		{"there never was one", at(triage.X, time.Time{}, ""), "warning: x \"Ours\" of kiosk: its platform never asked our address"},
		{"a platform without challenges", at(triage.Facebook, time.Time{}, ""), ""},
	} {
		if !strings.Contains(c.got, c.want) || c.want == "" && c.got != "" {
			t.Errorf("%s: doctor says %q", c.name, c.got)
		}
	}
	fresh := seen(triage.X, func(h *postgres.ChannelHealth) { h.CreatedAt = hour(-1) })
	if found := challengeFindings(fresh, noon); len(found) > 0 {
		t.Errorf("an hour after it was added: %v", found)
	}
}
