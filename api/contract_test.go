package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"triage/api"
	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// openRoutes are the routes outside the contract, by why nobody has to show a token.
var openRoutes = map[string]string{
	"GET /webhooks/:platform/:endpoint":  "checked by the endpoint's verify token",
	"POST /webhooks/:platform/:endpoint": "checked by signature",

	"POST /webhooks/:platform/:endpoint/deauthorize":   "checked by signature",
	"POST /webhooks/:platform/:endpoint/deletion":      "checked by signature",
	"GET /webhooks/:platform/:endpoint/deletion/:code": "known to those who were given the code",
	"GET /healthz":          "says nothing",
	"GET /readyz":           "says nothing",
	"GET /docs":             "documentation",
	"GET /docs/*":           "documentation",
	"GET /openapi.json":     "documentation",
	"GET /openapi.yaml":     "documentation",
	"GET /openapi-3.0.json": "documentation",
	"GET /openapi-3.0.yaml": "documentation",
}

type operation struct {
	Permission string `json:"x-permission"`
	Security   []any  `json:"security"`
}

func contract(t *testing.T) (raw []byte, paths map[string]map[string]operation) {
	t.Helper()
	raw, err := api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]operation
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1.") {
		t.Errorf("the contract is of version %s", doc.OpenAPI)
	}
	return raw, doc.Paths
}

