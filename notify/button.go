package notify

import (
	"strconv"
	"strings"

	"triage/triage"
)

// Act is what somebody asks for by a button.
type Act string

// The acts.
const (
	ActClaim    Act = "claim"
	ActHandOver Act = "hand_over"
	ActResolve  Act = "resolve" // with an outcome
	ActSnooze   Act = "snooze"  // with one of the snoozes
	ActCorrect  Act = "correct" // with an intent
	ActWrite    Act = "write"   // opens a dialog for a note or a draft
	ActQuiet    Act = "quiet"   // it was not worth a ping
	ActOpen     Act = "open"    // leads to the item
)

// Button is something that people can do with a notice. One with choices is a list.
type Button struct {
	Act     Act
	Text    string
	Token   string // says which notice, and which state of it; of choices: before the choice
	Choices []Choice
	URL     string // of what only leads somewhere
}

// Choice is one entry of a list.
type Choice struct{ Value, Text string }

// Token is what a button of a message names: the message, and which of its tellings.
func Token(handle string, telling int) string { return handle + "." + strconv.Itoa(telling) }

// ReadToken takes a token apart, and returns false for what is none.
func ReadToken(token string) (handle string, telling int, ok bool) {
	handle, number, ok := strings.Cut(token, ".")
	telling, err := strconv.Atoi(number)
	return handle, telling, ok && err == nil && handle != ""
}

// The snoozes.
const (
	SnoozeHour     = "1h"
	SnoozeHours    = "4h"
	SnoozeTomorrow = "tomorrow" // at nine in the morning
)

// Resolutions are the outcomes that can be chosen in a notice.
func Resolutions() []triage.Outcome {
	return []triage.Outcome{triage.OutcomeAnswered, triage.OutcomeNoReply, triage.OutcomeForwarded, triage.OutcomeOther}
}

// buttons are what can be done with s as it stands.
func (v Voice) buttons(s Subject) []Button {
	w := v.words()
	var out []Button
	if s.Token != "" && !s.Closed() {
		if s.Status != triage.StatusClaimed {
			out = append(out, Button{Act: ActClaim, Text: w.act[ActClaim], Token: s.Token})
		}
		resolve := Button{Act: ActResolve, Text: w.act[ActResolve], Token: s.Token}
		for _, o := range Resolutions() {
			resolve.Choices = append(resolve.Choices, Choice{string(o), w.outcome[o]})
		}
		snooze := Button{Act: ActSnooze, Text: w.act[ActSnooze], Token: s.Token}
		for _, one := range []string{SnoozeHour, SnoozeHours, SnoozeTomorrow} {
			snooze.Choices = append(snooze.Choices, Choice{one, w.snooze[one]})
		}
		correct := Button{Act: ActCorrect, Text: w.act[ActCorrect], Token: s.Token}
		for _, i := range triage.Intents() {
			correct.Choices = append(correct.Choices, Choice{string(i), w.intent[i]})
		}
		out = append(out, resolve,
			Button{Act: ActHandOver, Text: w.handOver(s.Queue.Other()), Token: s.Token}, snooze, correct,
			Button{Act: ActWrite, Text: w.act[ActWrite], Token: s.Token},
			Button{Act: ActQuiet, Text: w.act[ActQuiet], Token: s.Token})
	}
	if link := v.link(s, w.open); link.URL != "" {
		out = append(out, Button{Act: ActOpen, Text: w.open, URL: link.URL})
	}
	return out
}
