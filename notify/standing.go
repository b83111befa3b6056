package notify

import (
	"strings"

	"triage/triage"
)

// standing says who has an item, or how it ended; nothing while it is anybody's.
func (v Voice) standing(s Subject) string {
	w := v.words()
	switch s.Status {
	case triage.StatusOpen:
		return named(w.assignedTo, s.Holder)
	case triage.StatusClaimed:
		return named(w.heldBy, s.Holder)
	case triage.StatusSnoozed:
		return named(w.snoozedBy, s.Holder)
	case triage.StatusWaiting:
		return named(w.waitingBy, s.Holder)
	case triage.StatusResolved, triage.StatusDismissed:
		if s.Holder == "" {
			return w.ended + ": " + w.outcome[s.Outcome]
		}
		return named(w.closedBy, s.Holder) + ": " + w.outcome[s.Outcome]
	}
	return ""
}

// named puts a name into a sentence with #, and says nothing without one.
func named(sentence, name string) string {
	if name == "" {
		return ""
	}
	return strings.ReplaceAll(sentence, "#", name)
}

// Standing says how s stands, in one sentence for whoever asked for something else.
func (v Voice) Standing(s Subject) string {
	if said := v.standing(s); said != "" {
		return strings.TrimSuffix(said, ".") + "."
	}
	return v.words().anybodys + " " + v.words().priority[s.Priority] + ", " + v.words().queue[s.Queue] + "."
}

// Why is why a notice came to its place.
type Why struct {
	Kind WhyKind
	Name string // of the rule
}

// WhyKind is the kind of a Why.
type WhyKind string

// The kinds of reasons why something is told.
const (
	WhyQueue WhyKind = "queue" // it is urgent or high, and this is the channel of its queue
	WhyRoute WhyKind = "route" // a rule of the brand sends such here
	WhyTest  WhyKind = "test"  // somebody asked for it

	WhyChannel WhyKind = "channel" // it is about how a channel does
)

// came says why a notice came, and came here.
func (v Voice) came(why Why) string {
	w := v.words()
	switch why.Kind {
	case WhyQueue:
		return w.cameByQueue
	case WhyRoute:
		return named(w.cameByRoute, why.Name)
	case WhyChannel: // its headline says so
	case WhyTest:
		return w.cameByTest
	}
	return ""
}

// threshold says that people said of such notices that they were not worth a ping.
func (v Voice) threshold(s Subject) string {
	return named(v.words().levels[s.Level], v.kind(KindOf(s.Intent, s.Risks)))
}

// kind names a kind of notice.
func (v Voice) kind(kind string) string {
	w := v.words()
	if risk, ok := w.risk[triage.Risk(kind)]; ok {
		return risk
	}
	return w.intent[triage.Intent(kind)]
}

// Test is a message that shows that we can speak here.
func (v Voice) Test(brand string) Notice {
	w := v.words()
	return Notice{Headline: w.test, Line: named(w.testLine, brand), Came: w.cameByTest}
}
