package api_test

import (
	"strings"
	"testing"

	"triage/postgres"
	"triage/triage"
)

func TestSomebodyInvitedMakesAnAccountOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	lead := o.hire("Lea", triage.RoleLead)
	if got := o.ask(lead, "POST", "/v1/invitations", map[string]any{"mail": "ada@example.com", "role": "admin"}).must(403); got.text("token") != "" {
		t.Error("a lead makes an administrator")
	}
	o.ask(lead, "POST", "/v1/invitations", map[string]any{"mail": "no address", "role": "cm"}).must(422)
	first := o.ask(lead, "POST", "/v1/invitations", map[string]any{"mail": "Ada@example.com", "role": "cm"}).must(201)
	second := o.ask(lead, "POST", "/v1/invitations", map[string]any{"mail": "ada@example.com", "role": "cm"}).must(201)
	accept := func(token, name, word string) answer {
		return o.browser().ask("POST", "/v1/invitations/accept", map[string]any{"token": token, "name": name, "password": word})
	}
	accept(first.text("token"), "Ada", goodPassword).must(404) // a newer one took its place
	token := second.text("token")
	accept(token, "Ada", "passwordpassword").must(422)
	accept(token[:len(token)-2]+"AA", "Ada", goodPassword).must(404)
	ada := o.browser()
	in := ada.ask("POST", "/v1/invitations/accept", map[string]any{"token": token, "name": "Ada", "password": goodPassword}).must(200)
	if in.text("role") != "cm" || in.text("mail") != "ada@example.com" {
		t.Errorf("came in as %s", in.raw)
	}
	ada.ask("POST", "/v1/queues/cm/claim", nil).must(204)
	accept(token, "Eve", goodPassword).must(404)
	o.browser().signIn("ada@example.com")
	list := string(o.ask(lead, "GET", "/v1/invitations", nil).must(200).raw)
	if strings.Contains(list, token) || !strings.Contains(list, `"accepted"`) || !strings.Contains(list, `"revoked"`) {
		t.Errorf("invitations: %s", list)
	}
	if n := o.count(`SELECT count(*) FROM invitations i WHERE i::text LIKE '%' || $1 || '%'`, token[10:]); n != 0 {
		t.Error("the link is stored")
	}
}

func TestAnInvitationEndsByTimeByWordAndWithItsHost(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin, lead := o.hire("Boss", triage.RoleAdmin), o.hire("Lea", triage.RoleLead)
	for rule, end := range map[string]func(id string){
		"a week": func(id string) { o.exec(`UPDATE invitations SET expires_at = now() WHERE id = $1`, id) },
		"its revocation": func(id string) {
			o.ask(lead, "DELETE", "/v1/invitations/"+id, nil).must(204)
			o.ask(lead, "DELETE", "/v1/invitations/"+id, nil).must(204)
		},
		"its host's step down": func(string) {
			o.ask(admin, "PATCH", "/v1/people/"+o.personOf(lead), map[string]any{"role": "smm"}).must(200)
		},
	} {
		o.ask(admin, "PATCH", "/v1/people/"+o.personOf(lead), map[string]any{"role": "lead"}).must(200)
		made := o.ask(lead, "POST", "/v1/invitations", map[string]any{"mail": "ada@example.com", "role": "cm"}).must(201)
		end(made.text("id"))
		got := o.browser().ask("POST", "/v1/invitations/accept", map[string]any{"token": made.text("token"), "name": "Ada", "password": goodPassword})
		if got.status != 404 {
			t.Errorf("after %s: %d %s", rule, got.status, got.raw)
		}
	}
	if n := o.count(`SELECT count(*) FROM accounts`); n != 0 {
		t.Errorf("%d accounts were made", n)
	}
}

