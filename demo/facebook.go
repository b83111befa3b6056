package demo

import (
	"fmt"

	"triage/triage"
)

// Meta's envelope. Fields stand in the order in which Meta sends them.
type envelope struct {
	Object string  `json:"object"`
	Entry  []entry `json:"entry"`
}

type entry struct {
	ID      string   `json:"id"`
	Time    int64    `json:"time"`
	Changes []change `json:"changes"`
}

type change struct {
	Value any    `json:"value"`
	Field string `json:"field"`
}

// fbValue is the value of a change of the fields feed, mention and ratings.
type fbValue struct {
	From               *fbPerson `json:"from,omitempty"`
	ReviewerID         string    `json:"reviewer_id,omitempty"`
	ReviewerName       string    `json:"reviewer_name,omitempty"`
	RecommendationType string    `json:"recommendation_type,omitempty"`
	ReviewText         string    `json:"review_text,omitempty"`
	OpenGraphStoryID   string    `json:"open_graph_story_id,omitempty"`
	Post               *fbPost   `json:"post,omitempty"`
	Message            string    `json:"message,omitempty"`
	PostID             string    `json:"post_id,omitempty"`
	CommentID          string    `json:"comment_id,omitempty"`
	ReactionType       string    `json:"reaction_type,omitempty"`
	Photo              string    `json:"photo,omitempty"`
	CreatedTime        int64     `json:"created_time,omitempty"`
	Item               string    `json:"item"`
	ParentID           string    `json:"parent_id,omitempty"`
	Verb               string    `json:"verb"`
}

type fbPerson struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type fbPost struct {
	StatusType   string `json:"status_type"`
	IsPublished  bool   `json:"is_published"`
	UpdatedTime  string `json:"updated_time"`
	PermalinkURL string `json:"permalink_url"`
	ID           string `json:"id"`
}

func (r Run) facebook(lines []Line) envelope {
	page := accountOn(triage.Facebook)
	e := entry{ID: page.id}
	for _, l := range lines {
		e.Changes = append(e.Changes, r.fbChange(page, l))
		e.Time = r.at(l).Unix() + 1
	}
	return envelope{Object: "page", Entry: []entry{e}}
}

// verbs are Meta's words for what happens.
var verbs = map[Action]string{Written: "add", Own: "add", Reaction: "add", Edited: "edited", Deleted: "remove"}

func (r Run) fbChange(page account, l Line) change {
	v := fbValue{Item: "comment", Verb: verbs[l.Action], CreatedTime: r.since(l).Unix()}
	if l.Form == triage.FormReview {
		return change{Field: "ratings", Value: r.fbReview(l, v)}
	}
	if l.Form == triage.FormMention {
		// Meta tells neither author nor text of a mention's place, only its own words.
		v.Item, v.Message, v.PostID = "post", l.Text, number("elsewhere "+l.ID)+"_"+r.commentNumber(l.ID)
		return change{Field: "mention", Value: v}
	}
	v.From = &fbPerson{ID: number(l.By), Name: l.By}
	if l.Action == Own {
		v.From = &fbPerson{ID: page.id, Name: Name}
	}
	v.PostID = page.id + "_" + posts[l.Post].id
	v.CommentID = r.fbComment(l.Post, l.ID)
	v.ParentID = v.PostID
	if l.Re != "" {
		v.ParentID = r.fbComment(l.Post, l.Re)
	}
	switch l.Action {
	case Reaction:
		v.Item, v.ReactionType = "reaction", "like"
	case Written, Edited, Own:
		v.Message = l.Text
		v.Post = &fbPost{
			StatusType: "added_photos", IsPublished: true, UpdatedTime: r.at(l).Format("2006-01-02T15:04:05+0000"),
			PermalinkURL: fmt.Sprintf("https://www.facebook.example/%s/posts/%s", page.id, posts[l.Post].id), ID: v.PostID,
		}
	case Deleted:
	}
	if l.Media {
		v.Photo = fmt.Sprintf("https://scontent.example/%s.jpg", r.commentNumber(l.ID))
	}
	return change{Field: "feed", Value: v}
}

func (r Run) fbReview(l Line, v fbValue) fbValue {
	v.Item, v.ReviewText = "rating", l.Text
	v.ReviewerID, v.ReviewerName = number(l.By), l.By
	v.OpenGraphStoryID = r.commentNumber(l.ID)
	v.RecommendationType = "NEGATIVE"
	if l.Recommends != nil && *l.Recommends {
		v.RecommendationType = "POSITIVE"
	}
	return v
}

func (r Run) fbComment(post, id string) string { return posts[post].id + "_" + r.commentNumber(id) }

func (r Run) commentNumber(id string) string { return number(r.ID + " comment " + id) }
