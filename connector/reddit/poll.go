package reddit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"triage/connector"
)

// conversation asks about one account.
type conversation struct {
	Connector
	connector.Source
	user, subreddits string
	access           string // token
	seen             connector.Seen
	posts            map[string]post // by fullname
	spare            int             // polls for which the subreddits are left alone
}

// afterFailing is how many polls go by before subreddits that are shut are asked for again.
const afterFailing = 5

// place is what a cursor says: where each list is read, and whose turn it is.
type place struct {
	Turn  int    `json:"turn"`
	Lists []spot `json:"lists"`
	N     int    `json:"n"` // of the answer, so that no two cursors are equal
}

// spot is the place in one list.
type spot struct {
	connector.Backward
	// Anchors are the last ids of a page, the last first. What comes after a comment that was
	// deleted meanwhile is nothing, so the one before it is tried then.
	Anchors []string `json:"anchors,omitempty"`
}

const maxAnchors = 4

// lists returns the paths of what is read. The inbox is first: what answers us comes with
// more words there.
func (c *conversation) lists() []string {
	if c.subreddits == "" {
		return []string{"/message/inbox"}
	}
	return []string{"/message/inbox", "/r/" + c.subreddits + "/comments"}
}

// page is what Parse reads.
type page struct {
	Account string            `json:"account"`
	User    string            `json:"user"`
	Things  []json.RawMessage `json:"things,omitempty"`
	Checked []look            `json:"checked,omitempty"`
	Posts   map[string]post   `json:"posts,omitempty"`
}

// listing is how Reddit answers with a list.
type listing struct {
	Data struct {
		After    string            `json:"after"`
		Children []json.RawMessage `json:"children"`
	} `json:"data"`
}

// thing is what is looked at before one is taken in.
type thing struct {
	Kind string `json:"kind"`
	Data struct {
		Name    string          `json:"name"`
		LinkID  string          `json:"link_id"`
		Context string          `json:"context"`
		Author  string          `json:"author"`
		Body    string          `json:"body"`
		Created float64         `json:"created_utc"`
		Edited  json.RawMessage `json:"edited"` // false or a time
	} `json:"data"`
}

func (t thing) created() time.Time { return time.Unix(int64(t.Data.Created), 0) }

// edited returns when the thing was edited, zero when it was not.
func (t thing) edited() time.Time {
	seconds, err := strconv.ParseFloat(string(t.Data.Edited), 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMicro(int64(seconds * 1e6)).UTC()
}

// Poll asks for one page of the list whose turn it is. Before the first cursor it takes the
// newest page of each.
func (c *conversation) Poll(ctx context.Context, cursor string) (connector.Page, error) {
	if c.user == "" {
		return connector.Page{}, fmt.Errorf("the external id is no account: %w", connector.ErrAnswer)
	}
	lists := c.lists()
	at := place{}
	if cursor != "" && json.Unmarshal([]byte(cursor), &at) != nil {
		return connector.Page{}, fmt.Errorf("cursor: %w", connector.ErrAnswer)
	}
	if len(at.Lists) != len(lists) || at.Turn >= len(lists) {
		at = place{Lists: make([]spot, len(lists))}
	}
	if c.spare > 0 {
		c.spare, at.Turn = c.spare-1, 0
	}
	c.seen.From(cursor)
	here := &at.Lists[at.Turn]
	found, got, err := c.list(ctx, lists[at.Turn], here.Page)
	if err != nil {
		if at.Turn > 0 {
			c.spare = afterFailing // the inbox goes on
		}
		return connector.Page{}, err
	}
	here.Begin(got.Clock(time.Now()))
	fresh, known := c.fresh(found, here.Known)
	out := connector.Page{Wait: got.Spent(time.Now())}
	if len(fresh) > 0 {
		if out.Body, err = c.pageOf(ctx, fresh); err != nil {
			return connector.Page{}, err
		}
	}
	if !here.turn(found, known || here.Known.IsZero()) {
		if at.Turn = (at.Turn + 1) % len(lists); at.Turn == 0 || c.spare > 0 {
			out.Wait = max(out.Wait, c.Every)
		}
	}
	at.N++
	next, err := json.Marshal(at)
	out.Next = string(next)
	c.seen.Until(out.Next)
	return out, err
}

// turn goes on to the next page, if there is one.
func (s *spot) turn(found listing, known bool) bool {
	children := found.Data.Children
	switch {
	case len(children) > 0:
		s.Anchors = nil
		for i := len(children) - 1; i >= 0 && len(s.Anchors) < maxAnchors; i-- {
			var t thing
			if json.Unmarshal(children[i], &t) == nil && t.Data.Name != "" {
				s.Anchors = append(s.Anchors, t.Data.Name)
			}
		}
		if found.Data.After == "" {
			s.Anchors = nil
		}
	case len(s.Anchors) > 0:
		s.Anchors = s.Anchors[1:]
	}
	next := ""
	if len(s.Anchors) > 0 {
		next = s.Anchors[0]
	}
	if s.Turn(next, known) {
		return true
	}
	s.Anchors = nil
	return false
}

// list asks for one page of a list, newest first.
func (c *conversation) list(ctx context.Context, path, after string) (found listing, got connector.Fetched, err error) {
	query := url.Values{"limit": {"100"}}
	if after != "" {
		query.Set("after", after)
	}
	got, err = c.get(ctx, path, query)
	if status := (*connector.StatusError)(nil); errors.As(err, &status) && status.Code == http.StatusForbidden && path == "/message/inbox" {
		err = connector.ErrRefused // the token lacks the right
	}
	if err != nil {
		return found, got, err
	}
	if json.Unmarshal(got.Body, &found) != nil {
		return found, got, fmt.Errorf("list: %w", connector.ErrAnswer)
	}
	return found, got, nil
}

// fresh returns what was not handed on yet, private messages left out, and whether the page
// reaches back to what is known.
func (c *conversation) fresh(found listing, since time.Time) (fresh []json.RawMessage, known bool) {
	for _, raw := range found.Data.Children {
		var t thing
		if json.Unmarshal(raw, &t) == nil {
			known = known || t.created().Before(since)
			if t.Kind == "t4" || t.created().Before(since) || !c.seen.New(t.Data.Name, string(t.Data.Edited)+t.gone()) {
				continue
			}
		}
		fresh = append(fresh, raw)
	}
	return fresh, known
}

// pageOf adds the posts that were commented on.
func (c *conversation) pageOf(ctx context.Context, things []json.RawMessage) ([]byte, error) {
	out := page{Account: c.Account, User: c.user, Things: things, Posts: map[string]post{}}
	var posts []string
	for _, raw := range things {
		var t thing
		if json.Unmarshal(raw, &t) == nil {
			posts = append(posts, t.post())
		}
	}
	c.lookUp(ctx, posts)
	for _, id := range posts {
		if p := c.posts[id]; p != (post{}) {
			out.Posts[id] = p
		}
	}
	return json.Marshal(out)
}
