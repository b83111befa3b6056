package fakeslack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// arguments are what each method knows; docs.slack.dev/reference/methods.
var arguments = map[string][]string{
	"chat.postMessage":      {"channel", "text", "blocks", "parse", "link_names", "mrkdwn", "unfurl_links", "unfurl_media", "metadata", "thread_ts"},
	"chat.update":           {"channel", "ts", "text", "blocks", "parse", "link_names", "metadata"},
	"chat.delete":           {"channel", "ts"},
	"chat.postEphemeral":    {"channel", "user", "text", "blocks", "parse", "link_names", "mrkdwn", "unfurl_links", "unfurl_media"},
	"views.open":            {"trigger_id", "view"},
	"users.info":            {"user", "include_locale"},
	"apps.connections.open": {},
	"auth.test":             {},
}

// asJSON are the methods that are called with JSON.
var asJSON = map[string]bool{"views.open": true, "apps.connections.open": true}

// result is what a call came to.
type result struct {
	message Message
	word    string // Slack's, empty when it was accepted
	also    map[string]any
}

func refused(word string) result { return result{word: word} }

// apply checks a call and carries it out. The caller holds the lock.
func (s *Server) apply(call Call) result {
	for name := range call.Form {
		if !slices.Contains(arguments[call.Method], name) {
			return refused("fake_unknown_argument_" + name)
		}
	}
	switch call.Method {
	case "auth.test":
		return result{also: map[string]any{"team": "Fake", "team_id": Team, "user": "triage", "user_id": "U0FAKE", "bot_id": ownBot}}
	case "apps.connections.open":
		return result{also: map[string]any{"url": "ws://" + s.address + "/socket/" + s.newTicket()}}
	case "users.info":
		user, ok := s.users[call.Form.Get("user")]
		if !ok {
			return refused("user_not_found")
		}
		return result{also: map[string]any{"user": user.wire()}}
	case "views.open":
		if word := s.openView(call); word != "" {
			return refused(word)
		}
		v := s.views[len(s.views)-1]
		return result{also: map[string]any{"view": map[string]any{"id": v.ID, "callback_id": v.CallbackID}}}
	}
	return s.applyMessage(call)
}

func (s *Server) applyMessage(call Call) result {
	channel := call.Form.Get("channel")
	if channel == "" || !s.hasChannel(channel) {
		return refused("channel_not_found")
	}
	if call.Method == "chat.delete" {
		return s.change(channel, call.Form.Get("ts"), "cant_delete_message", func(m *Message) {
			*m = Message{Channel: m.Channel, TS: m.TS, Deleted: true}
		})
	}
	text, blocks := call.Form.Get("text"), json.RawMessage(call.Form.Get("blocks"))
	if word := s.checkMessage(call, text, blocks); word != "" {
		return refused(word)
	}
	if call.Method == "chat.update" {
		return s.change(channel, call.Form.Get("ts"), "cant_update_message", func(m *Message) {
			m.Text, m.Blocks, m.Edits = text, blocks, m.Edits+1
		})
	}
	m := Message{Channel: channel, TS: s.nextTS(), Text: text, Blocks: blocks, From: ownBot}
	if strings.HasPrefix(channel, "U") {
		m.Channel = "D" + channel[1:] // to a person means into the talk with them
	}
	if call.Method == "chat.postEphemeral" {
		if call.Form.Get("user") == "" {
			return refused("user_not_in_channel")
		}
		s.answers = append(s.answers, Answered{User: call.Form.Get("user"), Channel: channel, Text: text, Blocks: blocks})
		return result{message: m}
	}
	s.messages = append(s.messages, m)
	return result{message: m}
}

// hasChannel reports whether something can be posted to an id: a channel that exists, or
// a person and the talk with them.
func (s *Server) hasChannel(id string) bool {
	if len(s.options.Channels) == 0 || slices.Contains(s.options.Channels, id) {
		return true
	}
	_, person := s.users["U"+strings.TrimLeft(id, "UD")]
	return person && strings.IndexAny(id, "UD") == 0
}

func (s *Server) change(channel, ts, foreign string, change func(*Message)) result {
	for i := range s.messages {
		if m := &s.messages[i]; m.Channel == channel && m.TS == ts && !m.Deleted {
			if m.From != ownBot {
				return refused(foreign)
			}
			change(m)
			return result{message: *m}
		}
	}
	return refused("message_not_found")
}

func (s *Server) nextTS() string { return fmt.Sprintf("1700000000.%06d", len(s.messages)+1) }

// Say lets somebody else write into a channel, and returns the message's ts.
func (s *Server) Say(channel, user, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := Message{Channel: channel, TS: s.nextTS(), Text: text, From: user}
	s.messages = append(s.messages, m)
	return m.TS
}

// maxText is where Slack truncates, and we refuse.
const maxText = 40_000

func (s *Server) checkMessage(call Call, text string, blocks json.RawMessage) string {
	switch {
	case text == "" && len(blocks) == 0:
		return "no_text"
	case width(text) > maxText:
		return "msg_too_long"
	case text == "":
		return "fake_no_fallback_text"
	case call.Form.Get("parse") != "none", call.Form.Get("link_names") == "true", call.Form.Get("link_names") == "1":
		return "fake_text_would_be_parsed"
	case call.Method != "chat.update" && (call.Form.Get("unfurl_links") != "false" || call.Form.Get("unfurl_media") != "false"):
		return "fake_links_would_unfurl"
	case !s.harmless(text, false):
		return "fake_unescaped_text"
	}
	return s.checkBlocks(blocks, maxBlocks, false)
}
