package postgres_test

import (
	"testing"
	"time"

	"triage/postgres"
	"triage/routing"
	"triage/triage"
)

// berlin is open from nine to five on weekdays.
func berlin() routing.Plan {
	plan := routing.Default(0.5)
	week := map[string][]triage.Hours{}
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri"} {
		week[day] = []triage.Hours{{From: 9 * 60, To: 17 * 60}}
	}
	plan.Calendar = triage.Calendar{Zone: "Europe/Berlin", Week: week}
	return plan
}

// at reads a time in Berlin in May 2026, which begins on a Friday.
func at(t *testing.T, day int, clock string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.ParseInLocation("2006-01-02 15:04", "2026-05-0"+string(rune('0'+day))+" "+clock, zone)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// promised is an item of Friday morning whose first answer is due the same day at one and
// its resolution on Tuesday at eleven.
func promised(t *testing.T) postgres.Item {
	i := postgres.Item{
		Kind: "owner", Status: triage.StatusClaimed, Priority: triage.P3, ReceivedAt: at(t, 1, "09:00"),
		FirstDueAt: at(t, 1, "13:00"), ResolveDueAt: at(t, 5, "11:00"), SLA: "fine",
	}
	i.DueAt, i.Rank = i.FirstDueAt, routing.Rank(i.FirstDueAt, nil)
	return i
}

func TestAWeekendOfWaitingForTheAuthorCostsNoOpenTime(t *testing.T) {
	plan, i := berlin(), promised(t)
	i.Answer(plan, at(t, 1, "12:00"))
	if i.AnsweredIn != 3*3600 || !i.DueAt.Equal(i.ResolveDueAt) || i.Rank != routing.Rank(i.ResolveDueAt, nil) {
		t.Errorf("answered in %d s, due %s, rank %f", i.AnsweredIn, i.DueAt, i.Rank)
	}
	i.Pause(at(t, 1, "16:00"))
	if !i.SLAAt.IsZero() {
		t.Error("the clock is looked at while it stands")
	}
	i.Resume(plan, at(t, 4, "10:00")) // Monday: two open hours later
	if want := at(t, 5, "13:00"); !i.ResolveDueAt.Equal(want) || !i.DueAt.Equal(want) {
		t.Errorf("to be resolved until %s, want %s", i.ResolveDueAt, want)
	}
	if i.PausedFor != 2*3600 || !i.PausedAt.IsZero() {
		t.Errorf("paused for %d s, since %s", i.PausedFor, i.PausedAt)
	}
	i.Close(plan, triage.OutcomeAnswered, at(t, 4, "12:00"))
	if want := (8 + 3 - 2) * 3600; i.ClosedIn != want || i.Status != triage.StatusResolved {
		t.Errorf("closed in %d s, want %d, and %s", i.ClosedIn, want, i.Status)
	}
}

func TestTheNextAnswerIsOwedFromWhenTheAuthorWrote(t *testing.T) {
	plan, i := berlin(), promised(t)
	if i.AuthorWrote(plan, at(t, 1, "10:00"), at(t, 1, "10:00")) || !i.NextDueAt.IsZero() {
		t.Error("who was not answered yet is owed the first answer, not the next")
	}
	i.Answer(plan, at(t, 1, "11:00"))
	if !i.AuthorWrote(plan, at(t, 1, "16:00"), at(t, 1, "16:30")) {
		t.Error("no answer became due")
	}
	if want := at(t, 4, "16:00"); !i.NextDueAt.Equal(want) || !i.DueAt.Equal(want) { // eight open hours: one on Friday
		t.Errorf("the next answer is due %s, want %s", i.NextDueAt, want)
	}
	owed := i.NextDueAt
	if i.AuthorWrote(plan, at(t, 4, "09:00"), at(t, 4, "09:00")) || !i.NextDueAt.Equal(owed) {
		t.Error("who writes twice gained time for us")
	}
	i.Answer(plan, at(t, 4, "15:00"))
	if !i.NextDueAt.IsZero() || !i.DueAt.Equal(i.ResolveDueAt) || i.AnsweredIn != 2*3600 {
		t.Errorf("after the next answer: owed %s, due %s, first answered in %d s", i.NextDueAt, i.DueAt, i.AnsweredIn)
	}
}

func TestWhatWasMissedBeforeThePauseStaysMissed(t *testing.T) {
	plan, i := berlin(), promised(t)
	i.Answer(plan, at(t, 1, "10:00"))
	due := i.ResolveDueAt
	i.Pause(due.Add(time.Hour))
	i.Resume(plan, due.Add(5*time.Hour))
	if !i.ResolveDueAt.Equal(due) {
		t.Errorf("a missed target moved to %s", i.ResolveDueAt)
	}
	i.Close(plan, triage.OutcomeOther, due.Add(6*time.Hour))
	i.Reopen(plan, due.Add(7*time.Hour))
	if !i.ResolveDueAt.Equal(due) || !i.DueAt.Equal(due) || i.Status != triage.StatusOpen || i.ClosedIn != 0 {
		t.Errorf("reopened: %s, due %s, to be resolved until %s", i.Status, i.DueAt, i.ResolveDueAt)
	}
}
