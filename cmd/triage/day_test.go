package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// The special ones of the day. Everybody else says something ordinary.
const (
	injury   = "Meine Gabel ist gebrochen, ich bin verletzt im Krankenhaus und mein Anwalt meldet sich bei euch."
	creator  = "Your cargo bike arrived broken and your support has ignored me for three weeks. Very disappointed."
	trapped  = "Die App geht nicht, ich bekomme mein Schloss nicht auf, und mein Sohn hat sich daran schwer verletzt!"
	outage   = "Die App geht nicht, ich bekomme mein Schloss nicht auf!"
	scam     = "Jetzt kostenlos Follower und Likes sichern, Link im Profil: www.promo.example"
	wrongBox = "Meine Bestellung fehlt, und euer neues Video ist auch noch doppelt hochgeladen."
)

// day is one working day of Nordlicht Fahrräder. Mara leads and looks on, Jule answers the
// community, Mats plans the content, and Hatice does both.
type day struct {
	*house
	gate               gate
	crowd              *crowd
	jule, mats, hatice colleague
	said               []said
}

// colleague is one of the team.
type colleague struct{ name, id, token string }

func newDay(t *testing.T) *day {
	d := &day{house: newHouse(t), crowd: newCrowd()}
	d.gate = d.house.gate(d.brand, "standard_webhooks", "page")
	hire := func(name, role string) colleague {
		return colleague{name: name, token: d.json("token", "add", "--brand", d.brand, "--role", role, "--person", name)["token"].(string)}
	}
	d.jule, d.mats, d.hatice = hire("Jule", "cm"), hire("Mats", "smm"), hire("Hatice", "hybrid")
	d.run()
	for _, c := range []*colleague{&d.jule, &d.mats, &d.hatice} {
		var me struct{ Person struct{ ID string } }
		d.read(c.token, "/v1/me", &me)
		c.id = me.Person.ID
	}
	return d
}

// TestADayOfTwoPeopleAndOneHybrid is told in the words of Mara. Two thousand comments come
// in signed, and all that anybody does goes over REST.
func TestADayOfTwoPeopleAndOneHybrid(t *testing.T) {
	t.Parallel()
	d := newDay(t)
	for _, chapter := range []struct {
		sentence string
		happens  func()
	}{
		{"What came over night stands in the two queues, each comment once", d.night},
		{"Jule is given the injury first, and Mats never sees it", d.mostPressingFirst},
		{"The creator who complains is Jule's to answer, and Mats knows of the reach", d.creatorComplains},
		{"Hatice gets a mix of both queues and is not thrown to and fro", d.hybridMix},
		{"Jule is never given more than she can carry", d.capacity},
		{"The outage is one wave: one answer serves it, a child in need gets one of its own", d.outage},
		{"The spam closes itself, all at once, and could be brought back", d.spam},
		{"Mats is away after lunch: nothing is given to him, and everybody sees who is there", d.absence},
		{"What two queues push to and fro is mine to decide", d.pingPong},
		{"While we wait for an author the clock stands; when they answer it is on the table again", d.waiting},
		{"In the evening two thousand comments are accounted for, and every step can be read and proven", d.evening},
	} {
		t.Log(chapter.sentence)
		chapter.happens()
		if t.Failed() {
			t.FailNow()
		}
	}
}

// night delivers fourteen hundred ordinary comments with the special ones among them.
func (d *day) night() {
	all := d.crowd.talk(1400)
	special := []said{
		d.crowd.say("post01", "paul", "de", injury), d.crowd.say("post02", "biggi", "en", creator), d.crowd.say("post03", "wanda", "de", wrongBox),
	}
	special[1].followers = 250_000
	d.hear(slices.Insert(all, 700, special...)...)
	d.settled()
	d.accountedFor()
}

// hear delivers comments as the platform would, one by one.
func (d *day) hear(all ...said) {
	d.t.Helper()
	for _, s := range all {
		if got := d.deliver(d.gate, "comment.created", s.wire(time.Now())); got != (counts{Accepted: 1}) {
			d.t.Fatalf("%q was answered %+v", s.text, got)
		}
	}
	d.said = append(d.said, all...)
}

// accountedFor wants that each comment so far has exactly one owner item in one queue. A
// wave that forms moves items while a list is read, so it is read until nothing moves.
func (d *day) accountedFor() {
	d.t.Helper()
	var owners map[string]int
	d.eventually(patience, func() bool {
		owners = map[string]int{}
		for _, i := range d.items(d.token) {
			if i.Kind == "owner" {
				owners[i.Engagement.ID]++
			}
		}
		for _, n := range owners {
			if n != 1 { // an item that moved between two pages is read twice
				return false
			}
		}
		return len(owners) == len(d.said)
	})
	for id, n := range owners {
		if n != 1 {
			d.t.Errorf("%s has %d owner items", id, n)
		}
	}
}

