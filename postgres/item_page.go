package postgres

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// list is a question for one page of a queue.
type list struct {
	brand triage.ID
	queue triage.Queue
	ItemFilter
	after *Position
	limit int
}

// page is a statement that returns id and rank of the items of a page, in no order. The
// brand is its first argument.
type page struct {
	sql  string
	args []any
}

// items is the statement that returns the items of the page. They are chosen before
// anything is joined to them.
func (p page) items() string {
	return `SELECT ` + itemColumns + itemTables + ` JOIN (` + p.sql + `) page ON page.id = i.id
		WHERE i.brand_id = $1 ORDER BY page.rank, page.id`
}

// frontRows is how many live items a list looks at in their order before it goes by the
// filter. What one in forty passes is found among them; of what is rarer, the index on
// the filter's terms holds few enough to sort.
const frontRows = 2000

// frontWords is the same when each is to be compared with words.
const frontWords = 1500

// pages returns the statements that answer l: the next one is asked when the one before
// found less than a page. The last is right in any case. The planner has no choice between
// them, since it cannot know whether what passes a filter stands in front or at the end.
func (l list) pages() []page {
	open, live, closed := len(l.Statuses) == 0, len(l.Statuses) == 0, false
	for _, s := range l.Statuses {
		open = open || s == triage.StatusOpen
		if (Item{Status: s}).Live() {
			live = true
		} else {
			closed = true
		}
	}
	ofLive := l.any
	if !open {
		ofLive = l.putAway
	}
	switch {
	case live && closed:
		return []page{l.page(func(w *where) string {
			return `SELECT id, rank FROM ((` + ofLive(w) + `) UNION ALL (` + l.closed(w) + `)) both_kinds ORDER BY rank, id` + l.atMost()
		})}
	case closed:
		return []page{l.page(l.closed)}
	case !open || l.Assignee != "":
		return []page{l.page(ofLive)}
	case l.unfiltered():
		return []page{l.page(l.walk)}
	case l.onlyOpen() && l.withoutStatus().unfiltered():
		return []page{l.page(l.withoutStatus().open)}
	}
	return []page{l.page(l.front), l.page(l.further)}
}

func (l list) page(write func(*where) string) page {
	w := &where{args: []any{l.brand, l.queue}}
	sql := write(w)
	p := page{sql: sql, args: w.args}
	if l.Text != "" { // planned for its own words: a plan for any words would be wrong for most
		p.args = append([]any{pgx.QueryExecModeCacheDescribe}, p.args...)
	}
	return p
}

// atMost is a constant in the statement: the planner then knows how little is wanted.
func (l list) atMost() string { return ` LIMIT ` + strconv.Itoa(l.limit) }

// unfiltered reports whether l holds all that is live.
func (l list) unfiltered() bool {
	w := &where{}
	w.facets(l.ItemFilter)
	return w.sql.Len() == 0 && l.Text == ""
}

// onlyOpen reports whether l is of open items alone, as most lists are.
func (l list) onlyOpen() bool { return slices.Equal(l.Statuses, []triage.Status{triage.StatusOpen}) }

func (l list) withoutStatus() list {
	l.Statuses = nil
	return l
}

// walk reads live items in their order.
func (l list) walk(w *where) string { return l.lane(w, ``, l.limit) }

// front reads a bounded number of live items in their order and keeps what passes. An
// order that begins with the priority makes priorities no part of the filter, and what
// others hold or wait for, which may be all that stands in front, is passed over.
func (l list) front(w *where) string {
	lanes := l.lanes(w, func(condition string) string { return `(` + l.lane(w, condition, l.frontRows()) + `)` })
	f := l.ItemFilter
	f.Priorities = nil
	if l.onlyOpen() {
		f.Statuses = nil
	}
	w.sql.Reset()
	w.facets(f)
	return l.choose(w, `(`+strings.Join(lanes, ` UNION ALL `)+`) l`, ` ORDER BY l.rank, l.id`)
}

