package triage_test

import (
	"testing"

	"triage/triage"
)

func TestATokenNeverDoesMoreThanItsPersonMay(t *testing.T) {
	for _, c := range []struct{ token, person, want triage.Role }{
		{triage.RoleAdmin, triage.RoleViewer, triage.RoleViewer},
		{triage.RoleViewer, triage.RoleAdmin, triage.RoleViewer},
		{triage.RoleCM, triage.RoleHybrid, triage.RoleCM},
		{triage.RoleHybrid, triage.RoleSMM, triage.RoleSMM},
		{triage.RoleCM, triage.RoleSMM, triage.RoleViewer},
		{triage.RoleLead, triage.RoleLead, triage.RoleLead},
		{"owner", triage.RoleAdmin, ""},
		{triage.RoleAdmin, "", ""},
	} {
		if got := c.token.Within(c.person); got != c.want {
			t.Errorf("a token of %q whose person is %q acts as %q, want %q", c.token, c.person, got, c.want)
		}
		if got := c.person.Within(c.token); got != c.want {
			t.Errorf("%q and %q: the order matters", c.token, c.person)
		}
	}
	// Whatever the pair allows, both allow.
	for _, a := range triage.Roles() {
		for _, b := range triage.Roles() {
			for _, q := range triage.Queues() {
				if a.Within(b).Works(q) && (!a.Works(q) || !b.Works(q)) {
					t.Errorf("%s within %s works on %s", a, b, q)
				}
			}
		}
	}
}

func TestNobodyGrantsMoreThanTheyHave(t *testing.T) {
	for _, giver := range triage.Roles() {
		for _, role := range triage.Roles() {
			want := giver == triage.RoleAdmin || giver == triage.RoleLead && role != triage.RoleAdmin
			if giver.Grants(role) != want {
				t.Errorf("%s grants %s: %v", giver, role, !want)
			}
		}
	}
	if triage.RoleAdmin.Grants("owner") {
		t.Error("an unknown role is granted")
	}
}

func TestScopesSetACeilingToTheRole(t *testing.T) {
	for _, c := range []struct {
		scopes []triage.Scope
		want   triage.Role
	}{
		{nil, ""}, {[]triage.Scope{"all"}, ""},
		{[]triage.Scope{triage.ScopeRead}, triage.RoleViewer},
		{[]triage.Scope{triage.ScopeWork, triage.ScopeRead}, triage.RoleHybrid},
		{[]triage.Scope{triage.ScopeRead, triage.ScopeLead}, triage.RoleLead},
		{triage.Scopes(), triage.RoleAdmin},
	} {
		if got := triage.Ceiling(c.scopes); got != c.want {
			t.Errorf("scopes %v reach %q, want %q", c.scopes, got, c.want)
		}
	}
}
