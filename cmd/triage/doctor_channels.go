package main

import (
	"context"
	"fmt"
	"time"

	"triage/connector"
	"triage/postgres"
	"triage/triage"
)

// checkChannels looks at how the accounts do that are asked for news.
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
	return append(channelFindings(all), quotaFindings(all, store.Now())...)
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

func channelFindings(all []postgres.ChannelHealth) []finding {
	const check = "channels"
	var found []finding
	asked := 0
	for _, h := range all {
		if h.State == "" {
			continue
		}
		asked++
		name := fmt.Sprintf("%s %q of %s", h.Platform, h.Name, h.Brand)
		switch {
		case h.State == postgres.SourceRefused:
			found = append(found, failed(check, name+" stopped: "+h.Reason,
				"give its endpoint another one: triage endpoint "+renewal(h.Platform)+" --endpoint "+string(h.EndpointID)))
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
	if asked == 0 {
		return []finding{skipped(check, fmt.Sprintf("%d, none of which is asked for news", len(all)))}
	}
	return []finding{ok(check, fmt.Sprintf("%d, of which %d are asked for news and answer", len(all), asked))}
}

// renewal names the command that gives a channel's endpoint another token.
func renewal(name triage.Platform) string {
	for _, p := range platforms() {
		if _, ok := p.(connector.Tokened); ok && p.Name() == name {
			return "token"
		}
	}
	return "rotate"
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}
