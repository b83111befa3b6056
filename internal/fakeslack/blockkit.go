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
	maxBlocks   = 50
	maxHeader   = 150
	maxSection  = 3000
	maxFields   = 10
	maxField    = 2000
	maxElements = 10
)

type textObject struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Emoji    *bool  `json:"emoji"`
	Verbatim *bool  `json:"verbatim"`
}

type block struct {
	Type     string       `json:"type"`
	BlockID  string       `json:"block_id"`
	Text     *textObject  `json:"text"`
	Fields   []textObject `json:"fields"`
	Elements []textObject `json:"elements"`
}

// checkBlocks answers with Slack's word, or with one that begins with fake_ where Slack
// would accept what rings or links.
func (s *Server) checkBlocks(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	var blocks []block
	if decoder.Decode(&blocks) != nil || decoder.More() {
		return "invalid_blocks_format"
	}
	if len(blocks) > maxBlocks {
		return "invalid_blocks"
	}
	for _, b := range blocks {
		texts, ok := b.texts()
		if !ok {
			return "invalid_blocks"
		}
		for _, t := range texts {
			if !s.harmless(t.Text, t.Type == "mrkdwn") {
				return "fake_unescaped_" + t.Type
			}
		}
	}
	return ""
}

// texts returns every text of a block, and false when its shape or size is wrong.
func (b block) texts() ([]textObject, bool) {
	switch b.Type {
	case "divider":
		return nil, b.Text == nil && b.Fields == nil && b.Elements == nil
	case "header":
		return []textObject{orNone(b.Text)}, b.Fields == nil && b.Elements == nil &&
			b.Text.fits(maxHeader) && b.Text.Type == "plain_text"
	case "context":
		ok := b.Text == nil && b.Fields == nil && len(b.Elements) > 0 && len(b.Elements) <= maxElements
		return b.Elements, ok && allFit(b.Elements, maxSection)
	case "section":
		ok := b.Elements == nil && len(b.Fields) <= maxFields && allFit(b.Fields, maxField)
		if b.Text == nil {
			return b.Fields, ok && len(b.Fields) > 0
		}
		return append(b.Fields, *b.Text), ok && b.Text.fits(maxSection)
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

func allFit(texts []textObject, limit int) bool {
	for i := range texts {
		if !texts[i].fits(limit) {
			return false
		}
	}
	return true
}

func orNone(t *textObject) textObject {
	if t == nil {
		return textObject{}
	}
	return *t
}

var (
	ourLink  = regexp.MustCompile(`<([^<>|]+)\|[^<>|]+>`)
	entities = strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "")
)

// harmless reports whether text holds no control character of Slack's, apart from links
// with our prefix where links are possible.
func (s *Server) harmless(text string, mrkdwn bool) bool {
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
