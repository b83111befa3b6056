package youtube

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// answered reports whether a body is what Poll and Recheck make: JSON, which no feed is.
func answered(body []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) }

// parseAnswer reads what Poll and Recheck made.
func parseAnswer(body []byte) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(body)
	if err != nil {
		return out, err
	}
	r := reading{out: &out, videos: doc.Get("videos")}
	r.account, _ = doc.Get("account").ID()
	comments, checked := doc.Get("comments"), doc.Get("checked")
	if r.account == "" || comments.Kind != wire.Array && checked.Kind != wire.Array {
		return out, connector.ErrAnswer
	}
	for i, v := range comments.Elements() {
		r.refused(fmt.Sprintf("/comments/%d", i), v, func(v wire.Value) string { return r.comment(v, triage.Created) })
	}
	for i, v := range checked.Elements() {
		r.refused(fmt.Sprintf("/checked/%d", i), v, r.look)
	}
	return out, nil
}

// reading is one document on its way.
type reading struct {
	out     *connector.Parsed
	account string
	videos  wire.Value
}

func (r reading) refused(pointer string, v wire.Value, read func(wire.Value) string) {
	reason := connector.TooDeep
	if !v.TooDeep() {
		reason = read(v)
	}
	if reason != "" {
		r.out.Refuse(pointer, reason)
	}
}

// look reads a comment that is not any more what we hold.
func (r reading) look(v wire.Value) string {
	if found := v.Get("comment"); found.Kind == wire.Object {
		return r.comment(found, triage.Edited)
	}
	id, ok := v.Get("id").ID()
	if !ok {
		return connector.IDMissing
	}
	r.out.Take(connector.Event{Account: r.account, Own: true, Engagement: triage.Engagement{
		ExternalID: id, Form: triage.FormComment, Action: triage.Deleted, Author: triage.Author{Followers: -1},
	}})
	return ""
}

func (r reading) comment(v wire.Value, action triage.Action) string {
	id, ok := v.Get("id").ID()
	s := v.Get("snippet")
	switch {
	case v.Kind != wire.Object || s.Kind != wire.Object:
		return connector.Malformed
	case !ok:
		return connector.IDMissing
	}
	e := triage.Engagement{ExternalID: id, Form: triage.FormComment, Action: action, Author: triage.Author{
		ExternalID: s.At("authorChannelId", "value").OptionalID(), Name: s.Get("authorDisplayName").Name(), Followers: -1,
	}}
	if strings.HasPrefix(e.Author.Name, "@") {
		e.Author.Handle = e.Author.Name
	}
	if e.Author.ExternalID == r.account && action == triage.Created {
		r.out.Ignore("own_echo", 1)
		return ""
	}
	if parent := s.Get("parentId").OptionalID(); parent != "" {
		e.Form, e.ParentExternalID = triage.FormReply, parent
	}
	e.Text, e.TextAltered = s.First("textOriginal", "textDisplay").Body()
	e.PostedAt = s.Get("publishedAt").Time()
	if e.VersionAt = s.Get("updatedAt").Time(); e.VersionAt.IsZero() {
		e.VersionAt = e.PostedAt
	}
	r.place(&e, s.Get("videoId").OptionalID())
	r.out.Take(connector.Event{Account: r.account, Engagement: e, Own: action == triage.Edited})
	return ""
}

// place says below which video a comment stands. Older ones stand below a channel and have
// none; there the thread is that of the first comment.
func (r reading) place(e *triage.Engagement, id string) {
	if id == "" {
		e.Thread.ExternalID = e.ParentExternalID
		return
	}
	watch := "https://www.youtube.com/watch?v=" + url.QueryEscape(id)
	e.Thread.ExternalID, e.Thread.Permalink = id, watch
	e.Permalink = watch + "&lc=" + url.QueryEscape(e.ExternalID)
	if v := r.videos.Get(id); v.Present() {
		text, _ := v.Get("description").Body()
		e.Thread.Text = strings.TrimSpace(v.Get("title").Name() + "\n\n" + text)
		e.Thread.Author = triage.Publisher{ExternalID: v.Get("channelId").OptionalID(), Name: v.Get("channelTitle").Name()}
		e.Thread.Reach = triage.Reach{Views: v.Get("views").Amount(), Reactions: v.Get("likes").Amount()}
	}
}