func (d *day) mostPressingFirst() {
	first := d.given(d.jule, "/v1/queues/cm/claim")
	if first.Engagement.Text != injury || first.Priority != "urgent" {
		d.t.Errorf("Jule was given %s: %q", first.Priority, first.Engagement.Text)
	}
	d.done(d.jule, first, "answered")
	if a := d.rest(d.mats.token, http.MethodPost, "/v1/queues/cm/claim", nil); a.status != http.StatusForbidden {
		d.t.Errorf("Mats reaches into the relationship queue: %d %s", a.status, a.body)
	}
}

func (d *day) creatorComplains() {
	var owner, companion item
	for _, i := range d.items(d.token) {
		switch {
		case i.Engagement.Text == creator && i.Kind == "owner":
			owner = i
		case i.Engagement.Text == creator:
			companion = i
		}
	}
	if owner.Queue != "cm" || companion.Queue != "smm" || companion.Reason == "" {
		d.t.Fatalf("the creator's comment stands as %+v with the companion %+v", owner, companion)
	}
	d.take(d.jule, owner.ID)
	d.done(d.jule, d.item(owner.ID), "answered")
	if got := d.item(companion.ID); got.Status == "resolved" {
		d.t.Error("answering the creator closed what Mats was to look at")
	}
	for range 20 {
		i := d.given(d.mats, "/v1/queues/smm/claim")
		if i.Queue != "smm" || slices.Contains([]string{"complaint", "support_request"}, i.Intent) && i.Kind == "owner" {
			d.t.Errorf("Mats was given a %s of the queue %s: %q", i.Intent, i.Queue, i.Engagement.Text)
		}
		d.done(d.mats, i, "published")
	}
}

func (d *day) hybridMix() {
	var queues []string
	for range 40 {
		i := d.given(d.hatice, "/v1/next")
		if i.Priority != "urgent" {
			queues = append(queues, i.Queue)
		}
		d.done(d.hatice, i, "no_reply_needed")
	}
	content, switches := 0, 0
	for n, q := range queues {
		if q == "smm" {
			content++
		}
		if n > 0 && q != queues[n-1] {
			switches++
		}
	}
	if content < len(queues)/4 || content > 3*len(queues)/4 || switches > len(queues)/5+2 {
		d.t.Errorf("%d of %d were content, with %d switches: %v", content, len(queues), switches, queues)
	}
}

func (d *day) capacity() {
	const points = 11
	a := d.rest(d.token, http.MethodPut, "/v1/people/"+d.jule.id+"/care", map[string]any{
		"capacity": points, "heavy_per_hour": 5, "languages": []string{"de"}, "skills": []string{}, "overflow": false,
	})
	if a.status != http.StatusOK {
		d.t.Fatalf("Jule's capacity: %d %s", a.status, a.body)
	}
	var held []item
	load := 0
	for {
		a := d.rest(d.jule.token, http.MethodPost, "/v1/queues/cm/claim", nil)
		if a.status == http.StatusNoContent {
			if why := a.header.Get("Triage-Reason"); why != "at_capacity" {
				d.t.Errorf("nothing is given to Jule because of %q", why)
			}
			break
		}
		i := d.itemIn(a)
		if load += i.Effort; load > points {
			d.t.Fatalf("Jule holds %d of %d points", load, points)
		}
		if i.Language != "de" && i.Language != "und" {
			d.t.Errorf("Jule, who reads German, was given %q", i.Engagement.Text)
		}
		held = append(held, i)
	}
	if len(held) < 2 {
		d.t.Fatalf("Jule was given %d items", len(held))
	}
	d.done(d.jule, held[0], "answered")
	d.done(d.jule, d.given(d.jule, "/v1/queues/cm/claim"), "answered")
	for _, i := range held[1:] {
		d.done(d.jule, i, "answered")
	}
}

// gathered is a wave as REST tells it.
type gathered struct {
	ID, Kind, State string
	Count, Authors  int
	Dismissed       *string `json:"dismissed_at"`
}

// waveOf waits for a wave of some kind with at least n members.
func (d *day) waveOf(kind string, n int) (found gathered) {
	d.t.Helper()
	d.eventually(patience, func() bool {
		var page struct{ Waves []gathered }
		d.read(d.token, "/v1/waves?kind="+kind, &page)
		for _, w := range page.Waves {
			if w.Count >= n {
				found = w
				return true
			}
		}
		return false
	})
	return found
}

