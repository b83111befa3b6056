package routing

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"triage/triage"
)

// Bounds of a plan, so that placing stays quick whatever people write.
const (
	mostRules      = 200
	mostConditions = 50 // in one rule
	deepest        = 5
	mostPieces     = 50 // pieces of text that one condition looks for
	longestPiece   = 100
	mostTags       = 10
	mostHours      = 100.0
	longestTarget  = Span(90 * 24 * time.Hour)
	longestOpen    = Span(366 * 24 * time.Hour)
	mostEffort     = 8
	mostOverrides  = 100
)

var (
	tagForm      = regexp.MustCompile(`^[\p{Ll}\p{Lo}\pN][\p{Ll}\p{Lo}\pN_-]{0,39}$`)
	nameForm     = regexp.MustCompile(`^[\pL\pN][\pL\pN \-_.,/+&]{0,59}$`)
	languageForm = regexp.MustCompile(`^[a-z]{2,3}$`)
	idForm       = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// plan checks what the shape of a document cannot say.
func (c *check) plan(p Plan) {
	t := p.Thresholds
	c.within("/thresholds/unsure", t.Unsure, 0, 1)
	c.within("/thresholds/ambiguous", t.Ambiguous, 0, 1)
	c.within("/thresholds/spam_sure", t.SpamSure, 0.5, 1)
	c.within("/thresholds/reach", float64(t.Reach), 1, 1e12)
	c.weights(p.Weights)
	c.targets(p.Targets)
	c.calendar(p.Calendar)
	for n, points := range []int{p.Effort.Urgent, p.Effort.High, p.Effort.Normal, p.Effort.Low} {
		c.within("/effort/"+string(priorityWords()[n]), float64(points), 1, mostEffort)
	}
	c.within("/companions/reach", float64(p.Companions.Reach), 0, 1e12)
	c.within("/companions/question_repeats", float64(p.Companions.QuestionRepeats), 0, CountedThread)
	c.rules(p.Rules)
}

func (c *check) within(at string, n, least, most float64) {
	if n < least || n > most {
		c.say(at, "A number from %v to %v is expected.", least, most)
	}
}

func (c *check) weights(w Weights) {
	for r, hours := range w.Risk {
		c.within("/weights/risk/"+string(r), hours, 0, mostHours)
	}
	for name, hours := range w.Tags {
		c.word40(under("/weights/tags", name), name)
		c.within(under("/weights/tags", name), hours, -mostHours, mostHours)
	}
	for _, one := range []struct {
		name        string
		hours, most float64
	}{
		{"urgency/urgent", w.Urgency.Urgent, mostHours}, {"urgency/high", w.Urgency.High, mostHours},
		{"urgency/normal", w.Urgency.Normal, mostHours}, {"urgency/low", w.Urgency.Low, mostHours},
		{"reply_window/hours", w.ReplyWindow.Hours, mostHours}, {"reach_tenfold", w.ReachTenfold, mostHours},
		{"reach_most", w.ReachMost, mostHours}, {"promise", w.Promise, mostHours}, {"touched", w.Touched, mostHours},
		{"touched_days", float64(w.TouchedDays), 366}, {"comments", w.Comments, mostHours},
		{"relation_most", w.RelatedMost, mostHours}, {"wave_tenfold", w.WaveTenfold, mostHours},
		{"wave_most", w.WaveMost, mostHours}, {"goal_share", w.GoalShare, 1},
	} {
		c.within("/weights/"+one.name, one.hours, 0, one.most)
	}
	c.within("/weights/spam", w.Spam, -8784, 0)
	c.length("/weights/reply_window/margin", w.ReplyWindow.Margin, 0, longestTarget)
	for on, forms := range w.ReplyWindow.Closes {
		for form, closes := range forms {
			c.length(fmt.Sprintf("/weights/reply_window/closes/%s/%s", on, form), closes, 0, longestOpen)
		}
	}
}

func (c *check) length(at string, s, least, most Span) {
	if s < least || s > most {
		low, _ := least.MarshalText()
		high, _ := most.MarshalText()
		c.say(at, "A length of time from %s to %s is expected.", low, high)
	}
}

func (c *check) targets(t Targets) {
	first := []Span{t.FirstAnswer.Urgent, t.FirstAnswer.High, t.FirstAnswer.Normal, t.FirstAnswer.Low}
	next := []Span{t.NextAnswer.Urgent, t.NextAnswer.High, t.NextAnswer.Normal, t.NextAnswer.Low}
	done := []Span{t.Resolution.Urgent, t.Resolution.High, t.Resolution.Normal, t.Resolution.Low}
	for n, word := range texts(priorityWords()) {
		c.length("/targets/first_answer/"+word, first[n], Span(time.Minute), longestTarget)
		c.length("/targets/next_answer/"+word, next[n], Span(time.Minute), longestTarget)
		c.length("/targets/resolution/"+word, done[n], 0, longestOpen)
		if done[n] != 0 && done[n] < first[n] {
			c.say("/targets/resolution/"+word, "Closing cannot be due before the first answer; 0s asks for no target.")
		}
		if n > 0 && first[n] < first[n-1] {
			c.say("/targets/first_answer/"+word, "What is less urgent cannot be due sooner.")
		}
	}
	if len(t.Overrides) > mostOverrides {
		c.say("/targets/overrides", "At most %d are possible.", mostOverrides)
	}
	for i, o := range t.Overrides {
		c.override(fmt.Sprintf("/targets/overrides/%d", i), o)
	}
}

func (c *check) override(at string, o Override) {
	if o.FirstAnswer == nil && o.NextAnswer == nil && o.Resolution == nil {
		c.say(at, "It needs at least one of first_answer, next_answer, resolution.")
	}
	if len(o.Intent)+len(o.Platform)+len(o.Priority) == 0 {
		c.say(at, "It needs at least one of intent, platform, priority.")
	}
	if o.FirstAnswer != nil {
		c.length(at+"/first_answer", *o.FirstAnswer, Span(time.Minute), longestTarget)
	}
	if o.NextAnswer != nil {
		c.length(at+"/next_answer", *o.NextAnswer, Span(time.Minute), longestTarget)
	}
	if o.Resolution != nil {
		c.length(at+"/resolution", *o.Resolution, 0, longestOpen)
		if o.FirstAnswer != nil && *o.Resolution != 0 && *o.Resolution < *o.FirstAnswer {
			c.say(at+"/resolution", "Closing cannot be due before the first answer; 0s asks for no target.")
		}
	}
}

func (c *check) calendar(cal triage.Calendar) {
	if err := cal.Check(); err != nil {
		_, message := triage.Explain(err)
		c.say("/calendar", "%s", message)
	}
	if len(cal.Holidays) > 1000 {
		c.say("/calendar/holidays", "At most 1000 are possible.")
	}
	opens := len(cal.Week) == 0
	for _, spans := range cal.Week {
		opens = opens || len(spans) > 0
	}
	if !opens {
		c.say("/calendar/week", "It must be open on at least one day; without any day it is always open.")
	}
}

func (c *check) rules(rules []Rule) {
	seen := map[string]bool{}
	for i, r := range rules {
		at := fmt.Sprintf("/rules/%d", i)
		if !nameForm.MatchString(r.Name) {
			c.say(at+"/name", "A rule needs a name of 1 to 60 letters, digits, spaces and - _ . , / + &, beginning with a letter or digit.")
		}
		if seen[r.Name] {
			c.say(at+"/name", "Another rule has this name.")
		}
		seen[r.Name] = true
		c.nodes = 0
		if r.When != nil {
			c.condition(at+"/when", *r.When, 1)
		}
		if c.nodes > mostConditions {
			c.say(at+"/when", "A rule has at most %d conditions.", mostConditions)
		}
		c.effect(at+"/then", r)
	}
}

func (c *check) effect(at string, r Rule) {
	t := r.Then
	named := t.Priority != ""
	moved := t.Queue != "" || named || t.Raise != 0 || t.Lower != 0 || t.Hours != 0
	if !moved && len(t.Tags)+len(t.Skills) == 0 && t.Assignee == "" && !t.Companion && !t.Dismiss && !r.Stop {
		c.say(at, "It does nothing; known are %s.", "queue, priority, raise, lower, hours, tags, skills, assignee, companion, dismiss")
	}
	c.within(at+"/raise", float64(t.Raise), 0, 3)
	c.within(at+"/lower", float64(t.Lower), 0, 3)
	c.within(at+"/hours", t.Hours, -mostHours, mostHours)
	switch {
	case named && (t.Raise != 0 || t.Lower != 0):
		c.say(at+"/priority", "A named priority cannot be raised or lowered as well.")
	case t.Raise != 0 && t.Lower != 0:
		c.say(at+"/lower", "It cannot be raised and lowered at once.")
	}
	if t.Dismiss && (moved || t.Assignee != "" || t.Companion || len(t.Skills) > 0) {
		c.say(at+"/dismiss", "What is dismissed goes to nobody: only tags can stand beside it.")
	}
	if q := r.When; t.Dismiss && q != nil && (len(q.Risks) > 0 || q.AnyRisk != nil && *q.AnyRisk) {
		c.say(at+"/dismiss", "What speaks of a risk is never dismissed.")
	}
	for name, list := range map[string][]string{"/tags": t.Tags, "/skills": t.Skills} {
		if len(list) > mostTags {
			c.say(at+name, "At most %d are possible.", mostTags)
		}
		for i, word := range list {
			c.word40(fmt.Sprintf("%s%s/%d", at, name, i), word)
		}
	}
	if t.Assignee != "" {
		c.id(at+"/assignee", string(t.Assignee))
	}
}

func (c *check) word40(at, word string) {
	if !tagForm.MatchString(word) {
		c.say(at, "A word of 1 to 40 small letters, digits, - and _ is expected.")
	}
}

func (c *check) id(at, id string) {
	if !idForm.MatchString(id) {
		c.say(at, "An id of ours is expected, a UUID in lower case.")
	}
}

// Assignees returns the people whom rules reserve items for, each once.
func (p Plan) Assignees() []triage.ID {
	var people []triage.ID
	for _, r := range p.Rules {
		if r.Then.Assignee != "" && !slices.Contains(people, r.Then.Assignee) {
			people = append(people, r.Then.Assignee)
		}
	}
	return people
}
