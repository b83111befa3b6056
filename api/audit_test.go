package api_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"triage/triage"
)

// rowsOf returns what a list of history or audit tells, by one of its fields.
func rowsOf(a answer, list, field string) (values []string) {
	rows, _ := a.get(list).([]any)
	for _, row := range rows {
		value, _ := row.(map[string]any)[field].(string)
		values = append(values, value)
	}
	return values
}

func TestAnItemTellsItsHistory(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, ben := o.hire("Ada", triage.RoleCM), o.hire("Ben", triage.RoleHybrid)
	id := o.receive("Nothing works", complaint)
	o.ask(ada, "POST", "/v1/items/"+id+"/claim", nil).must(200)
	o.exec(`UPDATE items SET lease_until = now() - interval '1 second' WHERE id = $1`, id)
	o.ask(ben, "POST", "/v1/items/"+id+"/claim", nil).must(200)
	o.ask(ben, "POST", "/v1/items/"+id+"/handover", map[string]any{"reason": "=SECRET()"}).must(200)

	english := []string{
		"The machine placed it in the relationship queue with priority normal.", "Ada took it.", "Ben took it over from Ada.",
		"Ben handed it over from the relationship queue to the content queue.",
	}
	got := o.ask(ada, "GET", "/v1/items/"+id+"/history", nil).must(200)
	if told := rowsOf(got, "history", "sentence"); !slices.Equal(told, english) {
		t.Errorf("told: %q", told)
	}
	if strings.Contains(string(got.raw), "SECRET") {
		t.Errorf("the history holds what somebody wrote: %s", got.raw)
	}
	last := got.get("history").([]any)[3].(map[string]any)
	change := last["changes"].([]any)[0].(map[string]any)
	if change["field"] != "queue" || change["before"] != "cm" || change["after"] != "smm" {
		t.Errorf("the last change is %v", change)
	}
	german := o.ask(ada, "GET", "/v1/items/"+id+"/history", nil, "Accept-Language", "de-AT,de;q=0.9,en;q=0.5").must(200)
	if told := rowsOf(german, "history", "sentence"); told[2] != "Ben hat es übernommen, vorher lag es bei Ada." {
		t.Errorf("told in German: %q", told)
	}
	detail := o.ask(ada, "GET", "/v1/items/"+id, nil, "Accept-Language", "de").must(200)
	if told := rowsOf(detail, "history", "sentence"); len(told) != 4 || told[1] != "Ada hat es übernommen." {
		t.Errorf("the item tells %q", told)
	}
	var paged []string
	for cursor := ""; ; {
		page := o.ask(ada, "GET", "/v1/items/"+id+"/history?limit=3"+cursor, nil).must(200)
		paged = append(paged, rowsOf(page, "history", "sentence")...)
		if page.get("next_cursor") == nil {
			break
		}
		cursor = "&cursor=" + page.text("next_cursor")
	}
	if !slices.Equal(paged, english) {
		t.Errorf("page by page it tells %q", paged)
	}
	o.erase(id)
	o.ask(ada, "GET", "/v1/items/"+id+"/history", nil).must(410)
}

