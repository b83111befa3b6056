package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"triage/internal/corpus"
	"triage/internal/fakellm"
)

// sequence is a line of the corpus of event orders: events of one or a few comments, with
// marks between them, and how it ends.
type sequence struct {
	Name  string
	Seq   []string
	Final string
}

// step is one event of a sequence: C1 creates comment 1, C2 another one, E and D edit and
// delete comment 1 with a version, R2 is comment 2 as a reply, X erases the author of
// comment 1. What is in brackets we read only where it says more.
var step = regexp.MustCompile(`^(?:(\w+):)?([CEDUXR])(\d*)(?:\((.*)\))?$`)

// orders plays sequences into a house whose model can be held up.
type orders struct {
	*house
	gates   map[string]gate   // by the mark before an event; "" is the usual one
	tokens  map[string]string // of the brand of each gate
	start   time.Time
	holding chan string   // the comment that a worker has asked the model about
	release chan struct{} // lets it go on

	expected map[string]string // what is visible in the end, by gate and comment: its text
}

func TestEventsInAnyOrderEndInTheSameState(t *testing.T) {
	t.Parallel()
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	o := &orders{
		gates: map[string]gate{}, tokens: map[string]string{}, expected: map[string]string{},
		start: time.Now().Add(-time.Hour).UTC().Truncate(time.Second), holding: make(chan string), release: make(chan struct{}),
	}
	model := fakellm.Start(fakellm.Options{Script: func(_ int, r fakellm.Request) *fakellm.Reply {
		if comment := fakellm.Comment(r); strings.Contains(comment, "hold") && strings.Contains(comment, "version 1") {
			o.holding <- comment
			<-o.release
		}
		return nil
	}})
	t.Cleanup(model.Close)
	o.house = newHouse(t, "OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY="+model.Key, "TRIAGE_ENGINE=llm", "TRIAGE_CHAT_MODEL=gpt-4o-mini")
	other := o.id("brand", "add", "--name", "Other")
	o.gates[""] = o.gate(o.brand, "standard_webhooks", "page")
	o.gates["A"], o.gates["B"] = o.gates[""], o.gate(other, "standard_webhooks", "page")
	o.gates["fb"], o.gates["ig"] = o.gate(o.brand, "facebook", "page"), o.gate(o.brand, "instagram", "page")
	o.tokens["B"] = o.json("token", "add", "--brand", other, "--role", "lead", "--person", "Mara")["token"].(string)
	o.run()

	all := corpus.Lines[sequence](t, dir, "hostile", "own", "event-order.jsonl")
	if len(all) < 22 {
		t.Errorf("only %d sequences", len(all))
	}
	for n, s := range all {
		p := &play{orders: o, sequence: s, n: n, comments: map[string]*spoken{}, erased: map[string]bool{}}
		p.perform()
		p.expect()
	}
	o.settled()
	o.compare()
}

// compare wants the queues to show exactly what is expected.
func (o *orders) compare() {
	o.t.Helper()
	got := map[string]int{}
	for _, token := range []string{o.token, o.tokens["B"]} {
		for _, i := range o.items(token) {
			got[i.Engagement.Text]++
			if r := o.receiptOf(token, i.ID); r != "llm" {
				o.t.Errorf("%q was judged by %q", i.Engagement.Text, r)
			}
		}
	}
	for what, text := range o.expected {
		if got[text]--; got[text] < 0 {
			o.t.Errorf("%s: %q stands in no queue", what, text)
		}
	}
	for text, n := range got {
		if n > 0 {
			o.t.Errorf("%q stands in a queue %d times too often", text, n)
		}
	}
	if n := o.number(`SELECT count(*) FROM engagements WHERE deleted_at IS NOT NULL AND (text, author_name, author_external_id) <> ('', '', '')`); n != 0 {
		o.t.Errorf("%d tombstones keep something", n)
	}
	const orphans = `SELECT count(*) FROM embeddings v JOIN engagements e ON e.brand_id = v.brand_id AND e.id = v.engagement_id
		WHERE e.deleted_at IS NOT NULL OR v.round <> e.round`
	if n := o.number(orphans); n != 0 {
		o.t.Errorf("%d vectors are of what is gone", n)
	}
}

func (o *orders) receiptOf(token, id string) string {
	o.t.Helper()
	a := o.rest(token, http.MethodGet, "/v1/items/"+id, nil)
	var i item
	if err := json.Unmarshal(a.body, &i); err != nil || a.status != http.StatusOK {
		o.t.Fatalf("item %s: %d %s", id, a.status, a.body)
	}
	if !i.Receipt.Current {
		o.t.Errorf("%q shows a judgement of an older version", i.Engagement.Text)
	}
	return i.Receipt.Engine
}

// spoken is what the sequence's events, taken in the order of their versions, make of one
// comment.
type spoken struct {
	version int
	deleted bool
}

// play is one sequence on its way. Its ids and texts are its own.
type play struct {
	*orders
	sequence
	n        int
	comments map[string]*spoken // by gate and number
	erased   map[string]bool
	held     bool
}

