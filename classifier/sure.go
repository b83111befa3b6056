package classifier

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

// sureFile is written by `make eval-cascade KEEP=1`, which measures the built-in model that is
// embedded: whoever trains another one runs it again.
//
//go:embed sure.json
var sureFile []byte

type sureness struct {
	Sure float64 `json:"sure"`
}

// Sure returns the confidence in the queue from which a cascade takes the built-in engine's
// word, unless it is told another: docs/evaluation/cascade.md has what that asks and loses.
var Sure = sync.OnceValue(func() float64 {
	var s sureness
	if err := json.Unmarshal(sureFile, &s); err != nil || !(s.Sure > 0 && s.Sure <= 1) {
		panic(fmt.Sprintf("classifier: sure.json: %g is not above 0 and at most 1, %v", s.Sure, err)) // it is part of the program
	}
	return s.Sure
})

// WriteSure returns the file that Sure reads.
func WriteSure(confidence float64) []byte { return append(mustJSON(sureness{confidence}), '\n') }
