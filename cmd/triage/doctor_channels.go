package main

import (
	"context"
	"fmt"
	"time"

	"triage/postgres"
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
	return channelFindings(all)
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
				"give its endpoint another token: triage endpoint rotate --endpoint "+string(h.EndpointID)))
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

func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}
