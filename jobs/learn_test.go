package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"triage/classifier"
	"triage/embeddings"
	"triage/internal/pgtest"
	"triage/jobs"
	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// school is a database with brands whose comments the built-in engine judges, and where
// people correct it.
type school struct {
	*postgres.Store
	*queue.Desk
	t      *testing.T
	judge  *jobs.Judge
	upkeep *jobs.Upkeep
	count  int
}

func newSchool(t *testing.T) *school {
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
	log := slog.New(slog.DiscardHandler)
	judge := &jobs.Judge{Store: store, Engine: engine, Builtin: engine, Embedder: near, Near: near, Log: log}
	return &school{Store: store, Desk: queue.NewDesk(store), t: t, judge: judge, upkeep: &jobs.Upkeep{Store: store, Judge: judge, Log: log}}
}

func (s *school) in(work func(tx *postgres.Tx) error) {
	s.t.Helper()
	if err := s.Retrying(s.t.Context(), 5, work); err != nil {
		s.t.Fatal(err)
	}
}

func (s *school) brand(name string) (id triage.ID) {
	s.t.Helper()
	s.in(func(tx *postgres.Tx) (err error) {
		id, err = tx.AddBrand(s.t.Context(), postgres.Actor{}, postgres.BrandRow{Name: name, Goal: 0.5})
		return err
	})
	return id
}

func (s *school) person(brand triage.ID, name string) postgres.Caller {
	s.t.Helper()
	who := postgres.Caller{BrandID: brand, Person: name, Role: triage.RoleHybrid}
	s.in(func(tx *postgres.Tx) (err error) {
		if who.PersonID, err = tx.AddPerson(s.t.Context(), postgres.PersonRow{Name: name}); err != nil {
			return err
		}
		return tx.AddMember(s.t.Context(), postgres.Actor{}, brand, who.PersonID, who.Role)
	})
	return who
}

// accept takes comments in and returns the job that judges them.
func (s *school) accept(brand triage.ID, texts ...string) *river.Job[triage.JudgeJob] {
	s.t.Helper()
	var rounds []triage.Round
	for _, text := range texts {
		s.count++
		at := s.Now()
		e := triage.Engagement{
			ID: postgres.NewID(), BrandID: brand, ChannelID: brand, Platform: triage.StandardWebhooks, Form: triage.FormComment,
			ExternalID: fmt.Sprint("c", s.count), Action: triage.Created, Text: text, VersionAt: at, ReceivedAt: at,
			Author: triage.Author{ExternalID: fmt.Sprint("c", s.count), Followers: -1},
		}
		d := postgres.Delivery{ID: postgres.NewID(), EndpointID: postgres.NewID(), Platform: e.Platform, ReceivedAt: at, Source: "webhook", Accepted: 1}
		s.in(func(tx *postgres.Tx) error {
			refs, _, err := tx.Record(s.t.Context(), []postgres.Delivery{d}, []postgres.Change{{Engagement: e, DeliveryID: d.ID}})
			if err == nil {
				rounds = append(rounds, triage.Round{ID: refs[0].ID, Round: refs[0].Round})
			}
			return err
		})
	}
	return &river.Job[triage.JudgeJob]{
		JobRow: &rivertype.JobRow{Attempt: 1, MaxAttempts: 5}, Args: triage.JudgeJob{Brand: brand, Items: triage.PackRounds(rounds)},
	}
}

