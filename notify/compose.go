package notify

import (
	"slices"
	"strings"
	"time"

	"triage/triage"
)

// Compose says what a team hears of one item, as it stands. Text that is hard to read
// (abuse, threats, self-harm, discrimination) is covered. Of what is closed the text is
// not shown any more.
func (v Voice) Compose(s Subject, now time.Time) Notice {
	w := v.words()
	n := Notice{
		Headline: w.priority[s.Priority] + ": " + w.queue[s.Queue],
		Name:     s.Author.Name,
		Handle:   strings.TrimPrefix(s.Author.Handle, "@"),
		About:    v.about(s),
		State:    v.standing(s),
		Came:     strings.Join(present(v.came(s.Why), v.threshold(s)), " "),
		Entries:  v.also(s, now),
		Link:     v.link(s, w.open),
		Buttons:  v.buttons(s),
	}
	if s.Closed() {
		n.Headline = w.closed + ": " + w.queue[s.Queue]
		return n
	}
	n.Quote, n.Facts = s.Text, v.facts(s, now)
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

// also names what is gathered in the message of s. It quotes nobody.
func (v Voice) also(s Subject, now time.Time) []Entry {
	if s.AlsoAll == 0 {
		return nil
	}
	w := v.words()
	heading := strings.NewReplacer("#", v.number(int64(s.AlsoAll)), "§", v.number(int64(s.AlsoOpen))).Replace(w.alsoOf)
	all := []Entry{{Link: Link{Text: heading}}}
	for _, one := range s.Also {
		all = append(all, v.entry(one, now))
	}
	if rest := s.AlsoOpen - len(s.Also); rest > 0 {
		all = append(all, Entry{Link: Link{Text: w.more(rest)}})
	}
	return all
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
	due := Fact{Label: w.labelDue, Value: v.time(s.DueAt), At: s.DueAt}
	if s.DueAt.Before(now) {
		due.Note = w.overdue
	}
	if !s.Judged {
		return []Fact{due, {Label: w.labelIntent, Value: w.notJudged}}
	}
	intent := w.intent[s.Intent]
	if s.Unsure {
		intent += " (" + w.unsure + ")"
	}
	facts := []Fact{
		due,
		{Label: w.labelIntent, Value: intent},
		{Label: w.labelSentiment, Value: w.sentiment[s.Sentiment]},
		{Label: w.labelUrgency, Value: w.urgency[s.Urgency]},
		{Label: w.labelReply, Value: w.yesNo(s.ReplyExpected)},
	}
	if risks := v.risks(s); risks != "" {
		facts = append(facts, Fact{Label: w.labelRisk, Value: risks})
	}
	if s.HasMedia {
		facts = append(facts, Fact{Label: w.labelMedia, Value: w.yesNo(true)})
	}
	if s.Status == triage.StatusSnoozed || s.Status == triage.StatusWaiting {
		facts = append(facts, Fact{Label: w.labelBack, Value: v.time(s.BackAt), At: s.BackAt})
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
