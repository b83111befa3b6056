package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"triage/api"
	"triage/postgres"
	"triage/triage"
)

// TestNobodySeesAnotherBrand asks every operation of the contract, as everybody who could
// ask, with ids of the own brand, of another one, of nothing and of nonsense. Nothing of the
// other brand may show or change, and whether an id is another brand's or nobody's must not.
func TestNobodySeesAnotherBrand(t *testing.T) {
	t.Parallel()
	o := newOffice(t, openDoor(t))
	m := &matrix{
		t: t, o: o, own: newEstate(o, o.brand, "OURMARK"), other: newEstate(o, o.newBrand(t, "Rival"), "THEIRMARK"),
	}
	m.foreign = m.other.fill(4242)
	m.own.fill(0)
	m.callers, m.patience = m.everybody(), 20
	m.secrets = m.idsOfOther()
	before := m.rowsOfOther()
	for _, op := range readContract(t) {
		m.try(op)
	}
	m.checkRegistry()
	after := m.rowsOfOther()
	for table, sum := range before {
		if after[table] != sum {
			t.Errorf("the other brand's rows in %s have changed", table)
		}
	}
	if len(before) < 15 || len(m.secrets) < 80 || m.asked < 2000 {
		t.Errorf("the matrix is thin: %d tables, %d ids, %d requests", len(before), len(m.secrets), m.asked)
	}
	t.Logf("%d requests, %d tables and %d ids of the other brand", m.asked, len(before), len(m.secrets))
}

type matrix struct {
	t        *testing.T
	o        *office
	own      *estate
	other    *estate
	foreign  map[string]ids // of the other brand, by the path in things
	callers  []caller
	secrets  map[string]bool // ids that no answer may hold
	used     map[string]bool // entries of things that an operation needed
	asked    int
	patience int // how often a database that is too busy may be asked once more
}

// everybody returns one caller of each kind, all for the own brand.
func (m *matrix) everybody() []caller {
	all := []caller{{name: "nobody"}}
	for _, role := range triage.Roles() {
		token := m.own.hire("A "+string(role), role)
		all = append(all, caller{name: string(role), role: role, scopes: triage.Scopes(), token: token, person: triage.ID(m.own.personOf(token))})
	}
	narrow := caller{name: "a token that only reads", role: triage.RoleViewer, scopes: []triage.Scope{triage.ScopeRead}}
	m.own.inTx(func(tx *postgres.Tx) (err error) {
		narrow.person = m.own.host
		_, narrow.token, err = tx.AddToken(m.t.Context(), postgres.Actor{}, postgres.NewToken{
			BrandID: m.own.id, PersonID: m.own.host, Role: triage.RoleAdmin, Scopes: narrow.scopes,
		})
		return err
	})
	person := m.own.employ("session@example.com", triage.RoleAdmin)
	return append(all, narrow, caller{
		name: "a session", role: triage.RoleAdmin, person: person, browser: m.o.browser().signIn("session@example.com"),
	})
}

// may reports whether the caller's role and scopes allow what an operation needs, apart
// from what its handler decides.
func (c caller) may(op contractOp) bool {
	read := op.method == http.MethodGet
	has := func(s triage.Scope) bool { return c.browser != nil || slices.Contains(c.scopes, s) }
	switch op.needs {
	case "none":
		return true
	case "self":
		return c.name != "nobody"
	case "read":
		return c.role.Valid() && (read && has(triage.ScopeRead) || !read && has(triage.ScopeWork))
	case "work":
		return c.role != triage.RoleViewer && c.role.Valid() && has(triage.ScopeWork)
	case "lead":
		return (c.role == triage.RoleLead || c.role == triage.RoleAdmin) && has(triage.ScopeLead)
	case "rule":
		return c.role == triage.RoleAdmin && has(triage.ScopeAdmin)
	}
	return false
}

