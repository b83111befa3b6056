package chat_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"triage/api"
	"triage/internal/fakeslack"
	"triage/notify/slack"
	"triage/postgres"
	"triage/triage"
)

func TestCommandsAreAnsweredToTheOneWhoAsks(t *testing.T) {
	r := newRoom(t)
	r.hire(r.brand, "UJO", triage.RoleCM)
	item, _ := r.comes(r.brand, "Where is my parcel <!channel>?")
	for _, c := range []struct{ text, want, not string }{
		{"", "/triage next", ""},
		{"dance", "/triage next", ""},
		{"queue cm", "Urgent, complaint", "parcel"},
		{"queue smm", "Nothing is found.", ""},
		{"queue <!here>", "/triage next", "<!here>"},
		{"search parcel", "Urgent, complaint", ""},
		{"who", "P UJO", ""},
		{"mute 1h", "Quiet until then", ""},
		{"mute off", "You hear of everything again.", ""},
		{"mute 9000h", "/triage next", ""},
		{"next", "Where is my parcel &lt;!channel&gt;?", ""},
		{"next", "Nothing waits", ""},
	} {
		if got := r.command("UJO", c.text); !strings.Contains(got, c.want) || (c.not != "" && strings.Contains(got, c.not)) {
			t.Errorf("/triage %s: %s", c.text, got)
		}
	}
	if got := r.stands(item); got != "claimed cm complaint" {
		t.Errorf("it stands %q", got)
	}
}

func TestACodeSaysWhoSomebodyIs(t *testing.T) {
	r := newRoom(t)
	person := r.hire(r.brand, "UJO", triage.RoleCM)
	r.slack.AddUser(fakeslack.User{ID: "UELSE", Mail: "other@elsewhere.example", Locale: "de-DE", Zone: "Europe/Berlin"})
	if got := r.command("UELSE", "next"); !strings.Contains(got, "ask for a code") {
		t.Errorf("a stranger hears %s", got)
	}
	var code string
	r.in(func(tx *postgres.Tx) (err error) { code, _, err = tx.AddSlackCode(t.Context(), person); return err })
	for _, wrong := range []string{"AAAAAAAAAAAAAAAA", "%"} {
		if got := r.command("UELSE", "link "+wrong); !strings.Contains(got, "not valid") {
			t.Errorf("a wrong code: %s", got)
		}
	}
	if got := r.command("UELSE", "link "+strings.ToLower(code)); !strings.Contains(got, "Sie sind jetzt bekannt") {
		t.Errorf("the code: %s", got)
	}
	if got := r.command("UJO", "link "+code); !strings.Contains(got, "not valid") {
		t.Errorf("the code once more: %s", got)
	}
	if got := r.command("UELSE", "next"); !strings.Contains(got, "Es wartet nichts") {
		t.Errorf("linked, and in German: %s", got)
	}
}

func TestWithSeveralBrandsOneIsNamed(t *testing.T) {
	r := newRoom(t)
	person := r.hire(r.brand, "UJO", triage.RoleCM)
	for _, name := range []string{"Second", "Third"} {
		other := r.found(name, "CCARE")
		r.in(func(tx *postgres.Tx) error {
			return tx.AddMember(t.Context(), postgres.Actor{}, other, person, triage.RoleLead)
		})
	}
	if got := r.command("UJO", "next"); !strings.Contains(got, "several brands") {
		t.Errorf("without a brand: %s", got)
	}
	if got := r.command("UJO", "@kaffee-nord queue cm"); !strings.Contains(got, "Nothing is found") {
		t.Errorf("with a brand: %s", got)
	}
	if got := r.command("UJO", "@rival queue cm"); !strings.Contains(got, "not available") {
		t.Errorf("with another's: %s", got)
	}
}

func TestTheSameBySocket(t *testing.T) {
	r := newRoom(t)
	r.hire(r.brand, "UJO", triage.RoleCM)
	item, m := r.comes(r.brand, "Where is my parcel?")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- r.client.Listen(ctx, func(ctx context.Context, call slack.Call, body []byte) error {
			return api.KeepSlackCall(ctx, r.Store, call, body)
		})
	}()
	click, err := r.slack.NewClick(fakeslack.Click{User: "UJO", Message: m, ActionID: "claim"})
	if err != nil {
		t.Fatal(err)
	}
	command, err := r.slack.NewCommand("UJO", "CCARE", "who")
	if err != nil {
		t.Fatal(err)
	}
	event, err := r.slack.NewEvent(map[string]any{"type": "app_home_opened"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []fakeslack.Callback{click, click, command, event} {
		if err := r.slack.Push(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	r.settle()
	if got := r.stands(item); got != "claimed cm complaint" || r.count(item, "item.claimed") != 1 {
		t.Errorf("it stands %q", got)
	}
	if heard := r.heard("UJO"); len(heard) != 1 {
		t.Errorf("heard %q", heard)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("listening ended with %v", err)
	}
}
