package chat_test

import (
	"strings"
	"testing"
	"time"

	"triage/internal/fakeslack"
	"triage/notify"
	"triage/triage"
)

func TestWhatCanBeDoneWithAMessage(t *testing.T) {
	r := newRoom(t)
	r.hire(r.brand, "UJO", triage.RoleLead)
	for _, c := range []struct {
		name, choice string
		act          notify.Act
		stands       string
		says         string
	}{
		{"take it", "", notify.ActClaim, "claimed cm complaint", "P UJO has it."},
		{"hand it over", "", notify.ActHandOver, "open smm complaint", "content queue"},
		{"close it", "answered", notify.ActResolve, "resolved cm complaint answered", "P UJO closed it: answered"},
		{"put it away", notify.SnoozeTomorrow, notify.ActSnooze, "snoozed cm complaint", "P UJO put it away."},
		{"correct it", "praise", notify.ActCorrect, "open cm praise", "praise"},
	} {
		t.Run(c.name, func(t *testing.T) {
			item, m := r.comes(r.brand, c.name)
			choice := ""
			if c.choice != "" {
				choice = option(m, c.choice)
			}
			r.click(fakeslack.Click{User: "UJO", Message: m, ActionID: string(c.act), Choice: choice})
			if got := r.stands(item); got != c.stands {
				t.Fatalf("it stands %q, want %q; heard %q", got, c.stands, r.heard("UJO"))
			}
			r.tell()
			for _, now := range r.slack.Messages() {
				if now.TS == m.TS && (now.Edits != 1 || !strings.Contains(string(now.Blocks), c.says)) {
					t.Errorf("after %d edits the message says %s", now.Edits, now.Blocks)
				}
			}
		})
	}
}

// option returns the value of the list entry that ends with a choice.
func option(m fakeslack.Message, choice string) string {
	all := string(m.Blocks)
	end := strings.Index(all, "|"+choice+`"`) + len(choice) + 1
	return all[strings.LastIndex(all[:end], `"`)+1 : end]
}

func TestOfManyClicksOneHasAnEffectAndAllHearTheTruth(t *testing.T) {
	r := newRoom(t)
	r.hire(r.brand, "UJO", triage.RoleCM)
	r.hire(r.brand, "UKIM", triage.RoleCM)
	item, m := r.comes(r.brand, "Where is my parcel?")
	users := []string{"UJO", "UKIM"}
	together(20, func(n int) {
		c, err := r.slack.NewClick(fakeslack.Click{User: users[n%2], Message: m, ActionID: "claim"})
		if err != nil {
			t.Error(err)
			return
		}
		if got, err := r.slack.Send(t.Context(), r.door+"actions", c); err != nil || got.Status != 200 {
			t.Errorf("%+v, %v", got, err)
		}
	})
	r.settle()
	if n := r.count(item, "item.claimed"); n != 1 || !strings.HasPrefix(r.stands(item), "claimed") {
		t.Fatalf("%d claims, it stands %s", n, r.stands(item))
	}
	heard := append(r.heard("UJO"), r.heard("UKIM")...)
	if len(heard) != 19 {
		t.Errorf("%d answers", len(heard))
	}
	for _, said := range heard {
		if said != "P UJO has it." && said != "P UKIM has it." || said != heard[0] {
			t.Errorf("somebody hears %q", said)
		}
	}
}

func TestACapturedClickHasNoSecondEffect(t *testing.T) {
	r := newRoom(t)
	r.hire(r.brand, "UJO", triage.RoleLead)
	item, m := r.comes(r.brand, "Where is my parcel?")
	c, err := r.slack.NewClick(fakeslack.Click{User: "UJO", Message: m, ActionID: "hand_over"})
	for range 3 {
		r.send("actions", c, err)
		r.settle()
	}
	if n := r.count(item, "item.handed_over"); n != 1 {
		t.Errorf("handed over %d times", n)
	}
}

