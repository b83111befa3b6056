package instagram

import (
	"cmp"
	"context"
	"net/url"
	"regexp"
	"time"

	"triage/connector"
	"triage/connector/meta"
	"triage/connector/wire"
	"triage/triage"
)

// DefaultAddress returns where the Graph API is asked. Accounts that are connected by the
// Instagram login are asked at graph.instagram.com.
func (Connector) DefaultAddress() string { return meta.GraphAddress }

// CheckToken checks the form of an access token.
func (Connector) CheckToken(token string) error { return meta.CheckToken(token) }

// Lacks reports whether something came without words or author: mentions are told by their
// ids only, and story mentions without the name of who told them.
func (Connector) Lacks(e triage.Engagement) bool {
	return e.Author.Handle == "" || e.Text == "" && !e.HasMedia
}

// What is asked for, and the words by which Parse knows the answers. Mentions are asked for
// through the account that was mentioned, since their own nodes are not ours to see.
const (
	aComment       = "comment"
	aMention       = "mentioned_comment"
	aMedia         = "mentioned_media"
	aProfile       = "profile"
	ofComment      = "id,text,timestamp,from,media{" + ofPost + "},parent_id,hidden"
	ofPost         = "id,caption,permalink,username,like_count"
	ofMention      = "{id,text,timestamp,username,media{id}}"
	ofMedia        = "{id,caption,media_type,permalink,timestamp,username}"
	ofProfile      = "name,username,follower_count,is_verified_user"
	mentionComment = aMention + ".comment_id("
	mentionMedia   = aMedia + ".media_id("
)

// plain is what an id may be that stands inside a list of fields.
var plain = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// Fetch asks for a comment, a mention, or who wrote a story mention.
func (c Connector) Fetch(ctx context.Context, s connector.Source, w connector.Wanted) ([]byte, error) {
	path, fields, kind := "/"+url.PathEscape(w.ExternalID), ofComment, aComment
	switch account := "/" + url.PathEscape(s.Account); {
	case w.Form != triage.FormMention:
	case w.Author != "":
		path, fields, kind = "/"+url.PathEscape(w.Author), ofProfile, aProfile
	case w.ExternalID == w.Thread:
		path, fields, kind = account, mentionMedia+w.ExternalID+")"+ofMedia, aMedia
	default:
		path, fields, kind = account, mentionComment+w.ExternalID+")"+ofMention, aMention
	}
	if kind != aComment && kind != aProfile && !plain.MatchString(w.ExternalID) {
		return nil, connector.ErrAbsent // it would be read as part of the question
	}
	g := meta.Graph{Client: c.Client, Address: s.Address, Token: s.Secret}
	node, _, err := g.Get(ctx, path, url.Values{"fields": {fields}})
	if err != nil {
		return nil, err
	}
	answer := meta.Answer{Account: s.Account, Graph: kind, Wanted: w, Nodes: []meta.AnswerNode{{Node: node}}}
	return answer.Body()
}

// Open returns a conversation about the comments below an account's recent media.
func (c Connector) Open(s connector.Source) connector.Poller {
	recent := &meta.Recent{
		Graph: meta.Graph{Client: c.Client, Address: s.Address, Token: s.Secret}, Account: s.Account, Every: c.Every,
		List: "media", Field: "comments", Post: ofPost, Stamp: "timestamp", Replies: "replies",
		Comment: recentFields + ",replies.limit(50){" + recentFields + "}",
	}
	return &conversation{recent, c.First}
}

const recentFields = "id,text,timestamp,username,from{id,username},parent_id,hidden"

// node reads what was asked for. What was wanted stands as it was at that moment; of recent
// comments only those are news that no delivery told.
func node(out *connector.Parsed, n meta.Node) string {
	v, w := n.Value, n.Wanted
	if n.Graph == looks {
		return became(out, n)
	}
	recent := n.Graph == meta.RecentComments
	if recent {
		w = connector.Wanted{ExternalID: v.Get("id").OptionalID(), Thread: n.Post.Get("id").OptionalID(), Form: triage.FormComment}
	}
	event := created(n.Part, w.ExternalID, w.Form)
	e := &event.Engagement
	e.ParentExternalID, e.Thread.ExternalID = w.Parent, w.Thread
	switch n.Graph {
	case aMention:
		v = v.Get(aMention)
	case aMedia:
		v = v.Get(aMedia)
		e.HasMedia = true
	case aProfile:
		e.HasMedia = true // the story itself
	}
	if v.Kind != wire.Object {
		return connector.Malformed
	}
	if e.ExternalID == "" {
		return connector.IDMissing
	}
	e.PostedAt = v.Get("timestamp").Time()
	e.Text, e.TextAltered = v.First("text", "caption").Body()
	e.Permalink = v.Get("permalink").Link()
	e.ParentExternalID = cmp.Or(v.Get("parent_id").OptionalID(), e.ParentExternalID)
	post := v.Get("media")
	if recent {
		post = n.Post
		if e.VersionAt = e.PostedAt; e.ParentExternalID != "" {
			e.Form = triage.FormReply
		}
	}
	e.Thread.Text, _ = post.Get("caption").Body()
	e.Thread.Permalink = post.Get("permalink").Link()
	e.Thread.Author.Handle, e.Thread.Reach.Reactions = post.Get("username").Name(), post.Get("like_count").Amount()
	e.Author = writer(v, w.Author)
	if event.Own = n.Own(e.Author.ExternalID); event.Own {
		out.Ignore("own_echo", 1)
		return ""
	}
	out.Take(event)
	if v.Get("hidden").True() {
		e.Action, e.Text, e.HasMedia, e.VersionAt = triage.Hidden, "", false, n.Sent
		out.Take(event)
	}
	return ""
}

// became reads what was found when looking again. It only changes what is held.
func became(out *connector.Parsed, n meta.Node) string {
	action, known := map[string]triage.Action{gone: triage.Deleted, hidden: triage.Hidden, shown: triage.Unhidden}[n.Value.Get("became").Word()]
	id, ok := n.Value.Get("id").ID()
	switch {
	case !ok:
		return connector.IDMissing
	case !known:
		return connector.Malformed
	}
	event := created(n.Part, id, triage.FormComment)
	event.Own, event.Engagement.Action, event.Engagement.PostedAt = true, action, time.Time{}
	out.Take(event)
	return ""
}

// writer reads the author of a node. Older nodes name a user or a username only.
func writer(v wire.Value, known string) triage.Author {
	a := triage.Author{Followers: v.Get("follower_count").Count(), Verified: v.Get("is_verified_user").True(), Name: v.Get("name").Name()}
	a.ExternalID = cmp.Or(v.At("from", "id").OptionalID(), v.At("user", "id").OptionalID(), known)
	a.Handle = cmp.Or(v.At("from", "username").Name(), v.Get("username").Name())
	return a
}
