package notify

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"triage/triage"
)

// Subject is what a notice tells of: an item with its engagement, as they stand now.
type Subject struct {
	ItemID triage.ID
	Brand  string // the brand's name

	Queue         triage.Queue
	Priority      triage.Priority
	DueAt         time.Time
	Judged        bool // false when nobody but a rule looked at it
	Unsure        bool
	Intent        triage.Intent
	Sentiment     triage.Sentiment
	Urgency       triage.Urgency
	Risks         []triage.Risk
	ReplyExpected bool
	Reasons       []triage.Reason

	Platform triage.Platform
	Form     triage.Form
	Author   triage.Author
	Text     string
	HasMedia bool
}

// Notice is one message, free of any messenger's markup. Name, Handle and Quote come
// from outside and may be hostile; everything else are our words.
type Notice struct {
	Headline string
	Name     string // the author's display name
	Handle   string // without a leading @
	About    string // reach, platform, form, brand
	Quote    string // the comment; empty when it is covered or there is none
	Line     string // one neutral sentence instead of, or above, the rest
	Facts    []Fact
	Why      []string
	Entries  []Entry // the items of a digest
	Link     Link
}

// Fact is one named value of a notice.
type Fact struct{ Label, Value string }

// Entry is one item of a digest. It holds no word of an author, so that a digest never
// has to be changed when a comment is erased.
type Entry struct {
	Link  Link
	Facts string
}

// Link is a text that leads to an address of ours; without URL it is only a text.
type Link struct{ Text, URL string }

// Voice is how we speak to a team: its language ("de", anything else is English), its
// clock, and the address under which it reaches us (empty when there is none).
type Voice struct {
	Language  string
	Location  *time.Location
	PublicURL string
}

// Compose says what a team hears of one item. Text that is hard to read (abuse, threats,
// self-harm, discrimination) is covered.
func (v Voice) Compose(s Subject, now time.Time) Notice {
	w := v.words()
	n := Notice{
		Headline: w.priority[s.Priority] + ": " + w.queue[s.Queue],
		Name:     s.Author.Name,
		Handle:   strings.TrimPrefix(s.Author.Handle, "@"),
		About:    v.about(s),
		Quote:    s.Text,
		Facts:    v.facts(s, now),
		Link:     v.link(s, w.open),
	}
	for _, r := range s.Reasons {
		n.Why = append(n.Why, r.Text)
	}
	switch {
	case Covered(s):
		n.Quote, n.Line = "", w.covered
	case strings.TrimSpace(s.Text) == "":
		n.Quote, n.Line = "", w.noText
	}
	return n
}

// Covered reports whether the text of s is shown only to those who ask for it.
func Covered(s Subject) bool {
	return s.Intent == triage.Abuse || slices.ContainsFunc(s.Risks, func(r triage.Risk) bool {
		return r == triage.RiskThreat || r == triage.RiskSelfHarm || r == triage.RiskDiscrimination
	})
}

// Retraction replaces a notice whose comment was deleted. Nothing of the author is left.
func (v Voice) Retraction() Notice {
	w := v.words()
	return Notice{Headline: w.deleted, Line: w.deletedLine}
}

// digestEntries is how many items a digest names; the rest is counted.
const digestEntries = 15

// Digest tells of many items at once, the most urgent first. It quotes nobody.
func (v Voice) Digest(subjects []Subject, now time.Time) Notice {
	w := v.words()
	sorted := slices.Clone(subjects)
	slices.SortStableFunc(sorted, func(a, b Subject) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), a.DueAt.Compare(b.DueAt))
	})
	n := Notice{Headline: w.waiting(len(sorted)), Line: v.tally(sorted)}
	for _, s := range sorted[:min(len(sorted), digestEntries)] {
		n.Entries = append(n.Entries, Entry{
			Link:  v.link(s, w.priority[s.Priority]+", "+w.intent[s.Intent]),
			Facts: strings.Join(present(v.risks(s), w.queue[s.Queue], platformName(s.Platform), s.Brand, v.due(s.DueAt, now)), " · "),
		})
	}
	if rest := len(sorted) - digestEntries; rest > 0 {
		n.Entries = append(n.Entries, Entry{Link: Link{Text: w.more(rest)}})
	}
	return n
}

// tally counts subjects by priority: "3 urgent, 24 high".
func (v Voice) tally(subjects []Subject) string {
	w := v.words()
	count := map[triage.Priority]int{}
	for _, s := range subjects {
		count[s.Priority]++
	}
	var parts []string
	for p := triage.P1; p <= triage.P4; p++ {
		if count[p] > 0 {
			parts = append(parts, v.number(int64(count[p]))+" × "+strings.ToLower(w.priority[p]))
		}
	}
	return strings.Join(parts, ", ")
}

func (v Voice) about(s Subject) string {
	w := v.words()
	var reach, verified string
	if s.Author.Followers >= 0 {
		reach = v.number(s.Author.Followers) + " " + w.followers
	}
	if s.Author.Verified {
		verified = w.verified
	}
	return strings.Join(present(reach, verified, platformName(s.Platform)+", "+w.form[s.Form], s.Brand), " · ")
}

func (v Voice) facts(s Subject, now time.Time) []Fact {
	w := v.words()
	due := Fact{w.labelDue, v.due(s.DueAt, now)}
	if !s.Judged {
		return []Fact{due, {w.labelIntent, w.notJudged}}
	}
	intent := w.intent[s.Intent]
	if s.Unsure {
		intent += " (" + w.unsure + ")"
	}
	facts := []Fact{
		due,
		{w.labelIntent, intent},
		{w.labelSentiment, w.sentiment[s.Sentiment]},
		{w.labelUrgency, w.urgency[s.Urgency]},
		{w.labelReply, w.yesNo(s.ReplyExpected)},
	}
	if risks := v.risks(s); risks != "" {
		facts = append(facts, Fact{w.labelRisk, risks})
	}
	if s.HasMedia {
		facts = append(facts, Fact{w.labelMedia, w.yesNo(true)})
	}
	return facts
}

func (v Voice) risks(s Subject) string {
	w := v.words()
	var named []string
	for _, r := range s.Risks {
		named = append(named, w.risk[r])
	}
	return strings.Join(named, ", ")
}

// link leads to the item. Item ids are UUIDs, so nothing needs quoting.
func (v Voice) link(s Subject, text string) Link {
	if v.PublicURL == "" {
		return Link{Text: text}
	}
	return Link{Text: text, URL: strings.TrimRight(v.PublicURL, "/") + "/v1/items/" + string(s.ItemID)}
}

// present drops the empty words.
func present(words ...string) []string {
	return slices.DeleteFunc(words, func(s string) bool { return s == "" })
}