func TestEveryRouteDeclaresItsPermission(t *testing.T) {
	_, paths := contract(t)
	declared := map[string]string{
		"GET /v1/platforms":               "lead",
		"POST /v1/endpoints":              "rule",
		"POST /v1/endpoints/{id}/rotate":  "rule",
		"POST /v1/endpoints/{id}/disable": "rule",
		"POST /v1/endpoints/{id}/enable":  "rule",
		"POST /v1/channels":               "rule",
		"GET /v1/sample":                  "lead",
		"PUT /v1/sample":                  "rule",
		"POST /v1/engines/test":           "lead",
		"POST /v1/jobs/dead/{id}/retry":   "lead",

		"GET /v1/plan":                      "read",
		"GET /v1/plans":                     "read",
		"GET /v1/plans/{version}":           "read",
		"POST /v1/plans":                    "lead",
		"POST /v1/plans/{version}/activate": "lead",
		"POST /v1/plans/preview":            "lead",

		// Context and search.
		"GET /v1/engagements":        "read",
		"GET /v1/engagements/{id}":   "read",
		"GET /v1/items/{id}/similar": "read",

		"GET /v1/authors/{id}":            "read",
		"POST /v1/authors/{id}/tags":      "work",
		"POST /v1/authors/{id}/notes":     "work",
		"POST /v1/authors/{id}/promises":  "work",
		"POST /v1/links/{id}/confirm":     "work",
		"POST /v1/links/{id}/reject":      "work",
		"POST /v1/links/{id}/reset":       "work",
		"POST /v1/items/{id}/promises":    "work",
		"POST /v1/promises/{id}/keep":     "work",
		"POST /v1/promises/{id}/withdraw": "work",
		"POST /v1/promises/suggest":       "work",
		"GET /v1/threads/{id}":            "read",

		"GET /v1/waves":                   "read",
		"GET /v1/waves/{id}":              "read",
		"POST /v1/waves/{id}/assign":      "work",
		"POST /v1/waves/{id}/resolve":     "work",
		"POST /v1/waves/{id}/close":       "work",
		"POST /v1/waves/{id}/snooze":      "work",
		"POST /v1/waves/{id}/tags":        "work",
		"POST /v1/waves/{id}/release":     "work",
		"POST /v1/waves/{id}/handover":    "work",
		"POST /v1/waves/{id}/dismiss":     "work",
		"POST /v1/session":                "none",
		"GET /v1/session":                 "self",
		"DELETE /v1/session":              "self",
		"GET /v1/session/means":           "none",
		"POST /v1/session/password":       "self",
		"GET /v1/session/oidc":            "none",
		"GET /v1/session/oidc/callback":   "none",
		"GET /v1/sessions":                "self",
		"DELETE /v1/sessions/{id}":        "self",
		"GET /v1/people":                  "read",
		"PATCH /v1/people/{id}":           "read",
		"DELETE /v1/people/{id}":          "read",
		"GET /v1/invitations":             "lead",
		"POST /v1/invitations":            "lead",
		"DELETE /v1/invitations/{id}":     "lead",
		"POST /v1/invitations/accept":     "none",
		"GET /v1/tokens":                  "read",
		"POST /v1/tokens":                 "read",
		"DELETE /v1/tokens/{id}":          "read",
		"GET /v1/brand":                   "read",
		"PATCH /v1/brand":                 "rule",
		"GET /v1/channels":                "read",
		"GET /v1/endpoints":               "lead",
		"GET /v1/deliveries":              "lead",
		"POST /v1/deliveries/{id}/replay": "lead",
		"GET /v1/jobs/dead":               "lead",
		// Care.
		"POST /v1/next":                          "work",
		"POST /v1/items/{id}/uncover":            "read",
		"GET /v1/people/{id}/care":               "read",
		"PUT /v1/people/{id}/care":               "read",
		"GET /v1/people/{id}/leaves":             "read",
		"POST /v1/people/{id}/leaves":            "read",
		"DELETE /v1/people/{id}/leaves/{leave}":  "read",
		"GET /v1/settings":                       "read",
		"GET /v1/notice-rules":                   "lead",
		"POST /v1/notice-rules":                  "lead",
		"PUT /v1/notice-rules/{id}":              "lead",
		"DELETE /v1/notice-rules/{id}":           "lead",
		"POST /v1/notices/test":                  "lead",
		"GET /v1/notices":                        "lead",
		"POST /v1/notices/{id}/not-worth-a-ping": "work",
		"GET /v1/notice-thresholds":              "read",
		"DELETE /v1/notice-thresholds":           "lead",
		"GET /v1/notice-budgets":                 "read",
		"PUT /v1/notice-budgets":                 "lead",
		"POST /v1/slack/code":                    "self",
		"DELETE /v1/slack":                       "self",
		"PUT /v1/settings":                       "lead",
		"GET /v1/me":                             "read",
		"GET /v1/team":                           "read",

		"GET /v1/queues":                     "read",
		"GET /v1/queues/{queue}/items":       "read",
		"POST /v1/queues/{queue}/claim":      "work",
		"GET /v1/items/{id}":                 "read",
		"POST /v1/items/{id}/claim":          "work",
		"POST /v1/items/{id}/release":        "work",
		"POST /v1/items/{id}/resolve":        "work",
		"POST /v1/items/{id}/snooze":         "work",
		"POST /v1/items/{id}/handover":       "work",
		"POST /v1/items/{id}/correct":        "work",
		"POST /v1/items/{id}/answered":       "work",
		"POST /v1/items/{id}/wait":           "work",
		"POST /v1/items/{id}/dismiss":        "work",
		"POST /v1/items/{id}/reopen":         "work",
		"POST /v1/items/{id}/assign":         "work",
		"POST /v1/items/{id}/accept":         "work",
		"POST /v1/items/{id}/return":         "work",
		"POST /v1/items/{id}/note":           "work",
		"POST /v1/items/{id}/tags":           "work",
		"POST /v1/items/{id}/companion":      "work",
		"POST /v1/items/bulk":                "work",
		"POST /v1/undo/{id}":                 "work",
		"GET /v1/insights/targets":           "read",
		"GET /v1/insights/flow":              "read",
		"GET /v1/insights/learning":          "lead",
		"GET /v1/insights/questions":         "read",
		"GET /v1/insights/drift":             "read",
		"GET /v1/insights/costs":             "lead",
		"GET /v1/thrift":                     "lead",
		"PUT /v1/thrift":                     "rule",
		"DELETE /v1/people/{id}/corrections": "lead",
		"GET /v1/stream":                     "read",
		"GET /v1/items/{id}/history":         "read",
		"GET /v1/audit":                      "lead",
		"GET /v1/audit/export":               "lead",
		"GET /v1/views":                      "read",
		"POST /v1/views":                     "read",
		"PATCH /v1/views/{id}":               "read",
		"DELETE /v1/views/{id}":              "read",
		"GET /v1/views/{id}/items":           "read",
	}
	inContract := map[string]bool{}
	for path, operations := range paths {
		for method, op := range operations {
			name := strings.ToUpper(method) + " " + path
			if op.Permission == "" || op.Permission != declared[name] {
				t.Errorf("%s declares permission %q, the table here %q", name, op.Permission, declared[name])
			}
			if open := op.Permission == "none"; open != (len(op.Security) == 0) {
				t.Errorf("%s: permission %q, but asks for a token or session: %v", name, op.Permission, !open)
			}
			inContract[strings.NewReplacer("{", ":", "}", "").Replace(name)] = true
		}
	}
	if len(inContract) != len(declared) {
		t.Errorf("%d operations, %d in the table", len(inContract), len(declared))
	}
	server := api.New(api.Options{Log: slog.New(slog.DiscardHandler)})
	for _, r := range server.App().GetRoutes(true) {
		name := r.Method + " " + r.Path
		if r.Method == http.MethodHead || strings.HasPrefix(r.Path, "/webhooks/") {
			continue // HEAD goes with GET; webhooks answer other methods with 405
		}
		if !inContract[name] && openRoutes[name] == "" {
			t.Errorf("%s is neither in the contract nor known to be open", name)
		}
	}
}

