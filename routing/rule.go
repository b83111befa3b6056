package routing

import (
	"fmt"
	"slices"

	"triage/triage"
)

// Rule is one routing condition with a name. Where it fits, its effect applies; Stop ends
// the list there.
type Rule struct {
	Name string     `json:"name"`
	When *Condition `json:"when,omitempty"` // nil fits everything
	Then Effect     `json:"then"`
	Stop bool       `json:"stop,omitempty"`
}

// Condition fits when all that it names does; of the words in a list any will do.
type Condition struct {
	All []Condition `json:"all,omitempty"`
	Any []Condition `json:"any,omitempty"`
	Not *Condition  `json:"not,omitempty"`

	Intent        []triage.Intent    `json:"intent,omitempty"`
	Sentiment     []triage.Sentiment `json:"sentiment,omitempty"`
	Urgency       []triage.Urgency   `json:"urgency,omitempty"`
	Risks         []triage.Risk      `json:"risks,omitempty"`
	AnyRisk       *bool              `json:"any_risk,omitempty"`
	Ironic        *bool              `json:"ironic,omitempty"`
	ReplyExpected *bool              `json:"reply_expected,omitempty"`
	Language      []string           `json:"language,omitempty"`
	Topics        []string           `json:"topics,omitempty"`
	Confidence    *ConfidenceIs      `json:"confidence,omitempty"`

	Author   *AuthorIs         `json:"author,omitempty"`
	Thread   *ThreadIs         `json:"thread,omitempty"`
	Wave     *Range            `json:"wave,omitempty"`    // engagements in its wave
	Channel  []triage.ID       `json:"channel,omitempty"` // ids of ours
	Platform []triage.Platform `json:"platform,omitempty"`
	Form     []triage.Form     `json:"form,omitempty"`
	HasMedia *bool             `json:"has_media,omitempty"`
	Received *ReceivedIs       `json:"received,omitempty"`
	Text     *TextIs           `json:"text,omitempty"`
}

// ConfidenceIs bounds how sure the engine is, 0 to 1.
type ConfidenceIs struct {
	Queue  *Range `json:"queue,omitempty"`
	Intent *Range `json:"intent,omitempty"`
}

// AuthorIs is a condition on who wrote. Unknown numbers of followers are in no range.
type AuthorIs struct {
	Followers *Range   `json:"followers,omitempty"`
	Verified  *bool    `json:"verified,omitempty"`
	Tags      []string `json:"tags,omitempty"`
	Comments  *Range   `json:"comments,omitempty"` // earlier ones, counted up to 100
	Promised  *bool    `json:"promised,omitempty"` // has an open promise of ours
}

// ThreadIs is a condition on the post or conversation.
type ThreadIs struct {
	ExternalID []string `json:"external_id,omitempty"` // as the platform names it
	Comments   *Range   `json:"comments,omitempty"`    // earlier ones, counted up to 200
	Questions  *Range   `json:"questions,omitempty"`   // product questions among them
}

// ReceivedIs is a condition on when it was received, by the wall clock of the calendar.
type ReceivedIs struct {
	From    *int     `json:"from,omitempty"` // hour, 0 to 23
	To      *int     `json:"to,omitempty"`   // hour, 1 to 24, not included; before From it is on the next day
	Weekday []string `json:"weekday,omitempty"`
	Open    *bool    `json:"open,omitempty"` // the calendar is open
}

// TextIs is a condition on the words of the text: plain pieces of it, whatever their case.
type TextIs struct {
	Contains []string `json:"contains"`

	folded []string
}

// Range holds a number n with AtLeast <= n < Below; what is not named has no bound.
type Range struct {
	AtLeast *float64 `json:"at_least,omitempty"`
	Below   *float64 `json:"below,omitempty"`
}

// Effect is what a rule does to a placement. It never lowers what a risk deserves: not the
// priority, not the place in the order, and what speaks of a risk is not dismissed.
type Effect struct {
	Queue     triage.Queue `json:"queue,omitempty"`
	Priority  Word         `json:"priority,omitempty"`
	Raise     int          `json:"raise,omitempty"` // steps of priority
	Lower     int          `json:"lower,omitempty"`
	Hours     float64      `json:"hours,omitempty"` // brings forward; negative puts back
	Tags      []string     `json:"tags,omitempty"`
	Skills    []string     `json:"skills,omitempty"`
	Assignee  triage.ID    `json:"assignee,omitempty"` // a person of the brand
	Companion bool         `json:"companion,omitempty"`
	Dismiss   bool         `json:"dismiss,omitempty"`
}

// ruled is what the rules that fitted ask for beyond the placement itself.
type ruled struct {
	part      triage.Part
	companion string // name of the rule that asks for a companion
}

// rules applies the plan's rules in order.
func (p Plan) rules(in *input, out *triage.Placement) ruled {
	var done ruled
	for _, r := range p.Rules {
		if r.When != nil && !r.When.fits(in) {
			continue
		}
		p.apply(in, out, r, &done)
		if r.Stop {
			break
		}
	}
	done.part = part(partRule, done.part.Hours, "The plan's rules move it.")
	return done
}

func (p Plan) apply(in *input, out *triage.Placement, r Rule, done *ruled) {
	t := r.Then
	because(out, "rule", "The plan's rule %q fits.", r.Name)
	if t.Queue != "" {
		p.ruleQueue(in, out, r)
	}
	p.rulePriority(in, out, r)
	if t.Hours < 0 && len(in.c.Risks) > 0 {
		because(out, "risk_kept", "The rule %q does not put back what speaks of a risk.", r.Name)
	} else {
		done.part.Hours += t.Hours
	}
	out.Tags, out.Skills = union(out.Tags, t.Tags), union(out.Skills, t.Skills)
	if t.Assignee != "" {
		out.Assignee = t.Assignee
	}
	if t.Companion {
		done.companion = r.Name
	}
	switch {
	case t.Dismiss && (len(in.c.Risks) > 0 || !in.c.Judged()):
		because(out, "risk_kept", "The rule %q does not dismiss what speaks of a risk, or what nobody could judge.", r.Name)
	case t.Dismiss:
		out.Dismiss = true
	}
}

func (p Plan) ruleQueue(in *input, out *triage.Placement, r Rule) {
	if r.Then.Queue == triage.SMM && carePresses(in.c) {
		because(out, "care_first", "Somebody's safety or a legal matter comes first: the rule %q does not move it away.", r.Name)
		return
	}
	out.Queue = r.Then.Queue
}

func (p Plan) rulePriority(in *input, out *triage.Placement, r Rule) {
	t, before := r.Then, out.Priority
	if named, ok := triage.ParsePriority(string(t.Priority)); ok {
		out.Priority = named
	}
	out.Priority = min(triage.P4, max(triage.P1, out.Priority-triage.Priority(t.Raise)+triage.Priority(t.Lower)))
	if floor, risks := riskFloor(in.c); out.Priority > floor {
		out.Priority = floor
		because(out, "risk_kept", "Not below %s, because of %s.", floor, risks)
	}
	if out.Priority != before {
		because(out, "rule_priority", "The rule %q makes it %s.", r.Name, out.Priority)
	}
}

// union returns the words of both in order, each once.
func union(a, b []string) []string {
	if len(b) == 0 {
		return a
	}
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

func reasonOf(rule, text string, args ...any) triage.Reason {
	return triage.Reason{Rule: rule, Text: fmt.Sprintf(text, args...)}
}
