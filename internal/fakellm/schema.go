package fakellm

import (
	"encoding/json"
	"regexp"
	"slices"
)

// The limits of strict schemas as the original documents them
// (platform.openai.com/docs/guides/structured-outputs, "Supported schemas").
const (
	maxSchemaDepth      = 10
	maxSchemaProperties = 5000
	maxSchemaEnums      = 1000
	maxSchemaText       = 120_000 // names and values together
	manyEnums           = 250     // more than these may have
	maxManyEnumsText    = 15_000  // together
)

var (
	schemaName    = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	schemaTypes   = []string{"string", "number", "boolean", "integer", "object", "array", "null"}
	schemaKeyword = []string{
		"type", "properties", "required", "additionalProperties", "enum", "const", "items", "anyOf", "$ref",
		"$defs", "description", "title", "pattern", "format", "multipleOf", "minimum", "maximum",
		"exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems",
	}
)

func checkNamedSchema(raw json.RawMessage) *refusal {
	m, bad := members(raw, " in response_format.json_schema", "name", "description", "schema", "strict")
	if bad != nil {
		return bad
	}
	var name string
	if json.Unmarshal(m["name"], &name) != nil || !schemaName.MatchString(name) {
		return invalid("response_format.json_schema.name", "Invalid 'response_format.json_schema.name'.")
	}
	if string(m["strict"]) != "true" {
		return nil
	}
	c := schemaCheck{name: name}
	var root struct {
		Type  any
		AnyOf json.RawMessage
	}
	if json.Unmarshal(m["schema"], &root) != nil || root.Type != "object" || root.AnyOf != nil {
		return c.refuse("schema must be of type 'object'")
	}
	return c.check(m["schema"], 1)
}

// schemaCheck walks a strict schema and counts what is limited.
type schemaCheck struct {
	name              string
	properties, enums int
	text              int // of names and values
}

func (c *schemaCheck) refuse(why string) *refusal {
	return invalid("response_format", "Invalid schema for response_format '%s': %s.", c.name, why)
}

func (c *schemaCheck) check(raw json.RawMessage, depth int) *refusal {
	var s map[string]json.RawMessage
	if json.Unmarshal(raw, &s) != nil || s == nil {
		return c.refuse("a schema must be an object")
	}
	if depth > maxSchemaDepth {
		return c.refuse("nested too deeply")
	}
	for word := range s {
		if !slices.Contains(schemaKeyword, word) {
			return c.refuse("'" + word + "' is not permitted")
		}
	}
	types, bad := c.types(s)
	if bad != nil {
		return bad
	}
	if bad := c.enum(s["enum"], types); bad != nil {
		return bad
	}
	if slices.Contains(types, "object") {
		if bad := c.object(s, depth); bad != nil {
			return bad
		}
	}
	return c.children(s, types, depth)
}

func (c *schemaCheck) types(s map[string]json.RawMessage) ([]string, *refusal) {
	var one string
	var many []string
	switch {
	case json.Unmarshal(s["type"], &one) == nil:
		many = []string{one}
	case json.Unmarshal(s["type"], &many) == nil && len(many) > 0:
	case s["anyOf"] != nil || s["$ref"] != nil || s["const"] != nil:
		return nil, nil
	default:
		return nil, c.refuse("schema must have a 'type' key")
	}
	for _, t := range many {
		if !slices.Contains(schemaTypes, t) {
			return nil, c.refuse("'" + t + "' is not a type")
		}
	}
	return many, nil
}

func (c *schemaCheck) enum(raw json.RawMessage, types []string) *refusal {
	if raw == nil {
		return nil
	}
	var values []any
	if json.Unmarshal(raw, &values) != nil || len(values) == 0 {
		return c.refuse("'enum' must be a non-empty array")
	}
	if c.enums += len(values); c.enums > maxSchemaEnums {
		return c.refuse("too many enum values")
	}
	seen := map[any]bool{}
	length := 0
	for _, v := range values {
		text, isString := v.(string)
		length += len(text)
		if seen[v] || isString && !slices.Contains(types, "string") {
			return c.refuse("enum values must be distinct and of the stated type")
		}
		seen[v] = true
	}
	if c.text += length; len(values) > manyEnums && length > maxManyEnumsText {
		return c.refuse("enum values are too long together")
	}
	return nil
}

func (c *schemaCheck) object(s map[string]json.RawMessage, depth int) *refusal {
	if string(s["additionalProperties"]) != "false" {
		return c.refuse("'additionalProperties' is required to be supplied and to be false")
	}
	var properties map[string]json.RawMessage
	if json.Unmarshal(s["properties"], &properties) != nil {
		return c.refuse("object schema without properties")
	}
	if c.properties += len(properties); c.properties > maxSchemaProperties {
		return c.refuse("too many properties")
	}
	var required []string
	if json.Unmarshal(s["required"], &required) != nil || len(required) != len(properties) {
		return c.refuse("'required' is required to be supplied and to be an array including every key in properties")
	}
	for name := range properties {
		c.text += len(name)
	}
	if c.text > maxSchemaText {
		return c.refuse("names and values are too long together")
	}
	for name, property := range properties {
		if !slices.Contains(required, name) {
			return c.refuse("'required' misses '" + name + "'")
		}
		if bad := c.check(property, depth+1); bad != nil {
			return bad
		}
	}
	return nil
}

func (c *schemaCheck) children(s map[string]json.RawMessage, types []string, depth int) *refusal {
	if slices.Contains(types, "array") {
		if s["items"] == nil {
			return c.refuse("array schema missing items")
		}
		if bad := c.check(s["items"], depth+1); bad != nil {
			return bad
		}
	}
	var choices []json.RawMessage
	if s["anyOf"] != nil && json.Unmarshal(s["anyOf"], &choices) != nil {
		return c.refuse("'anyOf' must be an array")
	}
	var definitions map[string]json.RawMessage
	if s["$defs"] != nil && json.Unmarshal(s["$defs"], &definitions) != nil {
		return c.refuse("'$defs' must be an object")
	}
	for _, definition := range definitions {
		choices = append(choices, definition)
	}
	for _, choice := range choices {
		if bad := c.check(choice, depth+1); bad != nil {
			return bad
		}
	}
	return nil
}
