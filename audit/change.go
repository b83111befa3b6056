package audit

import (
	"fmt"
	"slices"

	"triage/triage"
)

// Change is one thing that a row changed, in words of ours and ids. Either side is empty
// when there was, or is, nothing.
type Change struct{ Field, Before, After string }

// Changes returns what a row says was before and after.
func Changes(r Row) []Change {
	d := r.values()
	switch r.Action {
	case "item.claimed":
		return changed("assignee", d["before"], string(r.Person))
	case "item.released":
		before := d["before"]
		if before == nil {
			before = string(r.Person)
		}
		return changed("assignee", before, nil)
	case "item.lease_expired":
		return changed("assignee", d["holder"], nil)
	case "item.assigned":
		return changed("assignee", d["before"], d["to"])
	case "item.handed_over", "item.returned":
		return changed("queue", d["from"], d["to"])
	case "item.resolved", "item.dismissed", "item.wave_closed":
		return changed("outcome", nil, d["outcome"])
	case "item.reopened":
		if _, ok := d["before"].(string); ok {
			return changed("outcome", d["before"], nil)
		}
	case "item.snoozed", "item.waiting":
		return changed("snoozed_until", nil, d["until"])
	}
	before, _ := d["before"].(map[string]any)
	after, ok := d["after"].(map[string]any)
	if !ok {
		after = d
	}
	var all []Change
	for _, field := range sorted(before) {
		if now, told := after[field]; told {
			all = append(all, changed(field, before[field], now)...)
		}
	}
	return all
}

func sorted(m map[string]any) []string {
	fields := make([]string, 0, len(m))
	for field := range m {
		fields = append(fields, field)
	}
	slices.Sort(fields)
	return fields
}

// changed returns the change between two values, none when they are the same.
func changed(field string, before, after any) []Change {
	c := Change{field, plain(before), plain(after)}
	if c.Before == c.After {
		return nil
	}
	return []Change{c}
}

func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case triage.ID:
		return string(v)
	}
	return fmt.Sprint(v)
}
