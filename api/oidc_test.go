package api_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"triage/access/oidc"
	"triage/api"
	"triage/triage"
)

// issuer is a provider that is strict about what it is sent, and can be told to misbehave.
type issuer struct {
	*httptest.Server
	t        *testing.T
	key      *rsa.PrivateKey
	asked    url.Values // the last request to authorize
	claims   map[string]any
	signWith *rsa.PrivateKey
}

const issuerReturn = "http://127.0.0.1/v1/session/oidc/callback"

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{t: t, key: key, signWith: key}
	mux := http.NewServeMux()
	write := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v) // the client says what it misses
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		write(w, map[string]any{
			"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		write(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("POST /token", i.token(write))
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

// token gives an ID token for the code of the last visit, to whom it was given only.
func (i *issuer) token(write func(http.ResponseWriter, any)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		for what, ok := range map[string]bool{
			"client": user == "triage-client" && password == "client-secret", "grant": r.FormValue("grant_type") == "authorization_code",
			"code": r.FormValue("code") == "code-1", "redirect": r.FormValue("redirect_uri") == issuerReturn,
			"verifier": base64.RawURLEncoding.EncodeToString(sum[:]) == i.asked.Get("code_challenge"),
		} {
			if !ok {
				w.WriteHeader(http.StatusBadRequest)
				write(w, map[string]string{"error": "invalid_grant", "error_description": what})
				return
			}
		}
		claims := map[string]any{
			"iss": i.URL, "aud": "triage-client", "sub": "subject-1", "nonce": i.asked.Get("nonce"),
			"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
			"email": "Ada@Example.com", "email_verified": true, "name": "Ada L.",
		}
		for name, value := range i.claims {
			claims[name] = value
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: i.signWith, KeyID: "k"}}, nil)
		if err != nil {
			i.t.Error(err)
		}
		signed, err := jwt.Signed(signer).Claims(claims).Serialize()
		if err != nil {
			i.t.Error(err)
		}
		write(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": signed})
	}
}

// visitor is a browser that goes to the provider and comes back.
type visitor struct {
	o      *office
	i      *issuer
	client *http.Client
}

func (o *office) visitor(i *issuer) *visitor {
	return &visitor{o, i, &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (v *visitor) get(path, cookie string) *http.Response {
	v.o.t.Helper()
	r, err := http.NewRequestWithContext(v.o.t.Context(), http.MethodGet, v.o.url+path, nil)
	if err != nil {
		v.o.t.Fatal(err)
	}
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	got, err := v.client.Do(r)
	if err != nil {
		v.o.t.Fatal(err)
	}
	_ = got.Body.Close()
	return got
}

// leave goes to the provider, checks what it is sent, and returns state and cookie.
func (v *visitor) leave(query string) (state, cookie string) {
	v.o.t.Helper()
	gone := v.get("/v1/session/oidc"+query, "")
	to, err := url.Parse(gone.Header.Get("Location"))
	if err != nil || gone.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to.String(), v.i.URL+"/authorize?") {
		v.o.t.Fatalf("answered %d, leads to %v: %v", gone.StatusCode, to, err)
	}
	v.i.asked = to.Query()
	for name, want := range map[string]string{
		"response_type": "code", "client_id": "triage-client", "redirect_uri": issuerReturn, "code_challenge_method": "S256", "scope": "openid email profile",
	} {
		if got := v.i.asked.Get(name); got != want {
			v.o.t.Errorf("the provider is sent %s %q, want %q", name, got, want)
		}
	}
	if len(v.i.asked.Get("nonce")) < 20 || len(v.i.asked.Get("state")) < 20 || len(v.i.asked.Get("code_challenge")) != 43 {
		v.o.t.Errorf("the provider is sent %v", v.i.asked)
	}
	set := gone.Header.Get("Set-Cookie")
	if !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Lax") || !strings.Contains(set, "Max-Age=600") || strings.Contains(set, v.i.asked.Get("nonce")) {
		v.o.t.Errorf("the cookie is %q", set)
	}
	cookie, _, _ = strings.Cut(set, ";")
	return v.i.asked.Get("state"), cookie
}

// back returns from the provider and, when let in, the cookie of the session.
func (v *visitor) back(state, cookie string) (status int, session string) {
	got := v.get("/v1/session/oidc/callback?code=code-1&state="+url.QueryEscape(state), cookie)
	for _, line := range got.Header.Values("Set-Cookie") {
		if c, err := http.ParseSetCookie(line); err == nil && c.Name == "triage" {
			session = c.Value
		}
	}
	return got.StatusCode, session
}

func (v *visitor) through() (status int, session string) {
	v.o.t.Helper()
	return v.back(v.leave(""))
}

