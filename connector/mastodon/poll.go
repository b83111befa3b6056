package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"triage/connector"
)

// conversation asks about one account. Its stream runs beside its polls.
type conversation struct {
	Connector
	connector.Source

	mu    sync.Mutex
	posts map[string]post // that were answered, by id
}

// page is what Parse reads: an answer with what is needed to understand it.
type page struct {
	Account       string            `json:"account"`
	Notifications []json.RawMessage `json:"notifications,omitempty"`
	Posts         map[string]post   `json:"posts,omitempty"`
	Changed       []json.RawMessage `json:"changed,omitempty"` // posts that were looked up again
	Gone          []string          `json:"gone,omitempty"`    // ids of those that are not there any more
	Event         string            `json:"event,omitempty"`
	Payload       string            `json:"payload,omitempty"`
}

// perPage is the most that a server lists at once.
const perPage = "80"

// Poll asks for the notifications directly after the cursor, the id of one. Before the
// first, it takes the newest page.
func (c *conversation) Poll(ctx context.Context, cursor string) (connector.Page, error) {
	query := url.Values{"types[]": {"mention", "quote"}, "limit": {perPage}, "include_filtered": {"true"}}
	if cursor != "" {
		query.Set("min_id", cursor)
	}
	got, err := c.get(ctx, "/api/v1/notifications?"+query.Encode())
	if status := (*connector.StatusError)(nil); errors.As(err, &status) && status.Code == http.StatusForbidden {
		err = connector.ErrRefused // the token lacks the right, or the account is shut
	}
	if err != nil {
		return connector.Page{}, err
	}
	var found []json.RawMessage
	if err := json.Unmarshal(got.Body, &found); err != nil {
		return connector.Page{}, fmt.Errorf("notifications: %w", connector.ErrAnswer)
	}
	spared := got.Spent(time.Now())
	if len(found) == 0 {
		if cursor == "" {
			cursor = "0" // so that whatever comes is asked for from the oldest on
		}
		return connector.Page{Next: cursor, Wait: max(c.Every, spared)}, nil
	}
	next, err := newest(found)
	if err != nil {
		return connector.Page{}, err
	}
	body, err := c.pageOf(ctx, found)
	return connector.Page{Body: body, Next: next, Wait: spared}, err
}

// head is what is looked at before a notification is taken in.
type head struct {
	ID     json.RawMessage `json:"id"`
	Status struct {
		Visibility string          `json:"visibility"`
		InReplyTo  json.RawMessage `json:"in_reply_to_id"`
	} `json:"status"`
}

// newest returns the id of the first, which is the newest. Ids are not compared: on some
// servers they are no numbers.
func newest(found []json.RawMessage) (string, error) {
	for _, raw := range found {
		var h head
		if json.Unmarshal(raw, &h) == nil {
			if id := word(h.ID); id != "" {
				return id, nil
			}
		}
	}
	return "", fmt.Errorf("notifications without ids: %w", connector.ErrAnswer)
}

func word(raw json.RawMessage) string {
	var id string
	if json.Unmarshal(raw, &id) != nil {
		return ""
	}
	return id
}

// pageOf leaves out what is not public, since it is not to be stored, and adds the posts
// that were answered.
func (c *conversation) pageOf(ctx context.Context, found []json.RawMessage) ([]byte, error) {
	out := page{Account: c.Account, Posts: map[string]post{}}
	for _, raw := range found {
		var h head
		if json.Unmarshal(raw, &h) == nil && hushed(h.Status.Visibility) {
			continue
		}
		out.Notifications = append(out.Notifications, raw)
		if id := word(h.Status.InReplyTo); id != "" {
			if p, ok := c.post(ctx, id); ok {
				out.Posts[id] = p
			}
		}
	}
	if len(out.Notifications) == 0 {
		return nil, nil
	}
	return json.Marshal(out)
}

// hushed reports whether a post is for chosen readers only.
func hushed(visibility string) bool { return visibility == "private" || visibility == "direct" }

// post is a post that somebody answered.
type post struct {
	Content string `json:"content"`
	URL     string `json:"url"`
	Likes   int64  `json:"favourites_count,omitempty"`
	Account struct {
		ID        string `json:"id"`
		Handle    string `json:"acct"`
		Name      string `json:"display_name,omitempty"`
		Followers int64  `json:"followers_count,omitempty"`
	} `json:"account,omitzero"`
}

// maxPosts bounds how many answered posts are remembered.
const maxPosts = 1000

// post returns a public post, from memory or from the server. Without it an answer is
// taken in all the same.
func (c *conversation) post(ctx context.Context, id string) (post, bool) {
	c.mu.Lock()
	known, ok := c.posts[id]
	c.mu.Unlock()
	if ok {
		return known, known != post{}
	}
	got, err := c.get(ctx, "/api/v1/statuses/"+url.PathEscape(id))
	var answer struct {
		post
		Visibility string `json:"visibility"`
	}
	if err != nil || json.Unmarshal(got.Body, &answer) != nil {
		return post{}, false
	}
	if !slices.Contains([]string{"public", "unlisted"}, answer.Visibility) {
		answer.post = post{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.posts) >= maxPosts {
		clear(c.posts)
	}
	c.posts[id] = answer.post
	return answer.post, answer.post != post{}
}

func (c *conversation) get(ctx context.Context, path string) (connector.Fetched, error) {
	r, err := c.request(ctx, c.Address+path)
	if err != nil {
		return connector.Fetched{}, err
	}
	return connector.Fetch(c.Client, r, time.Now())
}

func (c *conversation) request(ctx context.Context, address string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errors.New("address of the server is malformed")
	}
	r.Header.Set("Authorization", "Bearer "+c.Secret)
	r.Header.Set("User-Agent", "triage")
	return r, nil
}
