package googlebusiness

import (
	"fmt"
	"strings"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// Parse reads a page of reviews, or of what is gone, as Poll and Recheck made them.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(d.Body)
	if err != nil {
		return out, err
	}
	account := doc.Get("account").OptionalID()
	if account == "" || doc.Get("reviews").Kind != wire.Array {
		return out, connector.ErrAnswer
	}
	for i, v := range doc.Get("reviews").Elements() {
		reason := connector.TooDeep
		if !v.TooDeep() {
			reason = review(&out, account, v)
		}
		if reason != "" {
			out.Refuse(fmt.Sprintf("/reviews/%d", i), reason)
		}
	}
	for i, v := range doc.Get("gone").Elements() {
		id, ok := v.ID()
		if !ok {
			out.Refuse(fmt.Sprintf("/gone/%d", i), connector.IDMissing)
			continue
		}
		out.Take(connector.Event{Account: account, Own: true, Engagement: triage.Engagement{
			ExternalID: id, Form: triage.FormReview, Action: triage.Deleted, Author: triage.Author{Followers: -1},
		}})
	}
	return out, nil
}

// stars are Google's words for a rating.
var stars = map[string]int{"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}

// review reads one review. Its rating stands before its words, since many have no others. One
// that was changed is told as written and then as edited, so that it counts as both.
func review(out *connector.Parsed, account string, v wire.Value) string {
	if v.Kind != wire.Object {
		return connector.Malformed
	}
	id, ok := v.Get("reviewId").ID()
	if !ok {
		return connector.IDMissing
	}
	text, altered := v.Get("comment").Body()
	e := triage.Engagement{
		ExternalID: id, Form: triage.FormReview, Action: triage.Created, Author: triage.Author{Followers: -1},
		Thread: triage.Thread{ExternalID: account}, TextAltered: altered,
		PostedAt: v.Get("createTime").Time(), VersionAt: v.Get("createTime").Time(),
		Text: connector.Rated(stars[v.Get("starRating").Word()], original(text)),
	}
	if reviewer := v.Get("reviewer"); !reviewer.Get("isAnonymous").True() {
		e.Author.Name = reviewer.Get("displayName").Name()
	}
	out.Take(connector.Event{Account: account, Engagement: e})
	if updated := v.Get("updateTime").Time(); updated.After(e.VersionAt) {
		e.Action, e.VersionAt = triage.Edited, updated
		out.Take(connector.Event{Account: account, Engagement: e})
	}
	return ""
}

// The marks by which Google puts a translation beside what was written, in either order.
const (
	translated = "(Translated by Google)"
	written    = "(Original)"
)

// original returns what was written.
func original(text string) string {
	if _, after, ok := strings.Cut(text, written); ok && strings.HasPrefix(strings.TrimSpace(text), translated) {
		return strings.TrimSpace(after)
	}
	before, _, _ := strings.Cut(text, translated)
	return strings.TrimSpace(before)
}
