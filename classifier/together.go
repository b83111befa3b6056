package classifier

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"triage/llm"
	"triage/triage"
)

// togetherVersion is the version of what is added to the instructions for several comments.
const togetherVersion = "together.v1"

//go:embed prompts/together.v1.txt
var togetherText string

// How short a comment is that is asked about with others, in bytes, and how many tokens all of
// them may have, examples included. Beyond that the instructions, which are what is saved, are
// no longer most of a call.
const (
	shortBytes  = 200
	shortTokens = 1500
)

// groups returns the places of the inputs, those in one group that are asked about in one
// call: of one brand, in one place, short, plain, and no more than the brand wants. All others
// are groups of one.
func groups(inputs []triage.Input) [][]int {
	type open struct {
		at     int // in out
		tokens int64
	}
	var out [][]int
	begun := map[string]open{}
	for i, in := range inputs {
		most := min(thriftOf(in).Together, triage.MostTogether)
		if most < 2 || !joins(in) {
			out = append(out, []int{i})
			continue
		}
		place, tokens := placeOf(in), llm.CountTokens(in.Text)
		for _, x := range in.Examples[:min(len(in.Examples), MostExamples)] {
			tokens += tokensOf(x.Text, exampleHead+exampleTail) + 20
		}
		group, known := begun[place]
		if !known || len(out[group.at]) >= most || group.tokens+tokens > shortTokens {
			group = open{at: len(out)}
			out = append(out, nil)
		}
		out[group.at] = append(out[group.at], i)
		group.tokens += tokens
		begun[place] = group
	}
	return out
}

// placeOf is equal for inputs that a model is told the same of, their examples apart.
func placeOf(in triage.Input) string {
	return strings.Join([]string{
		string(in.BrandID), string(in.Platform), string(in.Form), in.Language, in.ParentPost, in.ParentText, in.Brand,
		in.BrandContext, in.BrandVoice, in.First.Language,
	}, "\x00")
}

// joins reports whether in may be asked about together with others. Whoever writes it must not
// be able to say anything about them: the guard knows the ways of its language, and it is so
// plain and short that the others fit into it badly.
func joins(in triage.Input) bool {
	return in.First != nil && !in.First.AddressesModel && len(in.Text) <= shortBytes && !in.Outflow.Nothing &&
		slices.Contains(guarded, in.First.Language) && plain(in.Text) && len(Addressing(in.Text)) == 0
}

// guarded are the languages whose orders to a machine the guard was written for.
var guarded = []string{"de", "en"}

// plain reports whether text is made of words, numbers, emoji and the marks of ordinary
// sentences, in writing that German and English use, and speaks of nothing that an order to a
// machine would speak of.
func plain(text string) bool {
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Latin, r), unicode.IsDigit(r), r == ' ', strings.ContainsRune(".,!?'’‘-–…&%€$£()/@#+", r):
		case unicode.Is(unicode.So, r), unicode.Is(unicode.Sk, r), r == 0x200D, r == 0xFE0F:
		default:
			return false
		}
	}
	return strings.TrimSpace(text) != "" && !orderly.MatchString(text)
}

// orderly finds words that orders to a machine are made of. Most comments with one of them are
// honest: they cost a call of their own.
var orderly = regexp.MustCompile(`(?i)instru[ck]|anweis|prompt|system|label|klassifi|classif|categor|kategor|\bintent|\bqueues?\b|output|ausgabe|` +
	`ignor|vergiss|forget|disregard|overrid|\bais?\b|\bkis?\b|\bllms?\b|gpt|assist|\bbots?\b|\bmodels?\b|modell|json|priorit|urgen|dringlich|` +
	`comments?\b|kommentar|previous|vorherig|bisherig|above|oben|other|ander(?:e|en|er|es)\b|alle[ns]?\b|everyone|all of|pretend|tu so|` +
	`respon[ds]|antworte|answer|repl(?:y|ies)|messages?\b|nachricht|letters?\b|repeat|wiederhol|print|decode|translat|übersetz|https?|www\.`)

// joint is one question about several comments.
type joint struct {
	question llm.Question
	parts    []prompt // one for each comment, in the inputs' order
}

// newJoint puts inputs of one group into one question. Each comment is a member of its own
// whose name nobody knows, and an answer says by that name which comment it is of.
func newJoint(inputs []triage.Input, token func() string) joint {
	shared := inputs[0]
	shared.Names, shared.Examples = nil, nil
	for _, in := range inputs {
		shared.Names = append(shared.Names, in.Names...)
		for _, x := range in.Examples[:min(len(in.Examples), MostExamples)] {
			if !slices.ContainsFunc(shared.Examples, func(y triage.Example) bool { return y.Text == x.Text }) {
				shared.Examples = append(shared.Examples, x)
			}
		}
	}
	w := &writer{in: shared, most: len(shared.Examples)}
	body := w.body()
	var j joint
	var members []string
	for _, in := range inputs {
		p := w.about(in.Text, token)
		if len(j.parts) > 0 {
			p.canary = j.parts[0].canary
		}
		body[p.member], members = p.comment.Text, append(members, `"`+p.member+`"`)
		j.parts = append(j.parts, p)
	}
	j.question = llm.Question{
		System: promptText + togetherText + "\nThe comments are the members " + strings.Join(members, ", ") + ", and only those.\n" +
			j.parts[0].secret(),
		User:       []string{string(mustJSON(body))},
		SchemaName: "classifications",
		Schema:     jointSchema(),
		MaxTokens:  (answerTokens + 20) * len(inputs),
	}
	for i := range j.parts {
		j.parts[i].question = j.question // what must not be given away
	}
	return j
}

// jointSchema is the same for any number of comments, since endpoints take their time with a
// schema that is new to them.
var jointSchema = sync.OnceValue(func() json.RawMessage {
	named := append([]property{{"comment", map[string]any{"type": "string"}}}, answerProperties()...)
	return object(property{"answers", list(object(named...))})
})

// said is what a model wrote of one comment.
type said struct {
	classification triage.Classification
	err            error // unusable, also where it wrote nothing
}

// read returns what the model says of each part. An answer that cannot be used spoils no
// other; two of one comment spoil both; and what gives the canary away spoils all.
func (j joint) read(content string) []said {
	out := make([]said, len(j.parts))
	for i := range out {
		out[i].err = llm.NewUnusable("not_answered")
	}
	var all struct {
		Answers []json.RawMessage `json:"answers"`
	}
	if err := decodeStrict(content, &all); err != nil || strings.Contains(content, j.parts[0].canary) {
		return out
	}
	met := map[string]bool{}
	for _, raw := range all.Answers {
		var named struct {
			Comment string `json:"comment"`
			answer
		}
		if decodeStrict(string(raw), &named) != nil {
			continue
		}
		i := slices.IndexFunc(j.parts, func(p prompt) bool { return p.member == named.Comment })
		if i < 0 {
			continue
		}
		if met[named.Comment] {
			out[i] = said{err: llm.NewUnusable("answered_twice")}
			continue
		}
		met[named.Comment] = true
		out[i].classification, out[i].err = j.parts[i].believe(named.answer, string(raw))
	}
	return out
}
