package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"triage/connector"
)

// perLook is how many posts are looked up between two polls at once: servers answer 300
// questions in five minutes, and each post is one.
const perLook = 4

// longest is how long an edit or a deletion that no stream told may stay unnoticed.
const longest = 24 * time.Hour

// Rechecks returns how often posts are looked up.
func (c *conversation) Rechecks() connector.Rechecks {
	return connector.Rechecks{Most: perLook, First: c.First, Longest: max(c.First, longest)}
}

// Recheck looks up posts one by one: not every server lists several.
func (c *conversation) Recheck(ctx context.Context, held []connector.Held) (connector.Checked, error) {
	var out connector.Checked
	p := page{Account: c.Account}
	for _, h := range held {
		got, err := c.get(ctx, "/api/v1/statuses/"+url.PathEscape(h.ExternalID))
		var status *connector.StatusError
		var now struct {
			EditedAt *time.Time `json:"edited_at"`
		}
		switch {
		case errors.As(err, &status) && (status.Code == http.StatusNotFound || status.Code == http.StatusGone):
			if h.Absent {
				p.Gone = append(p.Gone, h.ExternalID)
			} else {
				out.Absent = append(out.Absent, h.ExternalID)
			}
		case err != nil:
			return connector.Checked{}, err
		case json.Unmarshal(got.Body, &now) != nil:
			return connector.Checked{}, connector.ErrAnswer
		case now.EditedAt != nil && now.EditedAt.After(h.VersionAt):
			p.Changed = append(p.Changed, got.Body)
		}
	}
	var err error
	if p.Gone != nil || p.Changed != nil {
		out.Body, err = json.Marshal(p)
	}
	return out, err
}
