package fakeslack

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf16"
)

// Limits of Block Kit; docs.slack.dev/reference/block-kit.
const (
	maxBlocks      = 50
	maxViewBlocks  = 100
	maxHeader      = 150
	maxSection     = 3000
	maxFields      = 10
	maxField       = 2000
	maxElements    = 10 // of a context
	maxActions     = 25 // elements of an actions block
	maxID          = 255
	maxButton      = 75
	maxValue       = 2000
	maxButtonURL   = 3000
	maxOptions     = 100
	maxOption      = 75
	maxOptionValue = 150
	maxPlaceholder = 150
	maxLabel       = 2000
	maxInput       = 3000
)

type textObject struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Emoji    *bool  `json:"emoji"`
	Verbatim *bool  `json:"verbatim"`
}

type option struct {
	Text        *textObject `json:"text"`
	Value       string      `json:"value"`
	Description *textObject `json:"description"`
}

// element is any interactive element, or a text of a context.
type element struct {
	textObject
	Text        json.RawMessage `json:"text"` // an object of a button, a string of a text
	ActionID    string          `json:"action_id"`
	Value       string          `json:"value"`
	URL         string          `json:"url"`
	Style       string          `json:"style"`
	Placeholder *textObject     `json:"placeholder"`
	Options     []option        `json:"options"`
	Multiline   bool            `json:"multiline"`
	MinLength   int             `json:"min_length"`
	MaxLength   int             `json:"max_length"`
	Initial     string          `json:"initial_value"`
}

type block struct {
	Type     string       `json:"type"`
	BlockID  string       `json:"block_id"`
	Text     *textObject  `json:"text"`
	Fields   []textObject `json:"fields"`
	Elements []element    `json:"elements"`
	Label    *textObject  `json:"label"`
	Hint     *textObject  `json:"hint"`
	Element  *element     `json:"element"`
	Optional bool         `json:"optional"`
}

// checkBlocks answers with Slack's word, or with one that begins with fake_ where Slack
// would accept what rings or links.
func (s *Server) checkBlocks(raw json.RawMessage, most int, dialog bool) string {
	if len(raw) == 0 {
		return ""
	}
	var blocks []block
	if !strict(raw, &blocks) {
		return "invalid_blocks_format"
	}
	if len(blocks) > most {
		return "invalid_blocks"
	}
	blockIDs := map[string]bool{}
	for _, b := range blocks {
		texts, ok := s.textsOf(b, dialog)
		if !ok || len(b.BlockID) > maxID || (b.BlockID != "" && blockIDs[b.BlockID]) {
			return "invalid_blocks"
		}
		blockIDs[b.BlockID] = true
		for _, t := range texts {
			if !s.harmless(t.Text, t.Type == "mrkdwn") {
				return "fake_unescaped_" + t.Type
			}
		}
	}
	return ""
}

// strict decodes JSON that has no further fields and nothing after it.
func strict(raw []byte, into any) bool {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into) == nil && !decoder.More()
}

// textsOf returns every text of a block, and false when its shape or size is wrong.
func (s *Server) textsOf(b block, dialog bool) ([]textObject, bool) {
	bare := b.Label == nil && b.Hint == nil && b.Element == nil && !b.Optional
	switch b.Type {
	case "divider":
		return nil, bare && b.Text == nil && b.Fields == nil && b.Elements == nil
	case "header":
		return some(b.Text), bare && b.Fields == nil && b.Elements == nil && b.Text.plain(maxHeader)
	case "section":
		ok := bare && b.Elements == nil && len(b.Fields) <= maxFields && allFit(b.Fields, maxField)
		if b.Text == nil {
			return b.Fields, ok && len(b.Fields) > 0
		}
		return append(b.Fields, *b.Text), ok && b.Text.fits(maxSection)
	case "context":
		return contextTexts(b, bare)
	case "actions":
		return s.actionTexts(b, bare)
	case "input":
		ok := dialog && b.Text == nil && b.Fields == nil && b.Elements == nil && b.Label.plain(maxLabel) &&
			(b.Hint == nil || b.Hint.plain(maxLabel)) && b.Element != nil
		if !ok {
			return nil, false
		}
		texts, ok := s.interactive(*b.Element, true)
		return append(texts, some(b.Label, b.Hint)...), ok
	}
	return nil, false
}

