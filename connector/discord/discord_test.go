package discord

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/connectortest"
	"triage/triage"
)

// application is the key pair of an application that we made up.
var application = ed25519.NewKeyFromSeed([]byte("thirty-two bytes of a known seed"))

var publicKey = hex.EncodeToString(application.Public().(ed25519.PublicKey))

const ping = `{"id":"1100","application_id":"42","type":1,"token":"unused","version":1}`

// sign signs as the application, or as another whose key follows from its name.
func sign(key string, at time.Time, body []byte) http.Header {
	private := application
	if key != publicKey {
		seed := sha256.Sum256([]byte(key))
		private = ed25519.NewKeyFromSeed(seed[:])
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	return http.Header{
		Timestamp: {stamp},
		Signature: {hex.EncodeToString(ed25519.Sign(private, append([]byte(stamp), body...)))},
	}
}

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Case{Platform: Connector{}, Secret: publicKey, Sign: sign, Body: []byte(ping), Silent: true})
}

func TestWhatIsAnsweredToEachDelivery(t *testing.T) {
	deauthorized := `{"version":1,"application_id":"42","type":1,"event":{"type":"APPLICATION_DEAUTHORIZED","timestamp":"2026-05-04T12:00:00Z","data":{"user":{"id":"77","username":"ada"}}}}`
	for _, c := range []struct {
		rule, body string
		status     int
		answer     string
		ignored    string
	}{
		{"a ping of the interactions address", ping, 200, `{"type":1}`, "ping"},
		{"a ping of the events address", `{"version":1,"application_id":"42","type":0}`, 204, "", "ping"},
		{"a command that we never offered", `{"id":"1","application_id":"42","type":2,"token":"x"}`, 204, "", "interaction"},
		{"an event of no concern", strings.Replace(deauthorized, "APPLICATION_DEAUTHORIZED", "ENTITLEMENT_CREATE", 1), 204, "", "other_event"},
		{"access taken back", deauthorized, 204, "", ""},
	} {
		d := connector.Delivery{Body: []byte(c.body)}
		got, err := Connector{}.Parse(d)
		if err != nil || len(got.Rejects) > 0 || c.ignored != "" && (got.Ignored[c.ignored] != 1 || len(got.Events) > 0) {
			t.Errorf("%s was read as %+v, %v", c.rule, got, err)
		}
		if a, ok := (Connector{}).Respond(d, nil); !ok || a.Status != c.status || a.Body != c.answer {
			t.Errorf("%s was answered %+v", c.rule, a)
		}
		if _, ok := (Connector{}).Respond(d, connector.ErrSignatureInvalid); ok {
			t.Errorf("%s got an answer without a signature", c.rule)
		}
	}
}

func TestWhoTakesAccessBackIsErased(t *testing.T) {
	body := `{"version":1,"application_id":"42","type":1,"event":{"type":"APPLICATION_DEAUTHORIZED","timestamp":"2026-05-04T12:00:00Z","data":{"user":{"id":"77"}}}}`
	got, err := Connector{}.Parse(connector.Delivery{Body: []byte(body)})
	want := connector.Event{Engagement: triage.Engagement{
		Action: triage.AuthorErased, Author: triage.Author{ExternalID: "77", Followers: -1}, VersionAt: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC),
	}}
	if err != nil || len(got.Events) != 1 || got.Events[0] != want {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestMalformedSignaturesAreRefusedAndDoNotPanic(t *testing.T) {
	good := sign(publicKey, time.Unix(1777896000, 0), []byte(ping))
	for form, change := range map[string]func(http.Header){
		"short":          func(h http.Header) { h.Set(Signature, h.Get(Signature)[:126]) },
		"not hex":        func(h http.Header) { h.Set(Signature, "zz"+h.Get(Signature)[2:]) },
		"twice":          func(h http.Header) { h.Add(Signature, h.Get(Signature)) },
		"another time":   func(h http.Header) { h.Set(Timestamp, "1777896001") },
		"two times":      func(h http.Header) { h.Add(Timestamp, h.Get(Timestamp)) },
		"a digit beside": func(h http.Header) { h.Set(Timestamp, h.Get(Timestamp)+"{") },
	} {
		header := good.Clone()
		change(header)
		d := connector.Delivery{Header: header, Body: []byte(ping)}
		if err := (Connector{}).Verify(d, []string{"", "zz", publicKey[:60], publicKey}); !errors.Is(err, connector.ErrSignatureInvalid) {
			t.Errorf("%s: %v", form, err)
		}
	}
}
