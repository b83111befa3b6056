package notify

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"triage/triage"
)

// Route is a rule of a brand: what it fits is told at its place. An empty list fits
// everything, apart from the priorities, where it stands for urgent and high.
type Route struct {
	Name       string // what the team calls it
	Place      string // see PlaceOf
	Queues     []triage.Queue
	Priorities []triage.Priority
	Risks      []triage.Risk // any of them
	Languages  []string      // primary subtags of BCP 47
	Platforms  []triage.Platform

	Hours  *triage.Calendar // when it may ring; nil for always. What comes outside waits
	Urgent bool             // what is urgent rings at any hour
}

// Bounds of a Route.
const (
	maxRouteName  = 80
	maxRouteWords = 50
)

var (
	channelForm  = regexp.MustCompile(`^[CG][A-Z0-9]{2,20}$`)
	languageForm = regexp.MustCompile(`^[a-z]{2,3}$`)
)

// personMark begins the place of a person, who is named by id: their account in the
// messenger may come later, and change.
const personMark = "@"

// PlaceOf returns the place of a person.
func PlaceOf(person triage.ID) string { return personMark + string(person) }

// PersonAt returns whose place it is, and false for a channel.
func PersonAt(place string) (triage.ID, bool) {
	id, ok := strings.CutPrefix(place, personMark)
	return triage.ID(id), ok
}

// CheckPlace returns an Invalid error unless place is a Slack channel's id or a person's
// place.
func CheckPlace(place string) error {
	if _, person := PersonAt(place); person || channelForm.MatchString(place) {
		return nil
	}
	return triage.Errorf(triage.Invalid, "A place is the id of a Slack channel, such as C0123ABCD, or a person.")
}

// Check returns an Invalid error that names the first thing wrong with r.
func (r Route) Check() error {
	if name := strings.TrimSpace(r.Name); name == "" || utf8.RuneCountInString(r.Name) > maxRouteName || strings.ContainsFunc(r.Name, control) {
		return triage.Errorf(triage.Invalid, "A rule has a name of at most %d characters.", maxRouteName)
	}
	if err := CheckPlace(r.Place); err != nil {
		return err
	}
	if max(len(r.Languages), len(r.Platforms), len(r.Risks), len(r.Priorities), len(r.Queues)) > maxRouteWords {
		return triage.Errorf(triage.Invalid, "A list of a rule has at most %d entries.", maxRouteWords)
	}
	for _, l := range r.Languages {
		if !languageForm.MatchString(l) {
			return triage.Errorf(triage.Invalid, "A language is two or three letters, such as de or en.")
		}
	}
	for _, p := range r.Priorities {
		if p < triage.P1 || p > triage.P4 {
			return triage.Errorf(triage.Invalid, "There is no such priority.")
		}
	}
	bad := slices.ContainsFunc(r.Queues, func(q triage.Queue) bool { return !q.Valid() }) ||
		slices.ContainsFunc(r.Risks, func(x triage.Risk) bool { return !slices.Contains(triage.Risks(), x) }) ||
		slices.ContainsFunc(r.Platforms, func(p triage.Platform) bool { return !slices.Contains(triage.Platforms(), p) })
	if bad {
		return triage.Errorf(triage.Invalid, "A rule names queues, risks and platforms that there are.")
	}
	if r.Hours == nil {
		return nil
	}
	if err := r.Hours.Check(); err != nil {
		return err
	}
	if _, ever := r.Hours.Next(time.Unix(0, 0)); !ever {
		return triage.Errorf(triage.Invalid, "A rule needs some hours in which it may ring.")
	}
	return nil
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

func (r Route) fits(m Matter) bool {
	language, _, _ := strings.Cut(strings.ToLower(m.Language), "-")
	if len(r.Priorities) == 0 && !pressing(m.Priority) {
		return false
	}
	return anyOf(r.Queues, m.Queue) && anyOf(r.Priorities, m.Priority) && anyOf(r.Languages, language) && anyOf(r.Platforms, m.Platform) &&
		(len(r.Risks) == 0 || slices.ContainsFunc(m.Risks, func(x triage.Risk) bool { return slices.Contains(r.Risks, x) }))
}

func anyOf[T comparable](list []T, v T) bool { return len(list) == 0 || slices.Contains(list, v) }

// going puts off what comes at a quiet hour, unless it is urgent and the rule lets that
// ring.
func (r Route) going(m Matter, now time.Time) Going {
	g := Going{Place: r.Place, Why: Why{Kind: WhyRoute, Name: r.Name}, At: now, Patient: !r.Urgent || m.Priority != triage.P1}
	if r.Hours == nil || !g.Patient {
		return g
	}
	if open, ever := r.Hours.Next(now); ever {
		g.At = open
	}
	return g
}
