package meta

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/wire"
)

// Recent asks for the comments below an account's recent posts. It fills what deliveries
// missed; whatever they brought changes nothing. Comments on posts older than the newest
// recentPosts are out of its reach.
type Recent struct {
	Graph
	Account string
	Every   time.Duration // between polls; 0 is 5 min
	List    string        // edge of the account that lists its posts, newest first
	Post    string        // fields of a post
	Comment string        // fields of a comment
	Order   url.Values    // further parameters of a post's comments, which put the newest first
	Stamp   string        // field that says when a comment was written
	Field   string        // of deliveries that tell of comments, which the account must be subscribed to
	Replies string        // field of a comment that lists its replies; empty: they are listed beside it

	seen connector.Seen
}

// The bounds of one poll.
const (
	recentPosts    = 25
	recentComments = 50  // of a post, in the first answer
	morePages      = 20  // of comments beyond these, in one poll
	recentMost     = 500 // comments in one page for Parse
)

// overlap is how far before the cursor comments are looked for again: some are shown later
// than they were written.
const overlap = 10 * time.Minute

// Poll asks for what was written since the cursor, a time. Before the first, it takes the
// newest comments of each post.
func (r *Recent) Poll(ctx context.Context, cursor string) (connector.Page, error) {
	stamp, turn, _ := strings.Cut(cursor, " ")
	since, err := time.Parse(time.RFC3339, stamp)
	if err != nil && cursor != "" {
		return connector.Page{}, fmt.Errorf("cursor: %w", connector.ErrAnswer)
	}
	r.seen.From(cursor)
	look := looking{Recent: r, since: since, pages: morePages}
	if err := look.posts(ctx); err != nil {
		return connector.Page{}, err
	}
	n, _ := strconv.Atoi(turn) // whatever it is, the next differs
	return r.page(look.found, since, n, max(cmp.Or(r.Every, 5*time.Minute), look.spare))
}

// page makes a page of what is new among found, the oldest first. With every page that holds
// something turn moves, so that no two of them end with the same cursor.
func (r *Recent) page(found []written, since time.Time, turn int, wait time.Duration) (connector.Page, error) {
	if since.IsZero() {
		since = time.Now().UTC().Truncate(time.Second)
		if len(found) > 0 {
			since = time.Time{}
		}
	}
	slices.SortStableFunc(found, func(a, b written) int { return a.at.Compare(b.at) })
	answer := Answer{Account: r.Account, Graph: RecentComments}
	for _, w := range found {
		if len(answer.Nodes) == recentMost {
			wait = 0
			break
		}
		if r.seen.New(w.id, "") {
			answer.Nodes = append(answer.Nodes, w.AnswerNode)
		}
		if w.at.After(since) {
			since = w.at
		}
	}
	page := connector.Page{Wait: wait}
	var err error
	if len(answer.Nodes) > 0 {
		turn++
		page.Body, err = answer.Body()
	}
	page.Next = since.UTC().Format(time.RFC3339) + " " + strconv.Itoa(turn)
	r.seen.Until(page.Next)
	return page, err
}

// written is a comment with the post that it stands below.
type written struct {
	AnswerNode
	id string
	at time.Time
}

// looking is one poll on its way.
type looking struct {
	*Recent
	since time.Time
	pages int // that may still be asked for
	spare time.Duration
	found []written
}

// edge is one page of a list.
type edge struct {
	Data   []json.RawMessage `json:"data"`
	Paging struct {
		Cursors struct {
			After string `json:"after"`
		} `json:"cursors"`
	} `json:"paging"`
}

func (l *looking) get(ctx context.Context, path string, query url.Values) (e edge, err error) {
	body, spare, err := l.Get(ctx, path, query)
	if err != nil {
		return e, err
	}
	l.spare = max(l.spare, spare)
	if json.Unmarshal(body, &e) != nil {
		return e, fmt.Errorf("%s: %w", l.List, connector.ErrAnswer)
	}
	return e, nil
}

func (l *looking) posts(ctx context.Context) error {
	nested := "comments.limit(" + strconv.Itoa(recentComments) + ")"
	for name := range l.Order {
		nested += "." + name + "(" + l.Order.Get(name) + ")"
	}
	list, err := l.get(ctx, "/"+url.PathEscape(l.Account)+"/"+l.List, url.Values{
		"fields": {l.Post + "," + nested + "{" + l.Comment + "}"}, "limit": {strconv.Itoa(recentPosts)},
	})
	if err != nil {
		return err
	}
	for _, raw := range list.Data {
		var post map[string]json.RawMessage
		var comments edge
		if json.Unmarshal(raw, &post) != nil || post["comments"] != nil && json.Unmarshal(post["comments"], &comments) != nil {
			return fmt.Errorf("%s: %w", l.List, connector.ErrAnswer)
		}
		delete(post, "comments")
		bare, err := json.Marshal(post)
		if err != nil {
			return fmt.Errorf("%s: %w", l.List, err)
		}
		if err := l.comments(ctx, word(post["id"]), bare, comments); err != nil {
			return err
		}
	}
	return nil
}

// comments takes those of a post, and asks for older ones while they are new to us.
func (l *looking) comments(ctx context.Context, post string, bare json.RawMessage, page edge) error {
	for {
		older := false
		for _, raw := range page.Data {
			older = l.take(raw, bare) || older
		}
		after := page.Paging.Cursors.After
		if after == "" || older || l.since.IsZero() || l.pages == 0 {
			return nil
		}
		l.pages--
		query := url.Values{"fields": {l.Comment}, "limit": {"100"}, "after": {after}}
		for name := range l.Order {
			query.Set(name, l.Order.Get(name))
		}
		var err error
		if page, err = l.get(ctx, "/"+url.PathEscape(post)+"/comments", query); err != nil {
			return err
		}
	}
}

// take keeps a comment and its replies when they are new, and reports whether the comment is
// not.
func (l *looking) take(raw, post json.RawMessage) (older bool) {
	v, err := wire.Parse(raw)
	if err != nil {
		return false
	}
	w := written{AnswerNode: AnswerNode{Node: raw, Post: post}, id: v.Get("id").OptionalID(), at: v.Get(l.Stamp).Time()}
	older = w.at.Before(l.since.Add(-overlap))
	if !older {
		l.found = append(l.found, w)
	}
	if l.Replies != "" && v.Get(l.Replies).Kind == wire.Object {
		var comment map[string]json.RawMessage
		var replies edge
		if json.Unmarshal(raw, &comment) == nil && json.Unmarshal(comment[l.Replies], &replies) == nil {
			for _, reply := range replies.Data {
				l.take(reply, post)
			}
		}
	}
	return older
}

func word(raw json.RawMessage) (s string) {
	_ = json.Unmarshal(raw, &s) // what is no string names nothing
	return s
}

// Subscribed asks whether the account is subscribed to the field that tells of comments.
// Source: Meta for Developers, "Page, Subscribed Apps".
func (r *Recent) Subscribed(ctx context.Context) (missing string, err error) {
	body, _, err := r.Get(ctx, "/"+url.PathEscape(r.Account)+"/subscribed_apps", url.Values{"fields": {"id,subscribed_fields"}})
	if err != nil {
		return "", err
	}
	var answer struct {
		Data []struct {
			Fields []string `json:"subscribed_fields"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return "", fmt.Errorf("subscribed apps: %w", connector.ErrAnswer)
	}
	for _, app := range answer.Data {
		if slices.Contains(app.Fields, r.Field) {
			return "", nil
		}
	}
	return "not_subscribed_to_" + r.Field, nil
}