// try asks one operation in every way.
func (m *matrix) try(op contractOp) {
	key, params := op.thing()
	if key != "" && things[key] == nil {
		m.t.Errorf("%s: say in things how to make what %s names", op, key)
		return
	}
	if m.used == nil {
		m.used = map[string]bool{}
	}
	m.used[key] = true
	for _, c := range m.callers {
		own := ids{}
		anew := func() {
			if key != "" {
				own = things[key](m.own, c)
			}
		}
		anew()
		got := m.send(op, c, own, nil)
		m.checkAllowed(op, c, got)
		if c.name == "admin" && key != "" && got.status == http.StatusNotFound {
			m.t.Errorf("%s: what the brand has is not found: %s", op, got.raw)
		}
		for _, param := range params {
			m.compare(op, c, own, param, m.foreign[key][param], absentLike(own[param]), nil)
			m.nonsense(op, c, own, param)
		}
		m.tryFields(op, c, func() ids { anew(); return own })
	}
}

// tryFields does the same with every field of query and body that holds an id.
func (m *matrix) tryFields(op contractOp, c caller, anew func() ids) {
	for _, f := range op.fields() {
		key, known := named[f.name]
		if !known {
			m.t.Errorf("%s: say in named what the field %s names, or in unowned that it does not", op, f.name)
			continue
		}
		if !c.may(op) {
			continue
		}
		foreign := string(m.other.channel)
		if key != "channel" {
			foreign = slices.Collect(maps.Values(m.foreign[key]))[0]
		}
		m.compare(op, c, anew(), "", foreign, string(postgres.NewID()), &f)
	}
}

// compare asks with another brand's id and with nobody's, and wants no difference.
func (m *matrix) compare(op contractOp, c caller, own ids, param, foreign, absent string, f *field) {
	ask := func(id string) reply {
		with := maps.Clone(own)
		if f == nil {
			with[param] = id
			return m.send(op, c, with, nil)
		}
		return m.send(op, c, with, map[string]string{f.place: id})
	}
	theirs, nobodys := ask(foreign), ask(absent)
	if a, b := theirs.without(foreign), nobodys.without(absent); a != b {
		m.t.Errorf("%s as %s tells another brand's id from nobody's: %s", op, c.name, difference(a, b))
	}
	if f == nil && theirs.status != http.StatusNotFound && theirs.status != http.StatusForbidden && theirs.status != http.StatusUnauthorized {
		m.t.Errorf("%s as %s: another brand's id is answered %d: %s", op, c.name, theirs.status, theirs.raw)
	}
	if f == nil && c.name == "admin" && op.needs != "self" && theirs.status != http.StatusNotFound {
		m.t.Errorf("%s as %s: another brand's id is answered %d", op, c.name, theirs.status)
	}
}

// difference returns where two texts part.
func difference(a, b string) string {
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	from := max(0, at-60)
	return fmt.Sprintf("…%.200s\n…%.200s", a[from:], b[from:])
}

// nonsense asks with what is no id at all. Where ids are no numbers it is answered like an
// id of nobody.
func (m *matrix) nonsense(op contractOp, c caller, own ids, param string) {
	absent := absentLike(own[param])
	with := maps.Clone(own)
	with[param] = absent
	want := m.send(op, c, with, nil).without(absent)
	for _, id := range []string{"7x", "%00", "00000000-0000-0000-0000-00000000000g", "{" + absent + "}"} {
		with[param] = id
		got := m.send(op, c, with, nil)
		if len(absent) == 36 && got.without(id) != want {
			m.t.Errorf("%s as %s tells nonsense from nobody's id:\n%s\n%s", op, c.name, got.without(id), want)
		}
		if got.status < 400 || got.status >= 500 {
			m.t.Errorf("%s as %s with %q: %d %s", op, c.name, id, got.status, got.raw)
		}
	}
}

// absentLike returns an id of nobody in the form of id.
func absentLike(id string) string {
	if len(id) == 36 {
		return string(postgres.NewID())
	}
	return "99999"
}

