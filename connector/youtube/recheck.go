package youtube

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"triage/connector"
)

// Rechecks returns that every comment is looked at within two days; YouTube wants it
// refreshed or deleted within thirty. The last quarter of a day's units is for what is new.
func (c *conversation) Rechecks() connector.Rechecks {
	how := connector.Rechecks{Most: perCall, First: c.First, Longest: max(c.First, 48*time.Hour)}
	if now := time.Now(); now.Before(c.budget.Until) && c.budget.Left(now) < c.budget.Limit/4 {
		how.Most = 0
	}
	return how
}

// look is one comment that is not any more what we hold; without Comment it is gone.
type look struct {
	ID      string          `json:"id"`
	Comment json.RawMessage `json:"comment,omitempty"`
}

// Recheck looks up what is held (comments.list). What was deleted is not in the answer.
func (c *conversation) Recheck(ctx context.Context, held []connector.Held) (connector.Checked, error) {
	ids := make([]string, len(held))
	for i, h := range held {
		ids[i] = h.ExternalID
	}
	var found list
	if _, err := c.call(ctx, "comments", url.Values{"part": {"snippet"}, "id": {strings.Join(ids, ",")}, "textFormat": {"plainText"}}, &found); err != nil {
		return connector.Checked{}, err
	}
	raws, now := map[string]json.RawMessage{}, map[string]comment{}
	for _, raw := range found.Items {
		var one comment
		if json.Unmarshal(raw, &one) == nil {
			raws[one.ID], now[one.ID] = raw, one
		}
	}
	var out connector.Checked
	var looks []look
	for _, h := range held {
		one, there := now[h.ExternalID]
		switch {
		case there && one.Snippet.Updated.After(h.VersionAt):
			looks = append(looks, look{h.ExternalID, raws[h.ExternalID]})
		case there:
		case h.Absent:
			looks = append(looks, look{ID: h.ExternalID})
		default:
			out.Absent = append(out.Absent, h.ExternalID)
		}
	}
	var err error
	if looks != nil {
		out.Body, err = json.Marshal(page{Account: c.Account, Checked: looks})
	}
	return out, err
}