// hear takes comments in and judges them in one batch, and returns their items.
func (s *school) hear(brand triage.ID, texts ...string) []postgres.Item {
	s.t.Helper()
	job := s.accept(brand, texts...)
	if err := s.judge.Work(s.t.Context(), job); err != nil {
		s.t.Fatal(err)
	}
	rounds, err := job.Args.Rounds()
	if err != nil {
		s.t.Fatal(err)
	}
	var items []postgres.Item
	for _, r := range rounds {
		found, err := s.ItemsOf(s.t.Context(), brand, r.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		items = append(items, found[0])
	}
	return items
}

func (s *school) correct(who postgres.Caller, i postgres.Item, to triage.Intent) postgres.Item {
	s.t.Helper()
	out, err := s.Correct(s.t.Context(), who, i.ID, queue.Given{}, postgres.Label{Intent: &to})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func reasonOf(i postgres.Item, rule string) string {
	for _, r := range i.Reasons {
		if r.Rule == rule {
			return r.Text
		}
	}
	return ""
}

// Two near-copies. What the engine alone makes of them is its own matter.
const (
	first = "The lids of the blue mugs are cracked again, third box in a row"
	next  = "the lids of the blue mugs are cracked again, third box in a row!!"
)

// taught is a brand where Anna has corrected the first comment.
type taught struct {
	brand       triage.ID
	anna        postgres.Caller
	before      postgres.Item // as the first comment stood
	corrected   postgres.Item
	alone       triage.Intent // what the engine alone makes of the next one
	right       triage.Intent // what Anna says, and the engine alone of neither
	elsewhereID triage.ID     // another brand
}

func (s *school) taught() taught {
	s.t.Helper()
	c := taught{brand: s.brand("Acme"), elsewhereID: s.brand("Rival")}
	c.anna = s.person(c.brand, "Anna")
	c.before = s.hear(c.brand, first)[0]
	c.alone = s.hear(c.elsewhereID, next)[0].Intent
	c.right = triage.Partnership
	for _, i := range triage.Intents() {
		if i != c.alone && i != c.before.Intent {
			c.right = i
		}
	}
	c.corrected = s.correct(c.anna, c.before, c.right)
	return c
}

func TestACorrectionChangesTheNextSimilarComment(t *testing.T) {
	s := newSchool(t)
	c := s.taught()
	after := s.hear(c.brand, next, "What time do you open on Sundays?")
	if got := after[0]; got.Intent != c.right || !strings.HasPrefix(reasonOf(got, "learned"), "1 correction of your team on similar comments: ") {
		t.Errorf("the next one is read as %s, because %v", got.Intent, got.Reasons)
	}
	if got := after[1]; reasonOf(got, "learned") != "" || got.Intent == c.right {
		t.Errorf("another matter is read as %s, because %v", got.Intent, got.Reasons)
	}
	receipt, err := s.Receipt(t.Context(), after[0])
	if err != nil {
		t.Fatal(err)
	}
	if l := receipt.Judgement.Learned; l == nil || l.Intent != c.alone || l.Corrections != 1 || l.People != 1 {
		t.Errorf("the receipt tells %+v, the engine alone says %s", l, c.alone)
	}
	if got := s.hear(c.elsewhereID, next)[0]; got.Intent != c.alone || reasonOf(got, "learned") != "" {
		t.Errorf("another brand's correction made it %s", got.Intent)
	}
}

func TestWhatIsTakenBackTeachesNothing(t *testing.T) {
	s := newSchool(t)
	c := s.taught()
	undone, err := s.Undo(t.Context(), c.anna, c.corrected.UndoID)
	if err != nil || !slices.Equal(undone.Restored, []triage.ID{c.before.ID}) {
		t.Fatalf("%+v, %v", undone, err)
	}
	now, err := s.Item(t.Context(), c.brand, c.before.ID)
	if err != nil {
		t.Fatal(err)
	}
	if now.Intent != c.before.Intent || now.Queue != c.before.Queue || now.Priority != c.before.Priority || !slices.Equal(now.Reasons, c.before.Reasons) {
		t.Errorf("taken back it is %s in %s because %v, before %s in %s because %v",
			now.Intent, now.Queue, now.Reasons, c.before.Intent, c.before.Queue, c.before.Reasons)
	}
	if got := s.hear(c.brand, next)[0]; got.Intent != c.alone {
		t.Errorf("the next one is still read as %s", got.Intent)
	}
}

func TestWhatIsErasedTeachesNothing(t *testing.T) {
	s := newSchool(t)
	c := s.taught()
	s.in(func(tx *postgres.Tx) error { return tx.Erase(t.Context(), c.brand, []triage.ID{c.before.EngagementID}) })
	if got := s.hear(c.brand, next)[0]; got.Intent != c.alone {
		t.Errorf("the next one is still read as %s", got.Intent)
	}
}

func TestTheNewestWordCounts(t *testing.T) {
	s := newSchool(t)
	c := s.taught()
	ben := s.person(c.brand, "Ben")
	s.correct(ben, c.corrected, c.alone)
	if got := s.hear(c.brand, next)[0]; got.Intent != c.alone {
		t.Errorf("Ben says %s, the next one is read as %s", c.alone, got.Intent)
	}
}

func TestWhatPeopleCloseAsItIsCountsAgainstAHabit(t *testing.T) {
	s := newSchool(t)
	c := s.taught()
	kept := s.hear(c.brand, first+" and again", first+" once more")
	for _, i := range kept {
		if _, err := s.Dismiss(t.Context(), c.anna, i.ID, queue.Given{}, triage.OutcomeDismissed, ""); err != nil {
			t.Fatal(err)
		}
	}
	vectors, err := s.judge.Near.Embed(t.Context(), []string{next})
	if err != nil {
		t.Fatal(err)
	}
	asked := []postgres.Asked{{ID: postgres.NewID(), Vector: vectors[0].Values, Intent: c.before.Intent}}
	around, err := s.Neighbourhoods(t.Context(), c.brand, asked, postgres.Nearby{Model: vectors[0].Model, Most: 5})
	if err != nil {
		t.Fatal(err)
	}
	var same int // of the two, how many the engine alone reads as it read the first
	if err := s.Pool().QueryRow(t.Context(), `SELECT count(*) FROM handled WHERE brand_id = $1 AND said_intent = $2`, c.brand, c.before.Intent).Scan(&same); err != nil {
		t.Fatal(err)
	}
	if got := around[0]; got.Handled != same+1 || got.Corrected < 1 || len(got.Neighbours) != 1 {
		t.Errorf("%+v with %d closed as they were", got, same)
	}
}

// blind is an embedding engine of another space, as a language model's is.
type blind struct{}

func (blind) Embed(_ context.Context, texts []string) ([]triage.Vector, error) {
	out := make([]triage.Vector, len(texts))
	for n := range out {
		out[n] = triage.Vector{Model: "elsewhere", Values: []float32{1, 0, 0}}
	}
	return out, nil
}
func (blind) Model() string   { return "elsewhere" }
func (blind) Dimensions() int { return 3 }

func TestCorrectionsAreComparedInOneSpace(t *testing.T) {
	s := newSchool(t)
	s.judge.Embedder = blind{}
	c := s.taught()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.upkeep.Run(ctx) }()
	moved := false
	for deadline := time.Now().Add(20 * time.Second); !moved && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		err := s.Pool().QueryRow(t.Context(), `SELECT model = $2 FROM neighbours WHERE brand_id = $1`, c.brand, s.judge.Near.Model()).Scan(&moved)
		if err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	<-done
	if got := s.hear(c.brand, next)[0]; got.Intent != c.right {
		t.Errorf("the next one is read as %s, because %v", got.Intent, got.Reasons)
	}
}
