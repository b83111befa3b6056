package slack

import (
	"github.com/slack-go/slack"

	"triage/notify"
)

// Limits of interactive elements, in characters; docs.slack.dev, Block Kit reference.
const (
	maxButton  = 75
	maxOptions = 100
	maxPlace   = 150 // of a list's placeholder
)

// tokenMark parts a token from the choice behind it. Tokens hold none.
const tokenMark = "|"

// buttons renders what can be done. Their texts are ours.
func buttons(all []notify.Button) []slack.BlockElement {
	elements := make([]slack.BlockElement, 0, len(all))
	for _, b := range all {
		elements = append(elements, button(b))
	}
	return elements
}

func button(b notify.Button) slack.BlockElement {
	if len(b.Choices) > 0 {
		options := make([]*slack.OptionBlockObject, 0, len(b.Choices))
		for _, c := range b.Choices[:min(len(b.Choices), maxOptions)] {
			options = append(options, slack.NewOptionBlockObject(b.Token+tokenMark+c.Value, plainText(plain(c.Text, maxButton)), nil))
		}
		return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText(plain(b.Text, maxPlace)), string(b.Act), options...)
	}
	element := slack.NewButtonBlockElement(string(b.Act), b.Token, plainText(plain(b.Text, maxButton)))
	element.URL = b.URL
	if b.Act == notify.ActClaim {
		element.Style = slack.StylePrimary
	}
	return element
}