func TestTheContractIsTheSameEveryTime(t *testing.T) {
	first, _ := contract(t)
	for range 5 {
		if again, _ := contract(t); !bytes.Equal(first, again) {
			t.Fatal("the contract differs between runs")
		}
	}
	for _, unwanted := range []string{"$schema", "unpkg", "jsdelivr", "http://", "https://"} {
		if bytes.Contains(first, []byte(unwanted)) {
			t.Errorf("the contract holds %q", unwanted)
		}
	}
}

// TestTheContractUsesTheWordsOfTheTaxonomy compares the enumerations, which stand in
// struct tags, with the closed sets.
func TestTheContractUsesTheWordsOfTheTaxonomy(t *testing.T) {
	raw, _ := contract(t)
	var sets [][]string
	var collect func(any)
	collect = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if enum, ok := v["enum"].([]any); ok {
				var words []string
				for _, w := range enum {
					words = append(words, fmt.Sprint(w))
				}
				sets = append(sets, words)
			}
			for _, child := range v {
				collect(child)
			}
		case []any:
			for _, child := range v {
				collect(child)
			}
		}
	}
	var doc any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	collect(doc)
	for name, want := range map[string][]string{
		"intents": strs(triage.Intents()), "sentiments": strs(triage.Sentiments()), "urgencies": strs(triage.Urgencies()),
		"risks": strs(triage.Risks()), "statuses": strs(triage.Statuses()), "outcomes": strs(queue.Outcomes()), "queues": strs(triage.Queues()),
	} {
		if !slices.ContainsFunc(sets, func(set []string) bool { return slices.Equal(set, want) }) {
			t.Errorf("no enumeration of the contract holds the %s %v", name, want)
		}
	}
}

func strs[T ~string](words []T) (out []string) {
	for _, w := range words {
		out = append(out, string(w))
	}
	return out
}

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	smmItem := func() string { c := complaint; c.Intent = triage.ContentReaction; return o.receive("Nice video", c) }
	cmItem := func() string { return o.receive("Nothing works", complaint) }
	for _, c := range []struct {
		rule   string
		role   triage.Role
		method string
		path   func() string
		status int
	}{
		{"nobody sees anything without a token", "", "GET", func() string { return "/v1/queues" }, 401},
		{"a viewer reads queues", triage.RoleViewer, "GET", func() string { return "/v1/queues" }, 200},
		{"a viewer reads items", triage.RoleViewer, "GET", func() string { return "/v1/items/" + cmItem() }, 200},
		{"a viewer claims nothing", triage.RoleViewer, "POST", func() string { return "/v1/queues/cm/claim" }, 403},
		{"a viewer takes nothing", triage.RoleViewer, "POST", func() string { return "/v1/items/" + cmItem() + "/claim" }, 403},
		{"a social media manager reads the other queue", triage.RoleSMM, "GET", func() string { return "/v1/queues/cm/items" }, 200},
		{"a social media manager does not work on the other queue", triage.RoleSMM, "POST", func() string { return "/v1/queues/cm/claim" }, 403},
		{"a social media manager does not take from the other queue", triage.RoleSMM, "POST", func() string { return "/v1/items/" + cmItem() + "/claim" }, 403},
		{"a social media manager works on the content queue", triage.RoleSMM, "POST", func() string { return "/v1/items/" + smmItem() + "/claim" }, 200},
		{"a community manager works on the relationship queue", triage.RoleCM, "POST", func() string { return "/v1/items/" + cmItem() + "/claim" }, 200},
		{"a community manager does not work on the other queue", triage.RoleCM, "POST", func() string { return "/v1/items/" + smmItem() + "/claim" }, 403},
		{"a hybrid works on both: content", triage.RoleHybrid, "POST", func() string { return "/v1/items/" + smmItem() + "/claim" }, 200},
		{"a hybrid works on both: relationship", triage.RoleHybrid, "POST", func() string { return "/v1/items/" + cmItem() + "/claim" }, 200},
		{"a lead works on both", triage.RoleLead, "POST", func() string { return "/v1/items/" + smmItem() + "/claim" }, 200},
		{"an admin works on both", triage.RoleAdmin, "POST", func() string { return "/v1/items/" + cmItem() + "/claim" }, 200},
	} {
		token := ""
		if c.role != "" {
			token = o.hire(c.rule, c.role)
		}
		if got := o.ask(token, c.method, c.path(), nil); got.status != c.status {
			t.Errorf("%s: answered %d: %s", c.rule, got.status, got.raw)
		}
	}
}

