package demo

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"triage/triage"
)

// sampled is how many comments a sample has: enough for both queues, few enough to read.
const sampled = 24

// SampleAccount is the account that sample comments are written to.
func SampleAccount() string { return accountOn(triage.StandardWebhooks).id }

// Sample returns some comments of the script as they would have been written within the last
// minutes, as new ones each time.
func Sample(now time.Time) ([]Delivery, error) {
	lines, err := Script()
	if err != nil {
		return nil, err
	}
	lines = slices.DeleteFunc(lines, func(l Line) bool { return l.Platform != triage.StandardWebhooks || l.Action != Written })
	run := Run{ID: strconv.FormatInt(now.UnixMilli(), 36), Start: now.Add(-Span)}
	return run.Deliveries(lines[:min(sampled, len(lines))])
}

// TakenBack returns what tells that comments, named by their ids on the platform, were deleted.
func TakenBack(ids []string, now time.Time) ([]Delivery, error) {
	out := make([]Delivery, len(ids))
	for n, id := range ids {
		e := genericEvent{Type: "comment.deleted", Timestamp: now, Data: genericData{Account: SampleAccount(), ID: id, DeletedAt: &now}}
		body, err := encode(e)
		if err != nil {
			return nil, fmt.Errorf("demo comment %s: %w", id, err)
		}
		out[n] = Delivery{Platform: triage.StandardWebhooks, Lines: 1, ID: "msg_" + id + "_deleted", Body: body}
	}
	return out, nil
}
