package jobs_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"triage/internal/pgtest"
	"triage/jobs"
	"triage/postgres"
	"triage/queue"
	"triage/routing"
	"triage/triage"
)

// scripted judges a text by its hash: anything may come out, and the same again next time.
type scripted struct{}

func (scripted) Classify(_ context.Context, inputs []triage.Input) ([]triage.Classification, error) {
	out := make([]triage.Classification, len(inputs))
	for i, in := range inputs {
		h := fnv.New64a()
		h.Write([]byte(in.Text)) //nolint:errcheck // a hash takes everything
		r := rand.New(rand.NewPCG(h.Sum64(), 1))
		out[i] = triage.Classification{
			Engine: "builtin", Model: "scripted", Intent: triage.Intents()[r.IntN(14)], Sentiment: triage.Sentiments()[r.IntN(3)],
			Urgency: triage.Urgencies()[r.IntN(4)], ReplyExpected: r.IntN(2) == 0, Language: []string{"de", "en"}[r.IntN(2)],
			Confidence: triage.Confidence{Queue: 0.3 + 0.7*r.Float64(), Intent: 0.3 + 0.7*r.Float64()},
		}
		if r.IntN(6) == 0 {
			out[i].Risks = []triage.Risk{triage.Risks()[r.IntN(9)]}
		}
	}
	return out, nil
}

func (scripted) Embed(_ context.Context, texts []string) ([]triage.Vector, error) {
	out := make([]triage.Vector, len(texts))
	for i, text := range texts {
		out[i] = triage.Vector{Model: "scripted", Values: []float32{1, float32(len(text))}}
	}
	return out, nil
}

func (scripted) Model() string   { return "scripted" }
func (scripted) Dimensions() int { return 2 }

// stream is a brand with comments that are judged and placed in the order they came in.
type stream struct {
	t       *testing.T
	store   *postgres.Store
	desk    *queue.Desk
	judge   *jobs.Judge
	lead    postgres.Caller
	batches [][]postgres.Ref
}

func newStream(t *testing.T) *stream {
	t.Helper()
	store, err := postgres.Open(t.Context(), pgtest.New(t).URL, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	s := &stream{t: t, store: store, desk: queue.NewDesk(store)}
	s.judge = &jobs.Judge{Store: store, Engine: scripted{}, Builtin: scripted{}, Embedder: scripted{}, Log: slog.New(slog.DiscardHandler)}
	s.inTx(func(tx *postgres.Tx) error {
		brand, err := tx.AddBrand(t.Context(), postgres.Actor{}, postgres.BrandRow{Name: "Acme", Goal: 0.625})
		if err != nil {
			return err
		}
		person, err := tx.AddPerson(t.Context(), postgres.PersonRow{Name: "Mara"})
		s.lead = postgres.Caller{BrandID: brand, PersonID: person, Person: "Mara", Role: triage.RoleLead}
		if err != nil {
			return err
		}
		return tx.AddMember(t.Context(), postgres.Actor{}, brand, person, triage.RoleLead)
	})
	return s
}

func (s *stream) inTx(work func(*postgres.Tx) error) {
	s.t.Helper()
	if err := s.store.InTx(s.t.Context(), work); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stream) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.store.Pool().Exec(s.t.Context(), sql, args...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stream) counts(sql string) map[string]int {
	s.t.Helper()
	rows, err := s.store.Pool().Query(s.t.Context(), sql, s.lead.BrandID)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	found := map[string]int{}
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			s.t.Fatal(err)
		}
		found[name] = n
	}
	return found
}

