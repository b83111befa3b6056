package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"triage/connector/meta"
)

func TestWhoAsksMetaToBeForgottenSeesThatTheyAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.gate(h.brand, "facebook", "page")
	h.run()
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	signed := func(secret string) []byte {
		payload := fmt.Sprintf(`{"algorithm":"HMAC-SHA256","user_id":"218471","issued_at":%d}`, time.Now().Unix())
		return []byte(url.Values{"signed_request": {meta.SignRequest(secret, []byte(payload))}}.Encode())
	}
	for _, kind := range []string{"/deletion", "/deauthorize"} {
		if a := h.send("POST", g.path+kind, form, signed("another secret of enough characters")); a.status != 401 || a.kind() != "signature-invalid" {
			t.Errorf("%s of a stranger is answered %d %s", kind, a.status, a.body)
		}
	}
	if a := h.send("POST", g.path+"/deauthorize", form, signed(g.secret)); a.status != 200 {
		t.Errorf("deauthorisation is answered %d %s", a.status, a.body)
	}
	a := h.send("POST", g.path+"/deletion", form, signed(g.secret))
	var said struct {
		URL  string `json:"url"`
		Code string `json:"confirmation_code"`
	}
	if err := json.Unmarshal(a.body, &said); err != nil || a.status != 200 || !strings.HasSuffix(said.URL, g.path+"/deletion/"+said.Code) || said.Code == "" {
		t.Fatalf("deletion is answered %d %s", a.status, a.body)
	}
	page := h.send("GET", g.path+"/deletion/"+said.Code, nil, nil)
	if page.status != 200 || !strings.Contains(string(page.body), "gelöscht") || !strings.Contains(string(page.body), said.Code) || strings.Contains(string(page.body), "218471") {
		t.Errorf("the page is %d %s", page.status, page.body)
	}
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("the page may load what %q allows", policy)
	}
	if a := h.send("GET", g.path+"/deletion/0123456789abcdef0123456789abcdef", nil, nil); a.status != 404 {
		t.Errorf("an invented code is answered %d", a.status)
	}
}