func TestAClickOnAMessageThatIsNotTrueAnyMoreDoesNothing(t *testing.T) {
	r := newRoom(t)
	r.hire(r.brand, "UJO", triage.RoleLead)
	item, m := r.comes(r.brand, "Where is my parcel?")
	r.click(fakeslack.Click{User: "UJO", Message: m, ActionID: "hand_over"})
	r.tell()
	r.click(fakeslack.Click{User: "UJO", Message: m, ActionID: "hand_over"}) // of the old telling: it would go back
	if got := r.stands(item); got != "open smm complaint" {
		t.Errorf("it stands %q", got)
	}
	if heard := r.heard("UJO"); len(heard) != 1 || heard[0] != "It is open for anybody. Urgent, content queue." {
		t.Errorf("heard %q", heard)
	}
}

func TestWhoMayNotIsRefusedPolitely(t *testing.T) {
	r := newRoom(t)
	r.hire(r.brand, "UVIEW", triage.RoleViewer)
	other := r.found("Rival", "CRIVAL")
	r.hire(other, "URIVAL", triage.RoleAdmin)
	r.slack.AddUser(fakeslack.User{ID: "UNOBODY", Mail: "nobody@example.com"})
	gone := r.hire(r.brand, "UGONE", triage.RoleAdmin)
	if _, err := r.Pool().Exec(t.Context(), `DELETE FROM memberships WHERE person_id = $1`, gone); err != nil {
		t.Fatal(err)
	}
	for user, u := range map[string]fakeslack.User{
		"UGUEST": {Guest: true}, "UCONNECT": {Team: "T0OTHER"}, "UUNPROVEN": {Unconfirmed: true}, "UBOT": {Bot: true},
	} {
		r.hire(r.brand, user, triage.RoleAdmin)
		u.ID, u.Mail = user, strings.ToLower(user)+"@example.com"
		r.slack.AddUser(u)
	}
	item, m := r.comes(r.brand, "Where is my parcel?")
	for user, want := range map[string]string{
		"UVIEW": "Your role does not allow this.", "URIVAL": "This is not available to you.", "UGONE": "This is not available to you.",
		"UNOBODY": "Slack does not tell who you are", "USTRANGER": "Slack does not tell who you are", "UUNPROVEN": "Slack does not tell who you are",
		"UGUEST": "Guests and people of other workspaces", "UCONNECT": "Guests and people of other workspaces", "UBOT": "Guests and people",
	} {
		for act, choice := range map[string]string{"claim": "", "hand_over": "", "resolve": "answered", "snooze": "1h", "correct": "praise", "write": ""} {
			if choice != "" {
				choice = option(m, choice)
			}
			before := len(r.heard(user))
			r.click(fakeslack.Click{User: user, Message: m, ActionID: act, Choice: choice})
			if user == "UVIEW" && act == "write" {
				continue // the dialog opens; keeping is refused
			}
			if heard := r.heard(user); len(heard) != before+1 || !strings.HasPrefix(heard[before], want) {
				t.Errorf("%s, %s: heard %q, want %q", user, act, heard, want)
			}
		}
	}
	if got := r.stands(item); got != "open cm complaint" {
		t.Errorf("it stands %q", got)
	}
	if n := r.count(item, "slack.refused"); n == 0 {
		t.Error("nothing is noted of those who tried")
	}
}

