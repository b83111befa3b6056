package facebook

import (
	"context"
	"net/url"

	"triage/connector"
	"triage/connector/meta"
	"triage/connector/wire"
	"triage/triage"
)

// DefaultAddress returns where the Graph API is asked.
func (Connector) DefaultAddress() string { return meta.GraphAddress }

// CheckToken checks the form of a Page's access token.
func (Connector) CheckToken(token string) error { return meta.CheckToken(token) }

// Lacks reports whether a comment or mention came without words or author: mentions carry no
// author, and some authors are shown to Pages that ask only, or never.
func (Connector) Lacks(e triage.Engagement) bool {
	return e.Author.ExternalID == "" || e.Text == "" && !e.HasMedia
}

// What is asked for, and the words by which Parse knows the answers. Graph refuses a whole
// question for one field that a node does not have, so comments and posts have their own.
const (
	aComment = "comment"
	aPost    = "post"

	ofComment = "id,message,from{id,name},created_time,permalink_url,parent{id},is_hidden,attachment"
	ofPost    = "id,message,from{id,name},created_time,permalink_url,is_hidden,attachments{type}"
)

// Fetch asks for a comment, with the post that it stands below, or for a post.
func (c Connector) Fetch(ctx context.Context, s connector.Source, w connector.Wanted) ([]byte, error) {
	g := meta.Graph{Client: c.Client, Address: s.Address, Token: s.Secret}
	answer := meta.Answer{Account: s.Account, Graph: aComment, Wanted: w}
	fields := ofComment
	if w.ExternalID == w.Thread {
		answer.Graph, fields = aPost, ofPost
	}
	node, _, err := g.Get(ctx, "/"+url.PathEscape(w.ExternalID), url.Values{"fields": {fields}})
	if err != nil {
		return nil, err
	}
	asked := meta.AnswerNode{Node: node}
	if w.Thread != "" && answer.Graph == aComment {
		if post, _, err := g.Get(ctx, "/"+url.PathEscape(w.Thread), url.Values{"fields": {ofPost}}); err == nil {
			asked.Post = post // without it the comment is taken all the same
		}
	}
	answer.Nodes = []meta.AnswerNode{asked}
	return answer.Body()
}

// Open returns a conversation about the comments below a Page's recent posts.
func (c Connector) Open(s connector.Source) connector.Poller {
	return &meta.Recent{
		Graph: meta.Graph{Client: c.Client, Address: s.Address, Token: s.Secret}, Account: s.Account, Every: c.Every,
		List: "feed", Field: "feed", Post: "id,message,from{id,name},permalink_url", Comment: ofComment, Stamp: "created_time",
		Order: url.Values{"filter": {"stream"}, "order": {"reverse_chronological"}},
	}
}

// node reads a comment or post that was asked for. What was wanted stands as it was at that
// moment, edits included; of recent comments only those are news that no delivery told.
func node(out *connector.Parsed, n meta.Node) string {
	v, w := n.Value, n.Wanted
	id, ok := v.Get("id").ID()
	if w.ExternalID != "" {
		id, ok = w.ExternalID, true
	}
	if v.Kind != wire.Object || !ok {
		return connector.IDMissing
	}
	if n.Graph == meta.RecentComments {
		w.Thread, w.Form = n.Post.Get("id").OptionalID(), triage.FormComment
	}
	c := told{Part: n.Part, action: triage.Created, author: author(v)}
	e := c.engagement(id, w.Form)
	if n.Graph != meta.RecentComments {
		e.VersionAt = n.Sent
	}
	e.ParentExternalID, e.Thread.ExternalID = w.Parent, w.Thread
	if parent := v.At("parent", "id").OptionalID(); parent != "" && parent != e.Thread.ExternalID {
		e.ParentExternalID = parent
		if e.Form == triage.FormComment {
			e.Form = triage.FormReply
		}
	}
	e.HasMedia = v.First("attachment", "attachments").Present()
	e.Thread.Text, _ = n.Post.Get("message").Body()
	e.Thread.Permalink = n.Post.Get("permalink_url").Link()
	e.Thread.Author = triage.Publisher{ExternalID: n.Post.At("from", "id").OptionalID(), Name: n.Post.At("from", "name").Name()}
	c.take(out, e)
	if v.Get("is_hidden").True() {
		e.Action, e.Text, e.HasMedia, e.VersionAt = triage.Hidden, "", false, n.Sent
		c.take(out, e)
	}
	return ""
}
