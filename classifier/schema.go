package classifier

import (
	"encoding/json"
	"sync"

	"triage/triage"
)

// schemaName names the answer's schema to the endpoint.
const schemaName = "classification"

// evidenceFields are the fields that a quote may speak for.
var evidenceFields = []string{"intent", "sentiment", "urgency", "risks"}

// answerSchema returns the JSON schema of an answer. Its closed sets are the taxonomy's.
// It keeps the rules of strict schemas: every property required, none additional. The
// order is the order of writing, so that the evidence is found before the decision.
var answerSchema = sync.OnceValue(func() json.RawMessage {
	return object(answerProperties()...)
})

// answerProperties are the members of an answer.
func answerProperties() []property {
	text := map[string]any{"type": "string"}
	truth := map[string]any{"type": "boolean"}
	return []property{
		{"language", text},
		{"evidence", list(object(
			property{"field", closed(evidenceFields)},
			property{"quote", text},
		))},
		{"intent", closed(triage.Intents())},
		{"second_intent", closed(triage.Intents())},
		{"confidence", map[string]any{"type": "number"}},
		{"sentiment", closed(triage.Sentiments())},
		{"ironic", truth},
		{"risks", list(closed(triage.Risks()))},
		{"urgency", closed(triage.Urgencies())},
		{"reply_expected", truth},
		{"topics", list(text)},
	}
}

type property struct {
	name   string
	schema any
}

func closed[T ~string](words []T) any { return map[string]any{"type": "string", "enum": words} }

func list(items any) any { return map[string]any{"type": "array", "items": items} }

// object writes an object schema by hand, because a Go map would lose the order.
func object(properties ...property) json.RawMessage {
	names := make([]string, 0, len(properties))
	body := []byte(`{"type":"object","properties":{`)
	for i, p := range properties {
		if i > 0 {
			body = append(body, ',')
		}
		names = append(names, p.name)
		body = append(append(append(body, mustJSON(p.name)...), ':'), mustJSON(p.schema)...)
	}
	body = append(append(body, `},"required":`...), mustJSON(names)...)
	return append(body, `,"additionalProperties":false}`...)
}

// mustJSON writes values of this file, which cannot fail.
func mustJSON(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		panic("classifier: " + err.Error())
	}
	return out
}
