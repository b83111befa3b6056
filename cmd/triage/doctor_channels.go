package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"triage/connector"
	"triage/postgres"
	"triage/triage"
)

// checkChannels looks at how the accounts do.
func checkChannels(ctx context.Context, config Config) []finding {
	const check = "channels"
	store, err := openStore(ctx, config, 1)
	if err != nil {
		return []finding{skipped(check, "no database to look into")}
	}
	defer store.Close()
	all, err := store.ChannelHealth(ctx, "")
	if err != nil {
		return []finding{skipped(check, "no database to look into")}
	}
	return slices.Concat(channelFindings(all), challengeFindings(all, store.Now()), quotaFindings(all, store.Now()))
}

// quotaFindings says what is left of the day's budgets, where a platform has such.
func quotaFindings(all []postgres.ChannelHealth, now time.Time) []finding {
	const check = "quotas"
	var found []finding
	for _, h := range all {
		if h.Quota.Limit == 0 || h.State == "" {
			continue
		}
		b := connector.Budget(h.Quota)
		text := fmt.Sprintf("%s %q of %s: %d of %d units left until %s, about %d at the day's end", h.Platform, h.Name, h.Brand,
			b.Left(now), b.Limit, moment(b.Until), b.LeftAtEnd(now))
		if b.Left(now) == 0 {
			found = append(found, warning(check, text, "ask for more at the platform, or spread the channels over several projects"))
			continue
		}
		found = append(found, ok(check, text))
	}
	return found
}

// challengeFindings names the accounts whose platform lets an address prove again and again
// that it holds the secret, and never asked ours: it does not know it.
func challengeFindings(all []postgres.ChannelHealth, now time.Time) []finding {
	within := map[triage.Platform]time.Duration{}
	for _, p := range platforms() {
		if challenger, ok := p.(connector.Challenger); ok {
			within[p.Name()] = challenger.ChallengedWithin()
		}
	}
	var found []finding
	for _, h := range all {
		if w, repeated := within[h.Platform]; repeated && h.ChallengedAt.IsZero() && !h.Disabled && now.Sub(h.CreatedAt) > w {
			found = append(found, warning("challenges", fmt.Sprintf("%s %q of %s: its platform never asked our address to prove the secret",
				h.Platform, h.Name, h.Brand), "register the webhook's address there as docs/platforms says"))
		}
	}
	return found
}

func channelFindings(all []postgres.ChannelHealth) []finding {
	const check = "channels"
	var found []finding
	asked := 0
	for _, h := range all {
		if h.Address != "" {
			asked++
		}
		name := fmt.Sprintf("%s %q of %s", h.Platform, h.Name, h.Brand)
		switch {
		case h.State == postgres.SourceEnded:
			found = append(found, failed(check, name+" stopped: its account took our access back",
				"connect it again as docs/platforms says"))
		case h.State == postgres.SourceRefused && h.Called():
			found = append(found, failed(check, name+" is no longer asked: "+h.Reason,
				"give it another token: triage channel token --channel "+string(h.ID)))
		case h.State == postgres.SourceRefused:
			found = append(found, failed(check, name+" stopped: "+h.Reason,
				"give its endpoint another token: triage endpoint rotate --endpoint "+string(h.EndpointID)))
		case h.Subscription == postgres.Unchallenged:
			found = append(found, failed(check, fmt.Sprintf("%s is not told of by its platform: nobody asked its address to prove the secret since %s",
				name, moment(h.ChallengedAt)), "does the platform still reach the address? Let it check the webhook again as docs/platforms says"))
		case h.Called() && h.Subscription != "" && h.Subscription != postgres.Subscribed:
			found = append(found, failed(check, name+" is not told of by its platform: "+h.Subscription, "subscribe it again as docs/platforms says"))
		case slices.Contains(h.Alarms, postgres.CauseSilent):
			found = append(found, warning(check, fmt.Sprintf("%s tells nothing since %s, which is longer than it may", name, moment(h.LastCall())),
				"is it still connected? How long it may be silent: triage channel expect --channel "+string(h.ID)))
		case h.Silent:
			found = append(found, warning(check, fmt.Sprintf("%s is silent: last answer %s %s", name, moment(h.AskedAt), h.Reason),
				"does a process with the role jobs run, and does it reach "+h.Address+"?"))
		case h.State == postgres.SourceListening && h.Reason != "":
			found = append(found, warning(check, name+" listens, but: "+h.Reason, "see docs/platforms for what that means"))
		}
	}
	if len(found) > 0 {
		return found
	}
	if len(all) == 0 {
		return []finding{skipped(check, "none")}
	}
	return []finding{ok(check, fmt.Sprintf("%d, none of them silent for longer than it may; %d are asked for news and answer", len(all), asked))}
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}
