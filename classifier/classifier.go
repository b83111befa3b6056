// Package classifier turns a text into a classification. It is the contract that the
// built-in engine and the LLM engine both keep; it knows no queues and no database.
package classifier

import (
	"context"

	"triage/triage"
)

// Engine judges texts. The result has one classification per input, in order. Each is
// drawn from the taxonomy's closed sets. An error means that none was judged.
type Engine interface {
	Classify(ctx context.Context, inputs []triage.Input) ([]triage.Classification, error)
}
