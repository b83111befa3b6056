package classifier

import (
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"

	"triage/llm"
	"triage/triage"
)

// answer is what a model wrote. The pointers tell a missing member from a zero.
type answer struct {
	Language      *string         `json:"language"`
	Evidence      *[]quote        `json:"evidence"`
	Intent        *string         `json:"intent"`
	SecondIntent  *string         `json:"second_intent"`
	Confidence    json.RawMessage `json:"confidence"`
	Sentiment     *string         `json:"sentiment"`
	Ironic        *bool           `json:"ironic"`
	Risks         *[]string       `json:"risks"`
	Urgency       *string         `json:"urgency"`
	ReplyExpected *bool           `json:"reply_expected"`
	Topics        *[]string       `json:"topics"`
}

type quote struct {
	Field string `json:"field"`
	Quote string `json:"quote"`
}

// read turns a model's answer to p into a classification. It believes nothing: a wrong
// structure or a leak is an error of outcome unusable; a word outside the closed sets
// is read as "we do not know"; a quote that is not in the comment is dropped.
func (p prompt) read(content string) (triage.Classification, error) {
	var a answer
	if err := decodeStrict(content, &a); err != nil {
		return triage.Classification{}, err
	}
	return p.believe(a, content)
}

// believe is read for an answer that is decoded.
func (p prompt) believe(a answer, content string) (triage.Classification, error) {
	if !a.complete() {
		return triage.Classification{}, llm.NewUnusable("member_missing")
	}
	if strings.Contains(content, p.canary) || slices.ContainsFunc(a.strings(), p.leaksUnquoted) {
		return triage.Classification{}, llm.NewUnusable("leak")
	}
	c := triage.Classification{
		Ironic:        *a.Ironic,
		ReplyExpected: *a.ReplyExpected,
		Risks:         risksOf(*a.Risks),
		Language:      languageOf(*a.Language),
		Topics:        topicsOf(*a.Topics),
		Evidence:      p.spans(*a.Evidence),
	}
	a.decide(&c)
	return c, nil
}

func (a answer) complete() bool {
	return a.Language != nil && a.Evidence != nil && a.Intent != nil && a.SecondIntent != nil &&
		a.Confidence != nil && a.Sentiment != nil && a.Ironic != nil && a.Risks != nil && a.Urgency != nil &&
		a.ReplyExpected != nil && a.Topics != nil
}

// strings returns every text that the model wrote, with escapes resolved.
func (a answer) strings() []string {
	all := []string{*a.Language, *a.Intent, *a.SecondIntent, *a.Sentiment, *a.Urgency, string(a.Confidence)}
	all = append(append(all, *a.Risks...), *a.Topics...)
	for _, q := range *a.Evidence {
		all = append(all, q.Field, q.Quote)
	}
	return all
}

// leaksUnquoted is leaks for a text that may be an honest quote: an author may have
// written words that also stand in the instructions, but cannot know the canary.
func (p prompt) leaksUnquoted(text string) bool {
	if strings.Contains(p.comment.Text, text) {
		return strings.Contains(text, p.canary)
	}
	return p.leaks(text)
}

// decide fills in what comes from closed sets, with its confidence.
func (a answer) decide(c *triage.Classification) {
	said, sane := confidenceOf(a.Confidence)
	intent, second := triage.Intent(word(*a.Intent)), triage.Intent(word(*a.SecondIntent))
	c.Intent = intent
	c.Confidence = calibrated(said, sane, intent, second)
	if !intent.Valid() {
		c.Intent = triage.Other
		c.Confidence.Intent, c.Confidence.Queue = unknownWord, unknownWord
	}
	c.Sentiment = triage.Sentiment(word(*a.Sentiment))
	if !c.Sentiment.Valid() {
		c.Sentiment, c.Confidence.Sentiment = triage.Neutral, 0
	}
	c.Urgency = triage.Urgency(word(*a.Urgency))
	if !c.Urgency.Valid() {
		// Not the lowest: nobody may hide behind a word that we do not know.
		c.Urgency, c.Confidence.Urgency = triage.UrgencyNormal, 0
	}
}

