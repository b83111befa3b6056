package connector_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/discord"
	"triage/connector/discourse"
	"triage/connector/facebook"
	"triage/connector/linkedin"
	"triage/connector/mastodon"
	"triage/connector/meta"
	"triage/connector/slack"
	"triage/connector/standardwebhooks"
	"triage/connector/telegram"
	"triage/connector/tiktok"
	"triage/connector/x"
	"triage/connector/youtube"
	"triage/internal/corpus"
)

// vector is one published or computed signature with its verdict.
type vector struct {
	ID, Platform, Scheme, Reason, Secret string
	Valid                                bool
	Now                                  *int64
	Headers                              map[string]string
	Body                                 string `json:"body_base64"`
	PublicKey                            string `json:"public_key"`
	PublicKeyHex                         string `json:"public_key_hex"`
	UserID                               string `json:"expected_user_id"`
	Query                                map[string]string
	Response                             json.RawMessage `json:"expected_response"`
}

func (v vector) verify(t *testing.T) error {
	body, err := base64.StdEncoding.DecodeString(v.Body)
	if err != nil {
		t.Fatal(err)
	}
	d := connector.Delivery{Header: http.Header{}, Body: body, ReceivedAt: time.Unix(1_700_000_000, 0)}
	if v.Now != nil {
		d.ReceivedAt = time.Unix(*v.Now, 0)
	}
	for name, value := range v.Headers {
		d.Header.Set(name, value)
	}
	secret := v.Secret
	if v.PublicKey != "" {
		secret = v.PublicKey
	}
	switch v.Scheme {
	case "hub-sha256-hex":
		if v.Platform == "mastodon" {
			return mastodon.Connector{}.Verify(d, []string{secret})
		}
		return facebook.Connector{}.Verify(d, []string{secret})
	case "standard-webhooks", "standard-webhooks-ed25519":
		return standardwebhooks.Connector{}.Verify(d, []string{secret})
	case "telegram-secret-token":
		return telegram.Connector{}.Verify(d, []string{secret})
	case "x-sha256-base64":
		return x.Connector{}.Verify(d, []string{secret})
	case "linkedin-hmac-hex":
		return linkedin.Connector{}.Verify(d, []string{secret})
	case "linkedin-challenge":
		return v.challenge(t, linkedin.Connector{})
	case "tiktok-t-s":
		return tiktok.Connector{}.Verify(d, []string{secret})
	case "x-crc":
		return v.challenge(t, x.Connector{})
	case "websub":
		return youtube.Connector{}.Verify(d, []string{secret})
	case "ed25519-hex":
		return discord.Connector{}.Verify(d, []string{v.PublicKeyHex})
	case "discourse-sha256-hex":
		return discourse.Connector{}.Verify(d, []string{secret})
	case "slack-v0":
		return slack.Connector{}.Verify(d, []string{secret})
	case "signed-request":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			t.Fatal(err)
		}
		request, err := meta.ParseSignedRequest(secret, form)
		if request.UserID != v.UserID {
			t.Errorf("%s: user %q, want %q", v.ID, request.UserID, v.UserID)
		}
		return err
	}
	t.Fatalf("unknown scheme %s", v.Scheme)
	return nil
}

// challenge has the vector's question answered, and compares with the answer that it gives.
func (v vector) challenge(t *testing.T, c connector.Challenger) error {
	query := url.Values{}
	for name, value := range v.Query {
		query.Set(name, value)
	}
	answer, err := c.Challenge(query, v.Secret)
	var got, want map[string]string
	if json.Unmarshal(v.Response, &want) != nil || json.Unmarshal([]byte(answer), &got) != nil || !maps.Equal(got, want) {
		t.Errorf("%s: answered %s, want %s", v.ID, answer, v.Response)
	}
	return err
}

func TestSignatureVectorsAgree(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	var file struct{ Vectors []json.RawMessage }
	if err := json.Unmarshal(corpus.Read(t, dir, "payloads", "signatures.json"), &file); err != nil {
		t.Fatal(err)
	}
	schemes := map[string]int{}
	for _, raw := range file.Vectors {
		var v vector
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(err)
		}
		schemes[v.Scheme]++
		if err := v.verify(t); (err == nil) != v.Valid {
			t.Errorf("%s (%s): %v, want valid %v", v.ID, v.Reason, err, v.Valid)
		}
	}
	for scheme, least := range map[string]int{
		"hub-sha256-hex": 5, "standard-webhooks": 10, "standard-webhooks-ed25519": 1, "signed-request": 3,
		"x-sha256-base64": 4, "x-crc": 1, "linkedin-hmac-hex": 3, "linkedin-challenge": 1, "tiktok-t-s": 4,
		"telegram-secret-token": 4, "discourse-sha256-hex": 3, "slack-v0": 6, "websub": 2, "ed25519-hex": 6,
	} {
		if schemes[scheme] < least {
			t.Errorf("only %d vectors of %s were checked", schemes[scheme], scheme)
		}
	}
}
