package sources_test

import (
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/facebook"
	"triage/connector/meta"
	"triage/connector/slack"
	"triage/postgres"
	"triage/triage"
)

func TestWhoAsksToBeForgottenIsForgottenAndTheirTokenGoes(t *testing.T) {
	t.Parallel()
	g := newGraphed(t, facebook.Connector{Every: time.Hour}, "100")
	other := postgres.NewID()
	g.exec(`INSERT INTO channels (brand_id, id, endpoint_id, platform, external_id, name, address, token, granted_by)
		VALUES ($1, $2, $3, 'facebook', '200', 'Other', $4, '\x01', '999')`, g.brand, other, g.endpoint, g.address)
	g.exec(`UPDATE channels SET granted_by = '5' WHERE id = $1`, g.channel)
	g.tell(`{"object":"page","entry":[{"id":"100","time":1777896001,"changes":[{"field":"feed","value":{
		"item":"comment","verb":"add","comment_id":"7_10","post_id":"100_7","parent_id":"100_7","from":{"id":"5"},"message":"mine"}}]}]}`)
	at := time.Now().UTC()
	form := func(secret, payload string) url.Values {
		return url.Values{"signed_request": {meta.SignRequest(secret, []byte(payload))}}
	}
	issued := fmt.Sprintf(`{"algorithm":"HMAC-SHA256","user_id":"5","issued_at":%d}`, at.Add(-time.Minute).Unix())
	for want, f := range map[error]url.Values{
		connector.ErrSignatureMissing: {},
		connector.ErrSignatureInvalid: form("another secret of enough characters", issued),
		connector.ErrTimestamp:        form(appSecret, `{"algorithm":"HMAC-SHA256","user_id":"5","issued_at":1291836800}`),
	} {
		if _, err := g.door.Withdraw(t.Context(), triage.Facebook, g.endpoint, f, at, true); !errors.Is(err, want) {
			t.Errorf("%v is answered with %v", f, err)
		}
	}
	if n := g.count(`SELECT count(*) FROM channels WHERE token IS NOT NULL`); n != 2 {
		t.Fatal("what nobody signed took a token away")
	}
	code, err := g.door.Withdraw(t.Context(), triage.Facebook, g.endpoint, form(appSecret, issued), at, true)
	if err != nil || len(code) != 32 {
		t.Fatalf("code %q, %v", code, err)
	}
	again, err := g.door.Withdraw(t.Context(), triage.Facebook, g.endpoint, form(appSecret, issued), at, true)
	if err != nil || again != code {
		t.Errorf("repeated: code %q, %v", again, err)
	}
	if _, err := g.store.Withdrawal(t.Context(), g.endpoint, code); err != nil {
		t.Error(err)
	}
	if _, err := g.store.Withdrawal(t.Context(), other, code); triage.KindOf(err) != triage.NotFound {
		t.Errorf("the code is known elsewhere: %v", err)
	}
	if h := g.health(g.channel); h.State != postgres.SourceEnded || h.Reason != postgres.AccessEnded {
		t.Errorf("the channel is %q, %q", h.State, h.Reason)
	}
	if h := g.health(other); h.State == postgres.SourceEnded {
		t.Error("somebody else's channel stopped, too")
	}
	if n := g.count(`SELECT count(*) FROM erased_authors WHERE author_hash = sha256('5')`); n != 2 {
		t.Errorf("forgotten in %d channels", n)
	}
	if n := g.count(`SELECT count(*) FROM channels WHERE token IS NOT NULL AND granted_by = '999'`); n != 1 {
		t.Error("the other's token is gone")
	}
}

func TestAnAppThatIsRemovedStopsItsChannelsUntilTheySpeakAgain(t *testing.T) {
	t.Parallel()
	g := newGraphed(t, slack.Connector{}, "C1")
	g.exec(`UPDATE channels SET token = NULL, address = ''`)
	say := func(body string) {
		t.Helper()
		in := connector.Delivery{Body: []byte(body), ReceivedAt: time.Now(), Header: slack.Sign(appSecret, time.Now(), []byte(body))}
		if _, err := g.door.Receive(t.Context(), triage.Slack, g.endpoint, in); err != nil {
			t.Fatal(err)
		}
	}
	say(`{"type":"event_callback","team_id":"T1","event_id":"E1","event":{"type":"tokens_revoked","tokens":{"oauth":["U1"]}}}`)
	if h := g.health(g.channel); h.State != "" {
		t.Errorf("a person's own token stops the channel: %q", h.State)
	}
	say(`{"type":"event_callback","team_id":"T1","event_id":"E2","event":{"type":"app_uninstalled"}}`)
	if h := g.health(g.channel); h.State != postgres.SourceEnded {
		t.Errorf("the channel is %q", h.State)
	}
	say(`{"type":"event_callback","team_id":"T1","event_id":"E3","event":{"type":"message","channel":"C1","user":"U2","ts":"1777896000.000100","text":"back again"}}`)
	for more := true; more; {
		err := g.store.InTx(t.Context(), func(tx *postgres.Tx) (err error) { more, err = tx.FoldHeartbeats(t.Context()); return err })
		if err != nil {
			t.Fatal(err)
		}
	}
	if h := g.health(g.channel); h.State != "" {
		t.Errorf("after it spoke the channel is %q", h.State)
	}
}
