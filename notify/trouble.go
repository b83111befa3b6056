package notify

import (
	"strings"
	"time"

	"triage/triage"
)

// Trouble is what is, or was, wrong with one of a brand's channels.
type Trouble struct {
	Brand    string // the brand's name
	Platform triage.Platform
	Channel  string    // its name, as people gave it
	Cause    string    // silent, unreachable, stopped or unsubscribed
	Since    time.Time // when it began
	Until    time.Time // when it was over; zero: not yet
	Over     bool
}

// troubleWords are the texts about channels of one language.
type troubleWords struct {
	headline, over, since, until string
	lines                        map[string]string // by cause
}

var troubleEnglish = troubleWords{
	headline: "Channel in trouble", over: "Channel well again", since: "Since", until: "Until",
	lines: map[string]string{
		"silent":       "Its platform has told nothing for longer than usual. Comments may be missing: look whether it is still connected.",
		"unreachable":  "It is asked for news and does not answer. What is written meanwhile comes in once it does.",
		"stopped":      "Its platform no longer lets us in. Somebody has to connect it again.",
		"unsubscribed": "Its platform says that it no longer calls us about this account. Somebody has to subscribe it again.",
	},
}

var troubleGerman = troubleWords{
	headline: "Kanal gestört", over: "Kanal wieder in Ordnung", since: "Seit", until: "Bis",
	lines: map[string]string{
		"silent":       "Die Plattform meldet länger nichts als üblich. Vielleicht fehlen Kommentare: bitte prüfen, ob er noch verbunden ist.",
		"unreachable":  "Er wird gefragt und antwortet nicht. Was inzwischen geschrieben wird, kommt herein, sobald er antwortet.",
		"stopped":      "Die Plattform lässt uns nicht mehr ein. Jemand muss ihn neu verbinden.",
		"unsubscribed": "Die Plattform sagt, dass sie uns zu diesem Konto nicht mehr anruft. Jemand muss es neu abonnieren.",
	},
}

// Tell says how a channel does. Its name is our own people's, and stands apart all the same.
func (v Voice) Tell(t Trouble, now time.Time) Notice {
	w := &troubleEnglish
	if v.Language == "de" {
		w = &troubleGerman
	}
	n := Notice{Headline: w.headline, Name: t.Channel, About: strings.Join(present(platformName(t.Platform), t.Brand), " · ")}
	n.Facts = []Fact{{Label: w.since, Value: v.time(t.Since), At: t.Since}}
	if !t.Over {
		n.Line = w.lines[t.Cause]
		return n
	}
	n.Headline = w.over
	until := t.Until
	if until.IsZero() {
		until = now
	}
	n.Facts = append(n.Facts, Fact{Label: w.until, Value: v.time(until), At: until})
	return n
}
