package train

import (
	"slices"
	"sort"

	"triage/builtin"
	"triage/triage"
)

// What raising a risk may cost: of what is raised, so many are to be right on the honest
// answers. A grave one may be wrong more often, because missing it is worse.
const (
	rightAlarms = 0.5
	rightGraves = 0.4
)

// ruled is what the rules say about a comment.
type ruled struct {
	risks   []triage.Risk
	urgency triage.Urgency
}

// judgeByRules asks the rules about every real comment, so that cuts are chosen for what
// the product answers: model and rules together.
func (b *bench) judgeByRules() error {
	rules, err := builtin.Rules()
	if err != nil {
		return err
	}
	b.ruled = make([]ruled, b.stream)
	for i := range b.ruled {
		r := &b.ruled[i]
		r.urgency = triage.UrgencyLow
		for _, f := range rules.Match(b.comments[i].Text) {
			r.risks = triage.Union(r.risks, f.Risks)
			r.urgency = r.urgency.AtLeast(f.Urgency)
		}
	}
	return nil
}

// alarm chooses from which likelihood some risk is raised: first the grave ones, then
// any, each as low as the share of right ones allows.
func (b *bench) alarm(m *builtin.Model, say func(string, ...any)) {
	m.Alarms = []float64{2, 2}
	isGrave := func(i int) bool {
		return slices.ContainsFunc(b.comments[i].Risk, func(r string) bool { return builtin.Grave(triage.Risk(r)) })
	}
	m.Alarms[1] = b.lowest(rightGraves, isGrave, func(i int) float64 {
		if slices.ContainsFunc(b.flags(m, i), builtin.Grave) {
			return 1
		}
		_, grave := m.Alarm(b.honest[i])
		return grave
	})
	isRisk := func(i int) bool { return len(b.comments[i].Risk) > 0 }
	m.Alarms[0] = b.lowest(rightAlarms, isRisk, func(i int) float64 {
		if len(b.flags(m, i)) > 0 {
			return 1
		}
		some, _ := m.Alarm(b.honest[i])
		return some
	})
	say("risk raised from %.2f, grave risk from %.2f", m.Alarms[0], m.Alarms[1])
}

// flags returns what model and rules raise so far for comment i.
func (b *bench) flags(m *builtin.Model, i int) []triage.Risk {
	return triage.Union(m.Read(b.honest[i]).Risks, b.ruled[i].risks)
}

// lowest returns the smallest score from which the share of yes is still at least share;
// 2 if there is none.
func (b *bench) lowest(share float64, yes func(i int) bool, score func(i int) float64) float64 {
	order, scores := make([]int, b.stream), make([]float64, b.stream)
	for i := range order {
		order[i], scores[i] = i, score(i)
	}
	sort.SliceStable(order, func(i, j int) bool { return scores[order[i]] > scores[order[j]] })
	right, cut := 0.0, 2.0
	for n, i := range order {
		if yes(i) {
			right++
		}
		if right >= share*float64(n+1) && scores[i] < 1 {
			cut = scores[i]
		}
	}
	return cut
}
