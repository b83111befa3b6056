package meta

import (
	"errors"
	"fmt"
	"time"

	"triage/connector"
	"triage/connector/wire"
)

// errEnvelope says that a delivery is no object with an object name and entries.
var errEnvelope = errors.New("no object or entries")

// sampleAccount is the entry id of what the "Test" button of Meta's dashboard sends.
const sampleAccount = "0"

// Messaging is the field under which the messages of an entry are handed out.
const Messaging = "messaging"

// Part is one change or one message of one account.
type Part struct {
	Account string     // id of the entry
	Field   string     // comments, feed, …; Messaging for messages
	Value   wire.Value // the change's value, or the message
	Sent    time.Time  // when the entry was sent, not when it happened
}

// Event returns an event of the part's account.
func (p Part) Event() connector.Event {
	return connector.Event{Account: p.Account, Sample: p.Account == sampleAccount}
}

// Own reports whether id is the account itself.
func (p Part) Own(id string) bool { return id == p.Account && id != sampleAccount }

// Read walks a delivery about the named kind of object, part by part in its order. What
// read returns as a reason other than "" refuses that part only. Parts nested too deep are
// refused unread. An error means that the delivery is no envelope, or beyond the limits of
// wire. Source: Meta for Developers, Webhooks, "Event notifications".
func Read(body []byte, object string, read func(out *connector.Parsed, p Part) (reason string)) (connector.Parsed, error) {
	var out connector.Parsed
	doc, err := wire.Parse(body)
	if err != nil {
		return out, err
	}
	entries := doc.Get("entry")
	if doc.Get("object").Kind != wire.String || entries.Kind != wire.Array {
		return out, errEnvelope
	}
	if doc.Get("object").Word() != object {
		out.Ignore("other_object", max(1, entries.Len()))
		return out, nil
	}
	w := walk{out: &out, read: read}
	for i, entry := range entries.Elements() {
		w.entry(i, entry)
	}
	if w.parts > wire.MaxItems {
		return connector.Parsed{}, wire.ErrLimits
	}
	if doc.TooDeep() && !w.deep {
		out.Refuse("", connector.TooDeep)
	}
	return out, nil
}

type walk struct {
	out   *connector.Parsed
	read  func(*connector.Parsed, Part) string
	parts int
	deep  bool
}

func (w *walk) entry(i int, entry wire.Value) {
	account, ok := entry.Get("id").ID()
	if !ok {
		w.out.Refuse(fmt.Sprintf("/entry/%d", i), connector.AccountMissing)
		return
	}
	p := Part{Account: account, Sent: entry.Get("time").Time()}
	before := w.parts
	for n, change := range entry.Get("changes").Elements() {
		p.Field, p.Value = change.Get("field").Word(), change.Get("value")
		if reason := w.part(p, change); reason != "" {
			w.out.Refuse(fmt.Sprintf("/entry/%d/changes/%d", i, n), reason)
		}
	}
	for n, message := range entry.Get("messaging").Elements() {
		p.Field, p.Value = Messaging, message
		if reason := w.part(p, message); reason != "" {
			w.out.Refuse(fmt.Sprintf("/entry/%d/messaging/%d", i, n), reason)
		}
	}
	if w.parts == before {
		w.out.Ignore("unknown", 1)
	}
}

// part hands out one part, and returns why it is refused.
func (w *walk) part(p Part, whole wire.Value) string {
	if w.parts++; w.parts > wire.MaxItems {
		return "" // the whole delivery will be refused
	}
	if whole.TooDeep() {
		w.deep = true
		return connector.TooDeep
	}
	if whole.Kind != wire.Object {
		return connector.Malformed
	}
	return w.read(w.out, p)
}