func (d *day) outage() {
	all := d.crowd.chorus(220, "post20", "de", outage, "😡", "Seit heute früh.", "Was ist da los?")
	child := d.crowd.say("post20", "mutter", "de", trapped)
	d.hear(slices.Insert(all, 110, child)...)
	d.settled()
	wave := d.waveOf("problem", 200)
	alone := d.itemOf(trapped)
	var closed struct {
		Done []string
		Undo string
	}
	resolve := func(outcome string) {
		d.into(d.rest(d.jule.token, http.MethodPost, "/v1/waves/"+wave.ID+"/resolve", map[string]any{"outcome": outcome, "note": "Statusmeldung verlinkt"}), &closed)
	}
	resolve("forwarded")
	if len(closed.Done) < 190 || slices.Contains(closed.Done, alone.ID) {
		d.t.Errorf("one answer served %d of %d, the child among them: %v", len(closed.Done), wave.Count, slices.Contains(closed.Done, alone.ID))
	}
	if a := d.rest(d.jule.token, http.MethodPost, "/v1/undo/"+closed.Undo, nil); a.status != http.StatusOK {
		d.t.Fatalf("taking it back: %d %s", a.status, a.body)
	}
	if i := d.item(closed.Done[0]); i.Status != "open" {
		d.t.Errorf("taken back it is %s", i.Status)
	}
	resolve("answered")
	if i := d.item(closed.Done[0]); i.Status != "resolved" || i.Outcome != "answered" {
		d.t.Errorf("after the answer it is %s, %s", i.Status, i.Outcome)
	}
	if i := d.given(d.jule, "/v1/queues/cm/claim"); i.ID != alone.ID {
		d.t.Errorf("next for Jule is %q", i.Engagement.Text)
	} else {
		d.done(d.jule, i, "answered")
	}
}

func (d *day) spam() {
	d.hear(d.crowd.chorus(80, "post21", "de", scam, "💰", "Nur heute!", "🔥🔥")...)
	d.settled()
	d.eventually(patience, func() bool {
		return !slices.ContainsFunc(d.items(d.token), func(i item) bool {
			return strings.Contains(strings.ToLower(i.Engagement.Text), "follower und likes") && i.Status != "dismissed"
		})
	})
	for _, i := range d.items(d.token) {
		if strings.Contains(i.Engagement.Text, "Follower und Likes") {
			a := d.rest(d.token, http.MethodPost, "/v1/items/"+i.ID+"/reopen", map[string]any{"note": "Noch einmal ansehen"})
			if a.status != http.StatusOK || d.itemIn(a).Status != "open" {
				d.t.Errorf("bringing one back: %d %s", a.status, a.body)
			}
			return
		}
	}
	d.t.Error("no spam to bring back")
}

// shift is who is there for a queue.
type shift struct {
	Queue  string
	OnDuty int `json:"on_duty"`
	Nobody bool
}

func (d *day) shifts() map[string]shift {
	d.t.Helper()
	var team struct{ Queues []shift }
	d.read(d.token, "/v1/team", &team)
	of := map[string]shift{}
	for _, s := range team.Queues {
		of[s.Queue] = s
	}
	return of
}

func (d *day) absence() {
	before := d.shifts()["smm"]
	now := time.Now().UTC()
	a := d.rest(d.mats.token, http.MethodPost, "/v1/people/"+d.mats.id+"/leaves", map[string]any{
		"from": now.Add(-time.Second), "to": now.Add(5 * time.Hour),
	})
	if a.status != http.StatusCreated {
		d.t.Fatalf("Mats' leave: %d %s", a.status, a.body)
	}
	none := d.rest(d.mats.token, http.MethodPost, "/v1/queues/smm/claim", nil)
	if none.status != http.StatusNoContent || none.header.Get("Triage-Reason") != "on_leave" {
		d.t.Errorf("Mats, who is away, is answered %d because of %q", none.status, none.header.Get("Triage-Reason"))
	}
	if after := d.shifts()["smm"]; after.OnDuty != before.OnDuty-1 {
		d.t.Errorf("for content there were %d people, now %d", before.OnDuty, after.OnDuty)
	}
	for range 6 {
		i := d.given(d.hatice, "/v1/queues/smm/claim")
		d.done(d.hatice, i, "published")
	}
}

