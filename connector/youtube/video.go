package youtube

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"triage/connector/wire"
)

// video is a video that was commented on.
type video struct {
	Title string `json:"title"`
	Text  string `json:"description,omitempty"`

	Channel   string `json:"channelId,omitempty"`
	Publisher string `json:"channelTitle,omitempty"`
	Views     int64  `json:"views,omitempty"`
	Likes     int64  `json:"likes,omitempty"`
}

// maxVideos bounds how many videos are remembered, maxText how much of a description, in
// bytes, and perCall how many are asked for at once.
const (
	maxVideos = 1000
	maxText   = 2000
	perCall   = 50
)

// videosOf returns what is known of videos, and asks for the others. Without it comments are
// taken in all the same.
func (c *conversation) videosOf(ctx context.Context, ids []string) map[string]video {
	var unknown []string
	asked := map[string]bool{}
	for _, id := range ids {
		if _, ok := c.videos[id]; !ok && !asked[id] && len(unknown) < perCall {
			asked[id] = true
			unknown = append(unknown, id)
		}
	}
	var found list
	if len(unknown) > 0 {
		if len(c.videos)+len(unknown) > maxVideos {
			clear(c.videos)
		}
		_, err := c.call(ctx, "videos", url.Values{"part": {"snippet,statistics"}, "id": {strings.Join(unknown, ",")}}, &found)
		for _, id := range unknown {
			if err == nil {
				c.videos[id] = video{} // what is gone is not asked for again
			}
		}
	}
	for _, raw := range found.Items {
		var one struct {
			ID      string `json:"id"`
			Snippet video  `json:"snippet"`
			Figures struct {
				Views int64 `json:"viewCount,string"`
				Likes int64 `json:"likeCount,string"`
			} `json:"statistics"`
		}
		if json.Unmarshal(raw, &one) == nil && asked[one.ID] {
			one.Snippet.Views, one.Snippet.Likes = one.Figures.Views, one.Figures.Likes
			one.Snippet.Text, _ = wire.Cut(one.Snippet.Text, maxText)
			c.videos[one.ID] = one.Snippet
		}
	}
	out := map[string]video{}
	for _, id := range ids {
		if v := c.videos[id]; v != (video{}) {
			out[id] = v
		}
	}
	return out
}
