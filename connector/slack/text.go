package slack

import "strings"

// entities are the only characters that Slack escapes.
var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// plain turns Slack's text into what people see: <@U1> is a mention, <#C1|name> a channel,
// <!here> a call to all, <address|words> a link whose address stays beside its words.
// Source: Slack API documentation, "Formatting text for app surfaces".
func plain(text string) string {
	if !strings.ContainsAny(text, "<&") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "<")
		inside, after, closed := strings.Cut(rest, ">")
		if !ok || !closed || strings.Contains(inside, "<") {
			b.WriteString(entities.Replace(before))
			if !ok {
				return b.String()
			}
			b.WriteByte('<')
			text = rest
			continue
		}
		b.WriteString(entities.Replace(before))
		b.WriteString(reference(inside))
		text = after
	}
}

// reference returns what stands between angle brackets as people see it.
func reference(inside string) string {
	target, words, labelled := strings.Cut(inside, "|")
	target, words = entities.Replace(target), entities.Replace(words)
	name := func(sign, id string) string {
		if labelled && words != "" {
			return sign + strings.TrimPrefix(words, sign)
		}
		return sign + id
	}
	switch {
	case strings.HasPrefix(target, "@"):
		return name("@", target[1:])
	case strings.HasPrefix(target, "#"):
		return name("#", target[1:])
	case strings.HasPrefix(target, "!date^"):
		return words
	case strings.HasPrefix(target, "!"):
		return name("@", strings.TrimPrefix(target, "!"))
	case labelled && words != "" && words != target && !strings.HasSuffix(target, ":"+words) && !strings.HasSuffix(target, "//"+words):
		return words + " (" + target + ")"
	}
	return target
}
