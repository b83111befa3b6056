package fakellm

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"slices"
	"strings"
)

// The limits of the original's embeddings endpoint.
const (
	maxInputs        = 2048
	maxInputTokens   = 8192
	maxRequestTokens = 300_000
)

// fullDimensions are the sizes of the original's models. The older one has no choice.
var fullDimensions = map[string]int{
	"text-embedding-3-small": 1536,
	"text-embedding-3-large": 3072,
	"text-embedding-ada-002": 1536,
}

func (s *Server) checkEmbeddings(body []byte) (func() any, *refusal) {
	m, bad := s.known(body, "model", "input", "dimensions", "encoding_format", "user")
	if bad != nil {
		return nil, bad
	}
	if bad := checkModel(m, s.options.EmbeddingModel); bad != nil {
		return nil, bad
	}
	texts, tokens, bad := checkInput(m["input"])
	if bad != nil {
		return nil, bad
	}
	dimensions, bad := s.checkDimensions(m)
	if bad != nil {
		return nil, bad
	}
	format := `"float"`
	if raw := m["encoding_format"]; raw != nil {
		format = string(raw)
	}
	if format != `"float"` && format != `"base64"` {
		return nil, invalid("encoding_format", "Invalid value for 'encoding_format'.")
	}
	return func() any { return s.vectors(texts, tokens, dimensions, format == `"base64"`) }, nil
}

func checkInput(raw json.RawMessage) (texts []string, tokens int, bad *refusal) {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		texts = []string{one}
	} else if json.Unmarshal(raw, &texts) != nil {
		return nil, 0, invalid("input", "'$.input' is invalid: expected a string or an array of strings.")
	}
	if len(texts) == 0 || len(texts) > maxInputs {
		return nil, 0, invalid("input", "'$.input' is invalid: expected from 1 to %d inputs.", maxInputs)
	}
	for i, text := range texts {
		n := tokensOf(text)
		if text == "" || n > maxInputTokens {
			return nil, 0, invalid("input", "'$.input[%d]' is invalid: empty, or more than %d tokens.", i, maxInputTokens)
		}
		tokens += n
	}
	if tokens > maxRequestTokens {
		return nil, 0, invalid("input", "Requested %d tokens, max %d tokens per request.", tokens, maxRequestTokens).
			with(http.StatusBadRequest, "max_tokens_per_request")
	}
	return texts, tokens, nil
}

func (s *Server) checkDimensions(m map[string]json.RawMessage) (int, *refusal) {
	model := s.options.EmbeddingModel
	full, known := fullDimensions[model]
	if !known {
		full = 384
	}
	if _, asked := m["dimensions"]; !asked {
		return full, nil
	}
	if s.options.Kind == VLLM {
		return 0, invalid("", "Model %q does not support matryoshka representation, changing output dimensions "+
			"will lead to poor results.", model)
	}
	if s.options.Kind.fullSize() {
		return full, nil
	}
	if s.options.Kind.keyed() && !strings.HasPrefix(model, "text-embedding-3") || s.refuses("dimensions") {
		return 0, invalid("dimensions", "This model does not support specifying dimensions.")
	}
	n, bad := number(m, "dimensions", 1, float64(full))
	if bad != nil || n != math.Trunc(n) {
		return 0, invalid("dimensions", "Invalid value for 'dimensions': expected a whole number from 1 to %d.", full)
	}
	return int(n), nil
}

// vectors answers in reverse order, as the original may: only index tells which is which.
func (s *Server) vectors(texts []string, tokens, dimensions int, coded bool) any {
	data := make([]any, 0, len(texts))
	for i, text := range slices.Backward(texts) {
		vector := Vector(text, dimensions)
		var value any = vector
		if coded {
			var bytes []byte
			for _, x := range vector {
				bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(x))
			}
			value = base64.StdEncoding.EncodeToString(bytes)
		}
		data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": value})
	}
	return map[string]any{
		"object": "list", "data": data, "model": s.options.EmbeddingModel,
		"usage": map[string]any{"prompt_tokens": tokens, "total_tokens": tokens},
	}
}

// Vector returns the vector that the server gives to text: near for texts that share
// words, the same for the same text. It is not normalised.
func Vector(text string, dimensions int) []float32 {
	vector := make([]float32, dimensions)
	for _, word := range append(strings.Fields(strings.ToLower(text)), text) {
		for k := range 4 {
			h := fnv.New32a()
			_, _ = fmt.Fprintf(h, "%d %s", k, word) // a hash takes all that it is given
			sum := h.Sum32()
			vector[sum%uint32(dimensions)] += float32(1 - 2*int(sum>>31))
		}
	}
	for _, x := range vector {
		if x != 0 {
			return vector
		}
	}
	vector[0] = 1
	return vector
}