// spans returns where the quotes stand in the comment as it came in, at most five.
func (p prompt) spans(quotes []quote) []triage.Span {
	var spans []triage.Span
	for _, q := range quotes[:min(len(quotes), 5)] {
		start, end, ok := p.comment.Find(strings.TrimSpace(q.Quote))
		if ok && slices.Contains(evidenceFields, q.Field) {
			spans = append(spans, triage.Span{Start: start, End: end, Why: q.Field})
		}
	}
	return spans
}

// word forgives what weaker models do to a word of a closed set.
func word(s string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(s)))
}

// risksOf keeps the flags that exist, each once.
func risksOf(words []string) []triage.Risk {
	var risks []triage.Risk
	for _, w := range words {
		risks = append(risks, triage.Risk(word(w)))
	}
	return triage.Union(risks, nil)
}

var primarySubtag = regexp.MustCompile(`^[a-z]{2,3}$`)

func languageOf(tag string) string {
	primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	if primarySubtag.MatchString(primary) {
		return primary
	}
	return "und"
}

var plainTopic = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}]+(?:[ -][\p{Ll}\p{Lo}\p{N}]+){0,3}$`)

// topicsOf keeps at most three topics that are a few plain words, since they will be
// shown: no markup, no address and no sentence has that form.
func topicsOf(words []string) []string {
	var topics []string
	for _, w := range words {
		w = strings.ToLower(strings.TrimSpace(w))
		if len(w) <= 40 && plainTopic.MatchString(w) && !slices.Contains(topics, w) && len(topics) < 3 {
			topics = append(topics, w)
		}
	}
	return topics
}

// decodeStrict reads exactly one JSON object into v: no unknown members, none twice,
// nothing after it. One code fence around it is taken off.
func decodeStrict(content string, v any) error {
	content = unfence(content)
	if !strings.HasPrefix(content, "{") {
		return llm.NewUnusable("not_json")
	}
	if err := refuseRepeated(json.NewDecoder(strings.NewReader(content))); err != nil {
		return err
	}
	decoder := json.NewDecoder(strings.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return llm.NewUnusable("form")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return llm.NewUnusable("more_than_one_object")
	}
	return nil
}

func unfence(content string) string {
	content = strings.TrimSpace(content)
	inner, ok := strings.CutSuffix(content, "```")
	if !ok || !strings.HasPrefix(inner, "```") {
		return content
	}
	inner = strings.TrimPrefix(strings.TrimPrefix(inner, "```"), "json")
	return strings.TrimSpace(inner)
}

// refuseRepeated fails when an object names a member twice. encoding/json would take
// the last, and would take names that differ only in case for the same.
func refuseRepeated(d *json.Decoder) error {
	type level struct {
		names map[string]bool // nil in an array
		name  bool            // the next token is a name
	}
	d.UseNumber() // a number too large for a float is no error yet
	var stack []level
	for {
		token, err := d.Token()
		if err != nil {
			return llm.NewUnusable("not_json")
		}
		top := len(stack) - 1
		if name, ok := token.(string); ok && top >= 0 && stack[top].name {
			folded := strings.ToLower(name)
			if stack[top].names[folded] {
				return llm.NewUnusable("member_twice")
			}
			stack[top].names[folded], stack[top].name = true, false
			continue
		}
		switch token {
		case json.Delim('{'):
			stack = append(stack, level{names: map[string]bool{}, name: true})
			continue
		case json.Delim('['):
			stack = append(stack, level{})
			continue
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:top]
		}
		if len(stack) == 0 {
			return nil
		}
		stack[len(stack)-1].name = stack[len(stack)-1].names != nil
	}
}
