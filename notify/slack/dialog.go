package slack

import (
	"context"

	"github.com/slack-go/slack"

	"triage/notify"
)

// Limits of a dialog, in characters; docs.slack.dev, views.
const (
	maxTitle = 24
	maxLabel = 2000
)

// dialogID names our dialog when it comes back.
const dialogID = "write"

// Open shows d to whoever made trigger, which serves once and for three seconds. Its error
// is a *notify.Failure.
func (c *Client) Open(ctx context.Context, trigger string, d notify.Dialog) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if _, err := c.api.OpenViewContext(ctx, trigger, dialog(d)); err != nil {
		return failure(err)
	}
	return nil
}

func dialog(d notify.Dialog) slack.ModalViewRequest {
	var blocks slack.Blocks
	for _, f := range d.Fields {
		input := slack.NewPlainTextInputBlockElement(nil, f.Name)
		input.Multiline, input.MaxLength = true, f.Most
		block := slack.NewInputBlock(f.Name, plainText(plain(f.Label, maxLabel)), nil, input)
		block.Optional = true
		blocks.BlockSet = append(blocks.BlockSet, block)
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: dialogID, PrivateMetadata: d.Token, Blocks: blocks,
		Title: plainText(plain(d.Title, maxTitle)), Submit: plainText(plain(d.Keep, maxTitle)), Close: plainText(plain(d.Cancel, maxTitle)),
	}
}
