package embeddings

import (
	"context"
	"math"
	"sync"
	"sync/atomic"

	"triage/llm"
	"triage/triage"
)

// The bounds of one request. The original takes 2,048 texts, 8,192 tokens a text and
// 300,000 tokens a request; a tokenizer over bytes never makes more tokens than bytes,
// so bounds in bytes hold for every language.
const (
	maxTexts           = 256
	maxRequestBytes    = 250_000
	textHead, textTail = 3 << 10, 1 << 10
)

// unknownDimensions is what a vector is taken to have until the first answer tells.
const unknownDimensions = 4096

// modelDimensions are the full sizes of well-known models.
var modelDimensions = map[string]int{
	"text-embedding-3-small": 1536,
	"text-embedding-3-large": 3072,
	"text-embedding-ada-002": 1536,
	"nomic-embed-text":       768,
	"mxbai-embed-large":      1024,
	"all-minilm":             384,
	"bge-m3":                 1024,
}

// LLM embeds texts at an OpenAI-compatible endpoint. What leaves the house is concealed
// and shortened. It is safe for concurrent use.
type LLM struct {
	client     *llm.Client
	asked      int          // dimensions that the configuration asks for
	dimensions atomic.Int64 // 0 until the first answer when nothing else tells
	gather     *gather

	mu   sync.Mutex
	owed float64 // of what was used, the part of a millionth of a US dollar that is in no account yet
}

// NewLLM returns an engine for client's embedding model and its dimensions. When the
// client asks for none and the model is not a well-known one, the first answer decides.
func NewLLM(client *llm.Client) *LLM {
	e := &LLM{client: client, asked: client.EmbeddingDimensions()}
	dimensions := client.EmbeddingDimensions()
	if dimensions == 0 {
		dimensions = modelDimensions[client.EmbeddingModel()]
	}
	e.dimensions.Store(int64(dimensions))
	e.gather = newGather(maxTexts, e.answer)
	return e
}

// Model names the space that the vectors live in. A size that was asked for is part of the
// name: the same model at two sizes makes two spaces.
func (e *LLM) Model() string {
	if n := e.client.EmbeddingDimensions(); n > 0 {
		return Space(e.client.EmbeddingModel(), n)
	}
	return e.client.EmbeddingModel()
}

// Probe asks the endpoint what it gives and takes that over, so that Model and Dimensions are
// known before anything is kept. Without it the first answer decides.
func (e *LLM) Probe(ctx context.Context) (llm.EmbeddingAbility, error) {
	a, err := e.client.ProbeEmbedding(ctx)
	if err == nil {
		e.dimensions.Store(int64(a.Dimensions))
	}
	return a, err
}

// Dimensions is the length of every vector, 0 while that is not known.
func (e *LLM) Dimensions() int { return int(e.dimensions.Load()) }

// Embed asks together with whoever asks within the same few milliseconds, in as few requests
// as the endpoint's limits allow, one after the other, each at most twice. The error is of kind
// unavailable; its cause is an *llm.Error.
func (e *LLM) Embed(ctx context.Context, texts []string) ([]triage.Vector, error) {
	vectors, _, err := e.hiding(ctx, texts, make([][]string, len(texts)))
	return vectors, err
}

// hiding embeds texts without the names that are known around each.
func (e *LLM) hiding(ctx context.Context, texts []string, names [][]string) ([]triage.Vector, triage.Tokens, error) {
	if len(texts) == 0 {
		return nil, triage.Tokens{}, nil
	}
	concealed := make([]string, len(texts))
	for i, text := range texts {
		concealed[i] = llm.Conceal(text, textHead, textTail, names[i]...).Text
		if concealed[i] == "" {
			concealed[i] = "(empty)" // the original refuses an empty text
		}
	}
	a, err := e.gather.do(ctx, concealed)
	if err != nil {
		if triage.KindOf(err) != triage.Unavailable {
			err = errUnanswered.Because(err)
		}
		return nil, a.used, err
	}
	return a.vectors, a.used, nil
}

// estimate returns what embedding texts may cost, in millionths of a US dollar, and whether
// that is known.
func (e *LLM) estimate(texts []string) (microUSD int64, known bool) {
	tokens := int64(0)
	for _, text := range texts {
		tokens += llm.CountTokens(text[:min(len(text), textHead+textTail)])
	}
	return e.client.CostOfEmbedding(tokens)
}

