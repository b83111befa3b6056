package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"triage/postgres"
	"triage/triage"
)

// write accepts and settles one comment in a language, as a reply when parent is given.
func (in *intake) write(external, language, text, parent string) triage.ID {
	in.t.Helper()
	e := in.event(triage.Created, external, 1, text)
	e.Language, e.ParentExternalID = language, parent
	refs := in.deliver(e)
	in.settle(refs...)
	return refs[0].ID
}

// search returns the external ids of what q finds, best first.
func (in *intake) search(q postgres.Query) []string {
	in.t.Helper()
	if q.Limit == 0 {
		q.Limit = 50
	}
	hits, err := in.Search(in.t.Context(), in.brand, q)
	if err != nil {
		in.t.Fatal(err)
	}
	out := make([]string, len(hits))
	for n, h := range hits {
		out[n] = h.Engagement.ExternalID
	}
	return out
}

func TestWordsAreFoundAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	for external, c := range map[string][2]string{
		"shoes":  {"de", "Die Schuhe von Frau Müller sind kaputt gegangen 😡"},
		"shoe":   {"de", "Mein Schuh ist toll, danke Jörg!"},
		"house":  {"de", "Eure Häuser stehen schief, nicht gut"},
		"runs":   {"en", "My order is running late, not good"},
		"order":  {"en", "Good ordering, well done"},
		"arabic": {"ar", "شُكْرًا جزيلاً على الخدمة"},
		"tokyo":  {"ja", "東京タワーが好きです"},
		"french": {"fr", "Où est ma commande à Orléans ?"},
	} {
		in.write(external, c[0], c[1], "")
	}
	for q, want := range map[string][]string{
		"schuh":              {"shoe", "shoes"},                      // stems of German
		"SCHUHE":             {"shoe", "shoes"},                      // in any case
		"mueller":            {"shoes"},                              // written out
		"Muller":             {"shoes"},                              // without its dots
		"Müller":             {"shoes"},                              //
		"jorg":               {"shoe"},                               //
		"haus":               {"house"},                              // umlaut plurals
		"order":              {"order", "runs"},                      // stems of English
		"running":            {"runs"},                               //
		"-running order":     {"order"},                              // excluded by stem
		"order -good":        {},                                     //
		`"not good"`:         {"runs"},                               // a phrase
		`"good not"`:         {},                                     // in its order
		`"nicht gut"`:        {"house"},                              // even of words that say nothing alone
		"die schuhe":         {"shoe", "shoes"},                      // words that say nothing do not count
		"toll OR haus":       {"house", "shoe"},                      // alternatives
		"orleans":            {"french"},                             // accents do not count
		"شكرا":               {"arabic"},                             // nor do points
		"東京":                 {"tokyo"},                              // no spaces needed
		"京東":                 {},                                     //
		`sch'uh";--`:         {},                                     // signs that mean nothing here
		`schuh & | ! <-> :*`: {"shoe", "shoes"},                      //
		`"schuh`:             {"shoe"},                               // a quote that nobody closed
		"😡":                  {},                                     // no word at all
		"OR":                 {},                                     //
		"-schuh -order":      {"arabic", "french", "house", "tokyo"}, // exclusions alone
	} {
		got := in.search(postgres.Query{Text: q})
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s found %v, want %v", q, got, want)
		}
	}
}

func TestHighlightsAreTheWordsThatWereFound(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.write("de", "de", "Die Häuser von Müller, ein Haus \u200fRTL und 東京タワー", "")
	for q, want := range map[string][]string{
		"haus":              {"Häuser", "Haus"},
		"mueller -foo":      {"Müller"},
		"東京":                {"東京"},
		`"ein haus"`:        {"ein", "Haus"},
		"schmidt OR müller": {"Müller"},
	} {
		hits, err := in.Search(t.Context(), in.brand, postgres.Query{Text: q, Limit: 5})
		if err != nil || len(hits) != 1 {
			t.Fatalf("%s found %d: %v", q, len(hits), err)
		}
		var got []string
		for _, span := range hits[0].Highlights {
			got = append(got, hits[0].Engagement.Text[span.Start:span.End])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s marks %q, want %q", q, got, want)
		}
	}
}