func TestOnlyAGoodTokenOpensTheDoor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	good := o.hire("Ada", triage.RoleCM)
	o.ask(good, "GET", "/v1/queues", nil).must(200)
	if n := o.count(`SELECT count(*) FROM tokens WHERE last_used_at IS NOT NULL`); n != 1 {
		t.Error("the use of a token is not noted")
	}
	if n := o.count(`SELECT count(*) FROM tokens t WHERE t::text LIKE '%' || $1 || '%'`, good[20:]); n != 0 {
		t.Error("a token is stored as it is")
	}
	expired, revoked := o.hire("Ben", triage.RoleCM), o.hire("Cem", triage.RoleCM)
	o.exec(`UPDATE tokens SET expires_at = now() - interval '1 second' WHERE person_id = (SELECT id FROM people WHERE name = 'Ben')`)
	o.exec(`UPDATE tokens SET revoked_at = now() WHERE person_id = (SELECT id FROM people WHERE name = 'Cem')`)
	for name, header := range map[string]string{
		"none": "", "a basic one": "Basic abc", "a short one": "Bearer trg_abc", "an unknown one": "Bearer " + good[:len(good)-2] + "AA",
		"an expired one": "Bearer " + expired, "a revoked one": "Bearer " + revoked, "no word": "Bearer",
	} {
		got := o.ask("", "GET", "/v1/queues", nil, "Authorization", header).must(401)
		if got.text("type") != "/problems/unauthenticated" || !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s: %s %v", name, got.raw, got.header)
		}
	}
}

// TestForeignItemsLookLikeNone sends every route that names an item the ids of another
// brand, of nothing and of nonsense: nobody can tell them apart.
func TestForeignItemsLookLikeNone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other := o.newBrand(t, "Rival")
	foreign := other.receive("Not yours", complaint)
	bodies := map[string]any{
		"claim": nil, "release": map[string]any{}, "resolve": map[string]any{"outcome": "answered"},
		"snooze":   map[string]any{"until": time.Now().Add(time.Hour)},
		"handover": map[string]any{"reason": "yours"}, "correct": map[string]any{"intent": "praise"},
		"dismiss": map[string]any{"outcome": "spam"}, "assign": map[string]any{"assignee": "me"}, "return": map[string]any{"reason": "yours"},
		"companion": map[string]any{"reason": "yours"}, "note": map[string]any{"text": "yours"}, "tags": map[string]any{"add": []string{"yours"}},
		"promises": map[string]any{"text": "yours", "due_at": time.Now().Add(time.Hour)}, "notes": map[string]any{"text": "yours"},
	}
	_, paths := contract(t)
	for _, role := range []triage.Role{triage.RoleViewer, triage.RoleCM, triage.RoleAdmin} {
		token := o.hire(string(role), role)
		for path, operations := range paths {
			if !strings.HasPrefix(path, "/v1/items/{id}") { // the matrix tries all others
				continue
			}
			for method := range operations {
				var answers []string
				for _, id := range []string{foreign, string(postgres.NewID()), "7", "%00", "00000000-0000-0000-0000-00000000000g", strings.ToUpper(foreign), "{" + foreign + "}"} {
					verb := path[strings.LastIndex(path, "/")+1:]
					got := o.ask(token, strings.ToUpper(method), strings.ReplaceAll(path, "{id}", id), bodies[verb], "If-Match", `"1"`)
					if got.status != 404 && got.status != 403 {
						t.Errorf("%s as %s with %s: %d %s", path, role, id, got.status, got.raw)
					}
					delete(got.body, "instance")
					answers = append(answers, fmt.Sprint(got.status, got.body, got.header["Etag"], got.header["Content-Type"]))
				}
				if len(slices.Compact(answers)) != 1 {
					t.Errorf("%s %s as %s tells apart: %q", method, path, role, answers)
				}
			}
		}
	}
	if n := o.count(`SELECT count(*) FROM items WHERE id = $1 AND version = 1`, foreign); n != 1 {
		t.Error("a foreign item was changed")
	}
	token := o.hire("Ada", triage.RoleAdmin)
	o.ask(token, "GET", "/v1/queues/cm/items", nil).must(200)
	if got := o.ask(token, "GET", "/v1/queues/cm/items?author="+foreign, nil).must(200); len(idsOf(got)) != 0 {
		t.Errorf("foreign items are listed: %s", got.raw)
	}
	o.ask(token, "GET", "/v1/queues/none/items", nil).must(404)
	o.ask(token, "POST", "/v1/queues/none/claim", nil).must(404)
}

