package meta

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"triage/connector"
	"triage/connector/wire"
	"triage/triage"
)

// GraphAddress is where Meta's Graph API is asked.
const GraphAddress = "https://graph.facebook.com/v23.0"

// Graph asks the Graph API by one token.
type Graph struct {
	Client  *http.Client // nil is http.DefaultClient
	Address string
	Token   string
}

// Get asks for path and returns the answer, and how long to leave the API alone after it; 0
// when there is no hurry to spare it. Its errors are those of connector.Poller, and ErrAbsent
// for a thing that is not shown to us.
func (g Graph) Get(ctx context.Context, path string, query url.Values) (body []byte, spare time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, g.Address+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, 0, errors.New("address of the Graph API is malformed")
	}
	r.Header.Set("Authorization", "Bearer "+g.Token)
	r.Header.Set("User-Agent", "triage")
	got, err := connector.Fetch(g.Client, r, time.Now())
	if status := (*connector.StatusError)(nil); errors.As(err, &status) {
		return nil, 0, meant(status)
	}
	if err != nil {
		return nil, 0, err
	}
	return got.Body, usage(got.Header), nil
}

// The codes of Graph API errors that mean something to us. Source: Meta for Developers,
// "Graph API, Handle errors" and "Rate limits".
var (
	refusedCodes = []int{102, 190}
	limitedCodes = []int{4, 17, 32, 341, 613}
	absentCodes  = []int{10, 100, 803} // 100 with a subcode only: alone it is a mistake of ours
)

const absentSubcode = 33

// limitedPause is how long an answer that names no time makes us wait.
const limitedPause = 5 * time.Minute

// meant reads the error of an answer.
func meant(status *connector.StatusError) error {
	var answer struct {
		Error struct {
			Code    int `json:"code"`
			Subcode int `json:"error_subcode"`
		} `json:"error"`
	}
	if json.Unmarshal(status.Body, &answer) != nil {
		return status
	}
	code := answer.Error.Code
	switch {
	case slices.Contains(refusedCodes, code):
		return connector.ErrRefused
	case slices.Contains(limitedCodes, code), code >= 80_000 && code <= 80_014:
		return &connector.Limited{After: limitedPause}
	case code == 100 && answer.Error.Subcode != absentSubcode:
		return connector.ErrAnswer
	case slices.Contains(absentCodes, code), code >= 200 && code <= 299:
		return connector.ErrAbsent
	}
	return status
}

// Meta tells in per cent how much of a quota is used. From spareFrom on we ask less often.
const (
	spareFrom  = 80
	sparePause = 10 * time.Minute
)

// use is one quota.
type use struct {
	Calls   float64 `json:"call_count"`
	CPU     float64 `json:"total_cputime"`
	Time    float64 `json:"total_time"`
	Regains float64 `json:"estimated_time_to_regain_access"` // minutes
}

// usage reads X-App-Usage and X-Business-Use-Case-Usage.
func usage(h http.Header) (spare time.Duration) {
	var all []use
	var app use
	if json.Unmarshal([]byte(h.Get("X-App-Usage")), &app) == nil {
		all = append(all, app)
	}
	var business map[string][]use
	if json.Unmarshal([]byte(h.Get("X-Business-Use-Case-Usage")), &business) == nil {
		for _, uses := range business {
			all = append(all, uses...)
		}
	}
	for _, u := range all {
		if max(u.Calls, u.CPU, u.Time) >= spareFrom {
			spare = max(spare, sparePause, time.Duration(min(u.Regains, 24*60)*float64(time.Minute)))
		}
	}
	return spare
}

// minToken is far less than the tokens of Meta have, and enough against guessing.
const minToken = 32

// CheckToken checks the form of an access token.
func CheckToken(token string) error {
	return connector.CheckShared("The access token", token, minToken)
}

// Answer is what the Graph API answered, with what is needed to read it. It is what the
// Parse of Meta's platforms reads beside deliveries.
type Answer struct {
	Account string           `json:"account"`
	Asked   int64            `json:"asked"` // Unix milliseconds
	Graph   string           `json:"graph"` // what was asked for: RecentComments, or a word of the connector's
	Wanted  connector.Wanted `json:"wanted,omitzero"`
	Nodes   []AnswerNode     `json:"nodes"`
}

// AnswerNode is a node with what it hangs from, where that was asked for.
type AnswerNode struct {
	Node json.RawMessage `json:"node"`
	Post json.RawMessage `json:"post,omitempty"`
}

// RecentComments is what Recent asks for.
const RecentComments = "recent_comments"

// Body returns the answer for Parse.
func (a Answer) Body() ([]byte, error) {
	a.Asked = time.Now().UnixMilli()
	return json.Marshal(a)
}

// Node is one node of an answer, as Parse finds it.
type Node struct {
	Part
	Graph  string
	Wanted connector.Wanted
	Post   wire.Value
}

// Nodes reads an answer node by node, and reports whether the body is one. What read returns
// as a reason refuses that node only.
func Nodes(body []byte, read func(out *connector.Parsed, n Node) (reason string)) (connector.Parsed, bool) {
	var out connector.Parsed
	doc, err := wire.Parse(body)
	if err != nil || doc.Get("graph").Kind != wire.String || doc.Get("nodes").Kind != wire.Array {
		return out, false
	}
	w := doc.Get("wanted")
	n := Node{Graph: doc.Get("graph").Word(), Wanted: connector.Wanted{
		ExternalID: w.Get("ExternalID").OptionalID(), Parent: w.Get("Parent").OptionalID(), Thread: w.Get("Thread").OptionalID(),
		Author: w.Get("Author").OptionalID(), Form: triage.Form(w.Get("Form").Word()),
	}}
	n.Account, n.Sent = doc.Get("account").OptionalID(), doc.Get("asked").Time()
	walk := walk{out: &out, read: func(out *connector.Parsed, p Part) string {
		n.Value, n.Post = p.Value.Get("node"), p.Value.Get("post")
		return read(out, n)
	}}
	for i, node := range doc.Get("nodes").Elements() {
		p := n.Part
		p.Value = node
		if reason := walk.part(p, node); reason != "" {
			out.Refuse("/nodes/"+strconv.Itoa(i), reason)
		}
	}
	return out, true
}
