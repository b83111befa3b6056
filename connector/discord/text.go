package discord

import (
	"strings"

	"triage/connector/wire"
)

// plain turns Discord's text into what people see: <@1> is a mention, <#1> a channel,
// <:name:1> an emoji of the server. Source: "Message Formatting" in the reference.
func plain(text string, mentions wire.Value) string {
	if !strings.Contains(text, "<") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "<")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		inside, after, closed := strings.Cut(rest, ">")
		shown := ""
		if closed {
			shown = reference(inside, mentions)
		}
		if shown == "" {
			b.WriteByte('<')
			text = rest
			continue
		}
		b.WriteString(shown)
		text = after
	}
}

// reference returns what stands between angle brackets as people see it; nothing when it is
// no reference.
func reference(inside string, mentions wire.Value) string {
	id := strings.TrimLeft(inside, "@!&#")
	parts := strings.Split(inside, ":")
	switch sign := strings.TrimSuffix(inside, id); {
	case len(parts) == 3 && (parts[0] == "" || parts[0] == "a") && digits(parts[2]):
		return ":" + parts[1] + ":"
	case !digits(id):
		return ""
	case sign == "@" || sign == "@!":
		for _, m := range mentions.Elements() {
			if m.Get("id").OptionalID() == id {
				if name := m.First("global_name", "username").Name(); name != "" {
					return "@" + name
				}
			}
		}
		return "@" + id
	case sign == "@&":
		return "@" + id
	case sign == "#":
		return "#" + id
	}
	return ""
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
