package classifier

import (
	"slices"

	"triage/triage"
)

// Raise adds to c what rules found in the same text: the union of the risks, the higher
// urgency, the rules' names and their evidence. It lowers nothing and changes nothing
// else; raising twice is raising once.
func Raise(c, rules triage.Classification) triage.Classification {
	c.Risks = triage.Union(c.Risks, rules.Risks)
	c.Urgency = c.Urgency.AtLeast(rules.Urgency)
	c.Rules = slices.Clone(c.Rules)
	for _, name := range rules.Rules {
		if !slices.Contains(c.Rules, name) {
			c.Rules = append(c.Rules, name)
		}
	}
	c.Evidence = slices.Clone(c.Evidence)
	for _, span := range rules.Evidence {
		if !slices.Contains(c.Evidence, span) {
			c.Evidence = append(c.Evidence, span)
		}
	}
	return c
}

// ruled returns the part of a classification that its rules spoke for, and an empty one
// when none did: what a model only guessed raises nothing.
func ruled(c triage.Classification) triage.Classification {
	if len(c.Rules) == 0 {
		return triage.Classification{}
	}
	spoken := triage.Classification{Risks: c.Risks, Urgency: c.Urgency, Rules: c.Rules}
	for _, span := range c.Evidence {
		if slices.Contains(c.Rules, span.Why) {
			spoken.Evidence = append(spoken.Evidence, span)
		}
	}
	return spoken
}
