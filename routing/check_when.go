package routing

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// condition checks one condition of a rule, and those within it.
func (c *check) condition(at string, q Condition, depth int) {
	if c.nodes++; c.nodes > mostConditions {
		return
	}
	if depth > deepest {
		c.say(at, "Conditions stand at most %d deep in each other.", deepest)
		return
	}
	if reflect.ValueOf(q).IsZero() {
		c.say(at, "It names nothing; known are %s. A rule without when fits everything.",
			strings.Join(sortedKeys(fieldsOf(reflect.TypeFor[Condition]())), ", "))
		return
	}
	c.judgement(at, q)
	c.surroundings(at, q)
	for i, one := range q.All {
		c.condition(fmt.Sprintf("%s/all/%d", at, i), one, depth+1)
	}
	for i, one := range q.Any {
		c.condition(fmt.Sprintf("%s/any/%d", at, i), one, depth+1)
	}
	if q.Not != nil {
		c.condition(at+"/not", *q.Not, depth+1)
	}
}

func (c *check) judgement(at string, q Condition) {
	if len(q.Risks) > 0 && q.AnyRisk != nil && !*q.AnyRisk {
		c.say(at+"/any_risk", "It cannot be without risk and speak of one.")
	}
	for i, tag := range q.Language {
		if !languageForm.MatchString(tag) {
			c.say(fmt.Sprintf("%s/language/%d", at, i), "A language such as de or en is expected; und stands for undetermined.")
		}
	}
	for i, topic := range q.Topics {
		c.text(fmt.Sprintf("%s/topics/%d", at, i), topic, longestPiece)
	}
	if q.Confidence != nil {
		c.sureness(at+"/confidence/queue", q.Confidence.Queue)
		c.sureness(at+"/confidence/intent", q.Confidence.Intent)
		c.something(at+"/confidence", *q.Confidence, "queue, intent")
	}
}

func (c *check) surroundings(at string, q Condition) {
	if a := q.Author; a != nil {
		c.something(at+"/author", *a, "followers, verified, tags, comments, promised")
		c.rangeOf(at+"/author/followers", a.Followers)
		c.rangeOf(at+"/author/comments", a.Comments)
		for i, tag := range a.Tags {
			c.word40(fmt.Sprintf("%s/author/tags/%d", at, i), tag)
		}
	}
	if t := q.Thread; t != nil {
		c.something(at+"/thread", *t, "external_id, comments, questions")
		c.rangeOf(at+"/thread/comments", t.Comments)
		c.rangeOf(at+"/thread/questions", t.Questions)
	}
	c.rangeOf(at+"/wave", q.Wave)
	for i, id := range q.Channel {
		c.id(fmt.Sprintf("%s/channel/%d", at, i), string(id))
	}
	c.received(at+"/received", q.Received)
	if q.Text != nil {
		c.pieces(at+"/text/contains", q.Text.Contains)
	}
}

func (c *check) something(at string, q any, known string) {
	if reflect.ValueOf(q).IsZero() {
		c.say(at, "It names nothing; known are %s.", known)
	}
}

func (c *check) rangeOf(at string, r *Range) {
	switch {
	case r == nil:
	case r.AtLeast == nil && r.Below == nil:
		c.say(at, "It needs at_least, below or both.")
	case r.AtLeast != nil && r.Below != nil && *r.AtLeast >= *r.Below:
		c.say(at, "No number is at least the one and below the other.")
	}
}

func (c *check) sureness(at string, r *Range) {
	c.rangeOf(at, r)
	if r != nil && r.AtLeast != nil {
		c.within(at+"/at_least", *r.AtLeast, 0, 1)
	}
	if r != nil && r.Below != nil {
		c.within(at+"/below", *r.Below, 0, 1)
	}
}

func (c *check) received(at string, q *ReceivedIs) {
	if q == nil {
		return
	}
	c.something(at, *q, "from, to, weekday, open")
	switch {
	case (q.From == nil) != (q.To == nil):
		c.say(at, "from and to need each other.")
	case q.From != nil && *q.From == *q.To:
		c.say(at+"/to", "It must differ from from.")
	}
	if q.From != nil {
		c.within(at+"/from", float64(*q.From), 0, 23)
	}
	if q.To != nil {
		c.within(at+"/to", float64(*q.To), 1, 24)
	}
	for i, day := range q.Weekday {
		if !slices.Contains([]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, day) {
			c.say(fmt.Sprintf("%s/weekday/%d", at, i), "There is no such day; known are mon, tue, wed, thu, fri, sat, sun.")
		}
	}
}

func (c *check) pieces(at string, pieces []string) {
	if len(pieces) == 0 || len(pieces) > mostPieces {
		c.say(at, "1 to %d pieces of text are expected.", mostPieces)
	}
	for i, piece := range pieces {
		c.text(fmt.Sprintf("%s/%d", at, i), piece, longestPiece)
	}
}

func (c *check) text(at, text string, longest int) {
	if n := utf8.RuneCountInString(fold(text)); n == 0 || utf8.RuneCountInString(text) > longest {
		c.say(at, "A text of 1 to %d characters is expected.", longest)
	}
}
