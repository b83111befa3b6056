package postgres

import "triage/triage"

// ListPages returns the statements of Items, for tests of their plans.
func ListPages(brand triage.ID, q triage.Queue, f ItemFilter, after *Position, limit int) (sql []string, args [][]any) {
	for _, p := range (list{brand, q, f, after, limit}).pages() {
		sql, args = append(sql, p.items()), append(args, p.args)
	}
	return sql, args
}

// QueueStateSQL is the statement of Queues, for tests of its plan.
const QueueStateSQL = queueState
