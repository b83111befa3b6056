package x

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// Rechecks returns that a post is looked at once a day while it is young, and once a week in
// the end, since X counts every look as a read.
func (c *conversation) Rechecks() connector.Rechecks {
	return connector.Rechecks{Most: 100, First: c.First, Longest: max(c.First, 7*24*time.Hour)}
}

// problem is an error of X about the whole question or about one thing in it.
type problem struct {
	Type  string `json:"type"`
	Value string `json:"value"` // the id
}

// look is one post that is not any more what we hold.
type look struct {
	ID     string `json:"id"`
	Change string `json:"change"`
}

// Recheck looks up what is held (GET /2/tweets). A post that was edited is a new one: the
// old one names it, and it is looked up, too.
func (c *conversation) Recheck(ctx context.Context, held []connector.Held) (connector.Checked, error) {
	ids := make([]string, len(held))
	for i, h := range held {
		ids[i] = h.ExternalID
	}
	found, err := c.posts(ctx, ids)
	if err != nil {
		return connector.Checked{}, err
	}
	var out connector.Checked
	var looks []look
	var newer []string
	for _, h := range held {
		now, there := found.by[h.ExternalID]
		switch {
		case !there && found.shut[h.ExternalID]: // protected or suspended: it may come back
			if !h.Hidden {
				looks = append(looks, look{h.ExternalID, string(triage.Hidden)})
			}
		case !there && !h.Absent:
			out.Absent = append(out.Absent, h.ExternalID)
		case !there:
			looks = append(looks, look{h.ExternalID, string(triage.Deleted)})
		default:
			if h.Hidden {
				looks = append(looks, look{h.ExternalID, string(triage.Unhidden)})
			}
			if n := len(now.History); n > 1 && timeOf(now.History[n-1]).After(h.VersionAt) {
				newer = append(newer, now.History[n-1])
			}
		}
	}
	edited := answer{}
	if len(newer) > 0 {
		again, err := c.posts(ctx, newer)
		if err != nil {
			return connector.Checked{}, err
		}
		edited = again.answer
	}
	if looks != nil || edited.Data != nil {
		out.Body, err = json.Marshal(map[string]any{"account": c.Account, "checked": append([]look{}, looks...), "edited": edited})
	}
	return out, err
}

// looked is what is known of posts that were looked up.
type looked struct {
	answer
	by   map[string]head
	shut map[string]bool // there, but not for us
}

func (c *conversation) posts(ctx context.Context, ids []string) (looked, error) {
	query := fields()
	slices.Sort(ids)
	query.Set("ids", strings.Join(slices.Compact(ids), ","))
	found, _, err := c.ask(ctx, "/2/tweets", query)
	out := looked{answer: found, by: map[string]head{}, shut: map[string]bool{}}
	for _, raw := range found.Data {
		var h head
		if json.Unmarshal(raw, &h) == nil {
			out.by[h.ID] = h
		}
	}
	for _, e := range found.Errors {
		if strings.HasSuffix(e.Type, "/not-authorized-for-resource") {
			out.shut[e.Value] = true
		}
	}
	if err == nil && len(found.Data) == 0 && len(found.Errors) == 0 {
		err = connector.ErrAnswer // of each post X says either what it is or what is wrong
	}
	return out, err
}

// answered reads what Poll and Recheck found.
func answered(out *connector.Parsed, doc wire.Value) error {
	account, ok := doc.Get("account").ID()
	if !ok {
		return errShape
	}
	for _, part := range []string{"mentions", "edited"} {
		list := doc.Get(part)
		for _, v := range list.Get("data").Elements() {
			refuse(out, v, "/"+part+"/data", post{Value: v, includes: list.Get("includes"), account: account, held: part == "edited"}.mention)
		}
	}
	for _, v := range doc.Get("checked").Elements() {
		id, ok := v.Get("id").ID()
		action := triage.Action(v.Get("change").Word())
		if !ok || !slices.Contains([]triage.Action{triage.Deleted, triage.Hidden, triage.Unhidden}, action) {
			out.Refuse("/checked", connector.Malformed)
			continue
		}
		out.Take(connector.Event{Account: account, Own: true, Engagement: triage.Engagement{
			ExternalID: id, Form: triage.FormMention, Action: action, Author: triage.Author{Followers: -1},
		}})
	}
	return nil
}

func (p post) mention(out *connector.Parsed, _ wire.Value) string { return p.take(out) }