func (d *day) pingPong() {
	i := d.itemOf(wrongBox)
	first, second := d.jule, d.hatice
	if i.Queue == "smm" {
		first = d.hatice
	}
	d.take(first, i.ID)
	d.handOver(first, i.ID, "Es geht um das Video.")
	d.take(second, i.ID)
	d.handOver(second, i.ID, "Es geht um die Bestellung.")
	a := d.rest(d.jule.token, http.MethodPost, "/v1/items/"+i.ID+"/claim", nil)
	if a.status != http.StatusConflict && a.status != http.StatusForbidden {
		d.t.Errorf("what is mine to decide is given to Jule: %d %s", a.status, a.body)
	}
	d.take(colleague{"Mara", "", d.token}, i.ID)
	d.done(colleague{"Mara", "", d.token}, d.item(i.ID), "answered")
}

func (d *day) handOver(who colleague, id, reason string) {
	d.t.Helper()
	if a := d.rest(who.token, http.MethodPost, "/v1/items/"+id+"/handover", map[string]any{"reason": reason}); a.status != http.StatusOK {
		d.t.Fatalf("%s hands over: %d %s", who.name, a.status, a.body)
	}
}

func (d *day) waiting() {
	question := d.crowd.say("post30", "ilse", "de", "Mein Rad klappert seit der Reparatur in eurer Werkstatt, was soll ich tun?")
	d.hear(question)
	i := d.itemOf(question.text)
	d.take(d.hatice, i.ID)
	a := d.rest(d.hatice.token, http.MethodPost, "/v1/items/"+i.ID+"/wait", map[string]any{"note": "Nach der Rahmennummer gefragt"})
	if got := d.itemIn(a); got.Status != "waiting" || got.Targets.PausedSince == nil {
		d.t.Fatalf("waiting for Ilse it is %+v", got)
	}
	d.hear(d.crowd.say("post30", "ilse", "de", "Die Rahmennummer ist NF 2209, danke euch."))
	d.eventually(patience, func() bool { return d.item(i.ID).Status == "open" })
	got := d.item(i.ID)
	if got.Targets.PausedSince != nil || got.Targets.NextAnswer == nil {
		d.t.Errorf("after her answer its targets are %+v", got.Targets)
	}
}

func (d *day) evening() {
	d.hear(d.crowd.talk(2000 - len(d.said))...)
	d.settled()
	d.accountedFor()
	for _, who := range []colleague{d.jule, d.mats, d.hatice} {
		var me struct {
			Load struct{ Points, Capacity int }
		}
		d.read(who.token, "/v1/me", &me)
		if me.Load.Points > me.Load.Capacity {
			d.t.Errorf("%s goes home with %d of %d points in hand", who.name, me.Load.Points, me.Load.Capacity)
		}
	}
	var past struct{ History []struct{ Sentence string } }
	d.read(d.token, "/v1/items/"+d.itemOf(injury).ID+"/history", &past)
	story := fmt.Sprint(past.History)
	if len(past.History) < 3 || !strings.Contains(story, "Jule") {
		d.t.Errorf("what happened to the injury reads %s", story)
	}
	d.eventually(patience, func() bool { return d.number(`SELECT count(*) FROM audit WHERE seq IS NULL`) == 0 })
	if a := d.ok("doctor", "--audit"); !strings.Contains(a.out, "audit") {
		d.t.Errorf("the doctor says %s", a.out)
	}
}

// given is what somebody is dealt at a door.
func (d *day) given(who colleague, door string) item {
	d.t.Helper()
	return d.itemIn(d.rest(who.token, http.MethodPost, door, nil))
}

func (d *day) take(who colleague, id string) {
	d.t.Helper()
	if a := d.rest(who.token, http.MethodPost, "/v1/items/"+id+"/claim", nil); a.status != http.StatusOK {
		d.t.Fatalf("%s takes %s: %d %s", who.name, id, a.status, a.body)
	}
}

// done closes what somebody holds.
func (d *day) done(who colleague, i item, outcome string) {
	d.t.Helper()
	a := d.rest(who.token, http.MethodPost, "/v1/items/"+i.ID+"/resolve", map[string]any{"outcome": outcome, "fence": i.Fence})
	if a.status != http.StatusOK {
		d.t.Fatalf("%s closes %q: %d %s", who.name, i.Engagement.Text, a.status, a.body)
	}
}

func (d *day) itemIn(a heard) (i item) {
	d.t.Helper()
	d.into(a, &i)
	return i
}

// read gets what a path answers.
func (d *day) read(token, path string, out any) {
	d.t.Helper()
	d.into(d.rest(token, http.MethodGet, path, nil), out)
}

func (d *day) into(a heard, out any) {
	d.t.Helper()
	if a.status != http.StatusOK {
		d.t.Fatalf("answered %d %s", a.status, a.body)
	}
	if err := json.Unmarshal(a.body, out); err != nil {
		d.t.Fatal(fmt.Errorf("%w: %s", err, a.body))
	}
}
