// Package slack tells a team of a notice in Slack: it renders a notify.Notice as Block
// Kit, posts it, changes it later, and says what a failure means. It decides nothing
// about whom to tell and when, keeps no state, and never retries by itself. It is the
// only importer of the Slack library.
package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"triage/notify"
)

// Config is how to reach Slack.
type Config struct {
	Token       string        // of the bot, xoxb-…
	AppToken    string        // of the app, xapp-…; only for Socket Mode
	BaseURL     string        // of the Web API; empty for https://slack.com/api/
	HTTPTimeout time.Duration // of one call, with its answer; zero for 10 s
}

// Client posts to one Slack workspace. It is safe for concurrent use.
type Client struct {
	api     *slack.Client
	http    *http.Client
	base    *url.URL // another Slack than the official one; nil for that
	timeout time.Duration

	mu   sync.Mutex
	team string // our workspace, once known
}

// New returns a client. It fails when the token is empty or the address is not one; it
// does not call Slack.
func New(config Config) (*Client, error) {
	if config.Token == "" {
		return nil, errors.New("slack: the bot token is empty")
	}
	if config.BaseURL == "" {
		config.BaseURL = slack.APIURL
	}
	base, err := url.Parse(config.BaseURL)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, errors.New("slack: the base URL is not an absolute http or https address")
	}
	if config.HTTPTimeout <= 0 {
		config.HTTPTimeout = 10 * time.Second
	}
	client := &http.Client{
		Timeout:   config.HTTPTimeout,
		Transport: guard{next: transport()},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // a redirect would carry the token elsewhere
		},
	}
	c := &Client{
		api: slack.New(config.Token,
			slack.OptionHTTPClient(client),
			slack.OptionAppLevelToken(config.AppToken),
			slack.OptionAPIURL(strings.TrimRight(config.BaseURL, "/")+"/")),
		http: client, timeout: config.HTTPTimeout,
	}
	if config.BaseURL != slack.APIURL {
		c.base = base
	}
	return c, nil
}

// Post sends n to a Slack channel and returns a reference under which Update finds it.
// Its error is a *notify.Failure. A post that timed out may have arrived: Slack knows no
// key by which it would refuse the second of two equal posts.
func (c *Client) Post(ctx context.Context, channel string, n notify.Notice) (ref string, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	m := render(n)
	id, ts, _, err := c.api.SendMessageContext(ctx, channel,
		slack.MsgOptionText(m.fallback, false), // escaped already
		slack.MsgOptionBlocks(m.blocks...),
		slack.MsgOptionParse(false),
		slack.MsgOptionLinkNames(false),
		slack.MsgOptionDisableMarkdown(),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	)
	if err != nil {
		return "", failure(err)
	}
	if id == "" || ts == "" { // the library takes an answer that says neither yes nor no for a yes
		return "", &notify.Failure{Failing: notify.Puzzled, Word: "unreadable_answer"}
	}
	return id + "/" + ts, nil
}

// Update replaces the message at ref by n, in full. A message that is gone already is
// not an error. Where the workspace forbids edits, the message is deleted instead: what
// has to leave Slack leaves it.
func (c *Client) Update(ctx context.Context, ref string, n notify.Notice) error {
	channel, ts, ok := strings.Cut(ref, "/")
	if !ok {
		return &notify.Failure{Failing: notify.Refused, Word: "bad_message_ref"}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	m := render(n)
	err := c.change(ctx, channel,
		slack.MsgOptionUpdate(ts),
		slack.MsgOptionText(m.fallback, false), // escaped already
		slack.MsgOptionBlocks(m.blocks...),
		slack.MsgOptionParse(false),
		slack.MsgOptionLinkNames(false),
	)
	if wordOf(err) == "cant_update_message" || wordOf(err) == "edit_window_closed" {
		err = c.change(ctx, channel, slack.MsgOptionDelete(ts))
	}
	if wordOf(err) == "message_not_found" {
		return nil
	}
	return err
}

func (c *Client) change(ctx context.Context, channel string, options ...slack.MsgOption) error {
	_, ts, _, err := c.api.SendMessageContext(ctx, channel, options...)
	if err != nil {
		return failure(err)
	}
	if ts == "" {
		return &notify.Failure{Failing: notify.Puzzled, Word: "unreadable_answer"}
	}
	return nil
}

func wordOf(err error) string {
	if f := (*notify.Failure)(nil); errors.As(err, &f) {
		return f.Word
	}
	return ""
}

// transport gives up connecting long before a call's time is over. A call that runs out
// of time has therefore been sent, and may have been carried out.
func transport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
		TLSHandshakeTimeout: 3 * time.Second,
		IdleConnTimeout:     90 * time.Second,
		MaxIdleConnsPerHost: 8,
		ForceAttemptHTTP2:   true,
	}
}

// maxAnswer is how many bytes of an answer are read; Slack echoes the message.
const maxAnswer = 256 << 10

// guard bounds what is read of an answer and makes every 429 carry a readable
// Retry-After, which the library takes for granted.
type guard struct{ next http.RoundTripper }

// RoundTrip sends one request.
func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := g.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	if resp.StatusCode == http.StatusTooManyRequests {
		if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err != nil || seconds < 1 {
			resp.Header.Set("Retry-After", "30")
		}
	}
	return resp, nil
}

// failure says what err means. Slack's own error words are kept when they look like
// one; nothing else of an answer is, since errors are stored and shown.
func failure(err error) *notify.Failure {
	if limited := (*slack.RateLimitedError)(nil); errors.As(err, &limited) {
		return &notify.Failure{Failing: notify.Throttled, Word: "ratelimited", RetryAfter: limited.RetryAfter}
	}
	if status := (slack.StatusCodeError{}); errors.As(err, &status) {
		return &notify.Failure{Failing: byStatus(status.Code), Word: fmt.Sprintf("http_%d", status.Code)}
	}
	if said := (slack.SlackErrorResponse{}); errors.As(err, &said) {
		return byWord(said.Err)
	}
	if sent := (*url.Error)(nil); errors.As(err, &sent) {
		if op := (*net.OpError)(nil); !sent.Timeout() || (errors.As(err, &op) && op.Op == "dial") {
			return &notify.Failure{Failing: notify.Away, Word: "unreachable"}
		}
		return &notify.Failure{Failing: notify.Away, Word: "timeout", MayHaveArrived: true}
	}
	if pause := net.Error(nil); errors.As(err, &pause) && pause.Timeout() { // while the answer was read
		return &notify.Failure{Failing: notify.Away, Word: "timeout", MayHaveArrived: true}
	}
	return &notify.Failure{Failing: notify.Puzzled, Word: "unreadable_answer"}
}

func byStatus(code int) notify.Failing {
	if code >= 500 {
		return notify.Away
	}
	return notify.Puzzled
}
