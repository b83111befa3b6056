package discord

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/triage"
)

const token = "MTEwMDAwMDAwMDAwMDAwMDAwMA.GaBcDe.abcdefghijklmnopqrstuvwxyz0123456789ab"

// framed makes a page of an event of the server 9, where the bot 5 is; room 1 is general and
// room 2 the thread talk below it.
func framed(kind, data string) connector.Delivery {
	return connector.Delivery{Body: fmt.Appendf(nil, `{"account":"9","me":"5","rooms":{"1":{"name":"general"},"2":{"name":"talk","thread":true}},
		"frame":{"op":0,"s":7,"t":%q,"d":%s}}`, kind, data)}
}

func said(fields string) string {
	return `{"id":"70","guild_id":"9","channel_id":"1","type":0,"content":"hi","timestamp":"2026-05-04T12:00:00.123Z","edited_timestamp":null,
		"author":{"id":"7","username":"robin","global_name":"Robin"},"mentions":[]` + fields + `}`
}

func TestWhatOfAServerIsAnEngagement(t *testing.T) {
	for _, c := range []struct {
		rule, kind, data, want string
	}{
		{"a message", "MESSAGE_CREATE", said(""), "comment created 70 in 1 below  own false"},
		{"an answer", "MESSAGE_CREATE", said(`,"type":19,"message_reference":{"message_id":"60"},"referenced_message":null`), "reply created 70 in 1 below 60 own false"},
		{"a message that is passed on", "MESSAGE_CREATE", said(`,"message_reference":{"type":1,"message_id":"60"}`), "comment created 70 in 1 below  own false"},
		{"a mention of the bot", "MESSAGE_CREATE", said(`,"mentions":[{"id":"5","username":"us"}]`), "mention created 70 in 1 below  own false"},
		{"a word in a thread", "MESSAGE_CREATE", said(`,"channel_id":"2"`), "reply created 70 in 2 below 2 own false"},
		{"what a thread began with", "MESSAGE_CREATE", said(`,"channel_id":"70"`), "comment created 70 in 70 below  own false"},
		{"a bridge", "MESSAGE_CREATE", said(`,"webhook_id":"8","author":{"id":"8","username":"Bridge","bot":true}`), "comment created 70 in 1 below  own false"},
		{"a message without its words", "MESSAGE_CREATE", said(`,"content":""`), "comment created 70 in 1 below  own false"},
		{"another bot", "MESSAGE_CREATE", said(`,"author":{"id":"8","bot":true}`), "bot 1"},
		{"the bot itself", "MESSAGE_CREATE", said(`,"author":{"id":"5","bot":true}`), "own_echo 1"},
		{"somebody joining", "MESSAGE_CREATE", said(`,"type":7`), "service 1"},
		{"another server", "MESSAGE_CREATE", said(`,"guild_id":"10"`), "other_server 1"},
		{"an edit", "MESSAGE_UPDATE", said(`,"edited_timestamp":"2026-05-04T12:05:00Z"`), "comment edited 70 in 1 below  own false"},
		{"an edit of the bot's", "MESSAGE_UPDATE", said(`,"edited_timestamp":"2026-05-04T12:05:00Z","author":{"id":"5"}`), "comment edited 70 in 1 below  own true"},
		{"an edit without its words", "MESSAGE_UPDATE", said(`,"edited_timestamp":"2026-05-04T12:05:00Z","content":""`), "unfolded 1"},
		{"a link that unfolds", "MESSAGE_UPDATE", `{"id":"70","guild_id":"9","channel_id":"1","embeds":[{"type":"link"}]}`, "unfolded 1"},
		{"a deletion", "MESSAGE_DELETE", `{"id":"70","guild_id":"9","channel_id":"1"}`, "comment deleted 70 in  below  own false"},
		{"many deletions", "MESSAGE_DELETE_BULK", `{"ids":["70"],"guild_id":"9","channel_id":"1"}`, "comment deleted 70 in  below  own false"},
		{"a deletion elsewhere", "MESSAGE_DELETE", `{"id":"70","guild_id":"10","channel_id":"1"}`, "other_server 1"},
		{"somebody typing", "TYPING_START", `{}`, "other_event 1"},
		{"a message without an id", "MESSAGE_CREATE", `{"content":"hi"}`, "id_missing"},
		{"no message", "MESSAGE_CREATE", `[]`, "malformed"},
	} {
		got, err := Connector{}.Parse(framed(c.kind, c.data))
		if err != nil {
			t.Errorf("%s: %v", c.rule, err)
		}
		if read := summary(got); read != c.want {
			t.Errorf("%s was read as %q, want %q", c.rule, read, c.want)
		}
	}
}

