package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"triage/postgres"
	"triage/triage"
)

// event is one row of news as it goes to all who want it.
type event struct {
	seq    int64
	text   []byte // as server-sent event; empty for what is nobody's live business
	kind   string
	queues []triage.Queue // that it concerns
	people []triage.ID    // that it concerns
}

// The kinds of events about something.
const (
	aboutItem  = "item"
	aboutWave  = "wave"
	aboutAlert = "alert"
)

// eventBody is what an event tells: ids and words of ours. Who wants to know more asks for
// it.
type eventBody struct {
	Action string         `json:"action"`
	ID     triage.ID      `json:"id"`
	At     time.Time      `json:"at"`
	Actor  *string        `json:"actor"`
	Item   *eventItemBody `json:"item,omitempty"`
}

// eventItemBody is where the item stands now, which may be later than the event.
type eventItemBody struct {
	ID       triage.ID     `json:"id"`
	Queue    triage.Queue  `json:"queue"`
	Status   triage.Status `json:"status"`
	Priority string        `json:"priority"`
	Assignee *string       `json:"assignee"`
	Version  int64         `json:"version"`
}

func eventsOf(news []postgres.News) []event {
	events := make([]event, len(news))
	for n, row := range news {
		events[n] = eventOf(row)
	}
	return events
}

func eventOf(n postgres.News) event {
	e := event{seq: n.Seq, kind: kindOfNews(n)}
	body := eventBody{Action: n.Action, ID: n.SubjectID, At: n.At, Actor: textOrNull(string(n.Actor))}
	switch {
	case e.kind == aboutItem && n.Item == nil:
		return e
	case e.kind == aboutItem:
		body.ID = n.Item.ID
		body.Item = &eventItemBody{
			ID: n.Item.ID, Queue: n.Item.Queue, Status: n.Item.Status, Priority: n.Item.Priority.String(),
			Assignee: textOrNull(string(n.Item.Assignee)), Version: n.Item.Version,
		}
		e.queues, e.people = append(e.queues, n.Item.Queue), append(e.people, n.Item.Assignee)
	case e.kind != aboutWave && e.kind != aboutAlert:
		return e
	}
	e.people = append(e.people, n.Actor, n.SubjectID)
	var detail any
	if json.Unmarshal(n.Detail, &detail) == nil { // the database holds no other than JSON
		e.concern(detail)
	}
	data, err := json.Marshal(body)
	if err != nil {
		return e
	}
	e.text = fmt.Appendf(nil, "id: %d\nevent: %s\ndata: %s\n\n", e.seq, e.kind, data)
	return e
}

// kindOfNews returns the kind of event that a row becomes.
func kindOfNews(n postgres.News) string {
	switch {
	case n.Subject == "engagement":
		return aboutItem // what changed for those who work is the item
	case strings.HasPrefix(n.Action, "team.") || n.Action == "person.exposure_reached":
		return aboutAlert
	}
	return n.Subject
}

// concern collects the queues and ids that a detail names, such as where an item was
// before and who held it.
func (e *event) concern(detail any) {
	switch d := detail.(type) {
	case map[string]any:
		for _, v := range d {
			e.concern(v)
		}
	case []any:
		for _, v := range d {
			e.concern(v)
		}
	case string:
		if q := triage.Queue(d); q.Valid() {
			e.queues = append(e.queues, q)
		} else if isID(d) {
			e.people = append(e.people, triage.ID(d))
		}
	}
}

// wish is which events somebody wants, and may have.
type wish struct {
	person triage.ID
	lead   bool
	queues []triage.Queue
	mine   bool // only what concerns the person
}

// wishOf returns what a caller gets: of the queue that was asked for, or else of those
// that the role works on; who works on none sees all.
func wishOf(who postgres.Caller, asked triage.Queue, mine bool) wish {
	w := wish{person: who.PersonID, lead: mayLead.allows(who.Role), mine: mine}
	for _, q := range triage.Queues() {
		if q == asked || asked == "" && (who.Role.Works(q) || !mayWork.allows(who.Role)) {
			w.queues = append(w.queues, q)
		}
	}
	return w
}

// includes reports whether somebody gets an event.
func (w wish) includes(e event) bool {
	if len(e.text) == 0 {
		return false
	}
	concerned := slices.Contains(e.people, w.person)
	if w.mine || e.kind == aboutAlert && !w.lead {
		return concerned
	}
	return e.kind == aboutAlert || len(e.queues) == 0 ||
		slices.ContainsFunc(w.queues, func(q triage.Queue) bool { return slices.Contains(e.queues, q) })
}
