package llm

import (
	_ "embed"
	"encoding/json"
	"math"
	"regexp"
	"sync"
	"sync/atomic"

	openai "github.com/sashabaranov/go-openai"
)

// Usage is what calls used up.
type Usage struct {
	Calls            int64 // that were answered
	PromptTokens     int64
	CachedTokens     int64 // of the prompt tokens, those at the cached price
	CompletionTokens int64
	MicroUSD         int64 // millionths of a US dollar, rounded up; 0 when not Priced
	Priced           bool  // the price table knows the model
}

// Plus returns the sum of u and v; it is priced when both are.
func (u Usage) Plus(v Usage) Usage {
	return Usage{
		Calls:            u.Calls + v.Calls,
		PromptTokens:     u.PromptTokens + v.PromptTokens,
		CachedTokens:     u.CachedTokens + v.CachedTokens,
		CompletionTokens: u.CompletionTokens + v.CompletionTokens,
		MicroUSD:         u.MicroUSD + v.MicroUSD,
		Priced:           u.Priced && v.Priced,
	}
}

// Part returns the share of the i-th of n things that u was used up for. The shares are whole
// numbers, and their sum is u.
func (u Usage) Part(i, n int) Usage {
	of := func(all int64) int64 {
		part := all / int64(n)
		if int64(i) < all%int64(n) {
			part++
		}
		return part
	}
	return Usage{
		Calls: of(u.Calls), PromptTokens: of(u.PromptTokens), CachedTokens: of(u.CachedTokens),
		CompletionTokens: of(u.CompletionTokens), MicroUSD: of(u.MicroUSD), Priced: u.Priced,
	}
}

// Price is what a model costs, in US dollars per million tokens.
type Price struct {
	Input  float64 `json:"input"`
	Cached float64 `json:"cached"`
	Output float64 `json:"output"`
}

//go:embed prices.json
var priceFile []byte

type priceTable struct {
	AsOf   string           `json:"as_of"`
	Models map[string]Price `json:"usd_per_million_tokens"`
}

var prices = sync.OnceValue(func() priceTable {
	var t priceTable
	if err := json.Unmarshal(priceFile, &t); err != nil {
		panic("llm: prices.json: " + err.Error())
	}
	return t
})

// PricesAsOf returns the date of the price table.
func PricesAsOf() string { return prices().AsOf }

var datedVersion = regexp.MustCompile(`-\d{4}-\d{2}-\d{2}$`)

// PriceOf returns the price of a model, with or without a dated version at its end, and
// false when the table does not know it.
func PriceOf(model string) (Price, bool) {
	if p, ok := prices().Models[model]; ok {
		return p, true
	}
	p, ok := prices().Models[datedVersion.ReplaceAllString(model, "")]
	return p, ok
}

// cost prices usage by the name that the endpoint answered with, else by the configured
// one.
func cost(answered, configured string, u Usage) (microUSD int64, priced bool) {
	p, ok := PriceOf(answered)
	if !ok {
		p, ok = PriceOf(configured)
	}
	if !ok {
		return 0, false
	}
	// Dollars per million tokens are micro-dollars per token.
	sum := float64(u.PromptTokens-u.CachedTokens)*p.Input +
		float64(u.CachedTokens)*p.Cached + float64(u.CompletionTokens)*p.Output
	return int64(math.Ceil(sum)), true
}

// usageOf reads token counts, which come from outside: none is negative or absurd.
func usageOf(u openai.Usage) Usage {
	sane := func(n int) int64 { return int64(min(max(n, 0), 10_000_000)) }
	usage := Usage{Calls: 1, PromptTokens: sane(u.PromptTokens), CompletionTokens: sane(u.CompletionTokens)}
	if d := u.PromptTokensDetails; d != nil {
		usage.CachedTokens = min(sane(d.CachedTokens), usage.PromptTokens)
	}
	return usage
}

// Totals is what a client has used since it was made, for metrics and for `doctor`.
type Totals struct {
	Calls         int64 // that went out, failed ones included
	UnpricedCalls int64 // answered by a model that the price table does not know
	Usage         Usage
}

type totals struct {
	calls, answered, unpriced, prompt, cached, completion, microUSD atomic.Int64
}

func (t *totals) add(u Usage) {
	t.answered.Add(u.Calls)
	t.prompt.Add(u.PromptTokens)
	t.cached.Add(u.CachedTokens)
	t.completion.Add(u.CompletionTokens)
	t.microUSD.Add(u.MicroUSD)
	if !u.Priced {
		t.unpriced.Add(1)
	}
}

// Totals returns what the client has used so far.
func (c *Client) Totals() Totals {
	t := &c.totals
	return Totals{
		Calls:         t.calls.Load(),
		UnpricedCalls: t.unpriced.Load(),
		Usage: Usage{
			Calls:            t.answered.Load(),
			PromptTokens:     t.prompt.Load(),
			CachedTokens:     t.cached.Load(),
			CompletionTokens: t.completion.Load(),
			MicroUSD:         t.microUSD.Load(),
			Priced:           t.unpriced.Load() == 0,
		},
	}
}
