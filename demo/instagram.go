package demo

import "triage/triage"

// igComment is the value of a change of the field comments.
type igComment struct {
	From     igPerson `json:"from"`
	Media    igMedia  `json:"media"`
	ID       string   `json:"id"`
	ParentID string   `json:"parent_id,omitempty"`
	Text     string   `json:"text"`
}

type igPerson struct {
	ID       string `json:"id"`
	Username string `json:"username"`
}

type igMedia struct {
	ID               string `json:"id"`
	MediaProductType string `json:"media_product_type"`
}

func (r Run) instagram(lines []Line) envelope {
	account := accountOn(triage.Instagram)
	e := entry{ID: account.id}
	for _, l := range lines {
		v := igComment{
			From:  igPerson{ID: number(l.By), Username: l.By},
			Media: igMedia{ID: posts[l.Post].id, MediaProductType: igProduct(l.Post)},
			ID:    "178" + r.commentNumber(l.ID), Text: l.Text,
		}
		if l.Re != "" {
			v.ParentID = "178" + r.commentNumber(l.Re)
		}
		if l.Action == Own {
			v.From = igPerson{ID: account.id, Username: Slug}
		}
		e.Changes = append(e.Changes, change{Field: "comments", Value: v})
		e.Time = r.at(l).Unix()
	}
	return envelope{Object: "instagram", Entry: []entry{e}}
}

func igProduct(post string) string {
	if post == "reel" {
		return "REELS"
	}
	return "FEED"
}