func TestASearchTakesTheFiltersOfTheLists(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.write("open", "de", "Schuh eins", "")
	in.write("closed", "de", "Schuh zwei", "")
	in.exec(`UPDATE items SET status = 'resolved', intent = 'praise' WHERE engagement_id =
		(SELECT id FROM engagements WHERE external_id = 'closed')`)
	for _, c := range []struct {
		rule   string
		filter postgres.ItemFilter
		want   []string
	}{
		{"no filter finds open and closed ones", postgres.ItemFilter{}, []string{"closed", "open"}},
		{"a status", postgres.ItemFilter{Statuses: []triage.Status{triage.StatusResolved}}, []string{"closed"}},
		{"an intent", postgres.ItemFilter{Intents: []triage.Intent{triage.Complaint}}, []string{"open"}},
		{"words of the filter itself", postgres.ItemFilter{Text: "zwei"}, []string{"closed"}},
		{"a thread that is not there", postgres.ItemFilter{Thread: postgres.NewID()}, []string{}},
	} {
		got := in.search(postgres.Query{Text: "schuh", Filter: c.filter})
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: found %v", c.rule, got)
		}
		v := unitOf(9)
		got = in.search(postgres.Query{Vector: &v, Filter: c.filter})
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s, by meaning: found %v", c.rule, got)
		}
	}
}

func TestASearchNeverLeavesItsBrand(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.write("c1", "de", "Schuh", "")
	other := postgres.NewID()
	v := unitOf(5)
	for _, q := range []postgres.Query{{Text: "schuh", Limit: 5}, {Text: "-x", Limit: 5}, {Vector: &v, Limit: 5}, {Text: "schuh", Vector: &v, Limit: 5}} {
		hits, err := in.Search(t.Context(), other, q)
		if err != nil || len(hits) != 0 {
			t.Errorf("another brand found %d: %v", len(hits), err)
		}
	}
}

// unitOf is the vector that the intake gives to texts of that length.
func unitOf(length int) triage.Vector {
	values := make([]float32, 256)
	values[length%256] = 1
	return triage.Vector{Model: "m1", Values: values}
}

func TestFusionPutsFirstWhatBothFind(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.write("words", "de", "Schuh und noch vieles mehr", "")
	in.write("both", "de", "Schuh", "")
	in.write("meaning", "de", "Latte", "")
	v := unitOf(5)
	got := in.search(postgres.Query{Text: "schuh", Vector: &v})
	if len(got) != 3 || got[0] != "both" {
		t.Errorf("found %v", got)
	}
	hits, err := in.Search(t.Context(), in.brand, postgres.Query{Text: "schuh", Vector: &v, Limit: 1})
	if err != nil || len(hits) != 1 || hits[0].ByWords == 0 || hits[0].ByMeaning == 0 || len(hits[0].Highlights) != 1 {
		t.Errorf("the first hit is %+v: %v", hits, err)
	}
	if rest := in.search(postgres.Query{Text: "schuh", Vector: &v, Offset: 1, Limit: 5}); !slices.Equal(rest, got[1:]) {
		t.Errorf("from the second on: %v, want %v", rest, got[1:])
	}
}

func TestAnEditIsFoundByItsNewWordsAndAnErasureByNone(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.write("c1", "de", "Schuh", "")
	in.settle(in.deliver(in.event(triage.Edited, "c1", 5, "Socke"))...)
	if got := in.search(postgres.Query{Text: "schuh"}); len(got) != 0 {
		t.Errorf("the old words find %v", got)
	}
	if got := in.search(postgres.Query{Text: "socke"}); len(got) != 1 {
		t.Errorf("the new words find %v", got)
	}
	in.deliver(in.event(triage.Deleted, "c1", 9, ""))
	if n := in.count(`SELECT count(*) FROM documents`); n != 0 {
		t.Errorf("%d documents outlived the erasure", n)
	}
}

func TestWhatWasSettledBeforeThereWereDocumentsGetsThem(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	for n := range 5 {
		in.write(fmt.Sprintf("c%d", n), "de", "Schuh", "")
	}
	in.exec(`DELETE FROM documents WHERE engagement_id <> (SELECT min(engagement_id::text)::uuid FROM documents)`)
	in.deliver(in.event(triage.Created, "unsettled", 1, "Schuh"))
	steps := 0
	for more := true; more; steps++ {
		if steps > 20 {
			t.Fatal("it never ends")
		}
		in.tx(func(tx *postgres.Tx) (err error) { more, err = tx.FillDocuments(t.Context(), 2); return err })
	}
	if got := in.search(postgres.Query{Text: "schuhe"}); len(got) != 5 {
		t.Errorf("found %v after %d steps", got, steps)
	}
}

func TestHostileTextsAreIndexedAndFound(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.write("long", "de", strings.Repeat("langertext ", 9_000)+"ende", "")
	in.write("word", "und", strings.Repeat("x", 70_000), "")
	in.write("marks", "ar", "\u202eمرحبا\u202c a"+strings.Repeat("\u0301", 300)+" \\ ' \" %", "")
	for q, want := range map[string]int{"langertext": 1, "مرحبا": 1, strings.Repeat("y", 10_000): 0, strings.Repeat("a -b ", 2_000): 1} {
		if got := in.search(postgres.Query{Text: q}); len(got) != want {
			t.Errorf("%.20s found %v", q, got)
		}
	}
}
