package meta

import (
	"errors"
	"fmt"

	"triage/connector"
	"triage/connector/wire"
)

// errObject says that a delivery is not about the expected kind of object.
var errObject = errors.New("not an object of this platform")

// Change is one change, or one message, of one account.
type Change struct {
	Account string // id of the entry
	Field   string // comments, feed, …; "messaging" for messages
	Value   wire.Value
	Sent    wire.Value // time of the entry
	Pointer string
}

// Changes walks a delivery: entries, and the changes and messages in each. Entries without
// a usable account are rejects.
func Changes(body []byte, object string, out *connector.Parsed, each func(Change) error) error {
	doc, err := wire.Parse(body)
	if err != nil {
		return err
	}
	if doc.Kind != wire.Object || doc.Get("entry").Kind != wire.Array {
		return errObject
	}
	if doc.Get("object").Word() != object {
		Ignore(out, "other_object", max(1, len(doc.Get("entry").Elements())))
		return nil
	}
	for i, entry := range doc.Get("entry").Elements() {
		at := fmt.Sprintf("/entry/%d", i)
		account, ok := entry.Get("id").ID()
		if !ok {
			Reject(out, at, "account_missing")
			continue
		}
		for _, list := range []string{"changes", "messaging"} {
			for n, one := range entry.Get(list).Elements() {
				c := Change{Account: account, Sent: entry.Get("time"), Pointer: fmt.Sprintf("%s/%s/%d", at, list, n)}
				c.Field, c.Value = one.Get("field").Word(), one.Get("value")
				if list == "messaging" {
					c.Field, c.Value = list, one
				}
				if err := each(c); err != nil {
					Reject(out, c.Pointer, err.Error())
				}
			}
		}
	}
	return nil
}

// ErrID rejects a change whose engagement has no usable id.
var ErrID = errors.New("id_missing")

// Ignore counts parts that are understood and are no engagements.
func Ignore(out *connector.Parsed, kind string, n int) {
	if out.Ignored == nil {
		out.Ignored = map[string]int{}
	}
	out.Ignored[kind] += n
}

// Reject notes a part that cannot be used.
func Reject(out *connector.Parsed, pointer, reason string) {
	out.Rejects = append(out.Rejects, connector.Reject{Pointer: pointer, Reason: reason})
}
