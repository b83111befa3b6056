package demo

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"triage/connector/discourse"
	"triage/connector/linkedin"
	"triage/connector/meta"
	"triage/connector/slack"
	"triage/connector/standardwebhooks"
	"triage/connector/telegram"
	"triage/connector/tiktok"
	"triage/connector/x"
	"triage/triage"
)

// Delivery is one webhook call, ready to be posted.
type Delivery struct {
	Platform triage.Platform
	Due      time.Duration // after the start, at speed 1
	Lines    int           // how many lines of the script it tells
	ID       string        // stable: a repetition carries it again
	Body     []byte
}

// Sign returns the headers by which the platform proves that it sent d at the given time.
func (d Delivery) Sign(secret string, at time.Time) (map[string]string, error) {
	switch d.Platform {
	case triage.StandardWebhooks:
		signed, err := standardwebhooks.Sign(secret, d.ID, at, d.Body)
		return plain(signed), err
	case triage.Slack:
		return plain(slack.Sign(secret, at, d.Body)), nil
	case triage.X:
		return map[string]string{x.Header: x.Sign(secret, d.Body)}, nil
	case triage.LinkedIn:
		return map[string]string{linkedin.Header: linkedin.Sign(secret, d.Body)}, nil
	case triage.TikTok:
		return map[string]string{tiktok.Header: tiktok.Sign(secret, at, d.Body)}, nil
	case triage.Telegram:
		return map[string]string{telegram.Header: secret}, nil
	case triage.Discourse:
		headers := discoursed(d.ID)
		headers[discourse.Signature] = discourse.Sign(secret, d.Body)
		return headers, nil
	default:
		return map[string]string{meta.Header: meta.Sign(secret, d.Body)}, nil
	}
}

func plain(signed http.Header) map[string]string {
	headers := map[string]string{}
	for name := range signed {
		headers[name] = signed.Get(name)
	}
	return headers
}

// batches reports whether a platform sends several events at once.
func batches(p triage.Platform) bool { return p == triage.Facebook || p == triage.Instagram }

// escapes reports whether a platform writes JSON as Meta does.
func escapes(p triage.Platform) bool { return batches(p) || p == triage.Threads }

// Run names one performance of the script. Two of the same run are equal to the byte, as
// if the platforms had repeated their deliveries; another ID makes fresh comments.
type Run struct {
	ID    string
	Start time.Time // the time of the script's beginning, for what the payloads say
}

// at returns the time that payloads tell of a line, since that of the comment it is about.
func (r Run) at(l Line) time.Time    { return r.after(l.At) }
func (r Run) since(l Line) time.Time { return r.after(l.since) }

func (r Run) after(seconds float64) time.Time {
	return r.Start.Add(time.Duration(seconds * float64(time.Second))).Truncate(time.Second).UTC()
}

// number makes a number of digits from a name, always the same: platforms know people
// and comments by such.
func number(name string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash takes everything
	return strconv.FormatUint(1e14+h.Sum64()%9e14, 10)
}

// batchGap is how far apart in seconds lines may be that Meta sends together.
const batchGap = 12

// Deliveries turns lines into the calls that platforms would make. Meta joins some
// neighbours into one call: every third of its lines waits for the next on its platform.
func (r Run) Deliveries(lines []Line) ([]Delivery, error) {
	var out []Delivery
	seen := map[triage.Platform]int{}
	taken := make([]bool, len(lines))
	for i, l := range lines {
		if taken[i] {
			continue
		}
		together := []Line{l}
		seen[l.Platform]++
		if batches(l.Platform) && seen[l.Platform]%3 == 0 {
			if j := partner(lines, i); j > 0 {
				taken[j] = true
				together = append(together, lines[j])
			}
		}
		d, err := r.delivery(together)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	slices.SortStableFunc(out, func(a, b Delivery) int { return cmp.Compare(a.Due, b.Due) })
	return out, nil
}

// partner returns the next line of the same platform that is near enough, or 0.
func partner(lines []Line, i int) int {
	for j := i + 1; j < len(lines) && lines[j].At-lines[i].At <= batchGap; j++ {
		if lines[j].Platform == lines[i].Platform {
			return j
		}
	}
	return 0
}

func (r Run) delivery(lines []Line) (Delivery, error) {
	first, last := lines[0], lines[len(lines)-1]
	var body any
	switch first.Platform {
	case triage.Facebook:
		body = r.facebook(lines)
	case triage.Instagram:
		body = r.instagram(lines)
	default:
		body = others[first.Platform](r, first)
	}
	raw, err := encode(body)
	if err != nil {
		return Delivery{}, fmt.Errorf("demo comment %s: %w", first.ID, err)
	}
	if escapes(first.Platform) {
		raw = escape(raw)
	}
	return Delivery{
		Platform: first.Platform, Lines: len(lines), Body: raw,
		Due: time.Duration(last.At * float64(time.Second)),
		ID:  "msg_" + r.ID + "_" + first.ID + string(first.Action),
	}, nil
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// escape writes JSON as Meta does: ASCII only, with lowercase \u escapes and escaped
// slashes (Meta for Developers, Webhooks, "Validating payloads").
func escape(raw []byte) []byte {
	var b strings.Builder
	for _, c := range string(raw) {
		switch {
		case c == '/':
			b.WriteString(`\/`)
		case c < 0x80:
			b.WriteRune(c)
		case c > 0xffff:
			high, low := utf16.EncodeRune(c)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	return []byte(b.String())
}