// checkAllowed holds what the contract says of permissions against the answer.
func (m *matrix) checkAllowed(op contractOp, c caller, got reply) {
	switch {
	case got.status >= 500:
		m.t.Errorf("%s as %s: %d %s", op, c.name, got.status, got.raw)
	case op.needs == "none":
	case c.name == "nobody":
		if got.status != http.StatusUnauthorized {
			m.t.Errorf("%s without token or session: %d", op, got.status)
		}
	case !c.may(op):
		if got.status != http.StatusForbidden {
			m.t.Errorf("%s as %s: %d, but it needs %q", op, c.name, got.status, op.needs)
		}
	case got.status == http.StatusUnauthorized:
		m.t.Errorf("%s as %s: %d", op, c.name, got.status)
	case c.name == "admin" && got.status == http.StatusForbidden && op.needs != "self":
		m.t.Errorf("%s is forbidden to an administrator: %s", op, got.raw)
	}
}

func (m *matrix) checkRegistry() {
	for key := range things {
		if !m.used[key] {
			m.t.Errorf("no operation has the path %s: take it out of things", key)
		}
	}
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	raw    string
}

var (
	instance = regexp.MustCompile(`"instance":"[^"]*"`)
	anyUUID  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	fraction = regexp.MustCompile(`-?\d+\.\d{4,}`) // hours waited, by the moment
	anyTime  = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)
)

// without returns the whole reply as text, apart from what names this one request and the
// id that was asked for.
func (r reply) without(id string) string {
	header := r.header.Clone()
	for _, name := range []string{"Date", "X-Request-Id", "Content-Length"} { // the length is that of the body
		header.Del(name)
	}
	body := instance.ReplaceAllString(r.raw, `"instance":""`)
	if id != "" {
		body = strings.ReplaceAll(strings.ReplaceAll(body, strings.ToLower(id), "ID"), id, "ID")
	}
	body = fraction.ReplaceAllString(anyTime.ReplaceAllString(body, "TIME"), "HOURS")
	return fmt.Sprint(r.status, " ", header, " ", body)
}

// send asks once, and looks for anything of the other brand in the answer.
func (m *matrix) send(op contractOp, c caller, with ids, fields map[string]string) reply {
	m.t.Helper()
	m.asked++
	path, body := op.request(m.own, with, fields)
	ctx, cancel := context.WithTimeout(m.t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, op.method, m.o.url+path, bytes.NewReader(body))
	if err != nil {
		m.t.Fatalf("%s: %v", op, err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	m.identify(r, c)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		m.t.Fatalf("%s as %s: %v", op, c.name, err)
	}
	if response.StatusCode == http.StatusServiceUnavailable && m.patience > 0 { // a busy machine
		m.patience--
		_ = response.Body.Close()
		return m.send(op, c, with, fields)
	}
	defer func() { _ = response.Body.Close() }()
	got := reply{status: response.StatusCode, header: response.Header, raw: m.read(response)}
	m.checkLeaks(op, c, with, fields, got)
	if c.browser != nil && got.status < 300 && len(response.Header.Values("Set-Cookie")) > 0 {
		c.browser.signIn("session@example.com")
	}
	return got
}

func (m *matrix) identify(r *http.Request, c caller) {
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.browser != nil {
		if probe := c.browser.ask("GET", "/v1/session", nil); probe.status == http.StatusUnauthorized {
			c.browser.signIn("session@example.com") // an operation before this one signed it out
		}
		r.Header.Set("Cookie", "triage="+c.browser.cookie)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
}

// read returns the body; of a stream, what comes before its first pause.
func (m *matrix) read(response *http.Response) string {
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		raw, err := io.ReadAll(response.Body)
		if err != nil {
			m.t.Fatal(err)
		}
		return string(raw)
	}
	buffer := make([]byte, 64<<10)
	n, err := response.Body.Read(buffer)
	if err != nil && n == 0 {
		m.t.Fatal(err)
	}
	return string(buffer[:n])
}

func (m *matrix) checkLeaks(op contractOp, c caller, with ids, fields map[string]string, got reply) {
	text := got.raw + fmt.Sprint(got.header)
	if strings.Contains(strings.ToUpper(text), m.other.mark) {
		m.t.Errorf("%s as %s shows a text of the other brand: %s", op, c.name, got.raw)
	}
	sent := fmt.Sprint(with, fields)
	for _, id := range anyUUID.FindAllString(strings.ToLower(text), -1) {
		if m.secrets[id] && !strings.Contains(sent, id) {
			m.t.Errorf("%s as %s shows the id %s of the other brand", op, c.name, id)
		}
	}
}

// brandTables returns the tables that hold rows of brands, with their columns of ids.
func (m *matrix) brandTables() map[string][]string {
	rows, err := m.o.store.Pool().Query(m.t.Context(), `
		SELECT c.table_name, array_agg(c.column_name::text ORDER BY c.column_name) FILTER (WHERE c.data_type = 'uuid')
		FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
		GROUP BY 1 HAVING bool_or(c.column_name = 'brand_id')`)
	if err != nil {
		m.t.Fatal(err)
	}
	defer rows.Close()
	tables := map[string][]string{}
	for rows.Next() {
		var name string
		var columns []string
		if err := rows.Scan(&name, &columns); err != nil {
			m.t.Fatal(err)
		}
		tables[name] = columns
	}
	return tables
}

// idsOfOther returns every id that stands in a row of the other brand, and of what belongs to
// it without saying so.
func (m *matrix) idsOfOther() map[string]bool {
	secrets := map[string]bool{string(m.other.id): true, string(m.other.endpoint): true}
	for table, columns := range m.brandTables() {
		for _, column := range columns {
			m.collect(secrets, fmt.Sprintf(`SELECT DISTINCT %s::text FROM %s WHERE brand_id = $1 AND %s IS NOT NULL`, column, table, column), m.other.id)
		}
	}
	m.collect(secrets, `SELECT id::text FROM deliveries WHERE endpoint_id = $1`, m.other.endpoint)
	m.collect(secrets, `SELECT s.id::text FROM sessions s JOIN memberships b ON b.person_id = s.person_id WHERE b.brand_id = $1`, m.other.id)
	return secrets
}

func (m *matrix) collect(into map[string]bool, sql string, arg any) {
	rows, err := m.o.store.Pool().Query(m.t.Context(), sql, arg)
	if err != nil {
		m.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			m.t.Fatal(err)
		}
		into[id] = true
	}
}

