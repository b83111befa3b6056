package postgres

import "triage/triage"

// Statement is one statement of Groups, for tests of its plan.
type Statement struct {
	SQL  string
	Args []any
}

// GroupSQL returns the statements of Groups over a whole queue, by what they are for.
func GroupSQL(brand triage.ID, by Grouping, after *Position, keys []triage.ID) map[string]Statement {
	g := grouping{brand: brand, queue: triage.CM, by: by, after: after, limit: 51, keys: keys}
	out := map[string]Statement{}
	add := func(name string, sql string, args []any) { out[name] = Statement{sql, args} }
	sql, args := g.unmetAfter(after)
	add("walk", sql, args)
	sql, args = g.earlierOf(keys)
	add("earlier", sql, args)
	sql, args = g.keptOf(keys)
	add("kept", sql, args)
	sql, args = g.spansOf(keys)
	add("span", sql, args)
	return out
}
