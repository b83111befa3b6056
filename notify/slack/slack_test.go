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
	type object struct{ Text string }
	var blocks []struct {
		Type     string
		Text     *object
		Fields   []object
		Elements []object
	}
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
		t.Fatal(err)
	}
	all := []string{m.Text}
	for _, b := range blocks {
		if b.Text != nil {
			all = append(all, b.Text.Text)
		}
		for _, o := range append(b.Fields, b.Elements...) {
			all = append(all, o.Text)
		}
	}
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
	for name, n := range map[string]notify.Notice{
		"new":     voice.Compose(subject(nil), now),
		"new_de":  germanVoice.Compose(subject(nil), now),
		"covered": voice.Compose(subject(func(s *notify.Subject) { s.Intent = triage.Abuse }), now),
		"rtl": voice.Compose(subject(func(s *notify.Subject) {
			s.Author.Name, s.Text = "ليلى", "وصلت القهوة مكسورة 😡\nשלום"
		}), now),
		"digest":     voice.Digest([]notify.Subject{subject(nil), subject(func(s *notify.Subject) { s.Priority = triage.P2 })}, now),
		"retraction": voice.Retraction(),
	} {
		t.Run(name, func(t *testing.T) {
			s, c := fake(t)
			m := post(t, s, c, n)
			var blocks any
			if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			e := json.NewEncoder(&got)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			if err := e.Encode(map[string]any{"text": m.Text, "blocks": blocks}); err != nil {
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
		})
	}
}
