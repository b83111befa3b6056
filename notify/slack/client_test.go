package slack_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"triage/internal/fakeslack"
	"triage/notify"
	"triage/notify/slack"
)

func TestAMessageIsChangedInPlace(t *testing.T) {
	s, c := fake(t)
	ref, err := c.Post(t.Context(), "C1", voice.Compose(subject(nil), now))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Update(t.Context(), ref, voice.Retraction()); err != nil {
		t.Fatal(err)
	}
	all := s.Messages()
	if len(all) != 1 || all[0].Edits != 1 {
		t.Fatalf("messages: %+v", all)
	}
	if said := strings.Join(texts(t, all[0]), "\n"); strings.Contains(said, "mug") || strings.Contains(said, "Mia") ||
		!strings.Contains(said, "deleted by its author") {
		t.Errorf("the message says %q", said)
	}
}

func TestWhereEditsAreForbiddenTheMessageIsDeleted(t *testing.T) {
	s, c := fake(t)
	ref, err := c.Post(t.Context(), "C1", voice.Compose(subject(nil), now))
	if err != nil {
		t.Fatal(err)
	}
	s.Script("chat.update", fakeslack.Answer{Error: "edit_window_closed"})
	if err := c.Update(t.Context(), ref, voice.Retraction()); err != nil {
		t.Fatal(err)
	}
	if m := s.Messages()[0]; !m.Deleted || m.Text != "" {
		t.Errorf("message: %+v", m)
	}
	if err := c.Update(t.Context(), ref, voice.Retraction()); err != nil {
		t.Errorf("a message that is gone needs no change: %v", err)
	}
}

func TestWhatAFailureMeans(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer fakeslack.Answer
		want   notify.Failure
	}{
		{"429 says how long to wait", fakeslack.Answer{Status: 429, RetryAfter: 17 * time.Second},
			notify.Failure{Failing: notify.Throttled, Word: "ratelimited", RetryAfter: 17 * time.Second}},
		{"429 without a time waits anyway", fakeslack.Answer{Status: 429, Body: "slow down"},
			notify.Failure{Failing: notify.Throttled, Word: "ratelimited", RetryAfter: 30 * time.Second}},
		{"a 200 that says ratelimited waits too", fakeslack.Answer{Error: "ratelimited"},
			notify.Failure{Failing: notify.Throttled, Word: "ratelimited", RetryAfter: 30 * time.Second}},
		{"an unknown channel will never do", fakeslack.Answer{Error: "channel_not_found"},
			notify.Failure{Failing: notify.Refused, Word: "channel_not_found"}},
		{"an archived channel will never do", fakeslack.Answer{Error: "is_archived"},
			notify.Failure{Failing: notify.Refused, Word: "is_archived"}},
		{"a bad token will never do", fakeslack.Answer{Error: "invalid_auth"},
			notify.Failure{Failing: notify.Refused, Word: "invalid_auth"}},
		{"Slack is ill", fakeslack.Answer{Status: 503, Body: "<html>sorry</html>"},
			notify.Failure{Failing: notify.Away, Word: "http_503"}},
		{"Slack says it is ill", fakeslack.Answer{Error: "internal_error"},
			notify.Failure{Failing: notify.Away, Word: "internal_error"}},
		{"a new word is tried again", fakeslack.Answer{Error: "brand_new_reason"},
			notify.Failure{Failing: notify.Puzzled, Word: "brand_new_reason"}},
		{"a word that is none is not repeated", fakeslack.Answer{Error: "token " + token},
			notify.Failure{Failing: notify.Puzzled, Word: "unreadable_answer"}},
		{"200 without a word", fakeslack.Answer{Body: `{"ok":false}`},
			notify.Failure{Failing: notify.Puzzled, Word: "unreadable_answer"}},
		{"200 with something else", fakeslack.Answer{Body: "<html>log in to the hotel's network</html>"},
			notify.Failure{Failing: notify.Puzzled, Word: "unreadable_answer"}},
		{"an answer without an end", fakeslack.Answer{Body: `{"ok":true,"text":"` + strings.Repeat("x", 1<<20)},
			notify.Failure{Failing: notify.Puzzled, Word: "unreadable_answer"}},
		{"a redirect is not followed", fakeslack.Answer{Status: 307, Body: "elsewhere"},
			notify.Failure{Failing: notify.Puzzled, Word: "http_307"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, client := fake(t)
			s.Script("chat.postMessage", c.answer)
			_, err := client.Post(t.Context(), "C1", voice.Compose(subject(nil), now))
			checkFailure(t, err, c.want)
		})
	}
}

func TestNoAnswerInTimeIsSlackAway(t *testing.T) {
	s, _ := fake(t)
	s.Script("chat.postMessage", fakeslack.Answer{Hang: true})
	client, err := slack.New(slack.Config{Token: token, BaseURL: s.URL(), HTTPTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Post(t.Context(), "C1", voice.Compose(subject(nil), now))
	checkFailure(t, err, notify.Failure{Failing: notify.Away, Word: "timeout", MayHaveArrived: true})
}

func TestNoSlackAtAllIsSlackAway(t *testing.T) {
	s, client := fake(t)
	s.Close()
	_, err := client.Post(t.Context(), "C1", voice.Compose(subject(nil), now))
	checkFailure(t, err, notify.Failure{Failing: notify.Away, Word: "unreachable"})
}

func checkFailure(t *testing.T, err error, want notify.Failure) {
	t.Helper()
	var got *notify.Failure
	if !errors.As(err, &got) || *got != want {
		t.Fatalf("failure: %+v (%v), want %+v", got, err, want)
	}
	if strings.Contains(err.Error(), "xoxb") || strings.Contains(err.Error(), "secret") {
		t.Errorf("the token is in %q", err)
	}
}

func TestARedirectTakesNoTokenElsewhere(t *testing.T) {
	s, client := fake(t)
	elsewhere, err := fakeslack.Start(fakeslack.Options{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	s.Script("chat.postMessage", fakeslack.Answer{Status: http.StatusTemporaryRedirect, Location: elsewhere.URL() + "chat.postMessage"})
	_, err = client.Post(t.Context(), "C1", voice.Compose(subject(nil), now))
	checkFailure(t, err, notify.Failure{Failing: notify.Puzzled, Word: "http_307"})
	if calls := elsewhere.Calls(); len(calls) != 0 {
		t.Errorf("the redirect was followed: %d calls", len(calls))
	}
}

func TestAClientNeedsATokenAndAnAddress(t *testing.T) {
	for name, config := range map[string]slack.Config{
		"no token":       {},
		"a bare host":    {Token: token, BaseURL: "slack.example"},
		"another scheme": {Token: token, BaseURL: "ftp://slack.example/"},
	} {
		if _, err := slack.New(config); err == nil || strings.Contains(err.Error(), token) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}