// TestALinkOpensNoAccountThatExists is about whoever sends an invitation and has its link.
func TestALinkOpensNoAccountThatExists(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other := o.newBrand(t, "Rival")
	ada := other.employ("ada@example.com", triage.RoleAdmin)
	lead := o.hire("Lea", triage.RoleLead)
	token := o.ask(lead, "POST", "/v1/invitations", map[string]any{"mail": "ada@example.com", "role": "cm"}).must(201).text("token")
	accept := func(b *browser, word string) answer {
		return b.ask("POST", "/v1/invitations/accept", map[string]any{"token": token, "name": "Lea", "password": word})
	}
	accept(o.browser(), "the host's own 12 words").must(401)
	accept(o.browser(), "").must(401)
	stranger := o.employ("ben@example.com", triage.RoleViewer)
	accept(o.browser().signIn("ben@example.com"), "").must(401)
	b := o.browser().signIn("ada@example.com")
	forged := &browser{o: o, cookie: b.cookie, from: ""}
	accept(forged, "").must(401)
	if got := accept(b, "").must(200); len(got.get("brands").([]any)) != 2 || got.text("person_id") != string(ada) {
		t.Errorf("%s (stranger %s)", got.raw, stranger)
	}
	if n := o.count(`SELECT count(*) FROM memberships WHERE person_id = $1`, ada); n != 2 {
		t.Errorf("%d memberships", n)
	}
}

func TestWhoeverLeavesGivesBackAndIsShutOutAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.hire("Boss", triage.RoleAdmin)
	ada := o.employ("ada@example.com", triage.RoleCM)
	b := o.browser().signIn("ada@example.com")
	made := b.ask("POST", "/v1/tokens", map[string]any{"scopes": []string{"read", "work"}}).must(201)
	token := made.text("token")
	item := o.receive("Nothing works", complaint)
	fence := o.ask(token, "POST", "/v1/items/"+item+"/claim", nil).must(200).number("fence")
	o.ask(admin, "DELETE", "/v1/people/"+string(ada), nil).must(204)
	o.ask(token, "GET", "/v1/queues", nil).must(401)
	b.ask("GET", "/v1/queues", nil).must(401)
	got := o.ask(admin, "GET", "/v1/items/"+item, nil).must(200)
	if got.text("status") != "open" || got.get("assignee") != nil || got.number("fence") <= fence {
		t.Errorf("the item stands %s", got.raw)
	}
	o.ask(admin, "DELETE", "/v1/people/"+string(ada), nil).must(404)
	// Coming back revives no token.
	o.inTx(func(tx *postgres.Tx) error {
		return tx.AddMember(t.Context(), postgres.Actor{}, o.id, ada, triage.RoleCM)
	})
	o.ask(token, "GET", "/v1/queues", nil).must(401)
	o.browser().signIn("ada@example.com").ask("GET", "/v1/queues", nil).must(200)
	boss := o.personOf(admin)
	o.ask(admin, "DELETE", "/v1/people/"+boss, nil).must(409)
	o.ask(admin, "PATCH", "/v1/people/"+boss, map[string]any{"role": "lead"}).must(409)
	if n := o.count(`SELECT count(*) FROM audit WHERE action IN ('member.removed', 'token.revoked', 'item.released')`); n != 3 {
		t.Errorf("%d audit rows tell of it", n)
	}
}

func TestATokenFollowsItsPersonsRole(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.hire("Boss", triage.RoleAdmin)
	token := o.hire("Ada", triage.RoleLead)
	ada := o.personOf(token)
	o.ask(token, "GET", "/v1/invitations", nil).must(200)
	o.ask(admin, "PATCH", "/v1/people/"+ada, map[string]any{"role": "smm"}).must(200)
	o.ask(token, "GET", "/v1/invitations", nil).must(403)
	o.ask(token, "POST", "/v1/queues/smm/claim", nil).must(204)
	o.ask(token, "POST", "/v1/queues/cm/claim", nil).must(403)
	o.ask(admin, "PATCH", "/v1/people/"+ada, map[string]any{"role": "admin"}).must(200)
	o.ask(token, "GET", "/v1/invitations", nil).must(200)
	o.ask(token, "PATCH", "/v1/brand", map[string]any{"name": "X"}).must(403) // it was made for a lead
	o.exec(`DELETE FROM memberships WHERE person_id = $1`, ada)               // by whatever way
	o.ask(token, "GET", "/v1/queues", nil).must(401)
}

func TestTokensDoNoMoreThanTheyAreFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.hire("Boss", triage.RoleAdmin)
	lead := o.hire("Lea", triage.RoleLead)
	add := func(token string, body map[string]any) answer { return o.ask(token, "POST", "/v1/tokens", body) }
	add(lead, map[string]any{"scopes": []string{"read"}, "role": "admin"}).must(403)
	add(admin, map[string]any{"scopes": []string{}}).must(422)
	add(admin, map[string]any{"scopes": []string{"all"}}).must(422)
	add(admin, map[string]any{"scopes": []string{"read"}, "expires_at": o.start.AddDate(2, 0, 0)}).must(422)
	add(admin, map[string]any{"scopes": []string{"read"}, "expires_at": o.start.AddDate(0, 0, -1)}).must(422)
	reads := add(admin, map[string]any{"scopes": []string{"read"}}).must(201)
	if reads.get("expires_at") == nil || reads.text("state") != "valid" {
		t.Errorf("%s", reads.raw)
	}
	token := reads.text("token")
	o.ask(token, "GET", "/v1/queues", nil).must(200)
	for _, path := range []string{"POST /v1/queues/cm/claim", "GET /v1/invitations", "PATCH /v1/brand", "POST /v1/tokens", "DELETE /v1/tokens/" + reads.text("id")} {
		method, path, _ := strings.Cut(path, " ")
		o.ask(token, method, path, map[string]any{"scopes": []string{"read"}}).must(403)
	}
	works := add(admin, map[string]any{"scopes": []string{"read", "work"}}).must(201).text("token")
	add(works, map[string]any{"scopes": []string{"read"}}).must(403) // it would outlive itself
	// Others' tokens are an administrator's matter.
	o.ask(lead, "DELETE", "/v1/tokens/"+reads.text("id"), nil).must(404)
	if list := string(o.ask(lead, "GET", "/v1/tokens", nil).must(200).raw); strings.Contains(list, reads.text("id")) {
		t.Error("a lead sees an administrator's tokens")
	}
	o.ask(admin, "DELETE", "/v1/tokens/"+reads.text("id"), nil).must(204)
	o.ask(token, "GET", "/v1/queues", nil).must(401)
}

func TestNobodyChangesThoseAboveThemselves(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin, lead, cm := o.hire("Boss", triage.RoleAdmin), o.hire("Lea", triage.RoleLead), o.hire("Cem", triage.RoleCM)
	for _, c := range []struct {
		rule, token, of, field, value string
		status                        int
	}{
		{"a lead demotes no administrator", lead, admin, "role", "viewer", 403},
		{"a lead makes no administrator", lead, cm, "role", "admin", 403},
		{"a lead does not promote themselves", lead, lead, "role", "admin", 403},
		{"a manager changes no role", cm, cm, "role", "hybrid", 403},
		{"a lead changes a role below", lead, cm, "role", "hybrid", 200},
		{"somebody names themselves", cm, cm, "name", "Cem B.", 200},
		{"a manager names nobody else", cm, lead, "name", "X", 403},
		{"a lead names somebody without an account", lead, cm, "name", "Cem", 200},
		{"a name is on one line", lead, cm, "name", "a\nb", 422},
		{"there is no such role", lead, cm, "role", "owner", 422},
	} {
		got := o.ask(c.token, "PATCH", "/v1/people/"+o.personOf(c.of), map[string]any{c.field: c.value})
		if got.status != c.status {
			t.Errorf("%s: %d %s", c.rule, got.status, got.raw)
		}
	}
	ada := o.employ("ada@example.com", triage.RoleViewer)
	o.ask(admin, "PATCH", "/v1/people/"+string(ada), map[string]any{"name": "X"}).must(403)
	o.ask(lead, "DELETE", "/v1/people/"+o.personOf(admin), nil).must(403)
	o.ask(cm, "DELETE", "/v1/people/"+o.personOf(cm), nil).must(204)
	if list := string(o.ask(lead, "GET", "/v1/people", nil).must(200).raw); !strings.Contains(list, "ada@example.com") {
		t.Errorf("a lead does not see addresses: %s", list)
	}
	viewer := o.hire("Vic", triage.RoleViewer)
	if list := string(o.ask(viewer, "GET", "/v1/people", nil).must(200).raw); strings.Contains(list, "ada@example.com") {
		t.Errorf("a viewer sees addresses: %s", list)
	}
}
