package history

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// Code names why a line cannot be used.
type Code string

// The codes.
const (
	Overlong    Code = "line_too_long"
	NotText     Code = "not_utf8"
	Quotes      Code = "quotes"
	Columns     Code = "columns"
	NotJSON     Code = "malformed_json"
	TooDeep     Code = "too_deep"
	IDMissing   Code = "id_missing"
	IDRounded   Code = "id_rounded"
	IDUnusable  Code = "id_unusable"
	TextMissing Code = "text_missing"
	KindUnknown Code = "kind_unknown"
	TimeMissing Code = "time_missing"
	TimeUnread  Code = "time_not_understood"
	TimeNoZone  Code = "time_without_zone"
	TimeSkipped Code = "time_does_not_exist"
	TimeAhead   Code = "time_in_future"
	Unstorable  Code = "unstorable"
)

// problems say each code in a sentence, in words that never come from a file.
var problems = map[Code]string{
	Overlong:    "The line is longer than 512 KiB.",
	NotText:     "The line is not UTF-8.",
	Quotes:      "The quotes in the line make no sense: inside quotes a quote is written twice.",
	Columns:     "The line has another number of columns than the header.",
	NotJSON:     "The line is not one JSON object.",
	TooDeep:     "The line is nested deeper than 32 levels.",
	IDMissing:   "There is no id.",
	IDRounded:   "A spreadsheet has rounded the id: export it as text.",
	IDUnusable:  "The id is longer than 512 bytes or holds characters that no id has.",
	TextMissing: "There is no text and no media.",
	KindUnknown: "The kind is none of comment, reply, mention, review and message.",
	TimeMissing: "It does not say when it was written.",
	TimeUnread:  "The time is written in a way that is not understood.",
	TimeNoZone:  "The time says no zone: add --zone, such as --zone Europe/Berlin.",
	TimeSkipped: "There was no such time: clocks were put forward over it.",
	TimeAhead:   "The time lies in the future.",
	Unstorable:  "The database refuses it.",
}

// Problem returns what is wrong, in a sentence of ours.
func (c Code) Problem() string { return problems[c] }

// maxShown bounds how much of a value a report repeats, in bytes.
const maxShown = 200

func cut(value string) string {
	short, was := wire.Cut(strings.ToValidUTF8(value, "\ufffd"), maxShown)
	if was {
		short += "…"
	}
	return short
}

// read makes an event of an item.
func (o Options) read(item wire.Value) (event *connector.Event, own bool, reject *Reject) {
	e := triage.Engagement{Action: triage.Created, Form: triage.FormComment, Author: o.author(item)}
	for _, step := range []func(wire.Value, *triage.Engagement) *Reject{o.id, o.kind, o.times, o.text} {
		if reject := step(item, &e); reject != nil {
			return nil, false, reject
		}
	}
	if o.isOwn(e.Author) {
		return nil, true, nil
	}
	e.Thread = triage.Thread{ExternalID: id(o.at(item, ThreadID)), Permalink: o.at(item, ThreadURL).Link()}
	e.Thread.Text, _ = o.at(item, ThreadText).Body()
	e.Permalink = o.at(item, URL).Link()
	e.Language = language(plain(o.at(item, Language)))
	return &connector.Event{Account: o.Account, Engagement: e}, false, nil
}

func (o Options) author(item wire.Value) triage.Author {
	return triage.Author{
		ExternalID: id(o.at(item, AuthorID)),
		Handle:     strings.TrimSpace(o.at(item, AuthorHandle).Name()),
		Name:       strings.TrimSpace(o.at(item, AuthorName).Name()),
		Followers:  count(plain(o.at(item, Followers))),
		Verified:   yes(plain(o.at(item, Verified))),
	}
}

// isOwn reports whether the brand wrote it itself.
func (o Options) isOwn(a triage.Author) bool {
	if a.ExternalID != "" && a.ExternalID == o.Account {
		return true
	}
	return slices.ContainsFunc(o.Own, func(own string) bool {
		own = strings.TrimPrefix(own, "@")
		return own != "" && (own == a.ExternalID || strings.EqualFold(own, strings.TrimPrefix(a.Handle, "@")) || strings.EqualFold(own, a.Name))
	})
}

