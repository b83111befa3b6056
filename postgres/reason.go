package postgres

import (
	"slices"

	"triage/triage"
)

// WithReason returns the reasons of an item with r before all others, those of the
// replaced rules left out. An item that needs a lead says so behind it.
func WithReason(i Item, r triage.Reason, replaced ...string) []triage.Reason {
	reasons := []triage.Reason{r}
	replaced = append(replaced, "needs_lead")
	if i.NeedsLead {
		reasons = append(reasons, triage.Reason{Rule: "needs_lead", Text: "It was handed over more than once, so a lead should decide."})
	}
	for _, old := range i.Reasons {
		if !slices.Contains(replaced, old.Rule) {
			reasons = append(reasons, old)
		}
	}
	return reasons
}

// WithoutReasons returns the reasons of an item but those of the given rules.
func WithoutReasons(i Item, rules ...string) []triage.Reason {
	return slices.DeleteFunc(slices.Clone(i.Reasons), func(r triage.Reason) bool { return slices.Contains(rules, r.Rule) })
}
