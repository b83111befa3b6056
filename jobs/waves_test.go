package jobs_test

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"triage/embeddings"
	"triage/internal/pgtest"
	"triage/jobs"
	"triage/postgres"
	"triage/routing"
	"triage/triage"
)

// beach is a brand on which waves break, looked at by the built-in embeddings.
type beach struct {
	*postgres.Store
	t       *testing.T
	engine  *embeddings.Builtin
	upkeep  *jobs.Upkeep
	brand   triage.ID
	channel triage.ID
	at      time.Time // when the next comment is received
	count   int
}

func newBeach(t *testing.T) *beach {
	t.Helper()
	t.Parallel()
	store, err := postgres.Open(t.Context(), pgtest.New(t).URL, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	engine, err := embeddings.NewBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	b := &beach{Store: store, t: t, engine: engine, channel: postgres.NewID(), at: time.Now().UTC().Add(-40 * time.Minute).Truncate(time.Minute)}
	b.upkeep = &jobs.Upkeep{Store: store, Judge: &jobs.Judge{Store: store, Embedder: engine}, Log: slog.New(slog.DiscardHandler)}
	b.in(func(tx *postgres.Tx) (err error) {
		b.brand, err = tx.AddBrand(t.Context(), postgres.Actor{}, postgres.BrandRow{Name: "Kaffee Nord", Goal: 0.5})
		return err
	})
	return b
}

func (b *beach) in(work func(tx *postgres.Tx) error) {
	b.t.Helper()
	if err := b.Retrying(b.t.Context(), 5, work); err != nil {
		b.t.Fatal(err)
	}
}

// comment is what one test says of a comment. Zero fields are those of a usual one: a
// complaint by an author of its own under the same post, seconds after the one before.
type comment struct {
	text, author, thread string
	intent               triage.Intent
	urgency              triage.Urgency
	risks                []triage.Risk
}

func (c comment) classification() triage.Classification {
	out := triage.Classification{
		Engine: "builtin", Model: "m1", Intent: triage.Complaint, Sentiment: triage.Negative, Urgency: triage.UrgencyNormal,
		Language: "de", Risks: c.risks, Confidence: triage.Confidence{Queue: 0.9, Intent: 0.8},
	}
	if c.intent != "" {
		out.Intent = c.intent
	}
	if c.urgency != "" {
		out.Urgency = c.urgency
	}
	return out
}

// receive takes comments in, judged and placed, and returns the ids of their items.
func (b *beach) receive(comments ...comment) []triage.ID {
	b.t.Helper()
	var ids []triage.ID
	for _, c := range comments {
		b.count++
		b.at = b.at.Add(7 * time.Second)
		e := triage.Engagement{
			ID: postgres.NewID(), BrandID: b.brand, ChannelID: b.channel, Platform: triage.StandardWebhooks,
			ExternalID: fmt.Sprint("c", b.count), Form: triage.FormComment, Action: triage.Created, Text: c.text, Round: 1,
			Author: triage.Author{ExternalID: fmt.Sprint("author ", b.count), Followers: -1}, Thread: triage.Thread{ExternalID: "post"},
			VersionAt: b.at, ReceivedAt: b.at,
		}
		if c.author != "" {
			e.Author.ExternalID = c.author
		}
		if c.thread != "" {
			e.Thread.ExternalID = c.thread
		}
		ids = append(ids, b.settle(e, c))
	}
	return ids
}

// settle records e, judges it as c says, and returns the id of its item.
func (b *beach) settle(e triage.Engagement, c comment) (item triage.ID) {
	b.t.Helper()
	d := postgres.Delivery{
		ID: postgres.NewID(), EndpointID: postgres.NewID(), Platform: e.Platform, ReceivedAt: e.ReceivedAt, Source: "webhook", Accepted: 1,
	}
	vectors, err := b.engine.Embed(b.t.Context(), []string{e.Text})
	if err != nil {
		b.t.Fatal(err)
	}
	b.in(func(tx *postgres.Tx) error {
		refs, _, err := tx.Record(b.t.Context(), []postgres.Delivery{d}, []postgres.Change{{Engagement: e, DeliveryID: d.ID}})
		if err != nil {
			return err
		}
		e.ID, e.Round = refs[0].ID, refs[0].Round
		_, err = tx.Settle(b.t.Context(), b.brand, []postgres.Settlement{{
			Engagement: e, Classification: c.classification(), Vector: &vectors[0],
			Place: func(*postgres.Standing) *postgres.Placed {
				plan := routing.Default(0.5)
				plan.Thresholds.SpamSure = 2 // what is dismissed here is so for being in a wave
				return &postgres.Placed{Placement: plan.Place(e, c.classification(), routing.Context{}, b.at)}
			},
		}})
		return err
	})
	err = b.Pool().QueryRow(b.t.Context(), `SELECT id FROM items WHERE brand_id = $1 AND engagement_id = $2 AND kind = 'owner'`, b.brand, e.ID).Scan(&item)
	if err != nil {
		b.t.Fatal(err)
	}
	return item
}

func (b *beach) look() {
	b.t.Helper()
	for range 100 {
		more, err := b.upkeep.Waves(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		if !more {
			return
		}
	}
	b.t.Fatal("looking for waves does not end")
}

func (b *beach) item(id triage.ID) postgres.Item {
	b.t.Helper()
	i, err := b.Item(b.t.Context(), b.brand, id)
	if err != nil {
		b.t.Fatal(err)
	}
	return i
}

func (b *beach) waves() []postgres.Wave {
	b.t.Helper()
	waves, err := b.Waves(b.t.Context(), b.brand, postgres.WaveFilter{}, nil, b.at, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	return waves
}

func (b *beach) number(sql string, args ...any) (n int) {
	b.t.Helper()
	if err := b.Pool().QueryRow(b.t.Context(), sql, args...).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

func (b *beach) audited(action string) int {
	b.t.Helper()
	return b.number(`SELECT count(*) FROM audit WHERE brand_id = $1 AND action = $2`, b.brand, action)
}

// slogan is one protest with typos, signs, case, handles and links of seven accounts.
var slogan = []comment{
	{text: "Euer neuer Becher läuft aus, ich will mein Geld zurück!"},
	{text: "euer neuer becher läuft aus ich will mein geld zurück 😡😡"},
	{text: "@kaffeenord Euer neuer Becher leuft aus, ich will mein Geld zurück"},
	{text: "Euer neuer Becher läuft AUS!!! Ich will mein Geld zurrück"},
	{text: "@kaffeenord euer neuer Becher läuft aus, ich will mein Geld zurück https://video.example/k3"},
	{text: "Euer neuer Becher läuft aus, ich möchte mein Geld zurück"},
	{text: "Sooo. Euer neuer Becher läuft aus, ich will mein Geld zurück 🤬"},
}

func TestAWaveOfNearCopiesIsFoundAndOtherComplaintsUnderThePostAreNot(t *testing.T) {
	b := newBeach(t)
	members := b.receive(slogan...)
	others := b.receive(
		comment{text: "Seit zwei Wochen warte ich auf meine Bestellung, niemand antwortet mir."},
		comment{text: "Die Mühle ist nach drei Tagen kaputt, so eine schlechte Qualität."},
	)
	b.look()
	waves := b.waves()
	if len(waves) != 1 {
		t.Fatalf("%d waves, want 1: %+v", len(waves), waves)
	}
	w := waves[0]
	for _, id := range members {
		if b.item(id).WaveID != w.ID {
			t.Errorf("%q is not in the wave", b.item(id).Engagement.Text)
		}
	}
	for _, id := range others {
		if b.item(id).WaveID != "" {
			t.Errorf("%q is in the wave", b.item(id).Engagement.Text)
		}
	}
	if w.Common.Kind != "problem" || w.Count != 7 || w.Authors != 7 || w.Threads != 1 || w.Thread == "" || w.Common.Language != "de" ||
		w.State != "open" || !slices.Contains(members, w.Representative) || w.PeakPerMinute < 5 {
		t.Errorf("the wave: %+v", w)
	}
	if b.audited("wave.started") != 1 {
		t.Error("the audit does not tell of the wave once")
	}
}

func TestAWaveRunsAcrossPostsAndGoesOn(t *testing.T) {
	b := newBeach(t)
	for n := range slogan {
		c := slogan[n]
		c.thread = fmt.Sprint("post ", n%3)
		b.receive(c)
		b.look() // one by one, as they come
	}
	b.at = b.at.Add(90 * time.Minute)
	late := b.receive(slogan[1])[0]
	b.look()
	waves := b.waves()
	if len(waves) != 1 || waves[0].Count != 8 || waves[0].Thread != "" || waves[0].Threads != 4 || b.item(late).WaveID != waves[0].ID {
		t.Errorf("waves: %+v", waves)
	}
	for range 3 {
		b.receive(slogan...)
	}
	b.look()
	if waves := b.waves(); waves[0].Count != 29 || b.audited("wave.grown") != 1 {
		t.Errorf("wave of %d, grown told %d times", waves[0].Count, b.audited("wave.grown"))
	}
}

func TestTheRepresentativeComesForwardAndTheOthersFollow(t *testing.T) {
	b := newBeach(t)
	members := b.receive(slogan...)
	own := b.receive(comment{text: slogan[0].text, urgency: triage.UrgencyHigh})[0]
	before := map[triage.ID]postgres.Item{}
	for _, id := range append(members, own) {
		before[id] = b.item(id)
	}
	b.look()
	w := b.waves()[0]
	want := routing.Default(0.5).WavePart(5)
	for id, was := range before {
		i := b.item(id)
		at := slices.IndexFunc(i.Parts, func(p triage.Part) bool { return p.Name == "wave" })
		comes := id == w.Representative || id == own
		if comes != (at >= 0) || i.WaveOutlier != (id == own) {
			t.Errorf("%s: parts %v, outlier %v, representative %v", id, i.Parts, i.WaveOutlier, id == w.Representative)
		}
		moved, hours := (was.Rank-i.Rank)/3600, 0.0
		if comes {
			hours = want.Hours
		}
		if moved-hours > 1e-6 || hours-moved > 1e-6 || (i.Version > was.Version) != comes {
			t.Errorf("%s moved by %v hours, version %d after %d", id, moved, i.Version, was.Version)
		}
	}
	b.look()
	if again := b.item(own); again.Version != before[own].Version+1 {
		t.Error("looking again changed what had not changed")
	}
}

func TestWhatSomebodyTouchedKeepsItsPlace(t *testing.T) {
	b := newBeach(t)
	members := b.receive(slogan...)
	if _, err := b.Pool().Exec(t.Context(), `UPDATE items SET fence = 1 WHERE brand_id = $1`, b.brand); err != nil {
		t.Fatal(err)
	}
	before := b.item(members[0])
	b.look()
	for _, id := range members {
		if i := b.item(id); i.WaveID == "" || i.Version != before.Version || len(i.Parts) != len(before.Parts) {
			t.Errorf("%s: %+v", id, i.Parts)
		}
	}
}

func TestASpamWaveClosesAsOneButForItsOutliers(t *testing.T) {
	b := newBeach(t)
	spam := make([]comment, 6)
	for n := range spam {
		spam[n] = comment{
			text: fmt.Sprintf("Verdiene %d Euro am Tag von zu Hause https://geld%d.example", 300+n, n), author: "bot", intent: triage.Spam,
			thread: fmt.Sprint("post ", n),
		}
	}
	members := b.receive(spam...)
	asks := b.receive(comment{text: "Verdiene 300 Euro am Tag von zu Hause", intent: triage.ProductQuestion})[0]
	threat := b.receive(comment{text: "Verdiene 300 Euro am Tag von zu Hause", intent: triage.Spam, risks: []triage.Risk{triage.RiskThreat}})[0]
	b.look()
	for _, id := range members {
		if i := b.item(id); i.Status != triage.StatusDismissed || i.Outcome != "spam_wave" || i.WaveOutlier {
			t.Errorf("a member is %s with %q", i.Status, i.Outcome)
		}
	}
	for _, id := range []triage.ID{asks, threat} {
		if i := b.item(id); i.Status != triage.StatusOpen || !i.WaveOutlier {
			t.Errorf("an outlier is %s", i.Status)
		}
	}
	if b.audited("wave.dismissed") != 1 || b.audited("item.wave_closed") != 6 || b.waves()[0].DismissedAt.IsZero() {
		t.Errorf("the audit tells of %d waves and %d items", b.audited("wave.dismissed"), b.audited("item.wave_closed"))
	}
	if _, err := b.Pool().Exec(t.Context(), `
		UPDATE items SET status = 'open', outcome = NULL, closed_at = NULL WHERE id = $1`, members[0]); err != nil {
		t.Fatal(err)
	}
	newcomer := b.receive(spam[0])[0]
	b.look()
	if b.item(newcomer).Status != triage.StatusDismissed || b.item(members[0]).Status != triage.StatusOpen {
		t.Error("a newcomer must be closed, and what a person opened again must stay open")
	}
}

func TestACompanionStaysOutOfWavesAndItsOwnerIn(t *testing.T) {
	b := newBeach(t)
	members := b.receive(slogan[:4]...)
	b.look()
	companion := postgres.NewID()
	if _, err := b.Pool().Exec(t.Context(), `
		INSERT INTO items (brand_id, id, engagement_id, kind, queue, priority, due_at, rank, round, platform, channel_id, received_at, created_at, changed_at)
		SELECT brand_id, $2, engagement_id, 'companion', 'smm', priority, due_at, rank, round, platform, channel_id, received_at, created_at, changed_at
		FROM items WHERE id = $1`, members[0], companion); err != nil {
		t.Fatal(err)
	}
	b.look()
	b.receive(slogan[4])
	b.look()
	if b.item(companion).WaveID != "" || b.item(members[0]).WaveID == "" || b.waves()[0].Count != 5 {
		t.Errorf("waves: %+v", b.waves())
	}
}

func TestAGreatWaveIsCountedWithinSecondsOfGrowing(t *testing.T) {
	b := newBeach(t)
	b.receive(slogan...)
	b.look()
	if _, err := b.Pool().Exec(t.Context(), `UPDATE waves SET count = 1000, counted = 1000`); err != nil {
		t.Fatal(err)
	}
	b.receive(slogan[0])
	b.look()
	if w := b.waves()[0]; w.Count != 1001 || w.Authors != 7 {
		t.Errorf("a great wave was counted at once: %+v", w)
	}
	if _, err := b.Pool().Exec(t.Context(), `UPDATE waves SET counted_at = now() - interval '11 seconds'`); err != nil {
		t.Fatal(err)
	}
	b.look()
	if w := b.waves()[0]; w.Count != 8 || w.Authors != 8 {
		t.Errorf("it was not counted seconds later: %+v", w)
	}
}

func TestAMemberThatLeavesChangesTheFiguresAtOnce(t *testing.T) {
	b := newBeach(t)
	members := b.receive(slogan...)
	b.look()
	first := b.waves()[0]
	b.in(func(tx *postgres.Tx) error {
		return tx.Erase(t.Context(), b.brand, []triage.ID{b.item(first.Representative).EngagementID})
	})
	w := b.waves()[0]
	if w.Count != 6 || w.Representative != "" || b.number(`SELECT count(*) FROM waves WHERE centre IS NOT NULL`) != 0 ||
		b.number(`SELECT count(*) FROM wave_traces`) != 6 {
		t.Errorf("right after erasing: %+v", w)
	}
	b.look()
	w = b.waves()[0]
	if w.Count != 6 || w.Representative == "" || w.Representative == first.Representative || w.Authors != 6 {
		t.Errorf("after the next look: %+v", w)
	}

	edited := members[0]
	if edited == first.Representative {
		edited = members[1]
	}
	e := b.item(edited).Engagement
	e.Action, e.Text, e.VersionAt = triage.Edited, "Ich habe mich vertan, der Becher ist in Ordnung. Danke für die schnelle Hilfe im Laden!", b.at.Add(time.Minute)
	b.settle(e, comment{intent: triage.Praise})
	b.look()
	if w := b.waves()[0]; w.Count != 5 || b.item(edited).WaveID != "" {
		t.Errorf("after an edit: %+v", w)
	}
	for _, id := range members {
		if i := b.item(id); i.WaveID != "" {
			b.in(func(tx *postgres.Tx) error { return tx.Erase(t.Context(), b.brand, []triage.ID{i.EngagementID}) })
		}
	}
	b.look()
	if len(b.waves()) != 0 || b.audited("wave.closed") != 1 {
		t.Errorf("a wave without members: %+v", b.waves())
	}
}

func TestWhatWasTakenOutOfAWaveNeverJoinsAgain(t *testing.T) {
	b := newBeach(t)
	members := b.receive(slogan...)
	b.look()
	w := b.waves()[0]
	out := w.Representative
	b.in(func(tx *postgres.Tx) error { return tx.LeaveWave(t.Context(), postgres.Actor{}, b.brand, w.ID, out) })
	if i := b.item(out); i.WaveID != "" || slices.ContainsFunc(i.Parts, func(p triage.Part) bool { return p.Name == "wave" }) {
		t.Errorf("it is in wave %q with parts %v", i.WaveID, i.Parts)
	}
	e := b.item(out).Engagement
	e.Action, e.Text, e.VersionAt = triage.Edited, slogan[3].text+"!", b.at.Add(time.Minute)
	b.settle(e, comment{})
	b.receive(slogan...)
	b.look()
	if b.item(out).WaveID != "" || b.waves()[0].Count != len(members)-1+len(slogan) || b.audited("wave.released") != 1 {
		t.Errorf("it is in wave %q of %d", b.item(out).WaveID, b.waves()[0].Count)
	}
	for _, wrong := range []func(tx *postgres.Tx) error{
		func(tx *postgres.Tx) error { return tx.LeaveWave(t.Context(), postgres.Actor{}, b.brand, w.ID, out) },
		func(tx *postgres.Tx) error {
			return tx.LeaveWave(t.Context(), postgres.Actor{}, postgres.NewID(), w.ID, members[1])
		},
		func(tx *postgres.Tx) error {
			return tx.LeaveWave(t.Context(), postgres.Actor{}, b.brand, "w", members[1])
		},
	} {
		if err := b.InTx(t.Context(), wrong); triage.KindOf(err) != triage.NotFound {
			t.Errorf("answered %v", err)
		}
	}
}

func TestAQuietWaveClosesAndForgets(t *testing.T) {
	b := newBeach(t)
	b.at = b.at.Add(-3 * time.Hour)
	b.receive(slogan...)
	b.look()
	w := b.waves()[0]
	if w.State != "closed" || w.ClosedBy != "" || b.audited("wave.closed") != 1 || b.number(`SELECT count(*) FROM wave_traces`) != 0 {
		t.Errorf("the wave is %s, %d traces", w.State, b.number(`SELECT count(*) FROM wave_traces`))
	}
	b.at = time.Now().UTC().Add(-time.Minute)
	late := b.receive(slogan[0])[0]
	b.look()
	if b.item(late).WaveID != "" {
		t.Error("it joined a closed wave")
	}
}

func TestOldHistoryMakesNoWaves(t *testing.T) {
	b := newBeach(t)
	b.at = b.at.Add(-48 * time.Hour)
	b.receive(slogan...)
	b.look()
	if len(b.waves()) != 0 || b.number(`SELECT count(*) FROM items WHERE NOT wave_checked`) != 0 {
		t.Errorf("waves %+v", b.waves())
	}
}

func TestWavesOfOneBrandKnowNothingOfAnother(t *testing.T) {
	b := newBeach(t)
	first := b.brand
	b.receive(slogan[:4]...)
	b.in(func(tx *postgres.Tx) (err error) {
		b.brand, err = tx.AddBrand(t.Context(), postgres.Actor{}, postgres.BrandRow{Name: "Tee Süd", Goal: 0.5})
		return err
	})
	b.receive(slogan[4:]...)
	b.look()
	if b.number(`SELECT count(*) FROM waves`) != 0 {
		t.Error("two brands made a wave together")
	}
	b.receive(slogan...)
	b.look()
	if len(b.waves()) != 1 {
		t.Errorf("waves: %+v", b.waves())
	}
	if _, err := b.Wave(t.Context(), first, b.waves()[0].ID, b.at); triage.KindOf(err) != triage.NotFound {
		t.Errorf("another brand's wave answered %v", err)
	}
}

// A great wave is not counted again for each newcomer. Until it is, nobody knows who of them
// needs an answer of their own.
func TestWhatServesAGreatWaveDoesNotServeANewcomerInDanger(t *testing.T) {
	b := newBeach(t)
	same := make([]comment, 210)
	for n := range same {
		same[n] = comment{text: fmt.Sprintf("Eure App startet seit heute früh nicht mehr, Fehler %d", n%9)}
	}
	b.receive(same...)
	b.look()
	wave := b.waves()[0].ID
	danger := b.receive(comment{
		text: "Eure App startet seit heute früh nicht mehr, Fehler 3", urgency: triage.UrgencyUrgent, risks: []triage.Risk{triage.RiskSafety},
	})[0]
	b.look()
	if b.item(danger).WaveID != wave {
		t.Fatal("the newcomer must be in the wave")
	}
	served, err := b.WaveMembers(t.Context(), b.brand, wave, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if len(served) < 200 || slices.Contains(served, danger) {
		t.Errorf("one action serves %d of the wave, the newcomer in danger among them: %v", len(served), slices.Contains(served, danger))
	}
}
