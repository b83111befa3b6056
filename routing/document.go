package routing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"triage/triage"
)

// Problem is one thing wrong with a plan's document.
type Problem struct {
	Pointer string `json:"location"` // where, as a JSON pointer (RFC 6901)
	Message string `json:"message"`  // what is expected there
}

// Parse reads a plan's document. What it does not name is as in Default. The plan is usable
// only when there are no problems.
func Parse(document []byte) (Plan, []Problem) {
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		return Plan{}, []Problem{{"", "A plan is a JSON object."}}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Plan{}, []Problem{{"", "There is something after the end of the document."}}
	}
	c := &check{}
	c.shape("", tree, reflect.TypeFor[Plan]())
	if len(c.problems) > 0 {
		return Plan{}, c.problems
	}
	// A name that stands twice counts as its last one: what is read is what was checked.
	plan, err := loadTree(tree)
	if err != nil {
		return Plan{}, []Problem{{"", "The document cannot be read."}}
	}
	c.plan(plan)
	return plan, c.problems
}

func loadTree(tree any) (Plan, error) {
	document, err := json.Marshal(tree)
	if err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	return Load(document)
}

// Load reads a document that Parse has found good before.
func Load(document []byte) (Plan, error) {
	plan := Default(0)
	if err := json.Unmarshal(document, &plan); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	for i := range plan.Rules {
		if when := plan.Rules[i].When; when != nil {
			when.compile()
		}
	}
	return plan, nil
}

// Document returns the whole plan as Parse reads it.
func (p Plan) Document() ([]byte, error) { return json.Marshal(p) }

// check collects what is wrong with a document.
type check struct {
	problems []Problem
	nodes    int // conditions seen in the rule at hand
}

// mostProblems bounds how many are told at once.
const mostProblems = 50

func (c *check) say(at, message string, args ...any) {
	if len(c.problems) < mostProblems {
		c.problems = append(c.problems, Problem{at, fmt.Sprintf(message, args...)})
	}
}

// closed are the words that fields of closed sets allow, by their type.
var closed = map[reflect.Type][]string{
	reflect.TypeFor[triage.Queue]():     texts(triage.Queues()),
	reflect.TypeFor[triage.Intent]():    texts(triage.Intents()),
	reflect.TypeFor[triage.Sentiment](): texts(triage.Sentiments()),
	reflect.TypeFor[triage.Urgency]():   texts(triage.Urgencies()),
	reflect.TypeFor[triage.Risk]():      texts(triage.Risks()),
	reflect.TypeFor[triage.Platform]():  texts(triage.Platforms()),
	reflect.TypeFor[triage.Form]():      texts(triage.Forms()),
	reflect.TypeFor[Word]():             texts(priorityWords()),
}

func texts[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

// shape checks that a tree has the fields, kinds and closed words of a type.
func (c *check) shape(at string, v any, t reflect.Type) {
	if t == reflect.TypeFor[Span]() {
		c.span(at, v)
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		c.shape(at, v, t.Elem())
	case reflect.Struct:
		c.object(at, v, t)
	case reflect.Map:
		c.table(at, v, t)
	case reflect.Slice:
		c.list(at, v, t)
	case reflect.String:
		c.word(at, v, t)
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			c.say(at, "true or false is expected.")
		}
	case reflect.Float64:
		c.number(at, v)
	case reflect.Int, reflect.Int64:
		c.whole(at, v)
	default:
		panic("routing: the plan has a field of a kind that documents cannot hold: " + t.String())
	}
}

func (c *check) number(at string, v any) {
	n, ok := v.(json.Number)
	if ok {
		_, err := n.Float64()
		ok = err == nil
	}
	if !ok {
		c.say(at, "A number is expected.")
	}
}

func (c *check) whole(at string, v any) {
	n, ok := v.(json.Number)
	if ok {
		_, err := n.Int64()
		ok = err == nil
	}
	if !ok {
		c.say(at, "A whole number is expected.")
	}
}

func (c *check) span(at string, v any) {
	text, ok := v.(string)
	if ok {
		_, err := time.ParseDuration(text)
		ok = err == nil
	}
	if !ok {
		c.say(at, "A length of time is expected, such as 15m, 8h or 72h.")
	}
}

func (c *check) word(at string, v any, t reflect.Type) {
	text, ok := v.(string)
	if !ok {
		c.say(at, "A text is expected.")
		return
	}
	if allowed, is := closed[t]; is && !slices.Contains(allowed, text) {
		c.say(at, "There is no such word; known are %s.", strings.Join(allowed, ", "))
	}
}

func (c *check) list(at string, v any, t reflect.Type) {
	list, ok := v.([]any)
	if !ok {
		c.say(at, "A list is expected.")
		return
	}
	if len(list) > mostRules {
		c.say(at, "A list has at most %d entries.", mostRules)
		return
	}
	for i, one := range list {
		c.shape(fmt.Sprintf("%s/%d", at, i), one, t.Elem())
	}
}

func (c *check) table(at string, v any, t reflect.Type) {
	table, ok := v.(map[string]any)
	if !ok {
		c.say(at, "An object is expected.")
		return
	}
	for _, name := range sortedKeys(table) {
		if allowed, is := closed[t.Key()]; is && !slices.Contains(allowed, name) {
			c.say(under(at, name), "There is no such word; known are %s.", strings.Join(allowed, ", "))
			continue
		}
		c.shape(under(at, name), table[name], t.Elem())
	}
}

func (c *check) object(at string, v any, t reflect.Type) {
	object, ok := v.(map[string]any)
	if !ok {
		c.say(at, "An object is expected.")
		return
	}
	fields := fieldsOf(t)
	for _, name := range sortedKeys(object) {
		field, known := fields[name]
		if !known {
			c.say(under(at, name), "There is no such field; known are %s.", strings.Join(sortedKeys(fields), ", "))
			continue
		}
		c.shape(under(at, name), object[name], field)
	}
}

// fieldsOf returns the fields of a struct by their names in JSON.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = t.Field(i).Type
		}
	}
	return fields
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// longestName bounds what of a foreign name is repeated in a pointer, in bytes.
const longestName = 60

// under returns the pointer to the member name of at.
func under(at, name string) string {
	if len(name) > longestName {
		name = strings.ToValidUTF8(name[:longestName], "") + "…"
	}
	return at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