func (p *play) perform() {
	for _, word := range p.Seq {
		switch {
		case strings.HasPrefix(word, "<worker holds"):
			// The model has been asked when this returns.
			if got := <-p.holding; !strings.Contains(got, p.text("", 1, 1)) {
				p.t.Errorf("%s: the worker holds %q", p.Name, got)
			}
			p.held = true
		case strings.HasPrefix(word, "<worker writes"):
			p.release <- struct{}{}
			p.held = false
		case strings.HasPrefix(word, "["):
			var items []any
			for _, one := range strings.Split(strings.Trim(word, "[]"), ", ") {
				if one == "broken" {
					items = append(items, map[string]any{"account": "page", "text": 5})
					continue
				}
				_, _, data := p.event(one)
				items = append(items, data)
			}
			p.deliver(p.gates[""], "comment.created", items)
		default:
			if g, kind, data := p.event(word); kind != "" {
				p.send(g, kind, data)
			}
		}
	}
	if p.held {
		p.t.Errorf("%s: the worker still holds", p.Name)
	}
}

// event reads a word of the sequence: where it goes, its type, and its data. It also notes
// what it does. Undeletion has no type, since none of our platforms has it.
func (p *play) event(word string) (mark, kind string, data map[string]any) {
	m := step.FindStringSubmatch(word)
	if m == nil {
		p.t.Fatalf("%s: what is %q?", p.Name, word)
	}
	mark, verb := m[1], m[2]
	number, _ := strconv.Atoi(m[3]) // X has none
	comment, version := 1, number
	if verb == "C" || verb == "R" {
		comment, version = number, 1
	}
	at := p.start.Add(time.Duration(number) * time.Minute)
	if strings.HasPrefix(m[4], "t=+2d") {
		at = time.Now().Add(48 * time.Hour).UTC()
	}
	id := fmt.Sprintf("s%d-c%d", p.n, comment)
	author := fmt.Sprintf("s%d-u%d", p.n, comment)
	data = map[string]any{"account": "page", "id": id, "author": map[string]any{"id": author, "name": "Ada"},
		"text": p.text(mark, comment, version), "created_at": p.start, "updated_at": at, "deleted_at": at}
	now := p.spoken(mark, comment)
	switch verb {
	case "C", "R":
		kind = "comment.created"
		if verb == "R" {
			kind, data["parent_id"] = "reply.created", fmt.Sprintf("s%d-c1", p.n)
		}
		data["created_at"] = at
		now.deleted = now.deleted || p.erased[author]
		now.version = max(now.version, 1)
	case "E":
		kind, now.version = "comment.updated", max(now.version, version)
	case "D":
		kind, now.deleted = "comment.deleted", true
	case "X":
		kind, now.deleted, p.erased[author] = "user.deleted", true, true
		data = map[string]any{"account": "page", "author": map[string]any{"id": author}}
	}
	return mark, kind, data
}

func (p *play) spoken(mark string, comment int) *spoken {
	key := fmt.Sprintf("%s/%d", mark, comment)
	if p.comments[key] == nil {
		p.comments[key] = &spoken{}
	}
	return p.comments[key]
}

func (p *play) text(mark string, comment, version int) string {
	words := ""
	if slices.ContainsFunc(p.Seq, func(word string) bool { return strings.HasPrefix(word, "<") }) {
		words = ", on hold"
	}
	return fmt.Sprintf("Sequence %d%s%s, comment %d, version %d.", p.n, words, mark, comment, version)
}

// send delivers an event as its platform would.
func (p *play) send(mark, kind string, data map[string]any) {
	p.t.Helper()
	g := p.gates[mark]
	switch g.platform {
	case "facebook":
		p.post(g, fmt.Appendf(nil, envelopes["facebook"].whole,
			fmt.Sprintf(envelopes["facebook"].item, quoted(data["id"]), `"u1"`, `"Ada"`, quoted(data["text"])))).counts(p.t)
	case "instagram":
		p.post(g, fmt.Appendf(nil, `{"object":"instagram","entry":[{"id":"page","time":1777896000,"changes":[{"field":"comments","value":
			{"id":%s,"from":{"id":"u1","username":"ada"},"text":%s}}]}]}`, quoted(data["id"]), quoted(data["text"]))).counts(p.t)
	default:
		p.deliver(g, kind, data)
	}
}

func quoted(text any) string { return strconv.Quote(text.(string)) }

// expect adds how the sequence ends, and wants the corpus to agree where it says it in
// these words.
func (p *play) expect() {
	undelete := slices.ContainsFunc(p.Seq, func(word string) bool { return strings.HasPrefix(word, "U") })
	for key, s := range p.comments {
		mark, number, _ := strings.Cut(key, "/")
		comment, _ := strconv.Atoi(number) // made from a number
		if !s.deleted && s.version > 0 {
			p.expected[p.Name+" "+key] = p.text(mark, comment, s.version)
		}
		if key != "/1" || undelete {
			continue
		}
		if said, ok := strings.CutPrefix(p.Final, "present:v"); ok && (s.deleted || !strings.HasPrefix(said, strconv.Itoa(s.version))) {
			p.t.Errorf("%s: we expect %+v, the corpus %q", p.Name, *s, p.Final)
		}
		if strings.HasPrefix(p.Final, "deleted") && !s.deleted {
			p.t.Errorf("%s: we expect %+v, the corpus %q", p.Name, *s, p.Final)
		}
	}
}
