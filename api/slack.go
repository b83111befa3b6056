package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	slackwire "triage/connector/slack"
	"triage/notify/slack"
	"triage/postgres"
	"triage/triage"
)

// slackTime is how long a call may take to be kept; Slack waits for three seconds.
const slackTime = 2 * time.Second

// slackRoutes take what people do with our messages in Slack. Each call is believed by its
// signature, kept, and answered at once; it is worked on afterwards. Without a signing
// secret there are no such routes.
func (s *Server) slackRoutes(app *fiber.App) {
	if s.slackSecret == "" {
		return
	}
	app.Post("/webhooks/slack/actions", s.slackCall(fiber.MIMEApplicationForm, func(c *fiber.Ctx, body []byte) (slack.Call, error) {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return slack.Call{}, triage.Errorf(triage.Invalid, "The form cannot be read.")
		}
		return slack.ReadInteraction([]byte(form.Get("payload")))
	}))
	app.Post("/webhooks/slack/commands", s.slackCall(fiber.MIMEApplicationForm, func(c *fiber.Ctx, body []byte) (slack.Call, error) {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return slack.Call{}, triage.Errorf(triage.Invalid, "The form cannot be read.")
		}
		if form.Get("ssl_check") == "1" {
			return slack.Call{}, nil
		}
		return slack.ReadCommand(form)
	}))
	app.Post("/webhooks/slack/events", s.slackCall(fiber.MIMEApplicationJSON, func(c *fiber.Ctx, body []byte) (slack.Call, error) {
		call, challenge, err := slack.ReadEvent(body)
		if err == nil && challenge != "" {
			c.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
			c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
			return slack.Call{}, c.SendString(challenge)
		}
		return call, err
	}))
}

// slackCall verifies over the raw bytes before anything reads them.
func (s *Server) slackCall(media string, read func(*fiber.Ctx, []byte) (slack.Call, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if problem := refuseEncoding(c, []string{media}); problem != nil {
			return problem
		}
		in := delivery(c)
		if err := (slackwire.Connector{}).Verify(in, []string{s.slackSecret}); err != nil {
			return webhookError(c, err)
		}
		call, err := read(c, in.Body)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(c.UserContext(), slackTime)
		defer cancel()
		if err := KeepSlackCall(ctx, s.store, call, in.Body); err != nil {
			return webhookError(c, err)
		}
		if len(c.Response().Body()) == 0 {
			c.Status(http.StatusOK)
		}
		return nil
	}
}

// KeepSlackCall keeps a call that Slack made with body, unless it is kept already or is
// none that we act on.
func KeepSlackCall(ctx context.Context, store *postgres.Store, call slack.Call, body []byte) error {
	if call.Kind == "" {
		return nil
	}
	raw, err := json.Marshal(call)
	if err != nil {
		return fmt.Errorf("slack call: %w", err)
	}
	key := sha256.Sum256(body)
	err = store.Retrying(ctx, 2, func(tx *postgres.Tx) error {
		_, err := tx.AddSlackCall(ctx, key[:], raw)
		return err
	})
	if err != nil {
		return triage.Errorf(triage.Unavailable, "Nothing can be kept just now.").Because(err)
	}
	return nil
}
