package triage

import "slices"

// Within returns the most that both r and limit allow: what a token of role r may still do
// once its person has the role limit. The roles for one queue each have nothing but reading
// in common. An unknown role allows nothing and is returned as "".
func (r Role) Within(limit Role) Role {
	if !r.Valid() || !limit.Valid() {
		return ""
	}
	ofOneQueue := func(r Role) bool { return r == RoleSMM || r == RoleCM }
	switch {
	case r == limit:
		return r
	case ofOneQueue(r) && ofOneQueue(limit):
		return RoleViewer
	case r.height() < limit.height():
		return r
	}
	return limit
}

// Grants reports whether r may give somebody the role other: nobody gives more than they have.
func (r Role) Grants(other Role) bool {
	return (r == RoleLead || r == RoleAdmin) && other.Valid() && other.Within(r) == other
}

func (r Role) height() int {
	switch r {
	case RoleViewer:
		return 0
	case RoleSMM, RoleCM:
		return 1
	case RoleHybrid:
		return 2
	case RoleLead:
		return 3
	case RoleAdmin:
		return 4
	}
	return -1
}

// Scope is a part of what a role allows: a token opens only what its scopes name. Each is
// granted by itself; none contains another.
type Scope string

// The scopes.
const (
	ScopeRead  Scope = "read"  // look at what every role sees
	ScopeWork  Scope = "work"  // claim and change items
	ScopeLead  Scope = "lead"  // lead a team
	ScopeAdmin Scope = "admin" // administer the brand
)

// Scopes returns all scopes.
func Scopes() []Scope { return []Scope{ScopeRead, ScopeWork, ScopeLead, ScopeAdmin} }

// Valid reports whether s is a scope.
func (s Scope) Valid() bool { return slices.Contains(Scopes(), s) }

// Ceiling returns the highest role that makes use of scopes, "" for none: whoever comes with
// a token that may only read is no lead while it does.
func Ceiling(scopes []Scope) Role {
	role := Role("")
	for _, s := range scopes {
		reached := map[Scope]Role{
			ScopeRead: RoleViewer, ScopeWork: RoleHybrid, ScopeLead: RoleLead, ScopeAdmin: RoleAdmin,
		}[s]
		if reached.height() > role.height() {
			role = reached
		}
	}
	return role
}
