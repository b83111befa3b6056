package jobs_test

import (
	"slices"
	"testing"
	"time"

	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// row counts rows of the brand.
func (s *school) rows(from string, args ...any) (n int) {
	s.t.Helper()
	if err := s.Pool().QueryRow(s.t.Context(), `SELECT count(*) FROM `+from, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func TestAllCorrectionsOfAPersonAreTakenBackInOneGo(t *testing.T) {
	s := newSchool(t)
	brand, other := s.brand("Acme"), s.brand("Other")
	anna, bert, stranger := s.person(brand, "Anna"), s.person(brand, "Bert"), s.person(other, "Carl")
	lead := bert
	lead.Role = triage.RoleLead
	texts := []string{
		"My parcel never arrived, where is my order?", "Your support is slow and nobody answers me", "The kettle is broken again, please help me",
		"When do you open on Sunday?", "I was charged twice for one order",
	}
	before := s.hear(brand, texts...)
	toPost, toSpam := triage.ContentReaction, triage.Spam
	s.correct(anna, before[0], toPost)
	s.correct(anna, before[1], toSpam)
	s.correct(bert, before[2], triage.Complaint)
	s.correct(anna, before[2], toPost)
	s.correct(anna, before[3], toPost)
	s.correct(bert, before[4], toPost)
	if _, err := s.Claim(s.t.Context(), bert, before[3].ID, queue.Given{}); err != nil {
		t.Fatal(err)
	}
	if copied := s.hear(brand, texts[0])[0]; copied.Intent != toPost {
		t.Fatalf("a copy is read as %s, so nothing was learned", copied.Intent)
	}

	for name, person := range map[string]triage.ID{"of another brand": stranger.PersonID, "absent": postgres.NewID(), "malformed": "x"} {
		if _, err := s.Withdraw(t.Context(), lead, person, time.Time{}); triage.KindOf(err) != triage.NotFound || err.Error() != "There is no such person." {
			t.Errorf("%s: %v", name, err)
		}
	}
	if done, err := s.Withdraw(t.Context(), lead, anna.PersonID, s.Now().Add(time.Hour)); err != nil || len(done.Placed)+len(done.Kept) > 0 {
		t.Errorf("what is to come was taken back: %+v, %v", done, err)
	}
	done, err := s.Withdraw(t.Context(), lead, anna.PersonID, time.Time{})
	if err != nil || len(done.Placed) != 3 || !slices.Equal(done.Kept, []triage.ID{before[3].ID}) {
		t.Fatalf("%+v, %v", done, err)
	}
	for n, want := range []triage.Intent{before[0].Intent, before[1].Intent, triage.Complaint} {
		i, err := s.Item(t.Context(), brand, before[n].ID)
		if err != nil || i.Intent != want || i.Status != triage.StatusOpen || i.Queue != triage.CM || i.Reasons[0].Rule != "corrections_withdrawn" {
			t.Errorf("%q is %s, %s in %s because of %v, %v; want %s", texts[n], i.Intent, i.Status, i.Queue, i.Reasons, err, want)
		}
	}
	if i, err := s.Item(t.Context(), brand, before[3].ID); err != nil || i.Status != triage.StatusClaimed || i.Assignee != bert.PersonID {
		t.Errorf("what Bert holds is %s, %v", i.Status, err)
	}
	if i, err := s.Item(t.Context(), brand, before[4].ID); err != nil || i.Intent != toPost {
		t.Errorf("what Bert alone corrected is %s, %v", i.Intent, err)
	}
	if n := s.rows(`labels WHERE brand_id = $1 AND person_id = $2`, brand, anna.PersonID) +
		s.rows(`neighbours WHERE brand_id = $1 AND person_id = $2`, brand, anna.PersonID); n != 0 {
		t.Errorf("%d rows of what Anna said are left", n)
	}
	if n := s.rows(`neighbours WHERE brand_id = $1 AND person_id = $2`, brand, bert.PersonID); n != 2 {
		t.Errorf("Bert taught %d neighbours", n)
	}
	if copied := s.hear(brand, texts[0])[0]; copied.Intent != before[0].Intent {
		t.Errorf("a copy is still read as %s", copied.Intent)
	}
	if each, all := s.rows(`audit WHERE brand_id = $1 AND action = 'item.correction_withdrawn'`, brand),
		s.rows(`audit WHERE brand_id = $1 AND action = 'person.uncorrected' AND subject_id = $2`, brand, anna.PersonID); each != 3 || all != 1 {
		t.Errorf("the audit tells of %d items and %d times", each, all)
	}
	if done, err := s.Withdraw(t.Context(), lead, anna.PersonID, time.Time{}); err != nil || len(done.Placed)+len(done.Kept) > 0 {
		t.Errorf("once more: %+v, %v", done, err)
	}
}
