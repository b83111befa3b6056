package fakeslack

import (
	"encoding/json"
	"fmt"
	"slices"
)

// arguments are what each method knows; docs.slack.dev/reference/methods.
var arguments = map[string][]string{
	"chat.postMessage": {"channel", "text", "blocks", "parse", "link_names", "mrkdwn", "unfurl_links", "unfurl_media", "metadata", "thread_ts"},
	"chat.update":      {"channel", "ts", "text", "blocks", "parse", "link_names", "metadata"},
	"chat.delete":      {"channel", "ts"},
	"auth.test":        {},
}

// apply checks a call and carries it out. The caller holds the lock.
func (s *Server) apply(call Call) (Message, string) {
	for name := range call.Form {
		if !slices.Contains(arguments[call.Method], name) {
			return Message{}, "fake_unknown_argument_" + name
		}
	}
	if call.Method == "auth.test" {
		return Message{}, ""
	}
	channel := call.Form.Get("channel")
	if channel == "" || (len(s.options.Channels) > 0 && !slices.Contains(s.options.Channels, channel)) {
		return Message{}, "channel_not_found"
	}
	if call.Method == "chat.delete" {
		return s.change(channel, call.Form.Get("ts"), func(m *Message) { *m = Message{Channel: m.Channel, TS: m.TS, Deleted: true} })
	}
	text, blocks := call.Form.Get("text"), json.RawMessage(call.Form.Get("blocks"))
	if word := s.checkMessage(call, text, blocks); word != "" {
		return Message{}, word
	}
	if call.Method == "chat.update" {
		return s.change(channel, call.Form.Get("ts"), func(m *Message) { m.Text, m.Blocks, m.Edits = text, blocks, m.Edits+1 })
	}
	m := Message{Channel: channel, TS: fmt.Sprintf("1700000000.%06d", len(s.messages)+1), Text: text, Blocks: blocks}
	s.messages = append(s.messages, m)
	return m, ""
}

func (s *Server) change(channel, ts string, change func(*Message)) (Message, string) {
	for i := range s.messages {
		if m := &s.messages[i]; m.Channel == channel && m.TS == ts && !m.Deleted {
			change(m)
			return *m, ""
		}
	}
	return Message{}, "message_not_found"
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
	case call.Method == "chat.postMessage" && (call.Form.Get("unfurl_links") != "false" || call.Form.Get("unfurl_media") != "false"):
		return "fake_links_would_unfurl"
	case !s.harmless(text, false):
		return "fake_unescaped_text"
	}
	return s.checkBlocks(blocks)
}
