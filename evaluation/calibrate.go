package evaluation

import (
	"cmp"
	"slices"
	"time"

	"triage/triage"
)

// Bounds of a calibration.
const (
	leastToCalibrate = 100 // answers of the model
	leastInGroup     = 20  // answers that one point stands for
	priorAnswers     = 4   // how many answers at the field's own accuracy each point starts with
)

// Calibrate measures how often a language model was right when it was so confident. Answers of
// other engines are left out: a cascade calibrates on what it asks its model about. It is
// Invalid with fewer than 100 answers of one model and prompt.
func Calibrate(comments []Comment, judged []triage.Classification, name string, at time.Time) (triage.Calibration, error) {
	out := triage.Calibration{Set: name, MeasuredAt: at, Curves: map[string]triage.Curve{}}
	answers := map[string][]answer{}
	for i, c := range judged {
		if c.Engine != "llm" || c.AddressesModel {
			continue
		}
		if out.Comments == 0 {
			out.Model, out.PromptVersion = c.Model, c.PromptVersion
		}
		if c.Model != out.Model || c.PromptVersion != out.PromptVersion {
			return out, triage.Errorf(triage.Invalid, "Two models or prompts answered; a calibration is for one.")
		}
		out.Comments++
		for field, a := range fieldsOf(comments[i], c) {
			answers[field] = append(answers[field], a)
		}
	}
	if out.Comments < leastToCalibrate {
		return out, triage.Errorf(triage.Invalid, "A calibration needs %d answers of a language model; there are %d.", leastToCalibrate, out.Comments)
	}
	for field, all := range answers {
		out.Curves[field] = curveOf(all)
	}
	return out, nil
}

// calibrate measures on the set, as of the day of the run.
func (s set) calibrate(judged []triage.Classification, o Options) error {
	day, err := time.Parse(time.DateOnly, o.About.Day)
	if err != nil {
		return err
	}
	c, err := Calibrate(s.comments, judged, s.name, day)
	if err != nil {
		return err
	}
	return o.Calibrate(c)
}

func fieldsOf(c Comment, said triage.Classification) map[string]answer {
	k := said.Confidence
	return map[string]answer{
		"queue":          {want: string(c.Queue), got: string(said.Intent.DefaultQueue()), confidence: k.Queue},
		"intent":         {want: string(c.Intent), got: string(said.Intent), confidence: k.Intent},
		"sentiment":      {want: string(c.Sentiment), got: string(said.Sentiment), confidence: k.Sentiment},
		"ironic":         {want: yes(c.Ironic), got: yes(said.Ironic), confidence: k.Ironic},
		"urgency":        {want: string(c.Urgency), got: string(said.Urgency), confidence: k.Urgency},
		"reply_expected": {want: yes(c.ReplyExpected), got: yes(said.ReplyExpected), confidence: k.ReplyExpected},
	}
}

// group is answers of neighbouring confidence.
type group struct{ n, right, confidence, top float64 }

// curveOf fits by isotonic regression (pool adjacent violators, Ayer and others 1955): groups
// of neighbouring confidence, merged while a more confident one was less often right.
func curveOf(answers []answer) triage.Curve {
	sorted := slices.DeleteFunc(slices.Clone(answers), func(a answer) bool { return a.confidence == 0 })
	slices.SortStableFunc(sorted, func(a, b answer) int { return cmp.Compare(a.confidence, b.confidence) })
	overall := accuracy(sorted)
	var pool []group
	for _, a := range sorted {
		g := group{n: 1, confidence: a.confidence, top: a.confidence}
		if a.want == a.got {
			g.right = 1
		}
		if last := len(pool) - 1; last >= 0 && (pool[last].n < leastInGroup || pool[last].top == a.confidence) {
			pool[last] = pool[last].with(g)
			continue
		}
		pool = append(pool, g)
	}
	if last := len(pool) - 1; last > 0 && pool[last].n < leastInGroup {
		pool[last-1] = pool[last-1].with(pool[last])
		pool = pool[:last]
	}
	var merged []group
	for _, g := range pool {
		merged = append(merged, g)
		for n := len(merged); n > 1 && merged[n-1].share(overall) < merged[n-2].share(overall); n = len(merged) {
			merged[n-2] = merged[n-2].with(merged[n-1])
			merged = merged[:n-1]
		}
	}
	var curve triage.Curve
	for _, g := range merged {
		curve = append(curve, triage.CurvePoint{Confidence: g.confidence / g.n, Right: g.share(overall)})
	}
	return curve
}

func (g group) with(o group) group {
	return group{g.n + o.n, g.right + o.right, g.confidence + o.confidence, o.top}
}

// share is how often the group is right, drawn a little to all.
func (g group) share(overall float64) float64 {
	return (g.right + priorAnswers*overall) / (g.n + priorAnswers)
}
