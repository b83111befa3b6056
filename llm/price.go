package llm

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// Usage is what calls used up.
type Usage struct {
	Calls            int64 // that were answered
	PromptTokens     int64
	CachedTokens     int64 // of the prompt tokens, those at the cached price
	CompletionTokens int64
	MicroUSD         int64   // millionths of a US dollar, rounded up; 0 when not Priced
	Exact            float64 // the same, not rounded
	Priced           bool    // the price is known
}

// Plus returns the sum of u and v; it is priced when both are. Nothing used is no part of it.
func (u Usage) Plus(v Usage) Usage {
	if u == (Usage{}) {
		return v
	}
	return Usage{
		Calls:            u.Calls + v.Calls,
		PromptTokens:     u.PromptTokens + v.PromptTokens,
		CachedTokens:     u.CachedTokens + v.CachedTokens,
		CompletionTokens: u.CompletionTokens + v.CompletionTokens,
		MicroUSD:         u.MicroUSD + v.MicroUSD,
		Exact:            u.Exact + v.Exact,
		Priced:           u.Priced && v.Priced,
	}
}

// Part returns the share of the i-th of n things that u was used up for. The shares are whole
// numbers, Exact apart, and their sum is u.
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
		CompletionTokens: of(u.CompletionTokens), MicroUSD: of(u.MicroUSD), Exact: u.Exact / float64(n), Priced: u.Priced,
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

// PriceList is what models cost, as of a date.
type PriceList struct {
	AsOf   string           `json:"as_of"` // YYYY-MM-DD
	Models map[string]Price `json:"usd_per_million_tokens"`
}

var listPrices = sync.OnceValue(func() PriceList {
	l, err := ReadPrices(priceFile)
	if err != nil {
		panic("llm: prices.json: " + err.Error())
	}
	return l
})

// ReadPrices reads a price list in the form of prices.json. Its error names what is wrong.
func ReadPrices(raw []byte) (PriceList, error) {
	var l PriceList
	if err := json.Unmarshal(raw, &l); err != nil {
		return PriceList{}, fmt.Errorf("price list: %w", err)
	}
	if _, err := time.Parse(time.DateOnly, l.AsOf); err != nil {
		return PriceList{}, errors.New("price list: as_of must be a date such as 2025-08-15")
	}
	for model, p := range l.Models {
		if !(p.Input >= 0 && p.Cached >= 0 && p.Output >= 0) {
			return PriceList{}, fmt.Errorf("price list: the prices of %s must not be negative", model)
		}
	}
	return l, nil
}

// Prices returns what the program knows of prices, or own over it where that names a model.
// The date is then own's.
func Prices(own *PriceList) PriceList {
	l := listPrices()
	if own == nil {
		return l
	}
	all := maps.Clone(l.Models)
	maps.Copy(all, own.Models)
	return PriceList{own.AsOf, all}
}

var datedVersion = regexp.MustCompile(`-\d{4}-\d{2}-\d{2}$`)

// Of returns the price of a model, with or without a dated version at its end, and false when
// the list does not have it.
func (l PriceList) Of(model string) (Price, bool) {
	if p, ok := l.Models[model]; ok {
		return p, true
	}
	p, ok := l.Models[datedVersion.ReplaceAllString(model, "")]
	return p, ok
}

// price returns what a model costs by the name that the endpoint answered with, else by the
// configured one. Nobody can send a bill to who has no key: such a server costs nothing.
func (c *Client) price(answered, configured string) (Price, bool) {
	for _, model := range []string{answered, configured} {
		if p, ok := c.config.Prices.Of(model); ok {
			return p, true
		}
	}
	return Price{}, c.config.APIKey == ""
}

// priced returns usage with what it costs.
func (c *Client) priced(answered, configured string, u Usage) Usage {
	p, ok := c.price(answered, configured)
	// Dollars per million tokens are micro-dollars per token.
	u.Exact = float64(u.PromptTokens-u.CachedTokens)*p.Input +
		float64(u.CachedTokens)*p.Cached + float64(u.CompletionTokens)*p.Output
	u.MicroUSD, u.Priced = int64(math.Ceil(u.Exact)), ok
	return u
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
