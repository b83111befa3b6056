package bluesky

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"sync"
	"time"

	"triage/connector"
)

// conversation asks about one account.
type conversation struct {
	Connector
	connector.Source

	asking  sync.Mutex // one question at a time: polls and the stream share a session
	session session

	mu       sync.Mutex
	posts    map[string]post    // that were answered, by uri
	profiles map[string]profile // by DID
}

// page is what Parse reads: an answer with what is needed to understand it.
type page struct {
	Account       string             `json:"account"`
	Notifications []json.RawMessage  `json:"notifications,omitempty"`
	Event         json.RawMessage    `json:"event,omitempty"`
	Gone          []string           `json:"gone,omitempty"` // looked up, and not there any more
	Posts         map[string]post    `json:"posts,omitempty"`
	Profiles      map[string]profile `json:"profiles,omitempty"`
}

// place is what a cursor says. The list is newest first and is read backwards, so one that
// is longer than a page is read in several steps: until it is at the end, Known stays.
type place struct {
	Known time.Time `json:"known,omitzero"` // all up to here has been taken in, but for overlap
	Print string    `json:"print,omitempty"`
	Top   time.Time `json:"top,omitzero"`   // newest of the reading that is on its way
	Page  string    `json:"page,omitempty"` // the platform's cursor in it
}

// overlap is how much later than others a notification may appear in the list.
const overlap = 2 * time.Minute

// notification is what is looked at before one is taken in.
type notification struct {
	URI       string    `json:"uri"`
	CID       string    `json:"cid"`
	IndexedAt time.Time `json:"indexedAt"`
	Author    struct {
		DID string `json:"did"`
	} `json:"author"`
	Record record `json:"record"`
}

// record is what is looked at of a post before it is taken in.
type record struct {
	Reply struct {
		Root struct {
			URI string `json:"uri"`
		} `json:"root"`
	} `json:"reply"`
}

// Poll asks for one page of what is newer than the cursor. Before the first it takes the
// newest page.
func (c *conversation) Poll(ctx context.Context, cursor string) (connector.Page, error) {
	var at place
	if cursor != "" && json.Unmarshal([]byte(cursor), &at) != nil {
		return connector.Page{}, fmt.Errorf("cursor: %w", connector.ErrAnswer)
	}
	query := url.Values{"limit": {"100"}, "reasons": {"reply", "mention", "quote"}}
	if at.Page != "" {
		query.Set("cursor", at.Page)
	}
	got, err := c.call(ctx, "/xrpc/app.bsky.notification.listNotifications?"+query.Encode())
	if err != nil {
		return connector.Page{}, err
	}
	var answer struct {
		Cursor        string            `json:"cursor"`
		Notifications []json.RawMessage `json:"notifications"`
	}
	if json.Unmarshal(got.Body, &answer) != nil {
		return connector.Page{}, fmt.Errorf("notifications: %w", connector.ErrAnswer)
	}
	fresh, print, newest := at.fresh(answer.Notifications)
	if at.Page == "" {
		at.Top = newest
	}
	more := len(fresh) > 0 && len(fresh) == len(answer.Notifications) && answer.Cursor != "" && cursor != ""
	out := connector.Page{Wait: got.Spent(time.Now())}
	unchanged := at.Page == "" && print == at.Print
	if len(fresh) > 0 && !unchanged {
		if out.Body, err = c.pageOf(ctx, fresh); err != nil {
			return connector.Page{}, err
		}
	}
	if at.Page == "" {
		at.Print = print
	}
	if more && !unchanged {
		at.Page = answer.Cursor
	} else {
		if at.Top.After(at.Known) {
			at.Known = at.Top
		}
		at.Page, at.Top = "", time.Time{}
		out.Wait = max(out.Wait, c.Every)
	}
	next, err := json.Marshal(at)
	out.Next = string(next)
	return out, err
}

// pageOf adds what the notifications hang from and who wrote them.
func (c *conversation) pageOf(ctx context.Context, fresh []json.RawMessage) ([]byte, error) {
	out := page{Account: c.Account, Notifications: fresh}
	var roots, authors []string
	for _, raw := range fresh {
		var n notification
		if json.Unmarshal(raw, &n) == nil {
			roots, authors = append(roots, n.Record.Reply.Root.URI), append(authors, n.Author.DID)
		}
	}
	c.surround(ctx, &out, roots, authors)
	return json.Marshal(out)
}

// fresh returns those that are not surely known, a fingerprint of them, and the time of
// the newest.
func (p place) fresh(found []json.RawMessage) (fresh []json.RawMessage, print string, newest time.Time) {
	sum := sha256.New()
	for _, raw := range found {
		var n notification
		readable := json.Unmarshal(raw, &n) == nil
		if readable && n.IndexedAt.Before(p.Known.Add(-overlap)) {
			continue
		}
		if readable && n.IndexedAt.After(newest) {
			newest = n.IndexedAt
		}
		_, _ = fmt.Fprintf(sum, "%s %s\n", n.URI, n.CID) // a hash takes everything
		fresh = append(fresh, raw)
	}
	return fresh, hex.EncodeToString(sum.Sum(nil)[:8]), newest
}
