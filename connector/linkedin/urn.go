package linkedin

import "strings"

const (
	urnPrefix     = "urn:li:"
	commentPrefix = urnPrefix + "comment:"
	organisation  = urnPrefix + "organization:"
)

// comment is a comment's place: its post, the comment that it answers, and its own number.
type comment struct{ post, parent, number string }

// id is the one spelling of a comment's URN that is kept. LinkedIn writes the same comment
// as comment:(activity:1,2) and as comment:(urn:li:activity:1,2), and a reply also by the
// URN of the comment that it answers, comment:(urn:li:comment:(urn:li:activity:1,2),3).
func (c comment) id() string { return commentPrefix + "(" + c.post + "," + c.number + ")" }

// parseComment reads a comment's URN in any of its spellings.
func parseComment(urn string) (comment, bool) {
	inner, ok := strings.CutPrefix(urn, commentPrefix+"(")
	if !ok || !strings.HasSuffix(inner, ")") {
		return comment{}, false
	}
	inner = strings.TrimSuffix(inner, ")")
	at := strings.LastIndexByte(inner, ',')
	if at <= 0 || at == len(inner)-1 {
		return comment{}, false
	}
	c := comment{post: inner[:at], number: inner[at+1:]}
	if !strings.HasPrefix(c.post, urnPrefix) {
		c.post = urnPrefix + c.post
	}
	if strings.HasPrefix(c.post, commentPrefix) {
		above, ok := parseComment(c.post)
		if !ok {
			return comment{}, false
		}
		c.post, c.parent = above.post, above.id()
	}
	return c, true
}

// link returns the address of a post on the web, nothing for a URN that is none of a post.
func link(urn string) string {
	kind, number, ok := strings.Cut(strings.TrimPrefix(urn, urnPrefix), ":")
	if !ok || kind != "activity" && kind != "share" && kind != "ugcPost" || number == "" || strings.Trim(number, "0123456789") != "" {
		return ""
	}
	return "https://www.linkedin.com/feed/update/" + urnPrefix + kind + ":" + number
}
