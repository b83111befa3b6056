package slack_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"triage/internal/fakeslack"
	"triage/notify"
	"triage/notify/slack"
	"triage/triage"
)

var update = flag.Bool("update", false, "write the golden files anew")

const token = "xoxb-test-0123456789-secret"

// fake starts a Slack that allows links to our own address only.
func fake(t *testing.T) (*fakeslack.Server, *slack.Client) {
	t.Helper()
	s, err := fakeslack.Start(fakeslack.Options{Token: token, Channels: []string{"C1"}, LinkPrefix: "https://triage.example/v1/items/"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c, err := slack.New(slack.Config{Token: token, BaseURL: s.URL(), HTTPTimeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

// post posts n and returns how it stands in Slack.
func post(t *testing.T, s *fakeslack.Server, c *slack.Client, n notify.Notice) fakeslack.Message {
	t.Helper()
	if _, err := c.Post(t.Context(), "C1", n); err != nil {
		t.Fatalf("Slack refuses %+v: %v", n, err)
	}
	all := s.Messages()
	return all[len(all)-1]
}

// texts returns every text of a message, the fallback first.
func texts(t *testing.T, m fakeslack.Message) []string {
	t.Helper()
	all := []string{m.Text}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			for name, one := range v {
				if text, ok := one.(string); ok && name == "text" {
					all = append(all, text)
				}
				walk(one)
			}
		}
	}
	walk(sorted(t, m.Blocks))
	return all
}

// shown is what a person reads: entities resolved once, as Slack does.
func shown(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

func subject(change func(*notify.Subject)) notify.Subject {
	s := notify.Subject{
		ItemID: "0190f3a0-0000-7000-8000-000000000001", Brand: "Kaffee Nord",
		Queue: triage.CM, Priority: triage.P1, DueAt: time.Date(2025, 11, 14, 12, 15, 0, 0, time.UTC), Judged: true,
		Intent: triage.Complaint, Sentiment: triage.Negative, Urgency: triage.UrgencyHigh, ReplyExpected: true,
		Risks:    []triage.Risk{triage.RiskSafety},
		Reasons:  []triage.Reason{{Rule: "complaint", Text: "A complaint belongs to the relationship queue."}},
		Platform: triage.Instagram, Form: triage.FormComment,
		Author: triage.Author{Name: "Mia Krüger", Handle: "mia", Followers: 12400},
		Text:   "The mug broke & cut my hand.\nWhat <now>?",
	}
	if change != nil {
		change(&s)
	}
	return s
}

var (
	now   = time.Date(2025, 11, 14, 12, 0, 0, 0, time.UTC)
	voice = notify.Voice{Language: "en", Location: time.UTC, PublicURL: "https://triage.example"}
)

func TestMessagesAsGoldenJSON(t *testing.T) {
	germanVoice := voice
	germanVoice.Language = "de"
	standing := func(status triage.Status, change func(*notify.Subject)) notify.Subject {
		return subject(func(s *notify.Subject) {
			s.Status, s.Token, s.Why = status, "handle.1", notify.Why{Kind: notify.WhyQueue}
			if change != nil {
				change(s)
			}
		})
	}
	by := func(s *notify.Subject) {
		s.Holder, s.BackAt, s.Outcome = "Jo Möller", now.Add(time.Hour), triage.OutcomeAnswered
	}
	for name, n := range map[string]notify.Notice{
		"new":          voice.Compose(standing(triage.StatusOpen, nil), now),
		"new_de":       germanVoice.Compose(standing(triage.StatusOpen, nil), now),
		"overdue":      voice.Compose(standing(triage.StatusOpen, nil), now.Add(time.Hour)),
		"by_rule":      voice.Compose(standing(triage.StatusOpen, func(s *notify.Subject) { s.Why = notify.Why{Kind: notify.WhyRoute, Name: "Safety & law"} }), now),
		"unjudged":     voice.Compose(standing(triage.StatusOpen, func(s *notify.Subject) { s.Judged = false }), now),
		"without_text": voice.Compose(standing(triage.StatusOpen, func(s *notify.Subject) { s.Text, s.HasMedia = "", true }), now),
		"covered":      voice.Compose(standing(triage.StatusOpen, func(s *notify.Subject) { s.Intent = triage.Abuse }), now),
		"rtl": voice.Compose(standing(triage.StatusOpen, func(s *notify.Subject) {
			s.Author.Name, s.Text = "ليلى", "وصلت القهوة مكسورة 😡\nשלום"
		}), now),
		"assigned":      voice.Compose(standing(triage.StatusOpen, by), now),
		"claimed":       voice.Compose(standing(triage.StatusClaimed, by), now),
		"claimed_de":    germanVoice.Compose(standing(triage.StatusClaimed, by), now),
		"snoozed":       voice.Compose(standing(triage.StatusSnoozed, by), now),
		"waiting":       voice.Compose(standing(triage.StatusWaiting, by), now),
		"resolved":      voice.Compose(standing(triage.StatusResolved, by), now),
		"resolved_de":   germanVoice.Compose(standing(triage.StatusResolved, by), now),
		"dismissed":     voice.Compose(standing(triage.StatusDismissed, func(s *notify.Subject) { s.Outcome = triage.OutcomeSpam }), now),
		"digest":        voice.Digest([]notify.Subject{subject(nil), subject(func(s *notify.Subject) { s.Priority = triage.P2 })}, now),
		"digest_de":     germanVoice.Digest([]notify.Subject{subject(nil), subject(func(s *notify.Subject) { s.Priority = triage.P2 })}, now),
		"retraction":    voice.Retraction(),
		"retraction_de": germanVoice.Retraction(),
		"test":          voice.Test("Kaffee Nord"),
		"test_de":       germanVoice.Test("Kaffee Nord"),
	} {
		t.Run(name, func(t *testing.T) {
			s, c := fake(t)
			m := post(t, s, c, n)
			golden(t, name, map[string]any{"text": m.Text, "blocks": m.Blocks})
		})
	}
}

func TestDialogsAsGoldenJSON(t *testing.T) {
	germanVoice := voice
	germanVoice.Language = "de"
	for name, v := range map[string]notify.Voice{"dialog": voice, "dialog_de": germanVoice} {
		t.Run(name, func(t *testing.T) {
			s, c := fake(t)
			click, err := s.NewCommand("U1", "C1", "")
			if err != nil {
				t.Fatal(err)
			}
			var sent struct {
				Trigger string `json:"trigger_id"`
			}
			if err := json.Unmarshal(click.Payload, &sent); err != nil {
				t.Fatal(err)
			}
			if err := c.Open(t.Context(), sent.Trigger, v.Write("handle.1")); err != nil {
				t.Fatal(err)
			}
			golden(t, name, s.Views()[0].Raw)
		})
	}
}

// golden compares value with testdata/name.json, or writes that anew.
func golden(t *testing.T, name string, value any) {
	t.Helper()
	var got bytes.Buffer
	e := json.NewEncoder(&got)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(sorted(t, value)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("differs from %s:\n%s", file, got.String())
	}
}

// sorted returns value as plain JSON, whose members are in order.
func sorted(t *testing.T, value any) (plain any) {
	t.Helper()
	raw, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(raw, &plain)
	}
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
