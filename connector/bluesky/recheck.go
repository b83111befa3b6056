package bluesky

import (
	"context"
	"encoding/json"
	"time"

	"triage/connector"
)

// longest is how long a deletion that no stream told may stay unnoticed.
const longest = 24 * time.Hour

// Rechecks returns that posts are looked up often: what was deleted while no stream stood is
// told to nobody.
func (c *conversation) Rechecks() connector.Rechecks {
	return connector.Rechecks{Most: atOnce, First: c.First, Longest: max(c.First, longest)}
}

// Recheck looks up posts. Who is suspended or away lacks them too, so only what is missing
// twice is deleted.
func (c *conversation) Recheck(ctx context.Context, held []connector.Held) (connector.Checked, error) {
	uris := make([]string, len(held))
	for i, h := range held {
		uris[i] = h.ExternalID
	}
	there, err := c.lookUp(ctx, uris)
	if err != nil {
		return connector.Checked{}, err
	}
	var out connector.Checked
	p := page{Account: c.Account}
	for _, h := range held {
		switch {
		case there[h.ExternalID]:
		case h.Absent:
			p.Gone = append(p.Gone, h.ExternalID)
		default:
			out.Absent = append(out.Absent, h.ExternalID)
		}
	}
	if p.Gone != nil {
		out.Body, err = json.Marshal(p)
	}
	return out, err
}
