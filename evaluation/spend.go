package evaluation

import (
	"cmp"
	"slices"
	"time"

	"triage/triage"
)

// Spend is what a run took: who answered, what it cost, how long it lasted.
type Spend struct {
	Answered    map[string]int `json:"answered_by"` // engine to comments
	Asked       float64        `json:"asked_share"` // of the comments that a model answered
	Provisional int            `json:"provisional"` // answered by a lower engine because the model was away
	MicroUSD    int64          `json:"micro_usd"`
	Per1000     float64        `json:"usd_per_1000_comments"`
	Latency     Latency        `json:"latency_ms"`
}

// Latency is how long one comment took, in milliseconds.
type Latency struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	Max float64 `json:"max"`
}

// SpendOf adds up what the answers say of themselves.
func SpendOf(judged []triage.Classification) Spend {
	s := Spend{Answered: map[string]int{}}
	took := make([]time.Duration, 0, len(judged))
	for _, c := range judged {
		s.Answered[cmp.Or(c.Engine, "nobody")]++
		s.MicroUSD += c.CostMicroUSD
		took = append(took, c.Latency)
		if c.Provisional {
			s.Provisional++
		}
	}
	n := float64(max(1, len(judged)))
	s.Asked = float64(s.Answered["llm"]) / n
	s.Per1000 = float64(s.MicroUSD) / 1000 / n
	slices.Sort(took)
	if len(took) > 0 {
		at := func(q float64) float64 { return float64(took[int(q*float64(len(took)-1))]) / float64(time.Millisecond) }
		s.Latency = Latency{at(0.50), at(0.95), at(1)}
	}
	return s
}