// TestUnknownFieldsAreRefused posts every field of an item back in every write.
func TestUnknownFieldsAreRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Ada", triage.RoleAdmin)
	id := o.receive("Nothing works", complaint)
	item := o.ask(token, "GET", "/v1/items/"+id, nil).must(200)
	bodies := map[string]map[string]any{
		"claim": {}, "release": {}, "resolve": {"outcome": "answered"}, "snooze": {"until": time.Now().Add(time.Hour)},
		"handover": {"reason": "x"}, "correct": {"intent": "praise"}, "dismiss": {"outcome": "spam"}, "assign": {"assignee": "me"},
		"return": {"reason": "x"}, "companion": {"reason": "x"}, "note": {"text": "x"}, "tags": {"add": []string{"x"}}, "wait": {}, "reopen": {},
	}
	for verb, body := range bodies {
		for field, value := range item.body {
			if _, known := body[field]; known || field == "fence" || verb == "correct" && slices.Contains([]string{"intent", "sentiment", "urgency", "queue", "reply_expected"}, field) {
				continue
			}
			sent := map[string]any{field: value}
			for k, v := range body {
				sent[k] = v
			}
			got := o.ask(token, "POST", "/v1/items/"+id+"/"+verb, sent).must(422)
			if got.text("type") != "/problems/unknown-field" {
				t.Errorf("%s with %s: %s", verb, field, got.raw)
			}
		}
	}
	if o.ask(token, "GET", "/v1/items/"+id, nil).number("version") != 1 {
		t.Error("a refused write changed the item")
	}
}