// further is what front found when that was all there is, as on the last pages, and goes by
// the filter only when there is more.
func (l list) further(w *where) string {
	more := strings.Join(l.lanes(w, func(condition string) string {
		return `EXISTS (SELECT FROM live_items l WHERE ` + l.ahead(w, condition) + ` ORDER BY l.rank, l.id OFFSET ` + strconv.Itoa(l.frontRows()) + `)`
	}), ` OR `)
	return `WITH more AS MATERIALIZED (SELECT ` + more + ` AS is_there)
		SELECT id, rank FROM (` + l.front(w) + `) all_of_them WHERE NOT (SELECT is_there FROM more)
		UNION ALL SELECT id, rank FROM (` + l.any(w) + `) rest WHERE (SELECT is_there FROM more)`
}

func (l list) frontRows() int {
	if l.Text != "" {
		return frontWords
	}
	return frontRows
}

// lanes calls write for each part of the queue that a front consists of, with its condition.
func (l list) lanes(w *where, write func(condition string) string) (lanes []string) {
	open := ""
	if l.onlyOpen() {
		open = ` AND l.status = 'open'`
	}
	for _, p := range slices.Compact(slices.Sorted(slices.Values(l.Priorities))) {
		lanes = append(lanes, write(open+` AND l.priority = `+w.arg(int16(p))))
	}
	if len(lanes) == 0 {
		return []string{write(open)}
	}
	return lanes
}

func (l list) lane(w *where, condition string, rows int) string {
	return `SELECT l.id, l.rank, l.received_at, l.terms, l.words, l.status, l.assignee_id FROM live_items l
		WHERE ` + l.ahead(w, condition) + ` ORDER BY l.rank, l.id LIMIT ` + strconv.Itoa(rows)
}

// ahead is the condition that a live item of the queue stands after the place where the page
// begins.
func (l list) ahead(w *where, condition string) string {
	w.sql.Reset()
	if l.after != nil {
		w.add(`(l.rank, l.id) > (?, ?)`, l.after.Rank, l.after.ID)
	}
	return `l.brand_id = $1 AND l.queue = $2` + condition + w.sql.String()
}

// any goes by the filter: it reads all live items that pass and sorts them. Adding zero to
// the rank keeps the planner from walking in order and hoping.
func (l list) any(w *where) string {
	w.sql.Reset()
	w.facets(l.ItemFilter)
	if l.after != nil {
		w.add(`(l.rank + 0, l.id) > (?, ?)`, l.after.Rank, l.after.ID)
	}
	place := ` AND l.brand_id = $1 AND l.queue = $2`
	if w.termed { // terms are of one queue: going through all of it besides takes much longer
		place = ` AND (l.brand_id = $1) IS TRUE AND (l.queue = $2) IS TRUE`
	}
	w.sql.WriteString(place)
	from := `live_items l`
	if l.Assignee != "" { // of items there is an index by holder
		from += ` JOIN items i ON i.brand_id = $1 AND i.id = l.id AND ` + liveItems
		addID(w, `i.assignee_id = ?`, l.Assignee)
	}
	return l.choose(w, from, ` ORDER BY l.rank + 0, l.id`)
}

func (l list) choose(w *where, from, order string) string {
	if l.Text != "" {
		w.liveWords(l.brand, l.Text)
	}
	return `SELECT l.id, l.rank FROM ` + from + ` WHERE true` + w.sql.String() + order + l.atMost()
}

// open walks what is open, in its order.
func (l list) open(w *where) string { return l.walkItems(w, `(i.status = 'open') IS TRUE`) }

// putAway walks what is live and not open, in its order.
func (l list) putAway(w *where) string { return l.walkItems(w, putAwayItems) }

// closed walks closed items in their order.
func (l list) closed(w *where) string { return l.walkItems(w, closedItems) }

// walkItems walks items of a partial index in their order. Erasing closes items with an
// outcome of its own.
func (l list) walkItems(w *where, kind string) string {
	w.sql.Reset()
	w.add(`i.outcome IS DISTINCT FROM 'deleted'`)
	w.add(kind)
	addAny(w, `(i.status = ANY(?)) IS TRUE`, l.Statuses) // filters the walk, and is no reason to read all of one status and sort
	w.narrow(l.brand, l.ItemFilter)
	if l.after != nil {
		w.add(`(i.rank, i.id) > (?, ?)`, l.after.Rank, l.after.ID)
	}
	return `SELECT i.id, i.rank FROM items i WHERE i.brand_id = $1 AND i.queue = $2` + w.sql.String() + `
		ORDER BY i.rank, i.id` + l.atMost()
}

const putAwayItems = `i.status IN ('claimed', 'snoozed', 'waiting')`
