package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"triage/connector"
)

// perLook is how many messages are looked up at once, and longest how long a change that no
// session told may stay unnoticed.
const (
	perLook = 25
	longest = 24 * time.Hour
)

// Rechecks returns that messages are looked up often: what happens between two sessions is
// told to nobody, and a deleted channel takes its messages along.
func (c *conversation) Rechecks() connector.Rechecks {
	return connector.Rechecks{Most: perLook, First: c.First, Longest: max(c.First, longest)}
}

// Recheck reads the rooms again that the messages stand in. In a room that is closed to the
// bot everything stays as it is.
func (c *conversation) Recheck(ctx context.Context, held []connector.Held) (connector.Checked, error) {
	if err := c.recognise(ctx); err != nil {
		return connector.Checked{}, err
	}
	rooms := map[string][]connector.Held{}
	for _, h := range held {
		rooms[h.Thread] = append(rooms[h.Thread], h)
	}
	var out connector.Checked
	var found checked
	p := c.page(room{})
	for id, inRoom := range rooms {
		there, err := c.reread(ctx, id, inRoom)
		if status := (*connector.StatusError)(nil); errors.As(err, &status) && status.Code == http.StatusForbidden {
			continue
		}
		if err != nil {
			return connector.Checked{}, err
		}
		r, err := c.room(ctx, id)
		if err != nil {
			return connector.Checked{}, err
		}
		p.Rooms[id] = r.shown()
		for _, h := range inRoom {
			switch raw, ok := there[h.ExternalID]; {
			case ok && editedAfter(raw, h.VersionAt):
				found.Changed = append(found.Changed, raw)
			case ok:
			case h.Absent:
				found.Gone = append(found.Gone, h.ExternalID)
			default:
				out.Absent = append(out.Absent, h.ExternalID)
			}
		}
	}
	if found.Changed == nil && found.Gone == nil {
		return out, nil
	}
	p.Checked = &found
	var err error
	out.Body, err = json.Marshal(p)
	return out, err
}

// reread returns what is there of a room around the messages that are looked up; nothing of
// a room that is gone.
func (c *conversation) reread(ctx context.Context, room string, held []connector.Held) (map[string]rawMessage, error) {
	slices.SortFunc(held, func(a, b connector.Held) int { return order(a.ExternalID, b.ExternalID) })
	there, read := map[string]rawMessage{}, ""
	for _, h := range held {
		if !newer(h.ExternalID, read) {
			continue
		}
		query := url.Values{"limit": {strconv.Itoa(perPage)}, "after": {previous(h.ExternalID)}}
		var found []rawMessage
		_, err := c.fetch(ctx, "/channels/"+url.PathEscape(room)+"/messages?"+query.Encode(), &found)
		if status := (*connector.StatusError)(nil); errors.As(err, &status) && status.Code == http.StatusNotFound {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, raw := range found {
			there[newestOf([]rawMessage{raw})] = raw
		}
		if len(found) < perPage {
			break
		}
		read = newestOf(found)
	}
	return there, nil
}

func editedAfter(raw rawMessage, held time.Time) bool {
	var m struct {
		EditedAt *time.Time `json:"edited_timestamp"`
	}
	return json.Unmarshal(raw, &m) == nil && m.EditedAt != nil && m.EditedAt.After(held)
}

// previous returns the id before another.
func previous(id string) string {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return id
	}
	return strconv.FormatInt(n-1, 10)
}
