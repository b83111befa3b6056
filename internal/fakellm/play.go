package fakellm

import (
	"net/http"
	"time"
)

// Play is one way in which a model server behaves, well or badly.
type Play struct {
	Name   string
	Script func(n int, r Request) *Reply // nil: the server answers well
	Hangs  bool                          // an answer never comes to its end
}

// always answers every request alike.
func always(p Reply) func(int, Request) *Reply {
	return func(int, Request) *Reply {
		one := p
		return &one
	}
}

// limited is an answer of status 429 with a header Retry-After.
func limited(header ...string) func(int, Request) *Reply {
	p := Reply{Status: http.StatusTooManyRequests, Header: map[string]string{},
		Body: `{"error":{"message":"Rate limit reached for requests","type":"requests","param":null,"code":"rate_limit_exceeded"}}`}
	for i := 0; i+1 < len(header); i += 2 {
		p.Header[header[i]] = header[i+1]
	}
	return always(p)
}

func refusing(status int, message, kind, code string) func(int, Request) *Reply {
	return always(Reply{Status: status,
		Body: `{"error":{"message":"` + message + `","type":"` + kind + `","param":null,"code":"` + code + `"}}`})
}

// Plays returns everything that the server can play beside bad contents, for tables: what an
// endpoint does when it is well, slow, over its limits, out of money, misconfigured or broken.
func Plays() []Play {
	page := `<html><body>Bad Gateway</body></html>`
	return []Play{
		{Name: "perfect"},
		{Name: "drip, to the end", Script: always(Reply{Own: true, Drip: 10 * time.Millisecond, Pieces: 20})},
		{Name: "drip, for ever", Script: always(Reply{Drip: 50 * time.Millisecond, Body: " "}), Hangs: true},
		{Name: "endless", Script: always(Reply{Drip: time.Microsecond, Body: " "}), Hangs: true},
		{Name: "silent", Script: always(Reply{Never: true}), Hangs: true},
		{Name: "429 without Retry-After", Script: limited()},
		{Name: "429, a second", Script: limited("Retry-After", "1")},
		{Name: "429, half a second", Script: limited("Retry-After", "0.5")},
		{Name: "429, nothing", Script: limited("Retry-After", "0")},
		{Name: "429, less than nothing", Script: limited("Retry-After", "-5")},
		{Name: "429, three thousand years", Script: limited("Retry-After", "99999999999")},
		{Name: "429, a date to come", Script: limited("Date", "Wed, 21 Oct 2026 07:28:00 GMT", "Retry-After", "Wed, 21 Oct 2026 07:28:07 GMT")},
		{Name: "429, a date gone by", Script: limited("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")},
		{Name: "429, a word", Script: limited("Retry-After", "soon")},
		{Name: "429, in milliseconds", Script: limited("retry-after-ms", "900")},
		{Name: "quota exhausted", Script: refusing(429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota")},
		{Name: "bad key", Script: refusing(401, "Incorrect API key provided", "invalid_request_error", "invalid_api_key")},
		{Name: "forbidden", Script: refusing(403, "Country not supported", "request_forbidden", "unsupported_country_region_territory")},
		{Name: "no such model", Script: refusing(404, "The model does not exist", "invalid_request_error", "model_not_found")},
		{Name: "context too long", Script: refusing(400, "This model's maximum context length is 8 tokens", "invalid_request_error", "context_length_exceeded")},
		{Name: "filtered", Script: refusing(400, "The response was filtered", "invalid_request_error", "content_filter")},
		{Name: "redirect, body resent", Script: always(Reply{Status: 307, Header: map[string]string{"Location": "http://169.254.169.254/v1/chat/completions"}})},
		{Name: "redirect", Script: always(Reply{Status: 302, Header: map[string]string{"Location": "https://elsewhere.example/"}})},
		{Name: "500", Script: refusing(500, "The server had an error", "server_error", "server_error")},
		{Name: "500 in another form", Script: always(Reply{Status: 500, Body: `{"detail":"x"}`})},
		{Name: "500 once", Script: func(n int, _ Request) *Reply {
			if n == 0 {
				return &Reply{Status: 500, Body: `{"error":{"message":"oops"}}`}
			}
			return nil
		}},
		{Name: "502 with a page", Script: always(Reply{Status: 502, Header: map[string]string{"Content-Type": "text/html"}, Body: page})},
		{Name: "503", Script: always(Reply{Status: 503, Body: `{"error":{"message":"overloaded"}}`})},
		{Name: "503 with Retry-After", Script: always(Reply{Status: 503, Header: map[string]string{"Retry-After": "2"}, Body: `{"error":{"message":"overloaded"}}`})},
		{Name: "504 without a body", Script: always(Reply{Status: 504})},
		{Name: "200 with a page", Script: always(Reply{Header: map[string]string{"Content-Type": "text/html"}, Body: page})},
		{Name: "200 without a body", Script: always(Reply{})},
		{Name: "cut before the answer", Script: always(Reply{Reset: true})},
		{Name: "cut within the answer", Script: always(Reply{CloseAfter: 20, Body: `{"choices":[{"finish_reason":"stop","message":{"content":"`})},
	}
}
