package bluesky

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

const collection = "app.bsky.feed.post"

// Parse reads a page: notifications as Poll made it, one event of Jetstream in either of its
// versions, or what was looked up again and is gone.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return connector.Parsed{}, err
	}
	var out connector.Parsed
	r := reading{out: &out, posts: doc.Get("posts"), profiles: doc.Get("profiles")}
	r.account, _ = doc.Get("account").ID()
	switch list, event, gone := doc.Get("notifications"), doc.Get("event"), doc.Get("gone"); {
	case list.Kind == wire.Array:
		for i, n := range list.Elements() {
			out.RefuseFor(fmt.Sprintf("/notifications/%d", i), r.notification(n))
		}
	case event.Kind == wire.Object:
		out.RefuseFor("/event", r.event(event))
	case gone.Kind == wire.Array:
		for _, uri := range gone.Elements() {
			r.gone(uri.Word(), time.Time{})
		}
	default:
		return out, connector.ErrAnswer
	}
	return out, nil
}

// reading is one document on its way.
type reading struct {
	out      *connector.Parsed
	account  string
	posts    wire.Value // that were answered, by uri
	profiles wire.Value // by DID
}

func (r reading) notification(n wire.Value) string {
	if n.Kind != wire.Object {
		return connector.Malformed
	}
	switch n.Get("reason").Word() {
	case "reply", "mention", "quote":
	default:
		r.out.Ignore("other_reason", 1)
		return ""
	}
	a := n.Get("author")
	author := triage.Author{
		ExternalID: a.Get("did").OptionalID(), Handle: handle(a.Get("handle").Name()), Name: a.Get("displayName").Name(), Followers: -1,
	}
	uri, ok := n.Get("uri").ID()
	if !ok {
		return connector.IDMissing
	}
	r.post(uri, author, n.Get("record"), n.Get("indexedAt").Time(), triage.Created)
	return ""
}

// handle leaves out the word that servers put where a name does not lead back to its owner.
func handle(name string) string {
	if name == "handle.invalid" {
		return ""
	}
	return name
}

// post takes in a post. Its own time is whatever its author's program said, so indexed
// orders it.
func (r reading) post(uri string, author triage.Author, record wire.Value, indexed time.Time, action triage.Action) {
	own := author.ExternalID == r.account
	if own && action == triage.Created {
		r.out.Ignore("own_echo", 1)
		return
	}
	if p := r.profiles.Get(author.ExternalID); p.Present() {
		author.Handle, author.Name, author.Followers = handle(p.Get("handle").Name()), p.Get("displayName").Name(), p.Get("followersCount").Count()
	}
	e := triage.Engagement{
		ExternalID: uri, Form: triage.FormMention, Action: action, Author: author,
		PostedAt: record.Get("createdAt").Time(), VersionAt: indexed, Permalink: permalink(uri),
	}
	if parent := record.At("reply", "parent", "uri").OptionalID(); parent != "" {
		e.Form, e.Thread.ExternalID = triage.FormReply, record.At("reply", "root", "uri").OptionalID()
		if e.Thread.Permalink = permalink(e.Thread.ExternalID); parent != e.Thread.ExternalID {
			e.ParentExternalID = parent
		}
		above := r.posts.Get(e.Thread.ExternalID)
		e.Thread.Text, _ = above.Get("text").Body()
		e.Thread.Author = triage.Publisher{
			ExternalID: above.At("author", "did").OptionalID(), Handle: handle(above.At("author", "handle").Name()),
			Name: above.At("author", "displayName").Name(),
		}
		e.Thread.Reach.Reactions = above.Get("likeCount").Amount()
	}
	e.Text, e.TextAltered = record.Get("text").Body()
	for _, language := range record.Get("langs").Elements() {
		e.Language = language.Name()
		break
	}
	e.HasMedia = record.Get("embed").Present()
	r.out.Take(connector.Event{Account: r.account, Engagement: e, Own: own || action == triage.Edited && !r.addressed(record)})
}

// permalink makes the address of a post on the web from at://did/collection/key.
func permalink(uri string) string {
	rest, ok := strings.CutPrefix(uri, "at://")
	parts := strings.Split(rest, "/")
	if !ok || len(parts) != 3 || slices.Contains(parts, "") {
		return ""
	}
	return "https://bsky.app/profile/" + parts[0] + "/post/" + parts[2]
}

// gone tells of a post that is deleted, if we hold it.
func (r reading) gone(uri string, when time.Time) {
	r.out.Take(connector.Event{Account: r.account, Own: true, Engagement: triage.Engagement{
		ExternalID: uri, Form: triage.FormMention, Action: triage.Deleted, Author: triage.Author{Followers: -1}, VersionAt: when,
	}})
}

// addressed reports whether a post answers the account, mentions it or quotes it.
func (r reading) addressed(record wire.Value) bool {
	ours := "at://" + r.account + "/"
	for _, end := range []string{"parent", "root"} {
		if strings.HasPrefix(record.At("reply", end, "uri").Word(), ours) {
			return true
		}
	}
	embed := record.Get("embed")
	for _, quoted := range []wire.Value{embed.At("record", "uri"), embed.At("record", "record", "uri")} {
		if strings.HasPrefix(quoted.Word(), ours) {
			return true
		}
	}
	for _, facet := range record.Get("facets").Elements() {
		for _, feature := range facet.Get("features").Elements() {
			if feature.Get("did").Word() == r.account {
				return true
			}
		}
	}
	return false
}

// event reads one event of Jetstream, which tells of the whole network.
func (r reading) event(v wire.Value) string {
	if payload := v.Get("payload"); v.Get("$type").Word() == "message" && payload.Kind == wire.Object {
		v = payload // the second version
	}
	commit := v.Get("commit")
	if !commit.Present() && v.Get("operation").Present() {
		commit = v
	}
	did, ok := v.Get("did").ID()
	if !ok {
		return connector.IDMissing
	}
	at := v.Get("time_us")
	when := v.Get("time").Time()
	if micro := at.Count(); micro > 0 {
		when = time.UnixMicro(micro).UTC()
	}
	if account := v.Get("account"); account.Present() {
		return r.left(did, account, when)
	}
	if commit.Get("collection").Word() != collection {
		r.out.Ignore("other_record", 1)
		return ""
	}
	key, ok := commit.Get("rkey").ID()
	if !ok {
		return connector.IDMissing
	}
	uri, record := "at://"+did+"/"+collection+"/"+key, commit.Get("record")
	author := triage.Author{ExternalID: did, Followers: -1}
	switch operation := commit.Get("operation").Word(); {
	case operation == "delete":
		r.gone(uri, when)
	case operation == "update":
		r.post(uri, author, record, when, triage.Edited)
	case operation == "create" && r.addressed(record):
		r.post(uri, author, record, when, triage.Created)
	default:
		r.out.Ignore("other_post", 1)
	}
	return ""
}

// left reads what became of somebody's account. Only a deletion is an erasure: whoever is
// suspended or away may come back.
func (r reading) left(did string, account wire.Value, when time.Time) string {
	if account.Get("active").True() || account.Get("status").Word() != "deleted" {
		r.out.Ignore("account", 1)
		return ""
	}
	r.out.Take(connector.Event{Account: r.account, Engagement: triage.Engagement{
		Action: triage.AuthorErased, Author: triage.Author{ExternalID: did, Followers: -1}, VersionAt: when,
	}})
	return ""
}
