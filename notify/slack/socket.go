package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"sync"
	"time"

	"github.com/slack-go/slack/socketmode"

	"triage/notify"
)

// keepTime bounds the keeping of one call; Slack waits for three seconds.
const keepTime = 2 * time.Second

// Listen hears by Socket Mode what people do, until ctx ends or the way to Slack does. Each
// call is acknowledged once keep has kept it; body is what was sent.
func (c *Client) Listen(ctx context.Context, keep func(ctx context.Context, call Call, body []byte) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	socket := socketmode.New(c.api)
	ended := make(chan error, 1)
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { ended <- socket.RunContext(ctx) })
	defer cancel()
	for {
		select {
		case err := <-ended:
			if err != nil && ctx.Err() == nil {
				return failure(err)
			}
			return ctx.Err()
		case event := <-socket.Events:
			if event.Type == socketmode.EventTypeInvalidAuth {
				return &notify.Failure{Failing: notify.Refused, Word: "invalid_auth"}
			}
			if event.Request == nil || !c.heard(ctx, *event.Request, keep) {
				continue
			}
			if err := socket.AckCtx(ctx, event.Request.EnvelopeID, nil); err != nil && ctx.Err() == nil {
				return &notify.Failure{Failing: notify.Away, Word: "socket_closed"}
			}
		}
	}
}

// heard keeps one envelope, and reports whether it may be acknowledged: what was not kept
// comes again.
func (c *Client) heard(ctx context.Context, request socketmode.Request, keep func(context.Context, Call, []byte) error) bool {
	call, err := readEnvelope(request)
	if err != nil {
		return true // it would be no better the next time
	}
	ctx, cancel := context.WithTimeout(ctx, keepTime)
	defer cancel()
	return keep(ctx, call, request.Payload) == nil
}

func readEnvelope(request socketmode.Request) (Call, error) {
	switch request.Type {
	case socketmode.RequestTypeInteractive:
		return ReadInteraction(request.Payload)
	case socketmode.RequestTypeSlashCommands:
		var typed map[string]any
		if err := json.Unmarshal(request.Payload, &typed); err != nil {
			return Call{}, errCall
		}
		form := url.Values{}
		for name, value := range typed {
			if text, ok := value.(string); ok {
				form.Set(name, text)
			}
		}
		return ReadCommand(form)
	case socketmode.RequestTypeEventsAPI:
		call, _, err := ReadEvent(request.Payload)
		return call, err
	}
	return Call{}, errors.New("an envelope of another kind")
}
