package classifier

import (
	"sync"

	"triage/llm"
	"triage/triage"
)

// fixedTokens is what every question is made of: instructions, schema and the members' names.
var fixedTokens = sync.OnceValue(func() int64 {
	return llm.CountTokens(promptText) + llm.CountTokens(string(answerSchema())) + 120
})

// tokensOf estimates a text of which most bytes are sent.
func tokensOf(text string, most int) int64 { return llm.CountTokens(text[:min(len(text), most)]) }

// answerTokens is what an answer may have, room for a reasoning model's thoughts aside.
const answerTokens = 400

// Estimate implements Estimator: all that may be sent, at the price of uncached tokens, and
// the longest answer.
func (e *LLM) Estimate(in triage.Input) (microUSD int64, known bool) {
	tokens := fixedTokens()
	for _, part := range []struct {
		text string
		most int
	}{
		{in.Text, commentHead + commentTail}, {in.ParentPost, contextHead + contextTail},
		{in.ParentText, contextHead + contextTail}, {in.Brand + in.BrandContext + in.BrandVoice, 3 * brandBytes},
	} {
		tokens += tokensOf(part.text, part.most)
	}
	for _, x := range in.Examples[:min(len(in.Examples), MostExamples)] {
		tokens += tokensOf(x.Text, exampleHead+exampleTail) + 20
	}
	return e.client.CostOf(tokens, answerTokens)
}

// tokensUsed is usage as a ledger has it.
func tokensUsed(u llm.Usage) triage.Tokens {
	t := triage.Tokens{
		Calls: u.Calls, Prompt: u.PromptTokens, Cached: u.CachedTokens, Completion: u.CompletionTokens, MicroUSD: u.MicroUSD,
	}
	if !u.Priced {
		t.Unpriced = u.Calls
	}
	return t
}
