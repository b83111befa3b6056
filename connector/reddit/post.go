package reddit

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"triage/connector/wire"
)

// post is a post that was commented on.
type post struct {
	Title     string `json:"title"`
	Text      string `json:"selftext,omitempty"`
	Permalink string `json:"permalink,omitempty"`
	Author    string `json:"author,omitempty"`
	AuthorID  string `json:"author_fullname,omitempty"`
	Score     int64  `json:"score,omitempty"`
}

// maxPosts bounds how many posts are remembered, and maxText how much of one, in bytes.
const (
	maxPosts = 1000
	maxText  = 10_000
)

// post returns the id of the post that a comment stands below. In the inbox it stands in the
// address only.
func (t thing) post() string {
	if t.Data.LinkID != "" {
		return t.Data.LinkID
	}
	return postIn(t.Data.Context)
}

// postIn reads the id in /r/<subreddit>/comments/<id>/….
func postIn(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if part == "comments" && i+1 < len(parts) && parts[i+1] != "" {
			return "t3_" + parts[i+1]
		}
	}
	return ""
}

// lookUp fetches the posts that are not known yet. Without them comments are taken in all
// the same.
func (c *conversation) lookUp(ctx context.Context, ids []string) {
	var unknown []string
	asked := map[string]bool{"": true}
	for _, id := range ids {
		if _, ok := c.posts[id]; !ok && !asked[id] {
			asked[id] = true
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return
	}
	got, err := c.get(ctx, "/api/info", url.Values{"id": {strings.Join(unknown, ",")}})
	var found listing
	if err != nil || json.Unmarshal(got.Body, &found) != nil {
		return
	}
	if len(c.posts)+len(unknown) > maxPosts {
		clear(c.posts)
	}
	for _, id := range unknown {
		c.posts[id] = post{} // so that what is gone is not asked for again
	}
	for _, raw := range found.Data.Children {
		var one struct {
			Kind string `json:"kind"`
			Data struct {
				Name string `json:"name"`
				post
			} `json:"data"`
		}
		if json.Unmarshal(raw, &one) == nil && one.Kind == "t3" && asked[one.Data.Name] {
			one.Data.Text, _ = wire.Cut(one.Data.Text, maxText)
			c.posts[one.Data.Name] = one.Data.post
		}
	}
}
