package fakeslack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ackWithin is how long Slack waits for an answer to what it sends.
const ackWithin = 3 * time.Second

// Reply is what the app answered to a callback.
type Reply struct {
	Status int
	Body   string
	Took   time.Duration
}

// Callback is one request that Slack sends to the app, signed and ready.
type Callback struct {
	Kind    string // interactive, slash_commands, events_api
	Payload json.RawMessage
	Header  http.Header
	Body    []byte
}

// Click is what somebody does with a message.
type Click struct {
	User     string
	Message  Message
	ActionID string
	Choice   string // the value of the option of a select
	Value    string // instead of the button's own, as when somebody edits the request
}

// NewClick makes the callback of a click on a message as it stands. It fails when the
// message has no such element.
func (s *Server) NewClick(c Click) (Callback, error) {
	action, err := actionOf(c)
	if err != nil {
		return Callback{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.interaction(map[string]any{
		"type": "block_actions", "team": map[string]any{"id": Team}, "user": map[string]any{"id": c.User, "team_id": s.teamOf(c.User)},
		"api_app_id": "A0FAKE", "trigger_id": s.newTrigger(c.User), "response_url": s.newResponseURL(c.User, c.Message.Channel),
		"container": map[string]any{"type": "message", "message_ts": c.Message.TS, "channel_id": c.Message.Channel, "is_ephemeral": false},
		"channel":   map[string]any{"id": c.Message.Channel}, "message": map[string]any{"ts": c.Message.TS, "text": c.Message.Text},
		"actions": []any{action},
	})
}

// actionOf finds the element that is clicked.
func actionOf(c Click) (map[string]any, error) {
	var blocks []block
	_ = json.Unmarshal(c.Message.Blocks, &blocks) // it was checked when it was posted
	for _, b := range blocks {
		for _, e := range b.Elements {
			if e.ActionID != c.ActionID || e.ActionID == "" {
				continue
			}
			action := map[string]any{"type": e.Type, "action_id": e.ActionID, "block_id": b.BlockID, "action_ts": "1700000000.1"}
			value := e.Value
			if c.Value != "" {
				value = c.Value
			}
			if e.Type != "static_select" {
				action["value"] = value
				return action, nil
			}
			for _, o := range e.Options {
				if o.Value == c.Choice || c.Value != "" {
					if c.Value != "" {
						o.Value = c.Value
					}
					action["selected_option"] = map[string]any{"value": o.Value, "text": map[string]any{"type": "plain_text", "text": o.Text.Text}}
					return action, nil
				}
			}
		}
	}
	return nil, fmt.Errorf("fake slack: the message has no element %q with that choice", c.ActionID)
}

// NewSubmit makes the callback of somebody who fills in a dialog: values by action id.
func (s *Server) NewSubmit(v View, values map[string]string) (Callback, error) {
	var form view
	var blocks []block
	if json.Unmarshal(v.Raw, &form) != nil || json.Unmarshal(form.Blocks, &blocks) != nil {
		return Callback{}, errors.New("fake slack: no such dialog")
	}
	state := map[string]any{}
	for _, b := range blocks {
		if b.Element == nil {
			continue
		}
		id := b.Element.ActionID
		state[b.BlockID] = map[string]any{id: map[string]any{"type": b.Element.Type, "value": values[id]}}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.interaction(map[string]any{
		"type": "view_submission", "team": map[string]any{"id": Team}, "user": map[string]any{"id": v.User, "team_id": s.teamOf(v.User)},
		"trigger_id": s.newTrigger(v.User), "view": map[string]any{
			"id": v.ID, "type": "modal", "callback_id": v.CallbackID, "private_metadata": v.Metadata, "state": map[string]any{"values": state},
		},
	})
}

func (s *Server) interaction(payload map[string]any) (Callback, error) {
	raw, err := json.Marshal(payload)
	if err != nil {
		return Callback{}, fmt.Errorf("fake slack: %w", err)
	}
	return s.signed("interactive", raw, []byte(url.Values{"payload": {string(raw)}}.Encode())), nil
}

// NewCommand makes the callback of a slash command.
func (s *Server) NewCommand(user, channel, text string) (Callback, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fields := map[string]string{
		"team_id": Team, "channel_id": channel, "user_id": user, "command": "/triage", "text": text, "api_app_id": "A0FAKE",
		"response_url": s.newResponseURL(user, channel), "trigger_id": s.newTrigger(user), "is_enterprise_install": "false",
	}
	form := url.Values{}
	for name, value := range fields {
		form.Set(name, value)
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return Callback{}, fmt.Errorf("fake slack: %w", err)
	}
	return s.signed("slash_commands", raw, []byte(form.Encode())), nil
}

// NewEvent makes the callback of an event, such as {"type": "tokens_revoked"}.
func (s *Server) NewEvent(event map[string]any) (Callback, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, err := json.Marshal(map[string]any{
		"type": "event_callback", "team_id": Team, "api_app_id": "A0FAKE", "event_id": s.nextID("Ev"), "event": event,
	})
	if err != nil {
		return Callback{}, fmt.Errorf("fake slack: %w", err)
	}
	return s.signed("events_api", raw, raw), nil
}

func (s *Server) signed(kind string, payload, body []byte) Callback {
	stamp := strconv.FormatInt(s.now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(s.options.SigningSecret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	media := "application/x-www-form-urlencoded"
	if kind == "events_api" {
		media = "application/json"
	}
	return Callback{Kind: kind, Payload: payload, Body: body, Header: http.Header{
		"Content-Type": {media}, "X-Slack-Request-Timestamp": {stamp}, "X-Slack-Signature": {"v0=" + hex.EncodeToString(mac.Sum(nil))},
	}}
}

// Send sends a callback to the app's address. An answer that takes longer than Slack
// waits is an error.
func (s *Server) Send(ctx context.Context, address string, c Callback) (Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(c.Body))
	if err != nil {
		return Reply{}, fmt.Errorf("fake slack: %w", err)
	}
	request.Header = c.Header.Clone()
	began := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return Reply{}, fmt.Errorf("fake slack: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // read to its end
	body, err := io.ReadAll(io.LimitReader(response.Body, maxRequest))
	return Reply{Status: response.StatusCode, Body: string(body), Took: time.Since(began)}, err
}
