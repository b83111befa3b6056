package llm

import (
	"math"
	"unicode"
	"unicode/utf8"
)

// CountTokens estimates how many tokens a text makes, before anybody is asked. It counts
// what tokenizers over bytes have in common, rather above than below: a word takes one
// token per five letters, letters beyond ASCII one per two, digits one per two, and
// everything else, such as an emoji, one per two bytes. It is no tokenizer: use it to set
// money aside, and the endpoint's own figures to account for it.
func CountTokens(text string) int64 {
	tokens, word, wide, digits := 0.0, 0, 0, 0
	end := func() {
		if word+wide > 0 {
			tokens += math.Ceil(float64(word)/5 + float64(wide)/2)
		}
		tokens += math.Ceil(float64(digits) / 2)
		word, wide, digits = 0, 0, 0
	}
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf && unicode.IsLetter(r):
			word++
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r) && utf8.RuneLen(r) == 2:
			wide++
		case r == ' ':
			end() // a space goes with the word that follows
		default:
			end()
			tokens += math.Ceil(float64(utf8.RuneLen(r)) / 2)
		}
	}
	end()
	return int64(tokens)
}

// CostOf returns what tokens cost at the configured chat model, in millionths of a US
// dollar, rounded up, and false when its price is not known.
func (c *Client) CostOf(prompt, completion int64) (int64, bool) {
	u := c.priced("", c.config.ChatModel, Usage{PromptTokens: prompt, CompletionTokens: completion})
	return u.MicroUSD, u.Priced
}

// CostOfEmbedding is CostOf for the configured embedding model.
func (c *Client) CostOfEmbedding(tokens int64) (int64, bool) {
	u := c.priced("", c.config.EmbeddingModel, Usage{PromptTokens: tokens})
	return u.MicroUSD, u.Priced
}