// receive takes in n comments of some days, in batches.
func (s *stream) receive(n, batch int) {
	s.t.Helper()
	r := rand.New(rand.NewPCG(11, 12))
	at := time.Now().UTC().Add(-6 * 24 * time.Hour).Truncate(time.Second)
	channel := postgres.NewID()
	for done := 0; done < n; done += batch {
		d := postgres.Delivery{ID: postgres.NewID(), EndpointID: postgres.NewID(), Platform: triage.Instagram, ReceivedAt: at, Source: "webhook", Raw: []byte("x"), Accepted: batch}
		var changes []postgres.Change
		for i := range batch {
			at = at.Add(time.Duration(r.IntN(300)) * time.Second)
			author := r.IntN(400)
			e := triage.Engagement{
				ID: postgres.NewID(), BrandID: s.lead.BrandID, ChannelID: channel, Platform: triage.Instagram,
				ExternalID: fmt.Sprintf("c-%d", done+i), Form: triage.Forms()[r.IntN(5)], Action: triage.Created,
				Text:     fmt.Sprintf("Comment %d about the %s", done+i, []string{"Straße", "shop", "REFUND", "shoe"}[r.IntN(4)]),
				HasMedia: r.IntN(4) == 0, Thread: triage.Thread{ExternalID: fmt.Sprintf("post-%d", r.IntN(25))},
				Author:    triage.Author{ExternalID: fmt.Sprintf("a-%d", author), Followers: int64(author*author) - 1, Verified: author%50 == 0},
				VersionAt: at, ReceivedAt: at,
			}
			changes = append(changes, postgres.Change{Engagement: e, DeliveryID: d.ID})
		}
		s.inTx(func(tx *postgres.Tx) error {
			refs, _, err := tx.Record(s.t.Context(), []postgres.Delivery{d}, changes)
			s.batches = append(s.batches, refs)
			return err
		})
	}
}

// place judges all that came in, one batch after the other.
func (s *stream) place() {
	s.t.Helper()
	for _, refs := range s.batches {
		rounds := make([]triage.Round, len(refs))
		for i, ref := range refs {
			rounds[i] = triage.Round{ID: ref.ID, Round: ref.Round}
		}
		job := &river.Job[triage.JudgeJob]{
			JobRow: &rivertype.JobRow{Attempt: 1, MaxAttempts: 5},
			Args:   triage.JudgeJob{Brand: s.lead.BrandID, Items: triage.PackRounds(rounds)},
		}
		if err := s.judge.Work(s.t.Context(), job); err != nil {
			s.t.Fatal(err)
		}
	}
}

// correct lets a person say of every tenth comment what is right, by its number.
func (s *stream) correct() {
	s.t.Helper()
	rows, err := s.store.Pool().Query(s.t.Context(), `
		SELECT i.id::text, substr(e.external_id, 3)::int FROM items i JOIN engagements e ON e.id = i.engagement_id
		WHERE i.kind = 'owner' AND substr(e.external_id, 3)::int % 10 = 0`)
	if err != nil {
		s.t.Fatal(err)
	}
	numbers := map[triage.ID]int{}
	for rows.Next() {
		var id triage.ID
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			s.t.Fatal(err)
		}
		numbers[id] = n
	}
	for id, n := range numbers {
		r := rand.New(rand.NewPCG(uint64(n), 2))
		var says postgres.Label
		if intent := triage.Intents()[r.IntN(14)]; r.IntN(2) == 0 {
			says.Intent = &intent
		}
		if q := triage.Queues()[r.IntN(2)]; r.IntN(4) == 0 {
			says.Queue = &q
		}
		if urgency := triage.Urgencies()[r.IntN(4)]; says == (postgres.Label{}) || r.IntN(3) == 0 {
			says.Urgency = &urgency
		}
		if _, err := s.desk.Correct(s.t.Context(), s.lead, id, queue.Given{}, says); err != nil {
			s.t.Fatal(err)
		}
	}
}

// stands compares how all items stand with what was foreseen.
func (s *stream) stands(when string, want routing.Totals) {
	s.t.Helper()
	seats := map[string]int{}
	for seat, n := range want.Seats {
		seats[fmt.Sprintf("%s %d %.1s", seat.Queue, seat.Priority, strconv.FormatBool(seat.Dismissed))] = n
	}
	const owners = ` FROM items WHERE brand_id = $1 AND kind = 'owner'`
	s.same(when+", seats", seats, `SELECT concat_ws(' ', queue, priority, left((status = 'dismissed')::text, 1)), count(*)`+owners+` GROUP BY 1`)
	s.same(when+", tags", want.Tags, `SELECT tag, count(*) FROM items, unnest(tags) AS tag WHERE brand_id = $1 AND kind = 'owner' GROUP BY 1`)
	s.same(when+", sums", map[string]int{"companions": want.Companions, "unsure": want.Unsure, "heavy": want.Heavy, "effort": want.Effort}, `
		SELECT 'companions', count(*) FROM items WHERE brand_id = $1 AND kind = 'companion' AND status = 'open'
		UNION ALL SELECT 'unsure', count(*)`+owners+` AND unsure UNION ALL SELECT 'heavy', count(*)`+owners+` AND heavy
		UNION ALL SELECT 'effort', sum(effort)`+owners)
}