func contextTexts(b block, bare bool) (texts []textObject, ok bool) {
	ok = bare && b.Text == nil && b.Fields == nil && len(b.Elements) > 0 && len(b.Elements) <= maxElements
	for _, e := range b.Elements {
		t := e.textObject
		ok = ok && json.Unmarshal(e.Text, &t.Text) == nil && e.ActionID == "" && t.fits(maxSection)
		texts = append(texts, t)
	}
	return texts, ok
}

func (s *Server) actionTexts(b block, bare bool) (texts []textObject, ok bool) {
	ok = bare && b.Text == nil && b.Fields == nil && len(b.Elements) > 0 && len(b.Elements) <= maxActions
	ids := map[string]bool{}
	for _, e := range b.Elements {
		found, fine := s.interactive(e, false)
		ok = ok && fine && !ids[e.ActionID]
		ids[e.ActionID] = true
		texts = append(texts, found...)
	}
	return texts, ok
}

// interactive returns the texts of an element that people use.
func (s *Server) interactive(e element, input bool) (texts []textObject, ok bool) {
	ok = e.ActionID != "" && width(e.ActionID) <= maxID && width(e.Value) <= maxValue && e.Emoji == nil && e.Verbatim == nil &&
		(e.Placeholder == nil || e.Placeholder.plain(maxPlaceholder))
	texts = some(e.Placeholder)
	switch e.Type {
	case "button":
		var text textObject
		ok = ok && !input && json.Unmarshal(e.Text, &text) == nil && text.plain(maxButton) && e.Options == nil && e.Placeholder == nil &&
			(e.Style == "" || e.Style == "primary" || e.Style == "danger") && width(e.URL) <= maxButtonURL
		if e.URL != "" && (s.options.LinkPrefix == "" || !strings.HasPrefix(e.URL, s.options.LinkPrefix)) {
			return nil, false
		}
		return append(texts, text), ok
	case "static_select":
		ok = ok && e.Text == nil && e.URL == "" && e.Style == "" && e.Value == "" && len(e.Options) > 0 && len(e.Options) <= maxOptions
		for _, o := range e.Options {
			ok = ok && o.Text.plain(maxOption) && o.Value != "" && width(o.Value) <= maxOptionValue &&
				(o.Description == nil || o.Description.plain(maxOption))
			texts = append(texts, some(o.Text, o.Description)...)
		}
		return texts, ok
	case "plain_text_input":
		return texts, ok && input && e.Text == nil && e.Options == nil && e.MinLength >= 0 && e.MaxLength <= maxInput &&
			(e.MaxLength == 0 || e.MinLength <= e.MaxLength)
	}
	return nil, false
}

func (t *textObject) fits(limit int) bool {
	if t == nil || t.Text == "" || width(t.Text) > limit {
		return false
	}
	switch t.Type {
	case "plain_text":
		return t.Verbatim == nil
	case "mrkdwn":
		return t.Emoji == nil
	}
	return false
}

func (t *textObject) plain(limit int) bool { return t.fits(limit) && t.Type == "plain_text" }

func allFit(texts []textObject, limit int) bool {
	for i := range texts {
		if !texts[i].fits(limit) {
			return false
		}
	}
	return true
}

// some returns the texts that are there.
func some(texts ...*textObject) (out []textObject) {
	for _, t := range texts {
		if t != nil {
			out = append(out, *t)
		}
	}
	return out
}

var (
	ourLink  = regexp.MustCompile(`<([^<>|!]+)\|[^<>|]+>`)
	aDate    = regexp.MustCompile(`<!date\^\d{1,11}\^[^<>|^]*\{[^<>|^]*\|[^<>|]+>`) // without a link in it
	entities = strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "")
)

// harmless reports whether text holds no control character of Slack's, apart from times
// and from links with our prefix where those are possible.
func (s *Server) harmless(text string, mrkdwn bool) bool {
	if mrkdwn {
		text = aDate.ReplaceAllString(text, "")
	}
	if mrkdwn && s.options.LinkPrefix != "" {
		text = ourLink.ReplaceAllStringFunc(text, func(found string) string {
			if strings.HasPrefix(found[1:], s.options.LinkPrefix) {
				return ""
			}
			return found
		})
	}
	return !strings.ContainsAny(entities.Replace(text), "&<>")
}

func width(s string) int { return len(utf16.Encode([]rune(s))) }
