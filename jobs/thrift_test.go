package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"triage/classifier"
	"triage/embeddings"
	"triage/internal/fakellm"
	"triage/jobs"
	"triage/llm"
	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// household is a school where a model at a local server judges what the built-in engine is
// not sure of, and all of it when asked to.
type household struct {
	*school
	model  *fakellm.Server
	client *llm.Client
	mu     sync.Mutex
	reply  func() *fakellm.Reply // nil answers well
}

func newHousehold(t *testing.T, mode classifier.Mode) *household {
	t.Helper()
	h := &household{school: newSchool(t)}
	h.model = fakellm.Start(fakellm.Options{Script: func(int, fakellm.Request) *fakellm.Reply {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.reply == nil {
			return nil
		}
		return h.reply()
	}})
	t.Cleanup(h.model.Close)
	var err error
	h.client, err = llm.New(llm.Config{
		BaseURL: h.model.URL, APIKey: h.model.Key, ChatModel: "gpt-4o-mini",
		OpenFor: 50 * time.Millisecond, RefusedFor: 50 * time.Millisecond, RetryPause: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	frugal := classifier.NewFrugal(classifier.NewLLM(h.client), jobs.Purse{Store: h.Store, Log: log},
		jobs.Memory{Store: h.Store, Near: h.judge.Near, Log: log})
	h.judge.Engine, err = classifier.ForMode(mode, h.judge.Builtin, frugal, 0.7, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.judge.Ready, h.judge.Tally = readyOf(h.client), &jobs.Tally{}
	return h
}

// answers scripts what the server answers from now on.
func (h *household) answers(reply func() *fakellm.Reply) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reply = reply
}

func (h *household) thrift(brand triage.ID, change func(*triage.Thrift)) {
	h.t.Helper()
	t := triage.DefaultThrift()
	change(&t)
	h.in(func(tx *postgres.Tx) error { return tx.SetThrift(h.t.Context(), postgres.Actor{}, brand, t) })
}

func (h *household) spent(brand triage.ID) int64 {
	h.t.Helper()
	s, err := h.Spent(h.t.Context(), brand, h.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	if s.Held != 0 {
		h.t.Errorf("%d are set aside after all calls have ended", s.Held)
	}
	return s.Day
}

func (h *household) scalar(sql string, args ...any) (n int64) {
	h.t.Helper()
	if err := h.Pool().QueryRow(h.t.Context(), sql, args...).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// distinct returns n comments that resemble each other little.
func distinct(n int) []string {
	things := []string{"parcel", "zip", "video", "app", "colour", "shop in Bonn", "refund", "blue mug", "helmet", "invoice"}
	doings := []string{"never came and nobody answers", "looks odd on my screen", "reminds me of my holidays", "broke on the second day", "was a gift from my aunt"}
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("The %s %s, number %d of %d", things[i%10], doings[i/10%5], i*i+7, i)
	}
	return out
}

func TestABudgetIsKeptAndTheItemSaysSo(t *testing.T) {
	h := newHousehold(t, classifier.ModeLLM)
	rich, poor := h.brand("Rich"), h.brand("Poor")
	no := func(t *triage.Thrift) { t.ReuseNear, t.ReuseExact = false, false }
	h.thrift(rich, no)
	h.hear(rich, distinct(1)...)
	one := h.spent(rich)
	if one <= 0 {
		t.Fatalf("one question cost %d", one)
	}
	budget := 8 * one
	h.thrift(poor, func(t *triage.Thrift) { no(t); t.DayMicroUSD = budget })
	items := append(h.hear(poor, distinct(20)...), h.hear(poor, distinct(40)[20:]...)...)
	if got := h.spent(poor); got > budget || got < budget/4 {
		t.Errorf("of a budget of %d %d were spent", budget, got)
	}
	stoodIn := 0
	for _, i := range items {
		receipt, err := h.Receipt(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		e := receipt.Judgement.Effort
		switch {
		case i.Queue == "":
			t.Errorf("an item stands in no queue: %+v", i)
		case (e.Step == triage.StepModel || e.Step == triage.StepTogether) && !i.Provisional:
		case e.Step == triage.StepStood && e.Short == triage.ShortOfDay && i.Provisional && reasonOf(i, "stood_in") != "":
			stoodIn++
		default:
			t.Errorf("judged by %+v, provisional %v, because %v", e, i.Provisional, i.Reasons)
		}
	}
	if stoodIn < 20 || stoodIn == 40 {
		t.Errorf("the built-in engine stood in for %d of 40", stoodIn)
	}
	if got, want := h.scalar(`SELECT sum(micro_usd) FROM ledger WHERE brand_id = $1`, poor), h.spent(poor); got != want {
		t.Errorf("the ledger has %d, the day %d", got, want)
	}
	if got := h.scalar(`SELECT sum(cost_micro_usd) FROM judgements WHERE brand_id = $1`, poor); got != h.spent(poor) {
		t.Errorf("the items cost %d, the day %d", got, h.spent(poor))
	}
	if got := h.scalar(`SELECT count(*) FROM again WHERE brand_id = $1 AND short = 'budget_day' AND due_at > now()`, poor); got != int64(stoodIn) {
		t.Errorf("%d wait for money, of %d", got, stoodIn)
	}
}

func TestCommentsThatComeTogetherAreOneCallInTheLedger(t *testing.T) {
	h := newHousehold(t, classifier.ModeLLM)
	texts := []string{
		"I love the blue mug", "When do you open in Bonn?", "The zip broke on the second day", "Greetings from Hamburg", "What an awful colour",
		"My aunt loves her helmet", "Is the saddle made of leather?", "Look at this view",
	}
	cost := map[bool]int64{}
	for _, together := range []bool{true, false} {
		brand, before := h.brand(fmt.Sprint("Acme ", together)), h.model.Count()
		want := insight{triage.StepTogether, 2}
		if !together {
			h.thrift(brand, func(t *triage.Thrift) { t.Together = 0 })
			want = insight{triage.StepModel, 8}
		}
		for n, i := range h.hear(brand, texts...) {
			receipt, err := h.Receipt(t.Context(), i)
			if err != nil || receipt.Judgement.Effort.Step != want.step || receipt.Judgement.Engine != "llm" || receipt.Judgement.CostMicroUSD == 0 {
				t.Errorf("%q: %+v, %v", texts[n], receipt.Judgement, err)
			}
		}
		now := h.Now()
		lines, err := h.Costs(t.Context(), brand, now.AddDate(0, 0, -1), now.AddDate(0, 0, 1))
		if err != nil || len(lines) != 1 || lines[0].Step != want.step || lines[0].Items != 8 || lines[0].Calls != want.calls ||
			h.model.Count()-before != int(want.calls) || lines[0].MicroUSD != h.spent(brand) {
			t.Errorf("together %v: %+v, %d calls, %v", together, lines, h.model.Count()-before, err)
		}
		cost[together] = h.spent(brand)
	}
	t.Logf("eight comments cost %d millionths of a dollar in two calls, %d in eight", cost[true], cost[false])
	if 3*cost[true] > 2*cost[false] {
		t.Error("two calls are not much cheaper")
	}
}

// insight is what the ledger should tell.
type insight struct {
	step  triage.Step
	calls int64
}

func TestAConcurrentFloodKeepsTheBudget(t *testing.T) {
	h := newHousehold(t, classifier.ModeLLM)
	brand := h.brand("Flooded")
	h.thrift(brand, func(t *triage.Thrift) { t.ReuseNear, t.DayMicroUSD = false, 2000 })
	var all sync.WaitGroup
	for n := range 6 {
		job := h.accept(brand, distinct(20 * (n + 1))[20*n:]...)
		all.Go(func() {
			if err := h.judge.Work(t.Context(), job); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := h.spent(brand); got > 2000 || got == 0 {
		t.Errorf("of 2000 %d were spent", got)
	}
}

func TestAWaveOfNearCopiesIsAskedAboutOnce(t *testing.T) {
	h := newHousehold(t, classifier.ModeLLM)
	brand, other := h.brand("Acme"), h.brand("Rival")
	var jobs []*river.Job[triage.JudgeJob]
	for n := range 10 {
		var texts []string
		for i := range 50 {
			texts = append(texts, waveText(50*n+i))
		}
		jobs = append(jobs, h.accept(brand, texts...))
	}
	var all sync.WaitGroup
	for _, job := range jobs {
		all.Go(func() {
			if err := h.judge.Work(t.Context(), job); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := h.model.Count(); got > 5 {
		t.Errorf("the model was asked %d times about 500 near copies", got)
	}
	if got := h.scalar(`SELECT count(*) FROM items WHERE brand_id = $1 AND NOT provisional`, brand); got != 500 {
		t.Errorf("%d of 500 are judged for good", got)
	}
	if got := h.scalar(`SELECT count(*) FROM judgements WHERE brand_id = $1 AND step LIKE 'reuse%' AND reused_from IS NOT NULL AND cost_micro_usd = 0`, brand); got < 495 {
		t.Errorf("%d were reused", got)
	}
	before := h.model.Count()
	h.hear(other, waveText(1))
	if h.model.Count() == before {
		t.Error("another brand's judgement was reused")
	}
}

// waveText is one of many near copies, as people make them.
func waveText(i int) string {
	text := "Why do you still sell the blue mugs with the cracked lids? My order came broken again"
	switch i % 5 {
	case 1:
		text += "!!"
	case 2:
		text += " 😡"
	case 3:
		text += "..."
	case 4:
		text = "@acme " + text
	}
	if i%7 == 0 {
		text += fmt.Sprint(" #", i%3)
	}
	return text
}

func TestWhatIsReusedCanBeSwitchedOff(t *testing.T) {
	h := newHousehold(t, classifier.ModeLLM)
	for _, c := range []struct {
		name  string
		set   func(*triage.Thrift)
		texts [2]string
		asked int
		step  triage.Step
	}{
		{"a copy is reused", func(*triage.Thrift) {}, [2]string{first, first}, 1, triage.StepExact},
		{"a near copy is reused", func(*triage.Thrift) {}, [2]string{waveText(1), waveText(3)}, 1, triage.StepNear},
		{"near copies only when wanted", func(t *triage.Thrift) { t.ReuseNear = false }, [2]string{first, next}, 2, triage.StepModel},
		{"copies only when wanted", func(t *triage.Thrift) { t.ReuseNear, t.ReuseExact = false, false }, [2]string{first, first}, 2, triage.StepModel},
		{"its opposite is no near copy", func(*triage.Thrift) {}, [2]string{"I love your new app, it is great", "I hate your new app, it is awful"}, 2, triage.StepModel},
		{"no model is asked where none may be", func(t *triage.Thrift) { t.Model = false }, [2]string{first, next}, 0, triage.StepBuiltin},
	} {
		brand, before := h.brand(c.name), h.model.Count()
		h.thrift(brand, c.set)
		h.hear(brand, c.texts[0])
		item := h.hear(brand, c.texts[1])[0]
		receipt, err := h.Receipt(t.Context(), item)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.model.Count() - before; got != c.asked || receipt.Judgement.Effort.Step != c.step || item.Provisional {
			t.Errorf("%s: asked %d times, then judged by %+v", c.name, got, receipt.Judgement.Effort)
		}
	}
}

func TestWhatPeopleCorrectedIsNotReused(t *testing.T) {
	h := newHousehold(t, classifier.ModeLLM)
	brand := h.brand("Acme")
	h.correct(h.person(brand, "Anna"), h.hear(brand, first)[0], triage.Partnership)
	before := h.model.Count()
	h.hear(brand, next)
	if h.model.Count() == before {
		t.Error("a judgement that people found wrong was reused")
	}
}

func TestWhatADeadModelMissedIsJudgedAgain(t *testing.T) {
	h := newHousehold(t, classifier.ModeLLM)
	brand := h.brand("Acme")
	anna := h.person(brand, "Anna")
	h.answers(func() *fakellm.Reply { return &fakellm.Reply{Status: 500} })
	items := h.hear(brand, append(distinct(12), "I will call my lawyer and sue you, this burnt my hand")...)
	for _, i := range items {
		if !i.Provisional || i.Queue == "" || reasonOf(i, "stood_in") == "" {
			t.Errorf("while the model is away: provisional %v, in %q, because %v", i.Provisional, i.Queue, i.Reasons)
		}
	}
	touched, err := h.Claim(t.Context(), anna, items[0].ID, queue.Given{})
	if err != nil {
		t.Fatal(err)
	}
	h.answers(nil)
	for end := time.Now().Add(20 * time.Second); ; {
		if _, err := h.upkeep.Again(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := h.scalar(`SELECT count(*) FROM again w WHERE tried_at IS NULL AND pressing < (
			SELECT max(pressing) FROM again WHERE tried_at IS NOT NULL)`); got != 0 {
			t.Errorf("%d that press more are not tried first", got)
		}
		h.workAll(brand)
		if left, err := h.Provisional(t.Context(), brand); err != nil || left == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("some are never judged again")
		}
		h.exec(`UPDATE again SET due_at = now() WHERE brand_id = $1`, brand)
	}
	if got := h.scalar(`SELECT count(*) FROM items WHERE brand_id = $1 AND provisional`, brand); got != 0 {
		t.Errorf("%d items are still provisional", got)
	}
	after, err := h.Item(t.Context(), brand, touched.ID)
	if err != nil {
		t.Fatal(err)
	}
	if after.Status != triage.StatusClaimed || after.Queue != touched.Queue || after.Intent != touched.Intent || after.Assignee != anna.PersonID {
		t.Errorf("a person's item was changed: %+v", after)
	}
	receipt, err := h.Receipt(t.Context(), after)
	if err != nil {
		t.Fatal(err)
	}
	if receipt.Judgement.Engine != "llm" || len(receipt.Earlier) == 0 {
		t.Errorf("its receipt tells of %+v and %d earlier", receipt.Judgement.Effort, len(receipt.Earlier))
	}
}

// workAll works the jobs that wait.
func (h *household) workAll(brand triage.ID) {
	h.t.Helper()
	rows, err := h.Pool().Query(h.t.Context(), `
		DELETE FROM river_job WHERE kind = 'judge' AND priority = 2 RETURNING id, args->>'items'`)
	if err != nil {
		h.t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		var id int64
		var items string
		if err := rows.Scan(&id, &items); err != nil {
			h.t.Fatal(err)
		}
		all = append(all, items)
	}
	if err := rows.Err(); err != nil {
		h.t.Fatal(err)
	}
	for _, items := range all {
		job := triage.JudgeJob{Brand: brand, Items: items}
		if err := h.judge.Work(h.t.Context(), &river.Job[triage.JudgeJob]{
			JobRow: &rivertype.JobRow{Attempt: 1, MaxAttempts: 5}, Args: job,
		}); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *household) exec(sql string, args ...any) {
	h.t.Helper()
	if _, err := h.Pool().Exec(h.t.Context(), sql, args...); err != nil {
		h.t.Fatal(err)
	}
}

func readyOf(c *llm.Client) func(context.Context) int {
	return func(context.Context) int { return c.Ready() }
}

// Without a model too a brand sees by what its comments were judged, and that it cost nothing.
func TestWhatTheBuiltInEngineJudgedIsCounted(t *testing.T) {
	h := newHousehold(t, classifier.ModeLLM)
	h.judge.Engine = h.judge.Builtin
	brand := h.brand("Thrifty")
	h.hear(brand, distinct(7)...)
	if err := h.judge.Tally.Flush(t.Context(), h.Store); err != nil {
		t.Fatal(err)
	}
	now := h.Now()
	lines, err := h.Costs(t.Context(), brand, now.AddDate(0, 0, -1), now.AddDate(0, 0, 1))
	if err != nil || len(lines) != 1 || lines[0].Step != triage.StepBuiltin || lines[0].Items != 7 || lines[0].MicroUSD != 0 {
		t.Errorf("%+v, %v", lines, err)
	}
}

// reads lets a model at the local server read meanings too.
func (h *household) reads(model string) *embeddings.LLM {
	h.t.Helper()
	client, err := llm.New(llm.Config{
		BaseURL: h.model.URL, APIKey: h.model.Key, EmbeddingModel: model, EmbeddingDimensions: 64, RetryPause: time.Millisecond,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	reader := embeddings.NewLLM(client)
	h.judge.Embedder = reader
	return reader
}

func TestWhatVectorsCostIsInTheLedgerAndWithinTheBudget(t *testing.T) {
	h := newHousehold(t, classifier.ModeLLM)
	reader := h.reads("text-embedding-3-small")
	rich, poor := h.brand("Rich"), h.brand("Poor")
	h.hear(rich, distinct(20)...)
	lines, err := h.Costs(t.Context(), rich, h.Now(), h.Now())
	if err != nil {
		t.Fatal(err)
	}
	var line postgres.CostLine
	for _, l := range lines {
		if l.Step == triage.StepEmbed {
			line = l
		}
	}
	if line.Engine != "llm" || line.Model != reader.Model() || line.Items != 20 || line.Calls != 1 || line.Prompt < 100 || line.MicroUSD < 1 || line.Unpriced != 0 {
		t.Errorf("the ledger says of vectors %+v", line)
	}
	h.thrift(poor, func(t *triage.Thrift) { t.Model, t.DayMicroUSD = false, 3 })
	for range 12 {
		h.hear(poor, distinct(20)...)
	}
	if got := h.spent(poor); got > 3 {
		t.Errorf("of a budget of 3 %d were spent on vectors", got)
	}
	if got := h.scalar(`SELECT count(*) FROM again WHERE brand_id = $1 AND short = 'budget_day' AND due_at > now()`, poor); got == 0 {
		t.Error("what has no vector for want of money does not wait for more")
	}
	if got := h.scalar(`SELECT count(*) FROM items WHERE brand_id = $1`, poor); got != 240 {
		t.Errorf("%d of 240 stand in queues", got)
	}
}

func TestAModelWithoutAPriceIsNotAskedWhereThereIsABudget(t *testing.T) {
	h := newHousehold(t, classifier.ModeLLM)
	var err error
	h.client, err = llm.New(llm.Config{BaseURL: h.model.URL, APIKey: h.model.Key, ChatModel: "our-own"})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	h.judge.Engine, err = classifier.ForMode(classifier.ModeLLM, h.judge.Builtin,
		classifier.NewFrugal(classifier.NewLLM(h.client), jobs.Purse{Store: h.Store, Log: log}, nil), 0.7, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.reads("our-own-too")
	brand := h.brand("Careful")
	h.thrift(brand, func(t *triage.Thrift) { t.MonthMicroUSD = 1_000_000 })
	item := h.hear(brand, first)[0]
	receipt, err := h.Receipt(t.Context(), item)
	if err != nil {
		t.Fatal(err)
	}
	if e := receipt.Judgement.Effort; e.Step != triage.StepStood || e.Short != triage.ShortOfPrice || reasonOf(item, "stood_in") == "" {
		t.Errorf("judged by %+v, because %v", e, item.Reasons)
	}
	if got := h.model.Count(); got != 0 {
		t.Errorf("models without a price were asked %d times", got)
	}
}