func TestProblemsAreAllOfOneShapeAndEchoNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Ada", triage.RoleCM)
	id := o.receive("Nothing works", complaint)
	const secret = "s3cr3t<script>"
	long := strings.Repeat("x", 2<<20)
	for _, c := range []struct {
		rule, method, path, body string
		headers                  []string
		status                   int
		kind                     string
	}{
		{"an unknown path", "GET", "/nowhere/" + "s3cr3t", "", nil, 404, "not-found"},
		{"an unknown path of /v1", "GET", "/v1/s3cr3t", "", nil, 404, "not-found"},
		{"a wrong method", "DELETE", "/v1/queues", "", nil, 405, "method-not-allowed"},
		{"a broken body", "POST", "/v1/items/" + id + "/resolve", `{"outcome": s3cr3t<script>`, nil, 400, "bad-request"},
		{"no body where one is needed", "POST", "/v1/items/" + id + "/resolve", "", nil, 400, "bad-request"},
		{"a wrong word", "POST", "/v1/items/" + id + "/resolve", `{"outcome":"` + secret + `"}`, nil, 422, "validation-failed"},
		{"an unknown field", "POST", "/v1/items/" + id + "/resolve", `{"outcome":"answered","` + secret + `":1}`, nil, 422, "unknown-field"},
		{"a wrong type", "POST", "/v1/items/" + id + "/claim", `{"fence":"` + secret + `"}`, nil, 422, "validation-failed"},
		{"a note with a zero byte", "POST", "/v1/items/" + id + "/handover", `{"reason":"s3cr3t\u0000"}`, nil, 422, "validation-failed"},
		{"a body that is too large", "POST", "/v1/items/" + id + "/resolve", `{"outcome":"answered","note":"` + long[:70_000] + `"}`, nil, 413, "payload-too-large"},
		{"another kind of body", "POST", "/v1/items/" + id + "/resolve", `outcome=s3cr3t`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "unsupported-media-type"},
		{"a packed body", "POST", "/v1/items/" + id + "/resolve", `s3cr3t`, []string{"Content-Encoding", "gzip"}, 415, "unsupported-encoding"},
		{"an answer in another form", "GET", "/v1/queues", "", []string{"Accept", "text/csv"}, 406, "not-acceptable"},
		{"a made-up cursor", "GET", "/v1/queues/cm/items?cursor=s3cr3t", "", nil, 400, "bad-cursor"},
		{"an unknown filter", "GET", "/v1/queues/cm/items?s3cr3t=1", "", nil, 422, "unknown-field"},
		{"a wrong filter", "GET", "/v1/queues/cm/items?intent=s3cr3t", "", nil, 422, "validation-failed"},
		{"a wrong time", "GET", "/v1/queues/cm/items?from=s3cr3t", "", nil, 422, "validation-failed"},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		got := o.ask(token, c.method, c.path, body, c.headers...)
		if got.status != c.status || got.text("type") != "/problems/"+c.kind || got.number("status") != c.status {
			t.Errorf("%s: answered %d %s", c.rule, got.status, got.raw)
		}
		if got.text("title") == "" || !strings.HasPrefix(got.text("instance"), "/requests/") ||
			got.header.Get("Content-Type") != "application/problem+json" || got.header.Get("Cache-Control") != "no-store" ||
			got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %s %v", c.rule, got.raw, got.header)
		}
		if strings.Contains(string(got.raw), "s3cr3t") {
			t.Errorf("%s: repeats what was sent: %s", c.rule, got.raw)
		}
		if got.text("instance") != "/requests/"+got.header.Get("X-Request-Id") {
			t.Errorf("%s: two names for one request: %s", c.rule, got.raw)
		}
	}
}

func TestAFailureOfOursSaysNothingOfItself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.hire("Ada", triage.RoleCM)
	o.exec(`ALTER TABLE queue_counts RENAME TO elsewhere`)
	got := o.ask(token, "GET", "/v1/queues", nil).must(500)
	if got.text("type") != "/problems/internal" || strings.Contains(string(got.raw), "queue_counts") {
		t.Errorf("%s", got.raw)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.ask("", "GET", "/healthz", nil).must(200)
	o.ask("", "GET", "/readyz", nil).must(200)
	o.store.Close()
	o.ask("", "GET", "/healthz", nil).must(200)
	if got := o.ask("", "GET", "/readyz", nil).must(503); got.header.Get("Retry-After") == "" {
		t.Errorf("%s %v", got.raw, got.header)
	}
}

func TestTheDocumentationNeedsNoOtherHost(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	read := func(path string) (string, http.Header) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != 200 {
			t.Fatalf("%s answered %d: %v", path, response.StatusCode, err)
		}
		return string(body), response.Header
	}
	page, header := read("/docs")
	for _, part := range strings.FieldsFunc(page, func(r rune) bool { return r == '"' || r == '\'' }) {
		if strings.HasPrefix(part, "//") && len(part) > len("//") || strings.HasPrefix(part, "http") && strings.Contains(part, "://") && len(part) > len("https://") {
			t.Errorf("the page names another host: %s", part)
		}
	}
	if !strings.Contains(page, "/openapi.json") || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("page: %v", header)
	}
	if script, _ := read("/docs/swagger-ui-bundle.js"); len(script) < 100_000 {
		t.Error("the viewer is not there")
	}
	if doc, _ := read("/openapi.json"); !strings.Contains(doc, `"openapi":"3.1.0"`) {
		t.Error("the contract is not there")
	}
}
