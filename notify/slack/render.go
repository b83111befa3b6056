package slack

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"triage/notify"
)

// message is a notice in Slack's terms: the blocks people see, and the text that push
// notifications and screen readers get.
type message struct {
	fallback string
	blocks   []slack.Block
}

// render writes n within the limits of Block Kit. Words from outside stand in plain_text
// only, where Slack knows no formatting, mention or link; they are escaped all the same.
func render(n notify.Notice) message {
	var b []slack.Block
	add := func(block slack.Block) { b = append(b, block) }
	say := func(text string, limit int) {
		if text = plain(text, limit); text != "" {
			add(section(plainText(text)))
		}
	}
	aside := func(text string) {
		if text = plain(text, maxSection); text != "" {
			add(slack.NewContextBlock("", plainText(text)))
		}
	}

	if headline := plain(n.Headline, maxHeader); headline != "" { // an answer has none
		add(slack.NewHeaderBlock(plainText(headline)))
	}
	say(n.State, maxSection)
	if about := aboutAuthor(n); len(about) > 0 {
		add(slack.NewContextBlock("", about...))
	}
	say(n.Line, maxSection)
	if n.Quote != "" {
		add(section(plainText(quoted(n.Quote, maxSection))))
	}
	if fields := fields(n.Facts); len(fields) > 0 {
		add(slack.NewSectionBlock(nil, fields, nil))
	}
	aside(strings.Join(n.Why, " "))
	for _, e := range n.Entries {
		add(section(markdown(entry(e))))
	}
	if len(n.Buttons) > 0 {
		add(slack.NewActionBlock("", buttons(n.Buttons)...))
	} else if n.Link.URL != "" {
		add(section(markdown(link(n.Link))))
	}
	aside(n.Came)
	return message{fallback: fallback(n), blocks: b}
}

// fallback is one line: it rings on a phone and is read aloud.
func fallback(n notify.Notice) string {
	var parts []string
	if headline := plain(n.Headline, maxHeader); headline != "" {
		parts = append(parts, headline)
	}
	if n.State != "" {
		parts = append(parts, plain(n.State, maxExcerpt))
	}
	if name := authorName(n); name != "" {
		parts = append(parts, name)
	}
	switch {
	case n.Quote != "":
		parts = append(parts, foreign(n.Quote, maxExcerpt))
	case n.Line != "":
		parts = append(parts, plain(n.Line, maxExcerpt))
	}
	return strings.Join(parts, " · ")
}

func aboutAuthor(n notify.Notice) []slack.MixedElement {
	var elements []slack.MixedElement
	if name := authorName(n); name != "" {
		elements = append(elements, plainText(name))
	}
	if about := plain(n.About, maxSection); about != "" {
		elements = append(elements, plainText(about))
	}
	return elements
}

// authorName is the display name with the handle, each isolated, since one of them can
// be written from right to left.
func authorName(n notify.Notice) string {
	var name, handle string
	if oneLine(n.Name) != "" {
		name = foreign(n.Name, maxName)
	}
	if oneLine(n.Handle) != "" {
		handle = "@" + foreign(n.Handle, maxName)
	}
	if name != "" && handle != "" {
		return name + " (" + handle + ")"
	}
	return name + handle
}

// maxFields is how many fields a section may hold.
const maxFields = 10

func fields(facts []notify.Fact) []*slack.TextBlockObject {
	var all []*slack.TextBlockObject
	for _, f := range facts[:min(len(facts), maxFields)] {
		label := plain(f.Label, maxField/2)
		if !f.At.IsZero() {
			all = append(all, markdown(label+"\n"+moment(f)))
			continue
		}
		all = append(all, plainText(label+"\n"+plain(f.Value, maxField-1-width(label))))
	}
	return all
}

// moment is a time that each reader sees on their own clock and in their own language;
// docs.slack.dev, "Formatting message text", date formatting. All of it is ours.
func moment(f notify.Fact) string {
	fallback := strings.ReplaceAll(plain(f.Value, maxField/4), "|", "/")
	text := fmt.Sprintf("<!date^%d^{date_short_pretty}, {time}|%s>", f.At.Unix(), fallback)
	if f.Note != "" {
		text += " (" + plain(f.Note, maxField/4) + ")"
	}
	return text
}

func entry(e notify.Entry) string {
	line := link(e.Link)
	if e.Facts != "" {
		line += " · " + plain(e.Facts, maxSection/2)
	}
	return line
}

// link is the only markup that we write. Its address is ours; the characters that would
// end it are encoded anyway.
func link(l notify.Link) string {
	text := strings.ReplaceAll(plain(l.Text, maxSection/4), "|", "/")
	if l.URL == "" {
		return text
	}
	address := strings.NewReplacer("<", "%3C", ">", "%3E", "|", "%7C", "&", "&amp;").Replace(l.URL)
	return "<" + address + "|" + text + ">"
}

func section(text *slack.TextBlockObject) slack.Block {
	return slack.NewSectionBlock(text, nil, nil)
}

// plainText does not turn :names: into emoji: an author could paint our status signs.
func plainText(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

// markdown is verbatim: Slack shall not look for links and names in it by itself.
func markdown(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, true)
}
