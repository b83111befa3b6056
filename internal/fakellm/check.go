package fakellm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// refusal is a request that the original would not answer, in the original's words for
// programs: status, type, param and code.
type refusal struct {
	status  int
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    *string `json:"code"`
}

func (r *refusal) write(w http.ResponseWriter, k Kind) { writeJSON(w, r.status, k.form(r)) }

// invalid refuses a request because of the parameter param, which may be empty.
func invalid(param, format string, args ...any) *refusal {
	r := &refusal{status: http.StatusBadRequest, Type: "invalid_request_error", Message: fmt.Sprintf(format, args...)}
	if param != "" {
		r.Param = &param
	}
	return r
}

func (r *refusal) with(status int, code string) *refusal {
	r.status, r.Code = status, &code
	return r
}

// check returns what to answer when the script does not, or why the request is refused.
func (s *Server) check(r Request, route, contentType string) (answer func() any, bad *refusal) {
	switch key := s.key(r); {
	case route == "deployment":
		return nil, invalid("", "The API deployment for this resource does not exist.").
			with(http.StatusNotFound, "DeploymentNotFound")
	case route == "" || route == "models" && r.Method != http.MethodGet:
		return nil, invalid("", "Unknown request URL: %s %s.", r.Method, r.Path).with(http.StatusNotFound, "unknown_url")
	case route == "models" && (key == s.Key || !s.options.Kind.keyed()):
		return s.models, nil
	case route != "models" && r.Method != http.MethodPost:
		return nil, invalid("", "Not allowed to %s on %s.", r.Method, r.Path).
			with(http.StatusMethodNotAllowed, "method_not_supported")
	case s.options.Kind.keyed() && key == "":
		return nil, invalid("", "You didn't provide an API key.").with(http.StatusUnauthorized, "invalid_api_key")
	case s.options.Kind.keyed() && key != s.Key:
		return nil, invalid("", "Incorrect API key provided.").with(http.StatusUnauthorized, "invalid_api_key")
	case contentType != "application/json" && !strings.HasPrefix(contentType, "application/json;"):
		return nil, invalid("", "Unsupported content type %q.", contentType).
			with(http.StatusUnsupportedMediaType, "unsupported_content_type")
	}
	if route == "chat" {
		return s.checkChat(r.Body)
	}
	if s.refuses("embeddings") {
		return nil, invalid("", "This server does not support embeddings. Start it with `--embeddings`").
			with(http.StatusNotImplemented, "not_supported_error")
	}
	return s.checkEmbeddings(r.Body)
}

// known is members for the request itself, where some kinds pass over what they do not know.
func (s *Server) known(body []byte, names ...string) (map[string]json.RawMessage, *refusal) {
	m, bad := members(body, "", names...)
	if bad == nil || !s.options.Kind.lenient() {
		return m, bad
	}
	if json.Unmarshal(body, &m) != nil || m == nil {
		return nil, bad
	}
	return m, nil
}

// members decodes a JSON object and refuses members that are not in known.
func members(body []byte, where string, known ...string) (map[string]json.RawMessage, *refusal) {
	var m map[string]json.RawMessage
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&m); err != nil || m == nil || decoder.More() {
		return nil, invalid("", "We could not parse the JSON body of your request%s.", where)
	}
	for name := range m {
		if !slices.Contains(known, name) {
			return nil, invalid(name, "Unrecognized request argument supplied%s: %s", where, name)
		}
	}
	return m, nil
}

// number reads an optional number within bounds.
func number(m map[string]json.RawMessage, name string, low, high float64) (float64, *refusal) {
	raw, ok := m[name]
	if !ok || string(raw) == "null" {
		return 0, nil
	}
	var n float64
	if json.Unmarshal(raw, &n) != nil || n < low || n > high {
		return 0, invalid(name, "Invalid value for '%s': expected a number from %g to %g.", name, low, high)
	}
	return n, nil
}

func checkModel(m map[string]json.RawMessage, want string) *refusal {
	var model string
	if json.Unmarshal(m["model"], &model) != nil || model == "" {
		return invalid("model", "you must provide a model parameter")
	}
	if model != want {
		return invalid("", "The model '%s' does not exist or you do not have access to it.", model).
			with(http.StatusNotFound, "model_not_found")
	}
	return nil
}

// tokensOf estimates tokens from above for the scripts that matter here: English has
// about four bytes a token, dense scripts and emoji fewer.
func tokensOf(text string) int { return (len(text) + 2) / 3 }