func TestAnEditedButtonReachesNothing(t *testing.T) {
	r := newRoom(t)
	r.hire(r.brand, "UJO", triage.RoleAdmin)
	r.hire(r.found("Rival", "CRIVAL"), "URIVAL", triage.RoleAdmin)
	item, first := r.comes(r.brand, "Where is my parcel?")
	_, second := r.comes(r.brand, "The mug broke")
	token := option(first, "answered")
	token = token[:strings.Index(token, "|")]
	for name, c := range map[string]fakeslack.Click{
		"the token of another message": {User: "UJO", Message: second, ActionID: "claim", Value: token},
		"a made up token":              {User: "UJO", Message: first, ActionID: "claim", Value: "AAAAAAAAAAAAAAAAAAAAAAAAAA.1"},
		"no token":                     {User: "UJO", Message: first, ActionID: "claim", Value: "x"},
		"another outcome":              {User: "UJO", Message: first, ActionID: "resolve", Value: token + "|deleted"},
		"another intent":               {User: "UJO", Message: first, ActionID: "correct", Value: token + "|<!channel>"},
		"somebody of another brand":    {User: "URIVAL", Message: first, ActionID: "claim"},
	} {
		r.click(c)
		if got := r.stands(item); got != "open cm complaint" {
			t.Fatalf("%s: it stands %q", name, got)
		}
		if heard := r.heard(c.User); len(heard) == 0 || heard[len(heard)-1] != "This is not available to you." {
			t.Errorf("%s: heard %q", name, heard)
		}
	}
}

func TestADialogKeepsNoteAndDraft(t *testing.T) {
	r := newRoom(t)
	r.hire(r.brand, "UJO", triage.RoleCM)
	item, m := r.comes(r.brand, "Where is my parcel?")
	r.click(fakeslack.Click{User: "UJO", Message: m, ActionID: "write"})
	views := r.slack.Views()
	if len(views) != 1 {
		t.Fatalf("%d dialogs", len(views))
	}
	c, err := r.slack.NewSubmit(views[0], map[string]string{"note": "Called <!channel>", "draft": "It is on its way."})
	for range 2 {
		r.send("actions", c, err)
		r.settle()
	}
	if r.count(item, "item.noted") != 1 || r.count(item, "item.drafted") != 1 {
		t.Errorf("%d notes, %d drafts", r.count(item, "item.noted"), r.count(item, "item.drafted"))
	}
	var left int
	if err := r.Pool().QueryRow(t.Context(), `SELECT count(*) FROM slack_calls WHERE body::text LIKE '%on its way%'`).Scan(&left); err != nil || left != 0 {
		t.Errorf("the words stay behind in %d calls, %v", left, err)
	}
}

func TestOnlySlackIsBelieved(t *testing.T) {
	r := newRoom(t)
	r.hire(r.brand, "UJO", triage.RoleCM)
	item, m := r.comes(r.brand, "Where is my parcel?")
	made, err := r.slack.NewClick(fakeslack.Click{User: "UJO", Message: m, ActionID: "claim"})
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*fakeslack.Callback){
		"no signature":         func(c *fakeslack.Callback) { c.Header.Del("X-Slack-Signature") },
		"another signature":    func(c *fakeslack.Callback) { c.Header.Set("X-Slack-Signature", "v0="+strings.Repeat("0", 64)) },
		"a later time":         func(c *fakeslack.Callback) { c.Header.Set("X-Slack-Request-Timestamp", "1531420618") },
		"an old recording":     func(c *fakeslack.Callback) { *c = recorded },
		"other words":          func(c *fakeslack.Callback) { c.Body = append(c.Body, '&') },
		"other percent digits": func(c *fakeslack.Callback) { c.Body = []byte(strings.ReplaceAll(string(c.Body), "%7B", "%7b")) },
	} {
		c := made
		c.Header = made.Header.Clone()
		change(&c)
		for _, to := range []string{"actions", "commands"} {
			if got, err := r.slack.Send(t.Context(), r.door+to, c); err != nil || got.Status != 401 {
				t.Errorf("%s to %s: %+v, %v", name, to, got, err)
			}
		}
	}
	r.settle()
	if got := r.stands(item); got != "open cm complaint" {
		t.Errorf("it stands %q", got)
	}
}

// recorded is a call that was signed long ago.
var recorded = func() fakeslack.Callback {
	s, err := fakeslack.Start(fakeslack.Options{SigningSecret: secret, Now: func() time.Time { return time.Now().Add(-301 * time.Second) }})
	if err != nil {
		panic(err)
	}
	defer s.Close()
	c, err := s.NewCommand("UJO", "CCARE", "next")
	if err != nil {
		panic(err)
	}
	return c
}()