// rounded is how a spreadsheet writes a long number that it has lost digits of.
var rounded = regexp.MustCompile(`^\d(?:[.,]\d+)?[Ee]\+?\d+$`)

func (o Options) id(item wire.Value, e *triage.Engagement) *Reject {
	v := o.at(item, ID)
	said := plain(v)
	e.ExternalID = id(v)
	switch {
	case strings.TrimSpace(said) == "":
		return &Reject{Field: ID, Code: IDMissing}
	case rounded.MatchString(strings.TrimSpace(said)):
		return &Reject{Field: ID, Code: IDRounded, Value: cut(said)}
	case e.ExternalID == "":
		return &Reject{Field: ID, Code: IDUnusable, Value: cut(said)}
	}
	e.ParentExternalID = id(o.at(item, ParentID))
	return nil
}

// id returns an identifier without the space around it, and without the formula in which
// spreadsheets keep the digits of a number (="123").
func id(v wire.Value) string {
	found := strings.TrimSpace(v.OptionalID())
	if inner, ok := strings.CutPrefix(found, `="`); ok && strings.HasSuffix(inner, `"`) {
		return strings.TrimSuffix(inner, `"`)
	}
	return found
}

func (o Options) kind(item wire.Value, e *triage.Engagement) *Reject {
	said := plain(o.at(item, Kind))
	if word := strings.ToLower(strings.TrimSpace(said)); word != "" {
		if e.Form = triage.Form(word); !slices.Contains(triage.Forms(), e.Form) {
			return &Reject{Field: Kind, Code: KindUnknown, Value: cut(said)}
		}
	}
	if e.ParentExternalID != "" && e.Form == triage.FormComment {
		e.Form = triage.FormReply
	}
	return nil
}

func (o Options) text(item wire.Value, e *triage.Engagement) *Reject {
	e.Text, e.TextAltered = o.at(item, Text).Body()
	media := o.at(item, Media)
	said := strings.TrimSpace(plain(media))
	e.HasMedia = yes(said) || media.Len() > 0 || strings.Contains(said, "://")
	if strings.TrimSpace(e.Text) == "" && !e.HasMedia {
		return &Reject{Field: Text, Code: TextMissing}
	}
	return nil
}

func (o Options) times(item wire.Value, e *triage.Engagement) *Reject {
	said := plain(o.at(item, WrittenAt))
	written, code := o.time(said)
	if code != "" {
		return &Reject{Field: WrittenAt, Code: code, Value: cut(said)}
	}
	e.PostedAt, e.VersionAt = written, written
	said = plain(o.at(item, EditedAt))
	edited, code := o.time(said)
	switch {
	case code == TimeMissing:
	case code != "":
		return &Reject{Field: EditedAt, Code: code, Value: cut(said)}
	case edited.After(written):
		e.VersionAt = edited
	}
	return nil
}

// plain returns a value of any kind as text.
func plain(v wire.Value) string {
	switch v.Kind {
	case wire.Number:
		return v.OptionalID()
	case wire.True:
		return "true"
	case wire.String:
		return v.Word()
	case wire.Absent, wire.Null, wire.False, wire.Array, wire.Object, wire.Deep:
	}
	return ""
}

// yes reports whether a word says yes, in English, German or numbers.
func yes(word string) bool {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "true", "yes", "y", "1", "x", "ja", "j", "wahr":
		return true
	}
	return false
}

// grouped is a whole number with marks between its thousands.
var grouped = regexp.MustCompile(`^\d{1,3}(?:[.,'’ \x{00a0}\x{202f}]\d{3})+$`)

// count returns a whole number, or -1 when it is not known.
func count(said string) int64 {
	said = strings.TrimSpace(said)
	if grouped.MatchString(said) {
		said = strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, said)
	}
	n, err := strconv.ParseInt(said, 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// tag is a BCP 47 tag.
var tag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

func language(said string) string {
	said = strings.TrimSpace(said)
	if len(said) > 35 || !tag.MatchString(said) {
		return ""
	}
	return said
}

// Times before this are no comments on any platform.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// ahead is how far a platform's clock may be before ours.
const ahead = 5 * time.Minute
