package wave

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"triage/triage"
)

// angry are n live complaints, a second apart, the nearer to the centre the lower the number.
func angry(n int) []Member {
	var out []Member
	for k := range n {
		out = append(out, Member{
			Item: triage.ID(fmt.Sprintf("i%02d", k)), Author: triage.ID(fmt.Sprint("a", k)), Thread: "post",
			At: noon.Add(time.Duration(k) * time.Second), Distance: float64(k) / 100, Intent: triage.Complaint,
			Urgency: triage.UrgencyNormal, Language: "de", Live: true,
		})
	}
	return out
}

func TestFiguresSayHowAWaveStands(t *testing.T) {
	t.Parallel()
	members := angry(10)
	members[3].Author, members[4].Author = "a0", "" // one writes twice, one is hidden
	members[9].At = noon.Add(5 * time.Minute)
	f := Describe(members, "", Default(builtinModel))
	if f.Kind != KindProblem || f.Intent != triage.Complaint || f.Language != "de" || f.Thread != "post" || f.Count != 10 ||
		f.Authors != 9 || f.Threads != 1 || f.PeakPerMinute != 9 || f.Representative != "i00" || len(f.Outliers) != 0 ||
		!f.StartedAt.Equal(noon) || !f.LastAt.Equal(noon.Add(5*time.Minute)) {
		t.Errorf("figures: %+v", f)
	}
	members[7].Thread = "elsewhere"
	if f := Describe(members, "", Default(builtinModel)); f.Thread != "" || f.Threads != 2 {
		t.Errorf("across threads: %+v", f)
	}
}

func TestWhoNeedsAnAnswerOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*Member)
		want   []Difference
	}{
		{"one like the others does not", func(*Member) {}, nil},
		{"who speaks of a risk", func(m *Member) { m.Risks = []triage.Risk{triage.RiskSafety} }, []Difference{HasRisk}},
		{"who is more urgent", func(m *Member) { m.Urgency = triage.UrgencyHigh }, []Difference{MoreUrgent}},
		{"who says something else", func(m *Member) { m.Intent = triage.Praise }, []Difference{OtherIntent}},
		{"who has a case of their own", func(m *Member) { m.Intent, m.Distance = triage.SupportRequest, 0.15 }, []Difference{OwnCase}},
		{"who says what all say, read as a case, does not", func(m *Member) { m.Intent, m.Distance = triage.SupportRequest, 0.08 }, nil},
		{"who expects a reply", func(m *Member) { m.ReplyExpected, m.Distance = true, 0.15 }, []Difference{WantsAnswer}},
		{"who stands in the outer ring", func(m *Member) { m.Distance = 0.25 }, []Difference{FarAway}},
		{"one without a vector does not", func(m *Member) { m.Distance = 2 }, nil},
		{"a rude one among complaints does not", func(m *Member) { m.Intent = triage.Abuse }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, members := Default(builtinModel), angry(10)
			c.change(&members[4])
			f := Describe(members, "", b)
			if got := f.Differs(members[4], b); !slices.Equal(got, c.want) || slices.Contains(f.Outliers, "i04") != (c.want != nil) {
				t.Errorf("differs by %v, want %v; outliers %v", got, c.want, f.Outliers)
			}
		})
	}
}

func TestARiskThatTheWholeWaveCarriesSetsNobodyApart(t *testing.T) {
	t.Parallel()
	members := angry(10)
	for n := range members {
		members[n].Risks = []triage.Risk{triage.RiskBoycott}
	}
	members[2].Risks = append(members[2].Risks, triage.RiskThreat)
	f := Describe(members, "", Default(builtinModel))
	if !slices.Equal(f.Risks, []triage.Risk{triage.RiskBoycott}) || !slices.Equal(f.Outliers, []triage.ID{"i02"}) {
		t.Errorf("risks %v, outliers %v", f.Risks, f.Outliers)
	}
}

func TestTheRepresentativeStaysWhileItCanSpeakForTheOthers(t *testing.T) {
	t.Parallel()
	b, members := Default(builtinModel), angry(10)
	if f := Describe(members, "i05", b); f.Representative != "i05" {
		t.Errorf("%s took over from i05", f.Representative)
	}
	members[5].Live = false
	if f := Describe(members, "i05", b); f.Representative != "i00" {
		t.Errorf("%s speaks for the others after i05 was closed", f.Representative)
	}
	members[0].Urgency = triage.UrgencyUrgent
	if f := Describe(members, "i00", b); f.Representative != "i01" {
		t.Errorf("%s speaks for the others though i00 is an outlier", f.Representative)
	}
}

func TestTheOrderOfMembersDoesNotChangeTheFigures(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 2))
		members := angry(1 + rng.IntN(30))
		for n := range members {
			members[n].Intent = triage.Intents()[rng.IntN(len(triage.Intents()))]
			members[n].Urgency = triage.Urgencies()[rng.IntN(len(triage.Urgencies()))]
			members[n].Distance = float64(rng.IntN(4)) / 10
			members[n].Live = rng.IntN(2) == 0
		}
		want := fmt.Sprintf("%+v", Describe(members, "", Default(builtinModel)))
		rng.Shuffle(len(members), func(a, b int) { members[a], members[b] = members[b], members[a] })
		if got := fmt.Sprintf("%+v", Describe(members, "", Default(builtinModel))); got != want {
			t.Fatalf("seed %d: %s became %s", seed, want, got)
		}
	}
}

func TestAWaveIsSpokenOfInStepsThatDouble(t *testing.T) {
	t.Parallel()
	b := Default(builtinModel)
	for count, want := range map[int]int{0: 0, 4: 0, 5: 5, 9: 5, 10: 10, 39: 20, 40: 40, 10_000: 5120} {
		if got := b.Step(count); got != want {
			t.Errorf("a wave of %d is spoken of as %d, want %d", count, got, want)
		}
	}
}
