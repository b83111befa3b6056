// Package demo plays the traffic of an invented brand: Havelfalter, who build and rent out
// bicycles in Berlin. It makes the brand, and posts what its community says to our own
// webhooks, signed and shaped as each platform would. Every word of it was written for
// this project. It knows nothing of judging: it only sees the door and the queues.
package demo

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"triage/triage"
)

// The brand.
const (
	Slug    = "havelfalter"
	Name    = "Havelfalter"
	Context = "Havelfalter builds, sells and rents out city and cargo bicycles in Berlin " +
		"(Falter One, Falter Cargo), with an app that unlocks them and workshops in Kreuzberg and Mitte."
)

// Span is how long the whole script takes at speed 1.
const Span = 10 * time.Minute

// Line is one line of the script: something that happens on a platform at a time.
type Line struct {
	ID         string          `json:"id"` // of the comment, inside the script
	At         float64         `json:"at"` // seconds after the start, at speed 1
	Platform   triage.Platform `json:"platform"`
	Post       string          `json:"post"` // what it hangs from; see posts
	By         string          `json:"by"`   // name or handle of the author
	Followers  *int64          `json:"followers"`
	Verified   bool            `json:"verified"`
	Form       triage.Form     `json:"form"`       // empty: a comment or a reply
	Recommends *bool           `json:"recommends"` // of a review on Facebook
	Re         string          `json:"re"`         // the comment that it answers
	Media      bool            `json:"media"`      // the author's own photo hangs on it
	Lang       string          `json:"lang"`
	Text       string          `json:"text"`
	Action     Action          `json:"action"` // empty: it is written
	Expect     *Expect         `json:"expect"` // of what is written or edited

	since float64 // when what it speaks of was written
}

// Action is what happens in a line.
type Action string

// The actions of the script. The last two are noise as platforms send it, of which nothing
// may reach a queue.
const (
	Written  Action = ""
	Edited   Action = "edited"
	Deleted  Action = "deleted"
	Reaction Action = "reaction" // somebody likes it
	Own      Action = "own"      // the brand itself answers
)

// Expect is what a person would say about a comment.
type Expect struct {
	Intent triage.Intent `json:"intent"`
	Risks  []triage.Risk `json:"risks"`
	Ironic bool          `json:"ironic"`
	Wave   string        `json:"wave"` // near-equal comments within minutes
}

//go:embed comments.jsonl
var script []byte

// Script returns every line in the order of time. Lines about a comment that stands above
// them inherit what they do not say themselves.
func Script() ([]Line, error) {
	var lines []Line
	written := map[string]Line{}
	for n, raw := range bytes.Split(bytes.TrimSpace(script), []byte("\n")) {
		var l Line
		strict := json.NewDecoder(bytes.NewReader(raw))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&l); err != nil {
			return nil, fmt.Errorf("demo comment in line %d: %w", n+1, err)
		}
		switch subject, known := written[cmp.Or(l.Re, l.ID)]; {
		case l.Action == Written:
			l.since = l.At
			written[l.ID] = l
		case !known:
			return nil, fmt.Errorf("demo comment in line %d: it speaks of a comment that is not above it", n+1)
		default:
			l = l.about(subject)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// about returns l, with what follows from the comment that it is about.
func (l Line) about(subject Line) Line {
	l.Platform, l.Post, l.since = subject.Platform, subject.Post, subject.At
	if l.Action == Edited || l.Action == Deleted {
		l.By, l.Followers, l.Verified, l.Form = subject.By, subject.Followers, subject.Verified, subject.Form
		l.Re, l.Media, l.Lang, l.Recommends = subject.Re, subject.Media, subject.Lang, subject.Recommends
	}
	if l.Action == Own {
		l.since = l.At
	}
	return l
}

// Live counts the comments that are still there when the script has ended: each of them
// belongs into a queue.
func Live(lines []Line) int {
	live := 0
	for _, l := range lines {
		switch l.Action {
		case Written:
			live++
		case Deleted:
			live--
		case Edited, Reaction, Own:
		}
	}
	return live
}

// account is one account of the brand on a platform.
type account struct {
	platform triage.Platform
	id       string
	name     string
}

// accounts returns the brand's accounts, one per platform.
func accounts() []account {
	return []account{
		{triage.Facebook, "104820000000117", "Havelfalter (Facebook)"},
		{triage.Instagram, "17841400000000117", "@havelfalter"},
		{triage.StandardWebhooks, "havelfalter-community", "Havelfalter community and reviews"},
		{triage.X, "1170000000000117", "@havelfalter (X)"},
		{triage.LinkedIn, "1170117", "Havelfalter GmbH (LinkedIn)"},
		{triage.TikTok, "havelfalter-open-id", "@havelfalter (TikTok)"},
		{triage.Threads, "17841400000000118", "@havelfalter (Threads)"},
		{triage.Telegram, "-1001170000117", "Havelfalter Plausch (Telegram)"},
		{triage.Discourse, "forum.havelfalter.example", "Havelfalter forum (Discourse)"},
		{triage.Slack, "C0HAVELFALTER", "#riders (Slack)"},
	}
}

func accountOn(platform triage.Platform) account {
	for _, a := range accounts() {
		if a.platform == platform {
			return a
		}
	}
	return account{}
}

// post is something that was published, from which comments hang.
type post struct{ id, text string }

// posts are what the lines of the script hang from.
var posts = map[string]post{
	"film":      {"700000000000101", "Nachtschicht: a short film about the people who ride while the city sleeps."},
	"cargo":     {"700000000000102", "The new Falter Cargo is here. Two children, 90 kg, one charge for the whole week."},
	"status":    {"700000000000103", "Service, Werkstatt und App: hier sind wir für euch da, täglich von 8 bis 20 Uhr."},
	"mention":   {"700000000000104", ""}, // by somebody else
	"rating":    {"700000000000105", ""}, // a review of the Page
	"reel":      {"17900000000000201", "Nachtschicht: the making of the first minute."},
	"contest":   {"17900000000000202", "Show us your Falter! Tag it #meinFalter and win a year of riding."},
	"moss":      {"17900000000000203", "Neu: Moosgrün."},
	"ride":      {"thread-ride", "Donnerstagsrunde: wer fährt mit?"},
	"winter":    {"thread-winter", "Riding through the winter: batteries, tyres, hands"},
	"outage":    {"thread-outage", "App und Schloss: aktuelle Störungen"},
	"reviews":   {"thread-reviews", "Reviews of Falter One and Falter Cargo"},
	"mentions":  {"", ""}, // elsewhere in public
	"posting":   {"7000000000000000201", "Wir suchen Leute, die Fahrräder bauen wollen, die bleiben."},
	"clip":      {"7000000000000000301", "Ein Tag in der Werkstatt Kreuzberg, in 40 Sekunden."},
	"strand":    {"17900000000000401", "Which street of your city should be without cars first?"},
	"broadcast": {"401", "App 4.2 ist da: schneller entsperren, auch ohne Netz."},
	"topic":     {"512", "Umbau: Kindersitz und Frontkorb am Falter Cargo"},
	"channel":   {"", ""}, // talk without a post
}
