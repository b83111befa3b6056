package x

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"triage/connector"
)

// conversation asks about one account.
type conversation struct {
	Connector
	connector.Source
	seen connector.Seen
}

// place is what a cursor says.
type place struct {
	connector.Backward
	N int `json:"n"` // of the answer, so that no two cursors are equal
}

// answer is how X answers with posts.
type answer struct {
	Data     []json.RawMessage `json:"data"`
	Includes json.RawMessage   `json:"includes,omitempty"`
	Errors   []problem         `json:"errors,omitempty"`
	Meta     struct {
		Next string `json:"next_token"`
	} `json:"meta"`
}

// head is what is looked at before a post is taken in.
type head struct {
	ID      string    `json:"id"`
	At      time.Time `json:"created_at"`
	History []string  `json:"edit_history_tweet_ids"`
}

// fields are what is asked for of a post, its thread and its author.
func fields() url.Values {
	return url.Values{
		"tweet.fields": {"attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,in_reply_to_user_id,lang,note_tweet,public_metrics,referenced_tweets"},
		"user.fields":  {"name,public_metrics,username,verified"},
		"expansions":   {"author_id,edit_history_tweet_ids,referenced_tweets.id,referenced_tweets.id.author_id"},
	}
}

// Poll asks for a page of the mentions that are newer than the cursor. Before the first it
// takes the newest page.
func (c *conversation) Poll(ctx context.Context, cursor string) (connector.Page, error) {
	var at place
	if cursor != "" && json.Unmarshal([]byte(cursor), &at) != nil {
		return connector.Page{}, fmt.Errorf("cursor: %w", connector.ErrAnswer)
	}
	c.seen.From(cursor)
	query := fields()
	query.Set("max_results", "100")
	if !at.Known.IsZero() {
		query.Set("since_id", idAt(at.Known))
	}
	if at.Page != "" {
		query.Set("pagination_token", at.Page)
	}
	found, got, err := c.ask(ctx, "/2/users/"+url.PathEscape(c.Account)+"/mentions", query)
	if err != nil {
		return connector.Page{}, err
	}
	at.Begin(got.Clock(time.Now()))
	out := connector.Page{Wait: got.Spent(time.Now())}
	if found.Data = c.fresh(found.Data); len(found.Data) > 0 {
		if out.Body, err = json.Marshal(map[string]any{"account": c.Account, "mentions": found}); err != nil {
			return connector.Page{}, err
		}
	}
	if !at.Turn(found.Meta.Next, cursor == "") {
		out.Wait = max(out.Wait, c.Every)
	}
	at.N++
	next, err := json.Marshal(at)
	out.Next = string(next)
	c.seen.Until(out.Next)
	return out, err
}

// fresh leaves out what was handed on already.
func (c *conversation) fresh(found []json.RawMessage) (fresh []json.RawMessage) {
	for _, raw := range found {
		var h head
		if json.Unmarshal(raw, &h) == nil && !c.seen.New(h.ID, "") {
			continue
		}
		fresh = append(fresh, raw)
	}
	return fresh
}

// Ids begin with the milliseconds since X's epoch, before that many bits of other meaning.
const (
	epoch = 1288834974657
	below = 22
)

// idAt returns the least id of a post of that time.
func idAt(at time.Time) string {
	return strconv.FormatInt(max(1, (at.UnixMilli()-epoch)<<below), 10)
}

// timeOf returns when the post with that id was written; 1970 when it is no id.
func timeOf(id string) time.Time {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return time.Unix(0, 0)
	}
	return time.UnixMilli(n>>below + epoch)
}

// capped is how long to wait when the month's or the account's allowance is used up. X does
// not say how long that will be.
const capped = time.Hour

// ask asks and reads the answer.
func (c *conversation) ask(ctx context.Context, path string, query url.Values) (found answer, got connector.Fetched, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Address+path+"?"+query.Encode(), nil)
	if err != nil {
		return found, got, errors.New("address of the API is malformed")
	}
	r.Header.Set("Authorization", "Bearer "+c.Secret)
	r.Header.Set("User-Agent", "triage")
	got, err = connector.Fetch(c.Client, r, time.Now())
	if status := (*connector.StatusError)(nil); errors.As(err, &status) {
		return found, got, refusal(status)
	}
	if err == nil && json.Unmarshal(got.Body, &found) != nil {
		err = fmt.Errorf("posts: %w", connector.ErrAnswer)
	}
	return found, got, err
}

// refusal reads an answer of 4xx (X developer platform, "Error handling").
func refusal(status *connector.StatusError) error {
	var said problem
	_ = json.Unmarshal(status.Body, &said) // what is no problem document stays what it is
	switch {
	case status.Code == http.StatusPaymentRequired, strings.HasSuffix(said.Type, "/usage-capped"), strings.HasSuffix(said.Type, "/credits"):
		return &connector.Limited{After: capped}
	case status.Code == http.StatusForbidden && (strings.HasSuffix(said.Type, "/client-forbidden") || strings.HasSuffix(said.Type, "/unsupported-authentication")):
		return connector.ErrRefused // the app has no access, or this kind of token has none
	}
	return status
}
