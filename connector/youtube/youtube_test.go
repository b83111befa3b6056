package youtube

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/connectortest"
)

const secret = "hub-secret-that-we-made-up-0815"

const upload = `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom"><title>Feed</title>
 <entry><id>yt:video:v1</id><yt:videoId>v1</yt:videoId><yt:channelId>UC1</yt:channelId><title>Falter &amp; Kescher</title></entry>
</feed>
`

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Case{
		Platform: Connector{}, Secret: secret, Body: []byte(upload), Silent: true,
		Sign: func(secret string, _ time.Time, body []byte) http.Header {
			return http.Header{Signature: {Sign(secret, body)}}
		},
	})
}

func TestVideosAreCounted(t *testing.T) {
	removed := strings.Replace(upload, "</feed>", `<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="yt:video:v0"/></feed>`, 1)
	got, err := Connector{}.Parse(connector.Delivery{Body: []byte(removed)})
	if err != nil || len(got.Events) > 0 || got.Ignored["video"] != 1 || got.Ignored["video_removed"] != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatIsNoFeedIsRefused(t *testing.T) {
	for name, body := range map[string]string{
		"another root":        `<rss/>`,
		"another namespace":   `<feed/>`,
		"two roots":           upload[strings.Index(upload, "<feed"):] + upload[strings.Index(upload, "<feed"):],
		"cut off":             upload[:120],
		"an entity of theirs": `<!DOCTYPE feed [<!ENTITY a "aaaa">]><feed xmlns="http://www.w3.org/2005/Atom"><title>&a;</title></feed>`,
		"nested without end":  `<feed xmlns="http://www.w3.org/2005/Atom">` + strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40) + `</feed>`,
		"too many videos":     `<feed xmlns="http://www.w3.org/2005/Atom">` + strings.Repeat("<entry/>", 1001) + `</feed>`,
	} {
		if got, err := (Connector{}).Parse(connector.Delivery{Body: []byte(body)}); err == nil {
			t.Errorf("%s was read as %+v", name, got)
		}
	}
}

func TestOnlyFeedsOfChannelsAreConfirmed(t *testing.T) {
	const token = "the token that we chose"
	for named, good := range map[string]bool{
		topic + "UC1": true,
		"https://www.youtube.com.evil.example/xml/feeds/videos.xml?channel_id=UC1": false,
		"": false,
	} {
		query := url.Values{
			"hub.mode": {"subscribe"}, "hub.challenge": {"1158201444"}, "hub.verify_token": {token},
			"hub.topic": {named}, "hub.lease_seconds": {"432000"},
		}
		if answer, err := (Connector{}).Handshake(query, token); (err == nil) != good || good && answer != "1158201444" {
			t.Errorf("%q: %q, %v", named, answer, err)
		}
	}
}

func TestAStrangerLearnsNothing(t *testing.T) {
	for _, refused := range []error{nil, connector.ErrSignatureInvalid} {
		if got, ok := (Connector{}).Respond(connector.Delivery{}, refused); !ok || got != (connector.Response{Status: 202}) {
			t.Errorf("%v: %+v", refused, got)
		}
	}
}

func TestSecretsThatAHubWouldNotTakeAreRefused(t *testing.T) {
	if err := (Connector{}).CheckSecret(strings.Repeat("abcdefgh", 25)); err == nil {
		t.Error("200 bytes were taken")
	}
}
