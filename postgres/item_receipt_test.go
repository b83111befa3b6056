package postgres_test

import (
	"testing"

	"triage/postgres"
	"triage/triage"
)

func (in *intake) receipt(i postgres.Item) postgres.Receipt {
	in.t.Helper()
	r, err := in.Receipt(in.t.Context(), i)
	if err != nil {
		in.t.Fatal(err)
	}
	return r
}

func TestAQuoteIsCutFromTheTextThatWasJudged(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	item := in.place("c1", "Schon wieder kaputt 😡")
	in.settle(in.deliver(in.event(triage.Edited, "c1", 2, "Geht wieder"))...)
	r := in.receipt(in.item(item.ID))
	if r.Judgement == nil || r.Judgement.Round != 2 || r.Judgement.Quotes[0] != "Geht wieder" {
		t.Fatalf("the newest judgement is %+v", r.Judgement)
	}
	if len(r.Earlier) != 1 || r.Earlier[0].Quotes[0] != "Schon wieder kaputt 😡" {
		t.Errorf("the earlier ones are %+v", r.Earlier)
	}
}

func TestAQuoteThatDoesNotFitIsLeftOut(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	item := in.place("c1", "ä!")
	for _, spans := range []string{
		`[{"start": 0, "end": 99, "why": "intent"}]`, `[{"start": -1, "end": 1, "why": "intent"}]`,
		`[{"start": 1, "end": 3, "why": "intent"}]`, `[{"start": 2, "end": 2, "why": "intent"}]`,
	} {
		in.exec(`UPDATE judgements SET evidence = $1`, spans)
		if got := in.receipt(item).Judgement.Quotes; len(got) != 1 || got[0] != "" {
			t.Errorf("%s gave %q", spans, got)
		}
	}
}

func TestAReceiptTellsTheHistoryWithNames(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	item := in.place("c1", "one")
	var ada triage.ID
	in.tx(func(tx *postgres.Tx) (err error) {
		if ada, err = tx.AddPerson(t.Context(), postgres.PersonRow{Name: "Ada"}); err != nil {
			return err
		}
		locked, err := tx.LockItem(t.Context(), in.brand, item.ID)
		if err != nil {
			return err
		}
		praise := triage.Praise
		if err := tx.AddLabel(t.Context(), locked, ada, postgres.Label{Intent: &praise}); err != nil {
			return err
		}
		if _, err := tx.AddNote(t.Context(), locked, ada, "resolved", "Thanked her."); err != nil {
			return err
		}
		return tx.Audit(t.Context(), postgres.AuditRow{BrandID: in.brand, Actor: postgres.Actor{Person: ada},
			Action: "item.resolved", Subject: "item", SubjectID: item.ID})
	})
	r := in.receipt(item)
	if len(r.Labels) != 1 || *r.Labels[0].Intent != triage.Praise || r.Labels[0].Queue != nil || r.Labels[0].Person != "Ada" {
		t.Errorf("labels are %+v", r.Labels)
	}
	if len(r.Notes) != 1 || r.Notes[0].Text != "Thanked her." || r.Notes[0].PersonID != ada {
		t.Errorf("notes are %+v", r.Notes)
	}
	first, last := r.History[0], r.History[len(r.History)-1]
	if first.Action != "item.placed" || first.ActorKind() != "machine" || last.Action != "item.resolved" || last.Name != "Ada" {
		t.Errorf("history is %+v", r.History)
	}
}

func TestTheNewestWordOnEachFieldCounts(t *testing.T) {
	t.Parallel()
	in, ada := newIntake(t), postgres.NewID()
	item := in.place("c1", "one")
	praise, other, high := triage.Praise, triage.Other, triage.UrgencyHigh
	for _, l := range []postgres.Label{{Intent: &praise, Urgency: &high}, {Intent: &other}} {
		in.tx(func(tx *postgres.Tx) error { return tx.AddLabel(t.Context(), item, ada, l) })
	}
	got, err := in.LabelOf(t.Context(), item)
	if err != nil {
		t.Fatal(err)
	}
	if got.Intent == nil || *got.Intent != triage.Other || got.Urgency == nil || *got.Urgency != high || got.Queue != nil {
		t.Errorf("%+v", got)
	}
	item.Engagement.Round++
	if edited, err := in.LabelOf(t.Context(), item); err != nil || edited.Intent != nil {
		t.Errorf("a label outlived the text that it was for: %+v, %v", edited, err)
	}
}
