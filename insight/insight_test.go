package insight_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"triage/classifier"
	"triage/embeddings"
	"triage/insight"
	"triage/internal/pgtest"
	"triage/postgres"
	"triage/queue"
	"triage/routing"
	"triage/triage"
)

// desk is a database with a brand whose comments the built-in engine judges.
type desk struct {
	*insight.Insights
	t      *testing.T
	store  *postgres.Store
	desk   *queue.Desk
	engine *classifier.Builtin
	near   *embeddings.Builtin
	brand  triage.ID
	count  int
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	t.Parallel()
	store, err := postgres.Open(t.Context(), pgtest.New(t).URL, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	engine, err := classifier.NewBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	near, err := embeddings.NewBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{Insights: insight.New(store), t: t, store: store, desk: queue.NewDesk(store), engine: engine, near: near}
	d.in(func(tx *postgres.Tx) (err error) {
		d.brand, err = tx.AddBrand(t.Context(), postgres.Actor{}, postgres.BrandRow{Name: "Acme", Goal: 0.5})
		return err
	})
	return d
}

func (d *desk) in(work func(tx *postgres.Tx) error) {
	d.t.Helper()
	if err := d.store.Retrying(d.t.Context(), 5, work); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) exec(sql string, args ...any) {
	d.t.Helper()
	if _, err := d.store.Pool().Exec(d.t.Context(), sql, args...); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) person(name string) postgres.Caller {
	d.t.Helper()
	who := postgres.Caller{BrandID: d.brand, PersonID: postgres.NewID(), Person: name, Role: triage.RoleHybrid}
	d.exec(`INSERT INTO people (id, name) VALUES ($1, $2)`, who.PersonID, name)
	return who
}

// hear takes a comment in, judges it and returns its item.
func (d *desk) hear(text string) postgres.Item {
	d.t.Helper()
	d.count++
	name, at := fmt.Sprint("c", d.count), d.store.Now()
	e := triage.Engagement{
		ID: postgres.NewID(), BrandID: d.brand, ChannelID: d.brand, Platform: triage.StandardWebhooks, Form: triage.FormComment,
		ExternalID: name, Action: triage.Created, Text: text, VersionAt: at, ReceivedAt: at,
		Author: triage.Author{ExternalID: name, Followers: -1},
	}
	delivery := postgres.Delivery{ID: postgres.NewID(), EndpointID: postgres.NewID(), Platform: e.Platform, ReceivedAt: at, Source: "webhook", Accepted: 1}
	said, err := d.engine.Classify(d.t.Context(), []triage.Input{{Text: text}})
	if err != nil {
		d.t.Fatal(err)
	}
	vectors, err := d.near.Embed(d.t.Context(), []string{text})
	if err != nil {
		d.t.Fatal(err)
	}
	d.in(func(tx *postgres.Tx) error {
		refs, _, err := tx.Record(d.t.Context(), []postgres.Delivery{delivery}, []postgres.Change{{Engagement: e, DeliveryID: delivery.ID}})
		if err != nil {
			return err
		}
		e.ID, e.Round = refs[0].ID, refs[0].Round
		_, err = tx.Settle(d.t.Context(), d.brand, []postgres.Settlement{{
			Engagement: e, Classification: said[0], Vector: &vectors[0],
			Place: func(*postgres.Standing) *postgres.Placed {
				return &postgres.Placed{Placement: routing.Default(0.5).Place(e, said[0], routing.Context{}, at)}
			},
		}})
		return err
	})
	items, err := d.store.ItemsOf(d.t.Context(), d.brand, e.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return items[0]
}

func (d *desk) correct(who postgres.Caller, i postgres.Item, to triage.Intent) {
	d.t.Helper()
	if _, err := d.desk.Correct(d.t.Context(), who, i.ID, queue.Given{}, postgres.Label{Intent: &to}); err != nil {
		d.t.Fatal(err)
	}
}

func TestLearningIsMeasuredWithoutTheLabelItself(t *testing.T) {
	d := newDesk(t)
	anna, ben := d.person("Anna"), d.person("Ben")
	before, err := d.Learning(t.Context(), d.brand)
	if err != nil {
		t.Fatal(err)
	}
	if before.Corrections != 0 || before.Own.Comments != 0 || before.Fixed.Comments < 400 || before.Fixed.Before != before.Fixed.After {
		t.Errorf("before any correction: %+v", before)
	}
	// Three near-copies and one of its own: the three teach each other, the one has nobody.
	first := d.hear("The lids of the blue mugs are cracked again, third box in a row")
	second := d.hear("the lids of my blue mugs are cracked again, third box in a row!!")
	third := d.hear("Lids of the blue mugs are cracked again!! Third box in a row")
	alone := d.hear("Will you come to the book fair in Leipzig this spring?")
	wrong := unread(first, second, third, alone) // whatever the engine makes of them
	d.correct(anna, first, wrong[0])
	d.correct(ben, second, wrong[0])
	d.correct(anna, third, wrong[0])
	d.correct(anna, alone, wrong[1])
	l, err := d.Learning(t.Context(), d.brand)
	if err != nil {
		t.Fatal(err)
	}
	if l.Corrections != 4 || l.People != 2 {
		t.Errorf("%d corrections of %d people", l.Corrections, l.People)
	}
	if want := (insight.Effect{Comments: 4, Before: 0, After: 3}); l.Own.Effect != want {
		t.Errorf("own comments: %+v, want %+v", l.Own.Effect, want)
	}
	for _, i := range l.Own.Intents {
		if i.Intent == wrong[1] && i.After != 0 {
			t.Error("a label has taught its own comment")
		}
	}
	if fall := l.Fixed.Before - l.Fixed.After; fall > 6 {
		t.Errorf("four corrections cost %d of %d comments of the fixed set", fall, l.Fixed.Comments)
	}
}

// unread returns the intents that none of the items was read as.
func unread(items ...postgres.Item) []triage.Intent {
	return slices.DeleteFunc(triage.Intents(), func(in triage.Intent) bool {
		return slices.ContainsFunc(items, func(i postgres.Item) bool { return i.Intent == in })
	})
}

func TestQuestionsAskAboutEachMatterOnce(t *testing.T) {
	d := newDesk(t)
	anna := d.person("Anna")
	var many []postgres.Item
	for _, text := range []string{
		"The lids of the blue mugs are cracked again, third box in a row", "the lids of my blue mugs are cracked again, third box in a row!!",
		"Lids of the blue mugs are cracked again!! Third box in a row", "Will you come to the book fair in Leipzig this spring?",
	} {
		many = append(many, d.hear(text))
	}
	d.exec(`UPDATE items SET unsure = true WHERE brand_id = $1`, d.brand)
	d.exec(`UPDATE judgements SET confidence = '{0.4,0.5,0.5,0.5,0.5,0.5}' WHERE brand_id = $1`, d.brand)
	asked, err := d.Questions(t.Context(), d.brand, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(asked) != 4 || asked[1].Item.ID != many[3].ID || asked[0].Item.ID == many[3].ID {
		t.Errorf("the mugs come first, once, then the book fair: %v", texts(asked))
	}
	if asked[0].Field != "queue" || asked[0].Text == "" || asked[0].Worth <= asked[1].Worth {
		t.Errorf("%+v", asked[0])
	}
	d.correct(anna, asked[0].Item, triage.Complaint)
	asked, err = d.Questions(t.Context(), d.brand, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(asked) != 1 || asked[0].Item.ID != many[3].ID {
		t.Errorf("the mugs are known by now: %v", texts(asked))
	}
}

func texts(asked []insight.Question) (out []string) {
	for _, q := range asked {
		out = append(out, q.Item.Engagement.Text)
	}
	return out
}

func TestWhatCountsAsDrift(t *testing.T) {
	t.Parallel()
	n := func(n int) *int { return &n }
	week := func(unsure, corrected int, words *int) postgres.DriftWeek {
		return postgres.DriftWeek{Placed: 1000, Unsure: unsure, Comments: 1000, NewWords: words,
			Intents: map[triage.Intent]postgres.IntentWeek{triage.Praise: {Judged: 300, Corrected: corrected}}}
	}
	before := []postgres.DriftWeek{week(300, 15, n(40)), week(310, 15, nil)}
	for _, c := range []struct {
		rule   string
		week   postgres.DriftWeek
		before []postgres.DriftWeek
		want   string
	}{
		{"a week like those before", week(320, 20, n(60)), before, "[]"},
		{"twice the doubt", week(600, 15, n(40)), before, "[unsure]"},
		{"far less doubt is a move too", week(100, 15, n(40)), before, "[unsure]"},
		{"one intent that people correct", week(300, 120, n(40)), before, "[corrections:praise]"},
		{"new words everywhere", week(300, 15, n(400)), before, "[new_words]"},
		{"without weeks before nothing can move", week(900, 250, nil), nil, "[]"},
		{"a handful of comments tells nothing", postgres.DriftWeek{Placed: 20, Unsure: 20}, before, "[]"},
	} {
		if got := fmt.Sprint(insight.Moved(c.week, c.before)); got != c.want {
			t.Errorf("%s: %s, want %s", c.rule, got, c.want)
		}
	}
}

func TestAWeekIsCountedOnceAndLeadsHearOfAMove(t *testing.T) {
	d := newDesk(t)
	anna := d.person("Anna")
	for range 4 {
		d.hear("The lids of the blue mugs are cracked again")
	}
	d.correct(anna, d.hear("Will you come to the book fair in Leipzig this spring?"), triage.Spam)
	now := time.Now().UTC()
	d.store.Clock = func() time.Time { return now.AddDate(0, 0, 7) } // this week has ended
	monday := insight.Monday(now)
	d.in(func(tx *postgres.Tx) error {
		_, err := tx.KeepWeek(t.Context(), d.brand, postgres.DriftWeek{Week: monday.AddDate(0, 0, -7), Placed: 5000, Unsure: 10, Intents: map[triage.Intent]postgres.IntentWeek{}})
		return err
	})
	for range 300 {
		d.in(func(tx *postgres.Tx) error {
			return tx.Audit(t.Context(), postgres.AuditRow{BrandID: d.brand, Action: "item.placed", Subject: "item", SubjectID: d.brand,
				Detail: map[string]any{"rules": []string{"intent", "unsure"}}})
		})
	}
	for range 2 {
		if err := d.KeepWeeks(t.Context(), d.brand, now.AddDate(0, 0, -3)); err != nil {
			t.Fatal(err)
		}
	}
	weeks, words, err := d.Weeks(t.Context(), d.brand, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(weeks) != 2 || !weeks[0].Week.Equal(monday) || weeks[0].Placed != 305 || weeks[0].Unsure < 300 || weeks[0].Comments != 5 {
		t.Fatalf("%+v", weeks)
	}
	corrected := 0
	for _, n := range weeks[0].Intents {
		corrected += n.Corrected
	}
	if corrected != 1 || fmt.Sprint(weeks[0].Moved) != "[unsure]" || len(words) != 0 {
		t.Errorf("%d corrected, moved %v, words %v", corrected, weeks[0].Moved, words)
	}
	alerts, err := d.store.Alerts(t.Context(), d.brand, now.AddDate(0, 0, -1))
	if err != nil || len(alerts) != 1 || alerts[0].Cause != insight.Drift || alerts[0].Subject != insight.MovedUnsure {
		t.Errorf("leads hear %+v, %v", alerts, err)
	}
}

func TestNewWordsAreThoseOfSeveralComments(t *testing.T) {
	d := newDesk(t)
	for range 3 {
		d.hear("The lids of the blue mugs are cracked again")
	}
	cut := time.Now()
	for n := range 3 {
		d.hear(fmt.Sprintf("The glimmerfoil on the blue mugs peels, once%d", n))
	}
	found, err := d.store.NewWords(t.Context(), d.brand, cut, time.Now().Add(time.Minute), 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range found.Words {
		got = append(got, w.Word)
	}
	if fmt.Sprint(got) != "[glimmerfoil peels]" || found.Uses != 6 || found.Comments != 3 || found.Before != 3 {
		t.Errorf("%v of %+v", got, found)
	}
}
