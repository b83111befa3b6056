package fakeslack

import (
	"encoding/json"
	"time"
)

// Limits of a dialog; docs.slack.dev/reference/views.
const (
	maxTitle    = 24
	maxMetadata = 3000
	triggerLife = 3 * time.Second
)

type view struct {
	Type          string          `json:"type"`
	Title         *textObject     `json:"title"`
	Submit        *textObject     `json:"submit"`
	Close         *textObject     `json:"close"`
	CallbackID    string          `json:"callback_id"`
	Metadata      string          `json:"private_metadata"`
	Blocks        json.RawMessage `json:"blocks"`
	ClearOnClose  bool            `json:"clear_on_close"`
	NotifyOnClose bool            `json:"notify_on_close"`
}

// openView checks a dialog and keeps it. The caller holds the lock.
func (s *Server) openView(call Call) string {
	trigger, known := s.triggers[call.Form.Get("trigger_id")]
	switch {
	case call.Form.Get("trigger_id") == "" || call.Form.Get("view") == "":
		return "invalid_arguments"
	case !known:
		return "invalid_trigger_id"
	case trigger.used:
		return "exchanged_trigger_id"
	case s.now().Sub(trigger.at) > triggerLife:
		return "expired_trigger_id"
	}
	var v view
	if !strict([]byte(call.Form.Get("view")), &v) {
		return "invalid_arguments"
	}
	asks := false
	var blocks []block
	_ = json.Unmarshal(v.Blocks, &blocks) // checkBlocks reads it again, strictly
	for _, b := range blocks {
		asks = asks || b.Type == "input"
	}
	if v.Type != "modal" || !v.Title.plain(maxTitle) || (v.Submit != nil && !v.Submit.plain(maxTitle)) || (asks && v.Submit == nil) ||
		(v.Close != nil && !v.Close.plain(maxTitle)) || width(v.CallbackID) > maxID || width(v.Metadata) > maxMetadata {
		return "invalid_arguments"
	}
	for _, t := range some(v.Title, v.Submit, v.Close) {
		if !s.harmless(t.Text, false) {
			return "fake_unescaped_plain_text"
		}
	}
	if word := s.checkBlocks(v.Blocks, maxViewBlocks, true); word != "" {
		return word
	}
	s.triggers[call.Form.Get("trigger_id")] = trigger.spent()
	s.views = append(s.views, View{
		ID: s.nextID("V"), User: trigger.user, CallbackID: v.CallbackID, Metadata: v.Metadata, Raw: json.RawMessage(call.Form.Get("view")),
	})
	return ""
}

// View is one dialog that was opened.
type View struct {
	ID         string
	User       string
	CallbackID string
	Metadata   string
	Raw        json.RawMessage
}

// trigger lets one dialog be opened, soon.
type trigger struct {
	user string
	at   time.Time
	used bool
}

func (t trigger) spent() trigger { t.used = true; return t }

// newTrigger returns the id of a trigger for user. The caller holds the lock.
func (s *Server) newTrigger(user string) string {
	id := s.nextID("trigger.")
	s.triggers[id] = trigger{user: user, at: s.now()}
	return id
}

// Views returns the dialogs in the order of their opening.
func (s *Server) Views() []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]View(nil), s.views...)
}
