package api_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

var pathParam = regexp.MustCompile(`\{([^}]+)\}`)

// thing returns the entry of things that the path needs, "" for none, and the parameters
// that name something.
func (op contractOp) thing() (key string, params []string) {
	for _, at := range pathParam.FindAllStringSubmatchIndex(op.path, -1) {
		name := op.path[at[2]:at[3]]
		if words[name] == "" {
			key, params = op.path[:at[1]], append(params, name)
		}
	}
	return key, params
}

// field is a field of query or body that holds an id.
type field struct{ name, place string } // place: query.name or body.name

// holdsID reports whether a field is called like one that holds an id.
func holdsID(name string) bool {
	_, known := named[name]
	return !unowned[name] && (known || strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "_ids"))
}

// fields returns the fields of the operation that hold ids.
func (op contractOp) fields() []field {
	var out []field
	for _, name := range op.query {
		if holdsID(name) {
			out = append(out, field{name, "query." + name})
		}
	}
	for name := range op.properties(op.body) {
		if holdsID(name) {
			out = append(out, field{name, "body." + name})
		}
	}
	slices.SortFunc(out, func(a, b field) int { return strings.Compare(a.place, b.place) })
	return out
}

// resolve follows a reference.
func (op contractOp) resolve(schema map[string]any) map[string]any {
	if ref, ok := schema["$ref"].(string); ok {
		found, _ := op.schemas[ref[strings.LastIndex(ref, "/")+1:]].(map[string]any)
		return found
	}
	return schema
}

func (op contractOp) properties(schema map[string]any) map[string]any {
	properties, _ := op.resolve(schema)["properties"].(map[string]any)
	return properties
}

// request returns path and body of a valid request, with ids in the path and further fields
// by their place.
func (op contractOp) request(e *estate, with ids, fields map[string]string) (path string, body []byte) {
	path = pathParam.ReplaceAllStringFunc(op.path, func(param string) string {
		name := strings.Trim(param, "{}")
		if word := words[name]; word != "" {
			return word
		}
		return strings.NewReplacer("{", "%7B", "}", "%7D").Replace(with[name])
	})
	query := url.Values{}
	for place, value := range fields {
		if name, ok := strings.CutPrefix(place, "query."); ok {
			query.Set(name, value)
			if name == "id" { // of the audit: what it is of
				query.Set("subject", "item")
			}
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	if op.body == nil {
		return path, nil
	}
	value, _ := op.sample("", op.body, e).(map[string]any)
	if body := bodies[op.String()]; body != nil {
		value = body(e, with)
	}
	for place, id := range fields {
		if name, ok := strings.CutPrefix(place, "body."); ok {
			value[name] = id
			if typeOfSchema(op.resolve(op.properties(op.body)[name].(map[string]any))) == "array" {
				value[name] = []string{id}
			}
		}
	}
	body, _ = json.Marshal(value) // maps and plain values
	return path, body
}

// sample returns a value that the schema allows: what is required and no more.
func (op contractOp) sample(name string, schema map[string]any, e *estate) any {
	schema = op.resolve(schema)
	if enum, ok := schema["enum"].([]any); ok {
		return enum[0]
	}
	switch typeOfSchema(schema) {
	case "object":
		out := map[string]any{}
		required, _ := schema["required"].([]any)
		for _, field := range required {
			out[field.(string)] = op.sample(field.(string), op.properties(schema)[field.(string)].(map[string]any), e)
		}
		return out
	case "array":
		if least, ok := schema["minItems"].(float64); ok && least > 0 {
			return []any{op.sample(name, schema["items"].(map[string]any), e)}
		}
		return []any{}
	case "integer", "number":
		if least, ok := schema["minimum"].(float64); ok {
			return least
		}
		return 1
	case "boolean":
		return false
	}
	return op.sampleText(name, schema, e)
}

func (op contractOp) sampleText(name string, schema map[string]any, e *estate) any {
	switch {
	case schema["format"] == "date-time" && name == "to":
		return time.Now().UTC().Add(2 * time.Hour)
	case schema["format"] == "date-time":
		return time.Now().UTC().Add(time.Hour)
	case schema["format"] == "date":
		return time.Now().UTC().Format(time.DateOnly)
	case name == "mail":
		return "somebody@example.com"
	case name == "assignee":
		return "me"
	case name == "item":
		return e.standing
	case typeOfSchema(schema) == "": // any JSON: the plan
		return map[string]any{}
	}
	return "some words of enough length"
}

// typeOfSchema returns the type apart from null, "" for any.
func typeOfSchema(schema map[string]any) string {
	switch kind := schema["type"].(type) {
	case string:
		return kind
	case []any:
		for _, k := range kind {
			if k != "null" {
				return k.(string)
			}
		}
	}
	return ""
}