func (s *stream) same(what string, want map[string]int, sql string) {
	s.t.Helper()
	if got := s.counts(sql); !maps.Equal(got, want) {
		s.t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

const bold = `{
	"thresholds": {"reach": 40000, "unsure": 0.6},
	"weights": {"tags": {"advocate": 5}},
	"effort": {"normal": 3},
	"companions": {"reach": 60000, "question_repeats": 3},
	"rules": [
		{"name": "refunds", "when": {"text": {"contains": ["refund"]}, "not": {"intent": ["praise"]}}, "then": {"queue": "cm", "raise": 1, "tags": ["refund"]}},
		{"name": "regulars", "when": {"author": {"comments": {"at_least": 4}}}, "then": {"tags": ["regular"], "hours": 3, "companion": true}},
		{"name": "busy posts", "when": {"thread": {"comments": {"at_least": 30}}, "reply_expected": false}, "then": {"priority": "low"}},
		{"name": "chatter", "when": {"all": [{"intent": ["community_talk", "other"]}, {"has_media": false}]}, "then": {"dismiss": true}},
		{"name": "nights", "when": {"received": {"from": 22, "to": 6}, "language": ["de"]}, "then": {"queue": "smm", "lower": 2}}
	]}`

func TestWhatIsForeseenIsWhatHappens(t *testing.T) {
	t.Parallel()
	s := newStream(t)
	s.receive(1200, 60)
	s.place()
	s.correct()
	row, added, err := s.desk.AddPlan(t.Context(), s.lead, []byte(bold), "bolder")
	if err != nil || !added {
		t.Fatal(added, err)
	}
	then, err := s.desk.PlanVersion(t.Context(), s.lead.BrandID, row.Version)
	if err != nil {
		t.Fatal(err)
	}
	whatIf, err := s.desk.Preview(t.Context(), s.lead.BrandID, 30, then, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s.stands("by the plan in force", whatIf.Now)
	w := whatIf.Ways
	if whatIf.Engagements != 1200 || min(w.Queue, w.Priority, w.Dismissed, w.Companion, w.Tags, w.Unsure, w.Order) == 0 || len(whatIf.Examples) == 0 {
		t.Errorf("of %d engagements %d change: %+v, %d examples", whatIf.Engagements, whatIf.Changed, w, len(whatIf.Examples))
	}

	if err := s.desk.ActivatePlan(t.Context(), s.lead, row.Version, nil); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"items", "labels", "judgements", "authors", "threads"} {
		s.exec(`DELETE FROM ` + table)
	}
	s.place()
	s.correct()
	s.stands("by the plan that was previewed", whatIf.Then)
}

func TestJudgingAgainNeverAddsASecondCompanion(t *testing.T) {
	t.Parallel()
	s := newStream(t)
	s.receive(240, 60)
	s.place()
	const companions = `SELECT queue, count(*) FROM items WHERE brand_id = $1 AND kind = 'companion' GROUP BY 1`
	before := s.counts(companions)
	if len(before) != 2 {
		t.Fatalf("companions: %v", before)
	}
	s.exec(`UPDATE items SET provisional = true`)
	s.place()
	s.same("after judging again", before, companions)
	s.same("in the queue of their owner", map[string]int{}, `
		SELECT c.queue, count(*) FROM items c JOIN items o ON o.engagement_id = c.engagement_id AND o.kind = 'owner'
		WHERE c.brand_id = $1 AND c.kind = 'companion' AND c.queue = o.queue GROUP BY 1`)
}

func TestErasingClosesBothItemsAndForgetsWhatWasKnown(t *testing.T) {
	t.Parallel()
	s := newStream(t)
	s.receive(240, 60)
	s.place()
	s.inTx(func(tx *postgres.Tx) error {
		var ids []triage.ID
		for _, batch := range s.batches {
			for _, ref := range batch {
				ids = append(ids, ref.ID)
			}
		}
		return tx.Erase(t.Context(), s.lead.BrandID, ids)
	})
	s.same("left", map[string]int{}, `
		SELECT kind, count(*) FROM items
		WHERE brand_id = $1 AND (outcome <> 'deleted' OR known <> '{}' OR parts <> '[]' OR heavy OR tags <> '{}') GROUP BY 1`)
}