// rowsOfOther returns a sum over the other brand's rows, by table.
func (m *matrix) rowsOfOther() map[string]string {
	sums := map[string]string{}
	sum := func(table, where string, arg any) {
		var text *string
		err := m.o.store.Pool().QueryRow(m.t.Context(),
			`SELECT md5(string_agg(r::text, E'\n' ORDER BY r::text)) FROM `+table+` r WHERE `+where, arg).Scan(&text)
		if err != nil {
			m.t.Fatalf("%s: %v", table, err)
		}
		if text != nil {
			sums[table] = *text
		}
	}
	for table := range m.brandTables() {
		sum(table, `brand_id = $1`, m.other.id)
	}
	sum("brands", `id = $1`, m.other.id)
	sum("deliveries", `endpoint_id = $1`, m.other.endpoint)
	sum("people", `id IN (SELECT person_id FROM memberships WHERE brand_id = $1)`, m.other.id)
	sum("sessions", `person_id IN (SELECT person_id FROM memberships WHERE brand_id = $1)`, m.other.id)
	return sums
}

// contractOp is one operation of the contract, as its document describes it.
type contractOp struct {
	method, path, needs string
	query               []string
	body                map[string]any // schema, nil without a body
	schemas             map[string]any
}

func (op contractOp) String() string { return op.method + " " + op.path }

func readContract(t *testing.T) []contractOp {
	t.Helper()
	raw, err := api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Needs      string `json:"x-permission"`
			Parameters []struct{ Name, In string }
			Body       struct {
				Content map[string]struct{ Schema map[string]any }
			} `json:"requestBody"`
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var ops []contractOp
	for path, methods := range doc.Paths {
		for method, said := range methods {
			op := contractOp{method: strings.ToUpper(method), path: path, needs: said.Needs, schemas: doc.Components.Schemas}
			for _, p := range said.Parameters {
				if p.In == "query" {
					op.query = append(op.query, p.Name)
				}
			}
			for _, content := range said.Body.Content {
				op.body = content.Schema
			}
			ops = append(ops, op)
		}
	}
	slices.SortFunc(ops, func(a, b contractOp) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return ops
}
