package triage

import (
	"slices"
	"time"
)

// Role is what a person may do for a brand.
type Role string

// The roles.
const (
	RoleSMM    Role = "smm"
	RoleCM     Role = "cm"
	RoleHybrid Role = "hybrid"
	RoleLead   Role = "lead"
	RoleAdmin  Role = "admin"
	RoleViewer Role = "viewer"
)

// Roles returns all roles.
func Roles() []Role {
	return []Role{RoleSMM, RoleCM, RoleHybrid, RoleLead, RoleAdmin, RoleViewer}
}

// Valid reports whether r is a role.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Works reports whether r may claim and change items of q. Everybody may read both.
func (r Role) Works(q Queue) bool {
	switch r {
	case RoleSMM:
		return q == SMM
	case RoleCM:
		return q == CM
	case RoleHybrid, RoleLead, RoleAdmin:
		return true
	case RoleViewer:
		return false
	}
	return false
}

// Status is people's progress with an item.
type Status string

// The statuses of an item.
const (
	StatusOpen      Status = "open"
	StatusClaimed   Status = "claimed"
	StatusSnoozed   Status = "snoozed"
	StatusWaiting   Status = "waiting"
	StatusResolved  Status = "resolved"
	StatusDismissed Status = "dismissed"
)

// Statuses returns all statuses.
func Statuses() []Status {
	return []Status{StatusOpen, StatusClaimed, StatusSnoozed, StatusWaiting, StatusResolved, StatusDismissed}
}

// Valid reports whether s is a status.
func (s Status) Valid() bool { return slices.Contains(Statuses(), s) }

// Priority is how soon we will answer, P1 to P4.
type Priority int

// The four priorities.
const (
	P1 Priority = 1 // shown as urgent
	P2 Priority = 2 // shown as high
	P3 Priority = 3 // shown as normal
	P4 Priority = 4 // shown as low
)

// String returns the word a person reads: urgent, high, normal or low.
func (p Priority) String() string {
	switch p {
	case P1:
		return "urgent"
	case P2:
		return "high"
	case P3:
		return "normal"
	case P4:
		return "low"
	}
	return "unknown"
}

// ParsePriority returns the priority shown as word, and false for any other word.
func ParsePriority(word string) (Priority, bool) {
	for p := P1; p <= P4; p++ {
		if p.String() == word {
			return p, true
		}
	}
	return 0, false
}

// Reason is one step of a placement, for people to read.
type Reason struct {
	Rule string `json:"rule"` // stable name of the rule
	Text string `json:"text"` // one English sentence without any words of the author
}

// Part is one named part of an item's place in the order of its queue.
type Part struct {
	Name  string  `json:"name"`  // stable: risk, urgency, reply_window, reach, relationship, wave, goal, spam, rule, promise
	Hours float64 `json:"hours"` // how many hours it comes forward; negative puts it back
	Text  string  `json:"text"`  // one English sentence without any words of the author
}

// Placement is the decision where an engagement belongs, how soon, and why.
//
// Rank orders a queue, lower first: the due time in Unix seconds less 3600 times the hours
// of all Parts. Every item so gains an hour of precedence per hour of waiting against its
// target, and the order of two items never changes by waiting alone.
type Placement struct {
	Queue       Queue
	Priority    Priority
	DueAt       time.Time // target of the first answer
	AtRiskAt    time.Time // when four fifths of that target have passed
	ResolveDue  time.Time // target of closing it; zero without one
	Rank        float64
	Parts       []Part
	Unsure      bool // the queue was chosen below the plan's threshold
	Dismiss     bool // sure spam without risk: the machine closes it, reversibly
	Heavy       bool // hurts to read: covered until asked for, and counted as exposure
	Effort      int  // points of capacity that it takes, 1 to 8
	Tags        []string
	Skills      []string
	Assignee    ID         // whom the plan reserves it for; empty for anybody
	Companion   *Companion // what the other role needs of it; nil for nothing
	Reasons     []Reason
	PlanVersion int
}

// Companion is the second, linked item of an engagement, in the other queue.
type Companion struct {
	Reason    Reason
	Placement Placement // its own place in the other queue
}

// Goal is a brand's aim between loyalty (0) and visibility (1).
type Goal float64
