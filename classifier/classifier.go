// Package classifier turns a text into a classification. It is the contract that the
// built-in engine and the LLM engine both keep, the LLM engine itself, and the cascade
// that asks one after the other; it knows no queues and no database.
package classifier

import (
	"context"

	"triage/triage"
)

// Engine judges texts. The result has one classification per input, in order. Each is
// drawn from the taxonomy's closed sets. An error means that none was judged.
//
// An engine that judges inputs one by one may fail for some of them: their
// classifications are not Judged, and there is no error unless it failed for all. Such
// an empty classification is Provisional when asking again later may help. An engine
// may return these empty classifications along with the error.
type Engine interface {
	Classify(ctx context.Context, inputs []triage.Input) ([]triage.Classification, error)
}
