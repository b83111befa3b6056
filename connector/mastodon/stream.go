package mastodon

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"triage/connector"
)

// quiet is how long a stream may say nothing; servers send a comment every 15 s.
const quiet = 90 * time.Second

// maxLine bounds a line of the stream, in bytes.
const maxLine = 2 << 20

// Stream listens to the account's own stream as server-sent events (WHATWG HTML, section
// 9.2). What concerns us in no way is not handed on.
func (c *conversation) Stream(ctx context.Context, _ string, open func(), take func(connector.Page) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r, err := c.request(ctx, c.streaming(ctx)+"/api/v1/streaming/user")
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "text/event-stream")
	watch := time.AfterFunc(quiet, stop)
	defer watch.Stop()
	res, err := connector.Send(c.Client, r, time.Now())
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }() // nothing is left to be said to it
	open()
	return events(res.Body, func() { watch.Reset(quiet) }, func(event, data string) error {
		return c.told(ctx, event, data, take)
	})
}

// told hands on one event when Parse finds something in it, with the post that it answers.
func (c *conversation) told(ctx context.Context, event, data string, take func(connector.Page) error) error {
	p := page{Account: c.Account, Event: event, Payload: data}
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	parsed, err := c.Parse(connector.Delivery{Body: body})
	if err != nil || len(parsed.Events) == 0 {
		return nil //nolint:nilerr // the polls see what is wrong with it, if it was for us
	}
	if id := parsed.Events[0].Engagement.Thread.ExternalID; id != "" {
		if answered, ok := c.post(ctx, id); ok {
			p.Posts = map[string]post{id: answered}
			if body, err = json.Marshal(p); err != nil {
				return err
			}
		}
	}
	return take(connector.Page{Body: body})
}

// events reads events until the stream ends. One that is cut off is dropped.
func events(from io.Reader, alive func(), each func(event, data string) error) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	event, data := "", []string(nil)
	for lines.Scan() {
		alive()
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case lines.Text() == "":
			if len(data) > 0 {
				if err := each(event, strings.Join(data, "\n")); err != nil {
					return err
				}
			}
			event, data = "", nil
		case name == "event":
			event = value
		case name == "data":
			data = append(data, value)
		}
	}
	if err := lines.Err(); err != nil {
		return errors.New("stream broken")
	}
	return io.EOF
}

// streaming returns the base address of the stream: the server may have another for it.
func (c *conversation) streaming(ctx context.Context) string {
	got, err := c.get(ctx, "/api/v2/instance")
	var instance struct {
		Configuration struct {
			URLs struct {
				Streaming string `json:"streaming"`
			} `json:"urls"`
		} `json:"configuration"`
	}
	if err != nil || json.Unmarshal(got.Body, &instance) != nil {
		return c.Address
	}
	address := strings.TrimRight(instance.Configuration.URLs.Streaming, "/")
	rest, secure := strings.CutPrefix(address, "wss://")
	if secure {
		return "https://" + rest
	}
	if rest, plain := strings.CutPrefix(address, "ws://"); plain && strings.HasPrefix(c.Address, "http://") {
		return "http://" + rest
	}
	return c.Address // the token never goes where it could be read on the way
}
