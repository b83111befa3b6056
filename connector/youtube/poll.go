package youtube

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"triage/connector"
)

// conversation asks about one channel.
type conversation struct {
	Connector
	connector.Source
	day    *time.Location // whose midnight ends the day
	budget connector.Budget
	cycle  int // units since the last rest
	seen   connector.Seen
	videos map[string]video
}

// place is what a cursor says.
type place struct {
	connector.Backward
	Sweep bool      `json:"sweep,omitempty"` // this reading goes on behind what is known
	Pages int       `json:"pages,omitempty"` // of this reading
	Swept time.Time `json:"swept,omitzero"`  // when the last sweep began
	From  time.Time `json:"from,omitzero"`   // what is older was there before we came
	Again bool      `json:"again,omitempty"` // the page is read again for the rest of its answers
	N     int       `json:"n"`               // of the answer, so that no two cursors are equal
}

// A new answer does not move its thread to the front of the list, and a comment that was
// held back appears where it would have been. So the first page is compared at every poll,
// and more of them now and then.
const (
	sweepEvery = 30 * time.Minute
	sweepPages = 10 // of 100 threads
	replyCalls = 12 // pages of answers in one poll
	replyPages = 10 // of one thread at most
)

// page is what Parse reads.
type page struct {
	Account  string            `json:"account"`
	Comments []json.RawMessage `json:"comments,omitempty"`
	Videos   map[string]video  `json:"videos,omitempty"`
	Checked  []look            `json:"checked,omitempty"`
}

// list is how YouTube answers with a list.
type list struct {
	Items []json.RawMessage `json:"items"`
	Next  string            `json:"nextPageToken"`
}

// thread is what is looked at of a thread, and comment of a comment.
type thread struct {
	ID      string `json:"id"`
	Snippet struct {
		Top     json.RawMessage `json:"topLevelComment"`
		Replies int             `json:"totalReplyCount"`
	} `json:"snippet"`
	Replies struct {
		Comments []json.RawMessage `json:"comments"`
	} `json:"replies"`
}

type comment struct {
	ID      string `json:"id"`
	Snippet struct {
		VideoID   string    `json:"videoId"`
		Published time.Time `json:"publishedAt"`
		Updated   time.Time `json:"updatedAt"`
	} `json:"snippet"`
}

// Poll asks for one page of threads, and for the answers in those where some are new.
// Before the first cursor it takes the newest page.
func (c *conversation) Poll(ctx context.Context, cursor string) (connector.Page, error) {
	var at place
	if cursor != "" && json.Unmarshal([]byte(cursor), &at) != nil {
		return connector.Page{}, fmt.Errorf("cursor: %w", connector.ErrAnswer)
	}
	c.seen.From(cursor)
	query := url.Values{
		"part": {"snippet,replies"}, "allThreadsRelatedToChannelId": {c.Account}, "order": {"time"},
		"maxResults": {"100"}, "textFormat": {"plainText"},
	}
	if at.Page != "" {
		query.Set("pageToken", at.Page)
	}
	var found list
	now, err := c.call(ctx, "commentThreads", query, &found)
	if err != nil {
		return connector.Page{}, err
	}
	if at.Page == "" && !at.Again {
		at.Pages = 0
		if at.Sweep = now.Sub(at.Swept) >= sweepEvery; at.Sweep {
			at.Swept = now
		}
	}
	at.Begin(now)
	g := gathering{conversation: c, since: at.Known, from: at.From}
	if err := g.threads(ctx, found.Items); err != nil {
		return connector.Page{}, err
	}
	out := connector.Page{}
	if len(g.comments) > 0 {
		body := page{Account: c.Account, Comments: g.comments, Videos: c.videosOf(ctx, g.videos)}
		if out.Body, err = json.Marshal(body); err != nil {
			return connector.Page{}, err
		}
	}
	at.Pages++
	if at.From.IsZero() {
		at.From = g.oldest
	}
	if at.Again = g.unfinished; !at.Again {
		known := at.Known.IsZero() || g.old && !at.Sweep || at.Pages >= sweepPages && at.Sweep
		if !at.Turn(found.Next, known) {
			out.Wait = c.pace()
		}
	}
	at.N++
	next, err := json.Marshal(at)
	out.Next = string(next)
	c.seen.Until(out.Next)
	return out, err
}

// gathering is what a page of threads comes to.
type gathering struct {
	*conversation
	since      time.Time
	from       time.Time
	oldest     time.Time // thread of the page
	comments   []json.RawMessage
	videos     []string
	old        bool // the page reaches back to what is known
	calls      int
	unfinished bool
}

func (g *gathering) threads(ctx context.Context, items []json.RawMessage) error {
	for _, raw := range items {
		var t thread
		if json.Unmarshal(raw, &t) != nil || t.ID == "" {
			g.comments = append(g.comments, raw) // for Parse to say what is wrong with it
			continue
		}
		written := g.take(t.Snippet.Top).Snippet.Published
		g.old = g.old || written.Before(g.since)
		if g.oldest.IsZero() || written.Before(g.oldest) {
			g.oldest = written
		}
		for _, reply := range t.Replies.Comments {
			g.take(reply)
		}
		if t.Snippet.Replies <= len(t.Replies.Comments) {
			continue
		}
		if g.calls >= replyCalls {
			g.unfinished = true
			continue
		}
		if !g.seen.New("answers to "+t.ID, strconv.Itoa(t.Snippet.Replies)) {
			continue
		}
		if err := g.answers(ctx, t.ID); err != nil {
			return err
		}
	}
	return nil
}

// take adds a comment unless it was handed on as it is, or was there before we came.
func (g *gathering) take(raw json.RawMessage) (found comment) {
	readable := json.Unmarshal(raw, &found) == nil
	known := readable && (found.Snippet.Published.Before(g.from) || !g.seen.New(found.ID, found.Snippet.Updated.String()))
	if !known {
		g.comments = append(g.comments, raw)
		if found.Snippet.VideoID != "" {
			g.videos = append(g.videos, found.Snippet.VideoID)
		}
	}
	return found
}

// answers reads the answers in a thread, newest first, until a page holds nothing new.
func (g *gathering) answers(ctx context.Context, parent string) error {
	query := url.Values{"part": {"snippet"}, "parentId": {parent}, "maxResults": {"100"}, "textFormat": {"plainText"}}
	for range replyPages {
		var found list
		g.calls++
		_, err := g.call(ctx, "comments", query, &found)
		if gone(err) {
			return nil // the thread was deleted meanwhile
		}
		if err != nil {
			return err
		}
		before := len(g.comments)
		for _, raw := range found.Items {
			g.take(raw)
		}
		if found.Next == "" || len(g.comments) == before {
			return nil
		}
		query.Set("pageToken", found.Next)
	}
	return nil
}
