package instagram

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"triage/connector"
	"triage/connector/meta"
	"triage/connector/wire"
)

// conversation asks about one account. Instagram tells of no deletion and of no hiding, so
// what we hold is looked up again.
type conversation struct {
	*meta.Recent
	first time.Duration
}

// looks are the words by which Parse knows what was found when looking again.
const looks = "looks"

// What became of a comment.
const (
	gone   = "gone"
	hidden = "hidden"
	shown  = "shown"
)

// Rechecks says that comments are looked up one by one, young ones more often.
func (c *conversation) Rechecks() connector.Rechecks {
	return connector.Rechecks{Most: 10, First: cmp.Or(c.first, 6*time.Hour), Longest: 7 * 24 * time.Hour}
}

// Recheck looks up what is held. A comment that is not shown to us was deleted, or we may
// read none any more: so nothing is absent unless some other comment is shown.
func (c *conversation) Recheck(ctx context.Context, held []connector.Held) (connector.Checked, error) {
	var found connector.Checked
	answer := meta.Answer{Account: c.Account, Graph: looks}
	tell := func(id, what string) error {
		node, err := json.Marshal(map[string]string{"id": id, "became": what})
		answer.Nodes = append(answer.Nodes, meta.AnswerNode{Node: node})
		return err
	}
	for _, h := range held {
		if !plain.MatchString(h.ExternalID) {
			continue // a message, of which Instagram tells
		}
		isHidden, err := c.look(ctx, h.ExternalID)
		became := ""
		switch {
		case errors.Is(err, connector.ErrAbsent) && h.Absent:
			became = gone
		case errors.Is(err, connector.ErrAbsent):
			found.Absent = append(found.Absent, h.ExternalID)
			continue
		case err != nil:
			return found, err
		case isHidden && !h.Hidden:
			became = hidden
		case !isHidden && h.Hidden:
			became = shown
		}
		if became != "" {
			if err := tell(h.ExternalID, became); err != nil {
				return found, err
			}
		}
	}
	return c.sure(ctx, found, answer)
}

// sure drops what seems to be gone when nothing at all is shown to us.
func (c *conversation) sure(ctx context.Context, found connector.Checked, answer meta.Answer) (connector.Checked, error) {
	missed := len(found.Absent) > 0
	for _, n := range answer.Nodes {
		v, err := wire.Parse(n.Node)
		missed = missed || err == nil && v.Get("became").Word() == gone
	}
	if missed {
		readable, err := c.readable(ctx)
		if err != nil || !readable {
			return connector.Checked{}, err
		}
	}
	if len(answer.Nodes) == 0 {
		return found, nil
	}
	var err error
	found.Body, err = answer.Body()
	return found, err
}

// look asks for one comment, or for the mention that it is, and whether it is hidden.
func (c *conversation) look(ctx context.Context, id string) (isHidden bool, err error) {
	body, _, err := c.Get(ctx, "/"+url.PathEscape(id), url.Values{"fields": {"id,hidden"}})
	if err == nil {
		v, err := wire.Parse(body)
		if err != nil {
			return false, connector.ErrAnswer
		}
		return v.Get("hidden").True(), nil
	}
	for _, mention := range []string{mentionComment, mentionMedia} {
		if errors.Is(err, connector.ErrAbsent) {
			_, _, err = c.Get(ctx, "/"+url.PathEscape(c.Account), url.Values{"fields": {mention + id + "){id}"}})
		}
	}
	return false, err
}

// readable reports whether a comment below the account's own media is shown to us.
func (c *conversation) readable(ctx context.Context) (bool, error) {
	body, _, err := c.Get(ctx, "/"+url.PathEscape(c.Account)+"/media", url.Values{"fields": {"id,comments.limit(1){id}"}, "limit": {"25"}})
	if err != nil {
		return false, err
	}
	v, err := wire.Parse(body)
	if err != nil {
		return false, connector.ErrAnswer
	}
	for _, media := range v.Get("data").Elements() {
		for _, comment := range media.At("comments", "data").Elements() {
			_, _, err := c.Get(ctx, "/"+url.PathEscape(comment.Get("id").OptionalID()), url.Values{"fields": {"id"}})
			return err == nil, nil
		}
	}
	return false, nil
}
