package demo

import (
	"time"

	"triage/triage"
)

// genericEvent is our own schema on top of Standard Webhooks.
type genericEvent struct {
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"`
	Data      genericData `json:"data"`
}

type genericData struct {
	Account   string         `json:"account"`
	ID        string         `json:"id"`
	Kind      triage.Form    `json:"kind,omitempty"`
	ParentID  string         `json:"parent,omitempty"`
	Thread    *genericThread `json:"thread,omitempty"`
	Author    *genericAuthor `json:"author,omitempty"`
	Text      *string        `json:"text,omitempty"`
	Language  string         `json:"language,omitempty"`
	HasMedia  bool           `json:"has_media,omitempty"`
	CreatedAt *time.Time     `json:"created_at,omitempty"`
	UpdatedAt *time.Time     `json:"updated_at,omitempty"`
	DeletedAt *time.Time     `json:"deleted_at,omitempty"`
}

type genericThread struct {
	ID   string `json:"id,omitempty"`
	Text string `json:"text,omitempty"`
}

type genericAuthor struct {
	ID        string `json:"id"`
	Handle    string `json:"handle"`
	Followers *int64 `json:"followers,omitempty"`
	Verified  bool   `json:"verified,omitempty"`
}

func (r Run) generic(l Line) genericEvent {
	at := r.at(l)
	e := genericEvent{Type: "comment.created", Timestamp: at, Data: genericData{
		Account: accountOn(l.Platform).id, ID: r.genericID(l.ID), Kind: l.Form,
	}}
	if l.Action == Deleted {
		e.Type, e.Data.DeletedAt = "comment.deleted", &at
		return e
	}
	d := &e.Data
	d.Author = &genericAuthor{ID: "u_" + number(l.By), Handle: l.By, Followers: l.Followers, Verified: l.Verified}
	d.Text, d.Language, d.HasMedia = &l.Text, l.Lang, l.Media
	if p := posts[l.Post]; p.id != "" {
		d.Thread = &genericThread{ID: p.id, Text: p.text}
	}
	if l.Re != "" {
		d.ParentID = r.genericID(l.Re)
	}
	written := r.since(l)
	d.CreatedAt = &written
	if l.Action == Edited {
		e.Type, d.UpdatedAt = "comment.updated", &at
	}
	return e
}

func (r Run) genericID(id string) string { return "cmt_" + r.ID + "_" + id }
