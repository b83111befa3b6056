package audit

import (
	"fmt"
	"strings"
	"time"

	"triage/triage"
)

// Language is one in which sentences are told.
type Language string

// The languages.
const (
	English Language = "en"
	German  Language = "de"
)

// Names are the names of people, by id.
type Names map[triage.ID]string

// Sentence tells what happened in a row. An action that is not in the dictionary is told by
// its name. A sentence holds names of people of ours, and nothing from outside.
func Sentence(r Row, names Names, in Language) string {
	t := teller{in: in, names: names, row: r, values: r.values()}
	p, known := phrases[r.Action]
	if !known {
		p = unknown
	}
	text := p.in(in)
	for {
		before, rest, found := strings.Cut(text, "[")
		if !found {
			break
		}
		inside, after, _ := strings.Cut(rest, "]")
		if filled, all := t.fill(inside); all {
			before += filled
		}
		text = before + after
	}
	text, _ = t.fill(text)
	return text
}

// phrase is a sentence in both languages. {name} stands for a value of the row's detail,
// {actor} for who did it and {action} for the action. What stands in brackets is left out
// when a value in it is missing.
type phrase struct{ english, german string }

func (p phrase) in(l Language) string {
	if l == German {
		return p.german
	}
	return p.english
}

// teller fills the phrases for one row.
type teller struct {
	in     Language
	names  Names
	row    Row
	values map[string]any
}

// fill puts values in the place of their names, and reports whether none was missing.
func (t teller) fill(text string) (filled string, all bool) {
	var b strings.Builder
	all = true
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String(), all
		}
		name, after, _ := strings.Cut(rest, "}")
		value, ok := t.value(name)
		b.WriteString(value)
		all, text = all && ok, after
	}
}

func (t teller) value(name string) (string, bool) {
	switch name {
	case "actor":
		return t.actor(), true
	case "action":
		return strings.NewReplacer(".", " ", "_", " ").Replace(t.row.Action), true
	}
	v, ok := t.values[name]
	if !ok || v == nil {
		return somebody.in(t.in), false
	}
	text := t.word(v)
	return text, text != ""
}

func (t teller) actor() string {
	switch {
	case t.row.Person == "":
		return machine.in(t.in)
	case t.row.Name == "":
		return somebody.in(t.in)
	}
	return t.row.Name
}

// word tells one value. An object cannot be told.
func (t teller) word(v any) string {
	switch v := v.(type) {
	case string:
		return t.text(v)
	case float64:
		return fmt.Sprintf("%g", v)
	case bool:
		if !v {
			return ""
		}
		return yes.in(t.in)
	case []any:
		words := make([]string, 0, len(v))
		for _, one := range v {
			words = append(words, t.word(one))
		}
		return strings.Join(words, ", ")
	}
	return ""
}

func (t teller) text(v string) string {
	if isID(v) {
		if name := t.names[triage.ID(v)]; name != "" {
			return name
		}
		return somebody.in(t.in)
	}
	if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
		return at.UTC().Format(layouts[t.in])
	}
	if p, ok := words[v]; ok {
		return p.in(t.in)
	}
	return strings.ReplaceAll(v, "_", " ")
}

var layouts = map[Language]string{English: "2 January 2006, 15:04 UTC", German: "02.01.2006, 15:04 UTC"}
