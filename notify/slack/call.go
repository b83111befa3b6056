package slack

import (
	"encoding/json"
	"net/url"
	"strings"

	"triage/notify"
	"triage/triage"
)

// Kind is what somebody did.
type Kind string

// The kinds of calls.
const (
	Click   Kind = "click"   // a button or a list of a message
	Submit  Kind = "submit"  // a dialog
	Command Kind = "command" // /triage
	Event   Kind = "event"   // of the workspace
)

// Call is what came from Slack, as far as we act on it. It says what was sent, which
// whoever acts on it has to doubt.
type Call struct {
	Kind     Kind
	Team     string // the workspace it happened in
	User     string
	UserTeam string // the user's own workspace, where Slack says
	Channel  string
	Ref      string            // of the message, as Post returned it
	Act      notify.Act        // of a click
	Token    string            // of the notice
	Choice   string            // of a list
	Words    map[string]string // of a dialog, by field
	Text     string            // of a command, or the name of an event
	Answer   string            // where to say something to the user alone
	Trigger  string            // with which a dialog can be opened
}

// maxMember bounds each text of a call, in bytes; a dialog's words take the most.
const maxMember = 16 << 10

var errCall = triage.Errorf(triage.Invalid, "This is not a call that Slack makes.")

type wireID struct {
	ID     string `json:"id"`
	TeamID string `json:"team_id"`
}

type interaction struct {
	Type        string `json:"type"`
	Team        wireID `json:"team"`
	User        wireID `json:"user"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	Container   struct {
		MessageTS string `json:"message_ts"`
		ChannelID string `json:"channel_id"`
	} `json:"container"`
	Actions []struct {
		ActionID string `json:"action_id"`
		Value    string `json:"value"`
		Selected struct {
			Value string `json:"value"`
		} `json:"selected_option"`
	} `json:"actions"`
	View struct {
		CallbackID string `json:"callback_id"`
		Metadata   string `json:"private_metadata"`
		State      struct {
			Values map[string]map[string]struct {
				Value string `json:"value"`
			} `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

// ReadInteraction reads a click or a dialog. What we do not act on, such as a dialog that
// was closed, has no kind. What is none at all is Invalid.
func ReadInteraction(payload []byte) (Call, error) {
	var in interaction
	if err := json.Unmarshal(payload, &in); err != nil || in.Type == "" {
		return Call{}, errCall
	}
	c := Call{
		Team: in.Team.ID, User: in.User.ID, UserTeam: in.User.TeamID, Answer: in.ResponseURL, Trigger: in.TriggerID,
		Channel: in.Container.ChannelID,
	}
	switch {
	case in.Type == "block_actions" && len(in.Actions) == 1:
		a := in.Actions[0]
		c.Kind, c.Act, c.Token, c.Ref = Click, notify.Act(a.ActionID), a.Value, in.Container.ChannelID+"/"+in.Container.MessageTS
		if a.Selected.Value != "" {
			c.Token, c.Choice, _ = strings.Cut(a.Selected.Value, tokenMark)
		}
	case in.Type == "view_submission" && in.View.CallbackID == dialogID:
		c.Kind, c.Token, c.Words = Submit, in.View.Metadata, map[string]string{}
		for _, block := range in.View.State.Values {
			for field, said := range block {
				c.Words[field] = said.Value
			}
		}
	}
	return c, c.check()
}

// ReadCommand reads a slash command from its form.
func ReadCommand(form url.Values) (Call, error) {
	c := Call{
		Kind: Command, Team: form.Get("team_id"), User: form.Get("user_id"), Channel: form.Get("channel_id"),
		Text: form.Get("text"), Answer: form.Get("response_url"), Trigger: form.Get("trigger_id"),
	}
	if form.Get("command") == "" {
		return Call{}, errCall
	}
	return c, c.check()
}

// ReadEvent reads an event, or the challenge by which Slack confirms an address.
func ReadEvent(body []byte) (c Call, challenge string, err error) {
	var in struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
		TeamID    string `json:"team_id"`
		Event     struct {
			Type string `json:"type"`
		} `json:"event"`
	}
	if err := json.Unmarshal(body, &in); err != nil || in.Type == "" {
		return Call{}, "", errCall
	}
	if in.Type == "url_verification" {
		return Call{}, in.Challenge, nil
	}
	c = Call{Team: in.TeamID, Text: in.Event.Type}
	if in.Event.Type == "tokens_revoked" || in.Event.Type == "app_uninstalled" {
		c.Kind = Event
	}
	return c, "", c.check()
}

func (c Call) check() error {
	for _, text := range []string{c.Team, c.User, c.UserTeam, c.Channel, c.Ref, string(c.Act), c.Token, c.Choice, c.Text, c.Answer, c.Trigger} {
		if len(text) > maxMember || strings.ContainsRune(text, 0) {
			return errCall
		}
	}
	for _, text := range c.Words {
		if len(text) > maxMember || strings.ContainsRune(text, 0) {
			return errCall
		}
	}
	if (c.Kind == Click || c.Kind == Submit || c.Kind == Command) && (c.Team == "" || c.User == "") {
		return errCall
	}
	return nil
}