// answer asks about all texts of asks. Where the endpoint will never take one of them, each ask
// is on its own, so that nobody goes without for another's text.
func (e *LLM) answer(ctx context.Context, asks []*ask) {
	err := e.together(ctx, asks)
	alone := llm.OutcomeOf(err) == llm.Invalid && len(asks) > 1
	for _, a := range asks {
		if a.err = err; alone {
			a.err = e.together(ctx, []*ask{a})
		}
	}
}

// together asks about all texts of asks, one request after the other.
func (e *LLM) together(ctx context.Context, asks []*ask) error {
	var texts []string
	for _, a := range asks {
		texts = append(texts, a.texts...)
	}
	vectors := make([]triage.Vector, 0, len(texts))
	var used llm.Usage
	defer func() { e.share(used, asks) }()
	for len(vectors) < len(texts) {
		some, cost, err := e.embed(ctx, e.batch(texts[len(vectors):]))
		used = used.Plus(cost)
		if err != nil {
			return errUnanswered.Because(err)
		}
		for _, values := range some {
			vectors = append(vectors, triage.Vector{Model: e.Model(), Values: values})
		}
	}
	for _, a := range asks {
		a.vectors, vectors = vectors[:len(a.texts):len(a.texts)], vectors[len(a.texts):]
	}
	return nil
}

// share divides what was used among asks by the length of their texts. Parts of a millionth of
// a US dollar, of which embedding a comment takes less than one, are owed until they are whole.
func (e *LLM) share(used llm.Usage, asks []*ask) {
	if used == (llm.Usage{}) {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	all, before := int64(0), int64(0)
	lengths := make([]int64, len(asks))
	for i, a := range asks {
		for _, text := range a.texts {
			lengths[i] += max(1, llm.CountTokens(text))
		}
		all += lengths[i]
	}
	for i, a := range asks {
		tokens := used.PromptTokens*(before+lengths[i])/all - used.PromptTokens*before/all
		before += lengths[i]
		e.owed += used.Exact * float64(lengths[i]) / float64(all)
		whole := int64(e.owed)
		e.owed -= float64(whole)
		one := triage.Tokens{Prompt: tokens, MicroUSD: whole}
		if i == 0 {
			one.Calls = used.Calls
			if !used.Priced {
				one.Unpriced = used.Calls
			}
		}
		a.used = a.used.Plus(one)
	}
}

// batch returns how many of texts, at least one, go into the next request.
func (e *LLM) batch(texts []string) []string {
	dimensions := e.Dimensions()
	if dimensions == 0 {
		dimensions = unknownDimensions
	}
	most := min(len(texts), maxTexts, max(1, llm.MaxEmbeddingValues/dimensions))
	size := 0
	for i, text := range texts[:most] {
		size += len(text)
		if i > 0 && size > maxRequestBytes {
			return texts[:i]
		}
	}
	return texts[:most]
}

// embed asks about one batch and checks every number of the answer.
func (e *LLM) embed(ctx context.Context, batch []string) ([][]float32, llm.Usage, error) {
	var vectors [][]float32
	var used llm.Usage
	err := e.client.Twice(ctx, func(error) error {
		var one llm.Usage
		var err error
		vectors, one, err = e.client.Embed(ctx, batch)
		used = used.Plus(one)
		if err != nil {
			return err
		}
		return e.normalise(vectors)
	})
	return vectors, used, err
}

// normalise scales the vectors to length 1. It refuses them all when one has another
// size than the others, a number that is not finite, or no direction.
func (e *LLM) normalise(vectors [][]float32) error {
	want := e.Dimensions()
	if want == e.asked && e.client.OwnSize() {
		e.dimensions.CompareAndSwap(int64(want), 0) // what was asked for is not what there is
		want = 0
	}
	if want == 0 {
		want = len(vectors[0])
	}
	for _, v := range vectors {
		if len(v) != want {
			return llm.NewUnusable("vector_dimensions")
		}
		sum := 0.0
		for _, x := range v {
			sum += float64(x) * float64(x)
		}
		norm := math.Sqrt(sum)
		if math.IsNaN(norm) || math.IsInf(norm, 0) || norm < 1e-9 {
			return llm.NewUnusable("vector_number")
		}
		for i := range v {
			v[i] = float32(float64(v[i]) / norm)
		}
	}
	if !e.dimensions.CompareAndSwap(0, int64(want)) && e.Dimensions() != want {
		return llm.NewUnusable("vector_dimensions")
	}
	return nil
}