func summary(p connector.Parsed) string {
	var all []string
	for _, event := range p.Events {
		e := event.Engagement
		all = append(all, fmt.Sprintf("%s %s %s in %s below %s own %v", e.Form, e.Action, e.ExternalID, e.Thread.ExternalID, e.ParentExternalID, event.Own))
	}
	for kind, n := range p.Ignored {
		all = append(all, fmt.Sprint(kind, " ", n))
	}
	for _, reject := range p.Rejects {
		all = append(all, reject.Reason)
	}
	return strings.Join(all, ", ")
}

func TestAMessageIsReadWhole(t *testing.T) {
	got, err := Connector{}.Parse(framed("MESSAGE_UPDATE", said(`,"member":{"nick":"Rob 🐦"},"edited_timestamp":"2026-05-04T12:05:00Z",
		"content":"<@!6> <@5> <#1> <:blob:12> <a:x:13> 1 < 2 <t:1>","mentions":[{"id":"6","username":"ada"}],"attachments":[{}]`)))
	if err != nil || len(got.Events) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	want := connector.Event{Account: "9", Engagement: triage.Engagement{
		ExternalID: "70", Form: triage.FormComment, Action: triage.Edited, Text: "@ada @5 #1 :blob: :x: 1 < 2 <t:1>", HasMedia: true,
		Author:    triage.Author{ExternalID: "7", Handle: "robin", Name: "Rob 🐦", Followers: -1},
		Thread:    triage.Thread{ExternalID: "1", Text: "#general", Permalink: "https://discord.com/channels/9/1"},
		Permalink: "https://discord.com/channels/9/1/70",
		PostedAt:  time.Date(2026, 5, 4, 12, 0, 0, 123e6, time.UTC), VersionAt: time.Date(2026, 5, 4, 12, 5, 0, 0, time.UTC),
	}}
	if got.Events[0] != want {
		t.Errorf("read\n%+v\nwant\n%+v", got.Events[0], want)
	}
}

func TestASecretIsABotTokenAPublicKeyOrBoth(t *testing.T) {
	for secret, good := range map[string]bool{
		token: true, publicKey: true, token + ":" + publicKey: true,
		"": false, ":": false, token + ":": true, token + ":zz": false, "a.b.c": false, strings.ReplaceAll(token, ".", "-"): false,
		" " + token: false,
	} {
		if err := (Connector{}).CheckSecret(secret); (err == nil) != good {
			t.Errorf("%q: %v", secret, err)
		}
	}
	body := []byte(ping)
	d := connector.Delivery{Header: sign(publicKey, time.Unix(1777896000, 0), body), Body: body}
	for secret, good := range map[string]bool{token + ":" + publicKey: true, publicKey: true, token: false} {
		if err := (Connector{}).Verify(d, []string{secret}); (err == nil) != good {
			t.Errorf("verified with %q: %v", secret, err)
		}
	}
}

func TestIDsAreComparedAsNumbersOfAnyLength(t *testing.T) {
	if !newer("1000", "999") || newer("999", "1000") || newer("7", "7") || !newer("1", "") {
		t.Error("order of ids")
	}
	at := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	if got := earlier(snowflake(at), time.Minute); got != snowflake(at.Add(-time.Minute)) {
		t.Errorf("a minute earlier is %s", got)
	}
}
