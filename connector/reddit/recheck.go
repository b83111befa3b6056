package reddit

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"triage/connector"
)

// perLook is how many things Reddit looks up at once.
const perLook = 100

// Rechecks returns that every comment is looked at within a day: what was deleted is to go
// within two.
func (c *conversation) Rechecks() connector.Rechecks {
	return connector.Rechecks{Most: perLook, First: c.First, Longest: max(c.First, 24*time.Hour)}
}

// look is one thing that was looked up and is not any more what we hold.
type look struct {
	ID     string          `json:"id"`
	Author string          `json:"author,omitempty"` // as we hold it
	Change string          `json:"change"`
	Thing  json.RawMessage `json:"thing,omitempty"` // where it is told what it is now
}

// The changes of a look.
const (
	nobody = "[deleted]" // an author that is gone

	deleted  = "deleted"
	removed  = "removed" // by moderators, who may put it back
	restored = "restored"
	orphaned = "author_deleted"
	edited   = "edited"
)

// gone says what is left of a thing: of a deleted comment neither author nor words, of a
// removed one a word in brackets, of a deleted account the words without the author.
func (t thing) gone() string {
	nameless := t.Data.Author == nobody
	switch body := strings.TrimSpace(t.Data.Body); {
	case nameless && body == "[deleted]":
		return deleted
	case body == "[removed]", body == "[ Removed by Reddit ]":
		return removed
	case nameless:
		return orphaned
	}
	return ""
}

// Recheck looks up what is held (GET /api/info).
func (c *conversation) Recheck(ctx context.Context, held []connector.Held) (connector.Checked, error) {
	ids := make([]string, len(held))
	for i, h := range held {
		ids[i] = h.ExternalID
	}
	got, err := c.get(ctx, "/api/info", url.Values{"id": {strings.Join(ids, ",")}})
	if err != nil {
		return connector.Checked{}, err
	}
	var found listing
	if json.Unmarshal(got.Body, &found) != nil || found.Data.Children == nil {
		return connector.Checked{}, fmt.Errorf("comments: %w", connector.ErrAnswer)
	}
	now := make(map[string]json.RawMessage, len(found.Data.Children))
	for _, raw := range found.Data.Children {
		var t thing
		if json.Unmarshal(raw, &t) == nil {
			now[t.Data.Name] = raw
		}
	}
	var out connector.Checked
	body := page{Account: c.Account, User: c.user}
	for _, h := range held {
		raw, ok := now[h.ExternalID]
		switch change := changeOf(h, raw); {
		case !ok && !h.Absent:
			out.Absent = append(out.Absent, h.ExternalID)
		case change == edited:
			body.Checked = append(body.Checked, look{h.ExternalID, h.Author, change, raw})
		case change != "":
			body.Checked = append(body.Checked, look{ID: h.ExternalID, Author: h.Author, Change: change})
		}
	}
	if body.Checked != nil {
		out.Body, err = json.Marshal(body)
	}
	return out, err
}

// changeOf compares what is held with what it is now, nil when it is not there.
func changeOf(h connector.Held, raw json.RawMessage) string {
	var t thing
	if raw == nil || json.Unmarshal(raw, &t) != nil {
		return deleted
	}
	switch gone := t.gone(); {
	case gone == removed && h.Hidden:
		return ""
	case gone == orphaned && h.Author == "":
		return deleted // all that we hold of this author
	case gone != "":
		return gone
	case t.edited().After(h.VersionAt):
		return edited
	case h.Hidden:
		return restored
	}
	return ""
}