func newOfficeWith(t *testing.T) (*office, *issuer) {
	t.Helper()
	i := newIssuer(t)
	p, err := oidc.New(oidc.Options{
		Issuer: i.URL, ClientID: "triage-client", ClientSecret: "client-secret", Name: "Acme login", Redirect: issuerReturn, Key: make([]byte, 32),
	})
	if err != nil {
		t.Fatal(err)
	}
	return newOffice(t, func(o *api.Options) { o.Provider = p }), i
}

func TestAProviderLetsInWhoIsInvited(t *testing.T) {
	t.Parallel()
	o, i := newOfficeWith(t)
	v := o.visitor(i)
	if status, session := v.through(); status != 403 || session != "" {
		t.Errorf("somebody whom nobody invited: %d", status)
	}
	if n := o.count(`SELECT count(*) FROM people`); n != 0 {
		t.Errorf("%d people were made", n)
	}
	ada := o.employ("ada@example.com", triage.RoleCM)
	thief := o.browser().signIn("ada@example.com")
	status, session := v.through()
	if status != 303 || session == "" {
		t.Fatalf("answered %d", status)
	}
	b := &browser{o: o, cookie: session, from: "same-origin"}
	if got := b.ask("GET", "/v1/session", nil).must(200); got.text("person_id") != string(ada) || got.text("means") != "oidc" {
		t.Errorf("came in as %s", got.raw)
	}
	thief.ask("GET", "/v1/queues", nil).must(401) // whoever set the password had not proven the address
	o.browser().ask("POST", "/v1/session", map[string]any{"mail": "ada@example.com", "password": goodPassword}).must(401)
	i.claims = map[string]any{"email": "ada.new@example.com"} // it is the subject that counts from now on
	if status, _ := v.through(); status != 303 {
		t.Errorf("with a new address: %d", status)
	}
	i.claims = map[string]any{"sub": "subject-2"} // the address was given to somebody else
	if status, session := v.through(); status != 403 || session != "" {
		t.Errorf("another subject with the address: %d", status)
	}
	if means := o.ask("", "GET", "/v1/session/means", nil).must(200); means.text("oidc", "name") != "Acme login" {
		t.Errorf("means: %s", means.raw)
	}
}

func TestAnInvitationIsAcceptedThroughTheProvider(t *testing.T) {
	t.Parallel()
	o, i := newOfficeWith(t)
	lead := o.hire("Lea", triage.RoleLead)
	invite := func(mail string) string {
		return o.ask(lead, "POST", "/v1/invitations", map[string]any{"mail": mail, "role": "cm"}).must(201).text("token")
	}
	v := o.visitor(i)
	if status, _ := v.back(v.leave("?invitation=" + invite("ben@example.com"))); status != 403 {
		t.Errorf("somebody else's invitation: %d", status)
	}
	status, session := v.back(v.leave("?invitation=" + invite("ada@example.com")))
	if status != 303 {
		t.Fatalf("answered %d", status)
	}
	b := &browser{o: o, cookie: session, from: "same-origin"}
	if got := b.ask("GET", "/v1/session", nil).must(200); got.text("role") != "cm" || got.text("name") != "Ada L." {
		t.Errorf("came in as %s", got.raw)
	}
}

func TestAProvidersWordIsCheckedToTheLetter(t *testing.T) {
	t.Parallel()
	o, i := newOfficeWith(t)
	o.employ("ada@example.com", triage.RoleCM)
	v := o.visitor(i)
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for rule, claims := range map[string]map[string]any{
		"another nonce":       {"nonce": "other"},
		"another audience":    {"aud": "somebody else"},
		"another issuer":      {"iss": "https://evil.example"},
		"a token of old":      {"exp": time.Now().Add(-time.Hour).Unix()},
		"an address unproven": {"email_verified": false},
		"an address unsaid":   {"email": "", "email_verified": true},
	} {
		i.claims = claims
		if status, session := v.through(); status != 401 && status != 403 || session != "" {
			t.Errorf("%s: %d", rule, status)
		}
	}
	i.claims, i.signWith = nil, stranger
	if status, _ := v.through(); status != 401 {
		t.Errorf("a stranger's signature: %d", status)
	}
	i.signWith = i.key
	state, cookie := v.leave("")
	_, other := v.leave("")
	for rule, c := range map[string][2]string{
		"no cookie": {state, ""}, "another's cookie": {state, other}, "another state": {"x", cookie}, "a made-up cookie": {state, "triage-oidc=abc"},
	} {
		if status, session := v.back(c[0], c[1]); status != 401 || session != "" {
			t.Errorf("%s: %d", rule, status)
		}
	}
	if status, _ := v.back(v.leave("")); status != 303 {
		t.Errorf("and as it should be: %d", status)
	}
	i.Close()
	fresh, err := oidc.New(oidc.Options{Issuer: i.URL, ClientID: "c", Redirect: issuerReturn, Key: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := fresh.Leave(t.Context(), "", time.Now()); triage.KindOf(err) != triage.Unavailable {
		t.Errorf("a provider that is away: %v", err)
	}
}
