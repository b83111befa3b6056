package bluesky

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"triage/connector"
)

// post is a post that somebody answered.
type post struct {
	Text   string `json:"text"`
	Likes  int64  `json:"likeCount,omitempty"`
	Author struct {
		DID    string `json:"did"`
		Handle string `json:"handle,omitempty"`
		Name   string `json:"displayName,omitempty"`
	} `json:"author,omitzero"`
}

// profile is who wrote a post.
type profile struct {
	Handle    string `json:"handle"`
	Name      string `json:"displayName"`
	Followers *int64 `json:"followersCount,omitempty"`
}

const (
	atOnce   = 25   // posts or profiles that are told in one answer
	maxKnown = 1000 // of each that are remembered
)

// surround adds the posts and the profiles of those names, from memory or from the server.
// Without them a page is taken in all the same.
func (c *conversation) surround(ctx context.Context, p *page, uris, dids []string) {
	for part := range slices.Chunk(missing(c, uris, c.posts), atOnce) {
		_, _ = c.lookUp(ctx, part) // its answers are remembered, and an error lacks them
	}
	for part := range slices.Chunk(missing(c, dids, c.profiles), atOnce) {
		var answer struct {
			Profiles []struct {
				DID string `json:"did"`
				profile
			} `json:"profiles"`
		}
		got, err := c.call(ctx, "/xrpc/app.bsky.actor.getProfiles?"+url.Values{"actors": part}.Encode())
		if err != nil || json.Unmarshal(got.Body, &answer) != nil {
			break
		}
		for _, found := range answer.Profiles {
			remember(c, c.profiles, found.DID, found.profile)
		}
	}
	p.Posts, p.Profiles = known(c, uris, c.posts), known(c, dids, c.profiles)
}

// lookUp asks for posts and returns those that are there.
func (c *conversation) lookUp(ctx context.Context, uris []string) (map[string]bool, error) {
	got, err := c.call(ctx, "/xrpc/app.bsky.feed.getPosts?"+url.Values{"uris": uris}.Encode())
	if err != nil {
		return nil, err
	}
	var answer struct {
		Posts []struct {
			URI string `json:"uri"`
			post
			Record struct {
				Text string `json:"text"`
			} `json:"record"`
		} `json:"posts"`
	}
	if json.Unmarshal(got.Body, &answer) != nil || answer.Posts == nil {
		return nil, connector.ErrAnswer
	}
	there := map[string]bool{}
	for _, found := range answer.Posts {
		there[found.URI] = true
		found.Text = found.Record.Text
		remember(c, c.posts, found.URI, found.post)
	}
	return there, nil
}

func missing[T any](c *conversation, names []string, among map[string]T) (out []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range names {
		if _, ok := among[name]; !ok && name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

func known[T any](c *conversation, names []string, among map[string]T) map[string]T {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]T{}
	for _, name := range names {
		if found, ok := among[name]; ok {
			out[name] = found
		}
	}
	return out
}

func remember[T any](c *conversation, in map[string]T, name string, found T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(in) >= maxKnown {
		clear(in)
	}
	in[name] = found
}