func TestLeadsListTheAudit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rival := o.newBrand(t, "Rival")
	lead, ada := o.hire("Cem", triage.RoleLead), o.hire("Ada", triage.RoleCM)
	id := o.receive("Nothing works", complaint)
	rival.receive("Not yours", complaint)
	o.ask(ada, "POST", "/v1/items/"+id+"/claim", nil).must(200)
	o.seal()
	o.ask(ada, "POST", "/v1/items/"+id+"/release", nil).must(200)
	me := o.ask(ada, "GET", "/v1/items/"+id+"/history", nil).must(200).get("history").([]any)[1].(map[string]any)["actor"].(map[string]any)["person"].(map[string]any)["id"].(string)

	for _, c := range []struct {
		rule, query string
		want        []string
	}{
		{"about one item", "id=" + id, []string{"item.released", "item.claimed", "item.placed"}},
		{"by a person", "actor=" + me, []string{"item.released", "item.claimed"}},
		{"by the machine, about items", "subject=item&actor=machine", []string{"item.placed"}},
		{"of one kind", "action=item.claimed", []string{"item.claimed"}},
		{"of a time", "subject=item&from=" + time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), []string{"item.released", "item.claimed", "item.placed"}},
		{"of an earlier time", "to=" + time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), nil},
		{"by me, who did nothing", "actor=me", nil},
	} {
		got := o.ask(lead, "GET", "/v1/audit?"+c.query, nil).must(200)
		if told := rowsOf(got, "audit", "action"); !slices.Equal(told, c.want) {
			t.Errorf("%s: %q", c.rule, told)
		}
	}
	rows := o.ask(lead, "GET", "/v1/audit?id="+id, nil).must(200).get("audit").([]any)
	newest, oldest := rows[0].(map[string]any), rows[2].(map[string]any)
	if newest["seq"] != nil || newest["hash"] != nil || oldest["seq"] == nil || len(oldest["hash"].(string)) != 64 {
		t.Errorf("sealed: %v, not yet: %v", oldest, newest)
	}
	all := o.count(`SELECT count(*) FROM audit WHERE brand_id = $1`, o.id)
	var paged int
	for cursor := ""; ; {
		page := o.ask(lead, "GET", "/v1/audit?limit=2"+cursor, nil).must(200)
		paged += len(rowsOf(page, "audit", "id"))
		if page.get("next_cursor") == nil {
			break
		}
		cursor = "&cursor=" + page.text("next_cursor")
	}
	if paged != all {
		t.Errorf("page by page there are %d rows of %d", paged, all)
	}
	o.ask(ada, "GET", "/v1/audit", nil).must(403)
	o.ask(ada, "GET", "/v1/audit/export", nil).must(403)
	o.ask(lead, "GET", "/v1/audit?actor=somebody", nil).must(422)
	o.ask(lead, "GET", "/v1/audit?id=7", nil).must(422)
	o.ask(lead, "GET", "/v1/audit/export?format=xlsx", nil).must(422)
}

// fetch returns the answer to a GET as it is.
func (o *office) fetch(token, path, accept string) (string, http.Header) {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), http.MethodGet, o.url+path, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", accept)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 {
		o.t.Fatalf("%s answered %d %s: %v", path, response.StatusCode, body, err)
	}
	return string(body), response.Header
}

func TestTheAuditLeavesWhole(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	lead := o.hire("=Cem()", triage.RoleLead)
	for range 3 {
		id := o.receive("Nothing works", complaint)
		o.ask(lead, "POST", "/v1/items/"+id+"/claim", nil).must(200)
	}
	o.seal()
	sealed := o.count(`SELECT max(seq) FROM audit WHERE brand_id = $1`, o.id)
	o.receive("Not sealed yet", complaint)

	text, header := o.fetch(lead, "/v1/audit/export", "application/x-ndjson")
	if header.Get("Content-Type") != "application/x-ndjson" || !strings.HasPrefix(header.Get("Content-Disposition"), "attachment") {
		t.Errorf("headers: %v", header)
	}
	var rows int
	var last struct {
		Head struct {
			Seq  int
			Hash string
		} `json:"chain_head"`
		Rows, Unsealed int
	}
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); rows++ {
		last.Rows = -1
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
	}
	if rows != sealed+1 || last.Rows != sealed || last.Head.Seq != sealed || len(last.Head.Hash) != 64 || last.Unsealed != 1 {
		t.Errorf("%d lines of %d sealed rows, the last is %+v", rows, sealed, last)
	}

	text, _ = o.fetch(lead, "/v1/audit/export?format=csv&subject=item&action=item.claimed", "text/csv")
	table, err := csv.NewReader(bytes.NewBufferString(text)).ReadAll()
	if err != nil || len(table) != 5 {
		t.Fatalf("%d rows, %v: %s", len(table), err, text)
	}
	for _, row := range table[1:4] {
		if row[7] != "'=Cem()" || row[8] != "item.claimed" {
			t.Errorf("a row reads %q", row)
		}
	}
	// The connection is closed after a stream; others go on.
	o.ask(lead, "GET", "/v1/queues", nil).must(200)
}
