package queue_test

import (
	"slices"
	"testing"
	"time"

	"triage/internal/pgtest"
	"triage/postgres"
	"triage/queue"
	"triage/routing"
	"triage/triage"
)

// history is a brand with n judged and placed engagements of the last 30 days, every
// hundredth with a label.
func history(tb testing.TB, n int) (*queue.Desk, triage.ID) {
	tb.Helper()
	store, err := postgres.Open(tb.Context(), pgtest.New(tb).URL, 4)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(store.Close)
	brand := postgres.NewID()
	for _, sql := range []string{
		`INSERT INTO brands (id, slug, name) SELECT $1, 'acme', 'Acme' WHERE $2 > 0`,
		`INSERT INTO engagements (brand_id, id, channel_id, platform, external_id, form, text, author_followers, has_media, version_at,
		     content_hash, received_at, changed_at, delivery_id)
		 SELECT $1, md5('e' || n)::uuid, $1, 'instagram', n::text, 'comment', repeat('Wo bleibt mein Paket? ', 1 + n % 12), n * 7 % 90000,
		     n % 5 = 0, t, '', t, t, $1
		 FROM generate_series(1, $2) AS n, LATERAL (SELECT now() - n * interval '30 days' / $2) x (t)`,
		`INSERT INTO judgements (brand_id, id, engagement_id, round, judged_at, engine, model, intent, sentiment, ironic, urgency,
		     reply_expected, risks, language, confidence)
		 SELECT $1, md5('j' || n)::uuid, md5('e' || n)::uuid, 1, now(), 'builtin', 'm1',
		     (ARRAY['complaint', 'praise', 'product_question', 'content_reaction', 'spam', 'ugc', 'community_talk'])[1 + n % 7], 'neutral', false,
		     (ARRAY['low', 'normal', 'normal', 'high', 'urgent'])[1 + n % 5], n % 2 = 0,
		     CASE WHEN n % 20 = 0 THEN ARRAY['legal'] ELSE '{}' END, 'de', ARRAY[0.5 + (n % 50) / 100.0, 0.8, 0.8, 0.8, 0.8, 0.8]::real[]
		 FROM generate_series(1, $2) AS n`,
		`INSERT INTO items (brand_id, id, engagement_id, judgement_id, queue, priority, due_at, rank, round, platform, channel_id, known,
		     received_at, created_at, changed_at)
		 SELECT $1, md5('i' || n)::uuid, md5('e' || n)::uuid, md5('j' || n)::uuid, 'cm', 3, t, n, 1, 'instagram', $1,
		     '{"author": {"tags": ["creator"], "comments": 3}, "thread": {"comments": 20, "questions": 2}}', t, t, t
		 FROM generate_series(1, $2) AS n, LATERAL (SELECT now() - n * interval '30 days' / $2) x (t)`,
		`INSERT INTO labels (brand_id, id, engagement_id, round, person_id, intent)
		 SELECT $1, md5('l' || n)::uuid, md5('e' || n)::uuid, 1, $1, 'praise' FROM generate_series(1, $2, 100) AS n`,
	} {
		if _, err := store.Pool().Exec(tb.Context(), sql, brand, n); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := store.Pool().Exec(tb.Context(), `ANALYZE`); err != nil {
		tb.Fatal(err)
	}
	return queue.NewDesk(store), brand
}

// draft is a plan with rules of every kind, the slow ones among them.
func draft(tb testing.TB) routing.Plan {
	tb.Helper()
	p, problems := routing.Parse([]byte(`{
		"calendar": {"zone": "Europe/Berlin", "week": {"mon": [{"from": 540, "to": 1080}], "tue": [{"from": 540, "to": 1080}],
			"wed": [{"from": 540, "to": 1080}], "thu": [{"from": 540, "to": 1080}], "fri": [{"from": 540, "to": 1080}]}, "holidays": ["2026-12-25"]},
		"rules": [
			{"name": "parcels", "when": {"text": {"contains": ["paket", "parcel"]}}, "then": {"raise": 1, "tags": ["delivery"]}},
			{"name": "creators", "when": {"author": {"tags": ["creator"], "followers": {"at_least": 50000}}}, "then": {"companion": true}},
			{"name": "nights", "when": {"received": {"from": 20, "to": 6}}, "then": {"hours": -2}},
			{"name": "talk", "when": {"intent": ["community_talk"]}, "then": {"dismiss": true}}]}`))
	if len(problems) > 0 {
		tb.Fatalf("%+v", problems)
	}
	return p
}

func TestAPreviewOfAMonthCountsAllOfIt(t *testing.T) {
	t.Parallel()
	desk, brand := history(t, 20_000)
	got, err := desk.Preview(t.Context(), brand, 30, draft(t), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got.Engagements < 19_990 {
		t.Errorf("it looked at %d engagements", got.Engagements)
	}
	if got.Ways.Dismissed == 0 || got.Ways.Companion == 0 || got.Ways.Due == 0 || got.ByIntent[triage.Praise].Changed == 0 {
		t.Errorf("got %+v", got.Ways)
	}
	if moves := got.ShiftsByCount(); len(moves) == 0 || got.Moves[moves[0]] < got.Moves[moves[len(moves)-1]] {
		t.Errorf("moves are %v", moves)
	}
}

func BenchmarkPreview(b *testing.B) {
	desk, brand := history(b, 100_000)
	plan := draft(b)
	for b.Loop() {
		if _, err := desk.Preview(b.Context(), brand, 30, plan, time.Now()); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAPreviewOfNoDaysOrOfAYearIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, days := range []int{0, -1, queue.LongestPreview + 1} {
		if _, err := o.Preview(t.Context(), o.brand, days, routing.Default(0), time.Now()); triage.KindOf(err) != triage.Invalid {
			t.Errorf("%d days: %v", days, err)
		}
	}
}

func TestAPlanReservesOnlyForPeopleOfTheBrand(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ada, eve := o.person("Ada", triage.RoleCM), o.person("Eve", triage.RoleCM)
	o.exec(`DELETE FROM memberships WHERE person_id = $1`, eve.PersonID)
	o.exec(`INSERT INTO memberships (brand_id, person_id, role) VALUES ($1, $2, 'cm') ON CONFLICT DO NOTHING`, o.brand, ada.PersonID)
	document := []byte(`{"rules": [{"name": "hers", "then": {"assignee": "` + string(ada.PersonID) + `"}},
		{"name": "theirs", "then": {"assignee": "` + string(eve.PersonID) + `"}}]}`)
	_, problems, err := o.ReadPlan(t.Context(), o.brand, document)
	if err != nil || len(problems) != 1 || problems[0].Pointer != "/rules/1/then/assignee" {
		t.Errorf("got %+v, %v", problems, err)
	}
}

func TestOfTwoWhoPutPlansInForceOneIsTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	lead := o.person("Mara", triage.RoleLead)
	first, _, err := o.AddPlan(t.Context(), lead, []byte(`{"effort": {"low": 2}}`), "")
	if err != nil {
		t.Fatal(err)
	}
	again, added, err := o.AddPlan(t.Context(), lead, []byte(`{"effort" :{"low":2}}`), "the same")
	if err != nil || added || again.Version != first.Version {
		t.Errorf("the same document became version %d, added %v: %v", again.Version, added, err)
	}
	second, _, err := o.AddPlan(t.Context(), lead, []byte(`{"effort": {"low": 3}}`), "")
	if err != nil {
		t.Fatal(err)
	}
	none := 0
	results := make(chan error, 2)
	for _, version := range []int{first.Version, second.Version} {
		go func() { results <- o.ActivatePlan(t.Context(), lead, version, &none) }()
	}
	kinds := []triage.Kind{kindOf(<-results), kindOf(<-results)}
	slices.Sort(kinds)
	if !slices.Equal(kinds, []triage.Kind{"", triage.Stale}) {
		t.Errorf("got %v", kinds)
	}
	if n := o.count(`SELECT count(*) FROM plans WHERE state = 'active'`); n != 1 {
		t.Errorf("%d plans are in force", n)
	}
	if n := o.count(`SELECT count(*) FROM audit WHERE action = 'plan.activated'`); n != 1 {
		t.Errorf("%d audit rows", n)
	}
	if err := o.ActivatePlan(t.Context(), lead, 99, nil); triage.KindOf(err) != triage.NotFound {
		t.Errorf("a version that is not there: %v", err)
	}
	if err := o.ActivatePlan(t.Context(), lead, 0, nil); err != nil {
		t.Error(err)
	}
	if plan, err := o.store.Plan(t.Context(), o.brand); err != nil || plan.Version != 0 || plan.Effort.Low != 1 {
		t.Errorf("in force is %d with %+v: %v", plan.Version, plan.Effort, err)
	}
}

func kindOf(err error) triage.Kind {
	if err == nil {
		return ""
	}
	return triage.KindOf(err)
}
