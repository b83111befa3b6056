package fakellm

import (
	"encoding/json"
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"triage/triage"
)

// Verdict is what the server says about a comment.
type Verdict struct {
	Intent        triage.Intent
	Sentiment     triage.Sentiment
	Ironic        bool
	Urgency       triage.Urgency
	ReplyExpected bool
	Risks         []triage.Risk
	Language      string
}

// Comments returns the comments in the user messages of a chat request, by the names of their
// members: the texts of those members of a JSON object whose names start with comment_.
func Comments(r Request) map[string]string {
	var body struct{ Messages []message }
	if json.Unmarshal(r.Body, &body) != nil {
		return nil
	}
	return commentsIn(body.Messages)
}

// Comment returns the comment of a chat request, those of several one a line, and "" when
// there is none.
func Comment(r Request) string {
	comments := Comments(r)
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(comments)) {
		texts = append(texts, comments[name])
	}
	return strings.Join(texts, "\n")
}

func commentsIn(messages []message) map[string]string {
	found := map[string]string{}
	for _, m := range messages {
		var object map[string]json.RawMessage
		if m.Role != "user" || json.Unmarshal([]byte(m.Content), &object) != nil {
			continue
		}
		for name, raw := range object {
			var text string
			if strings.HasPrefix(name, "comment_") && json.Unmarshal(raw, &text) == nil {
				found[name] = text
			}
		}
	}
	return found
}

// judge answers a question in the form of the classifier's schema: about several comments in
// the form for several, in the order of their members' names.
func (s *Server) judge(q question) string {
	comments := commentsIn(q.messages)
	if len(comments) < 2 {
		for _, comment := range comments {
			return s.verdictOn(comment)
		}
		return s.verdictOn("")
	}
	answers := map[string]string{}
	for name, comment := range comments {
		answers[name] = s.verdictOn(comment)
	}
	return Together(answers)
}

// Together writes answers, by the names of the members that hold their comments, in the form
// for several comments.
func Together(answers map[string]string) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		list = append(list, `{"comment":"`+name+`",`+strings.TrimPrefix(answers[name], "{"))
	}
	return `{"answers":[` + strings.Join(list, ",") + `]}`
}

func (s *Server) verdictOn(comment string) string {
	verdict, known := Verdict{}, false
	if s.options.Truth != nil {
		verdict, known = s.options.Truth(comment)
	}
	if !known {
		verdict = byKeywords(comment)
	}
	if a := s.options.Accuracy; a > 0 && a < 1 && share(comment) >= a {
		verdict.Intent = wrong(verdict.Intent, comment)
	}
	return Content(comment, verdict, 0.9)
}

// Content writes a verdict as the classifier's schema wants it.
func Content(comment string, v Verdict, confidence float64) string {
	quote := strings.Join(strings.Fields(comment)[:min(1, len(strings.Fields(comment)))], "")
	evidence := []any{}
	if quote != "" {
		evidence = append(evidence, map[string]any{"field": "intent", "quote": quote})
	}
	if v.Risks == nil {
		v.Risks = []triage.Risk{}
	}
	if v.Language == "" {
		v.Language = "und"
	}
	out, err := json.Marshal(map[string]any{
		"language": v.Language, "evidence": evidence, "intent": v.Intent, "second_intent": v.Intent,
		"confidence": confidence, "sentiment": v.Sentiment, "ironic": v.Ironic, "risks": v.Risks,
		"urgency": v.Urgency, "reply_expected": v.ReplyExpected, "topics": []string{},
	})
	if err != nil {
		panic("fakellm: " + err.Error())
	}
	return string(out)
}

// share spreads texts evenly over [0, 1), always the same way.
func share(text string) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // a hash takes all that it is given
	return float64(h.Sum64()%10_000) / 10_000
}

// wrong returns an intent other than right, chosen by the text.
func wrong(right triage.Intent, text string) triage.Intent {
	others := slices.DeleteFunc(triage.Intents(), func(i triage.Intent) bool { return i == right })
	return others[int(share(text+"?")*float64(len(others)))]
}

// keywords decide in this order; the first that a text holds wins.
var keywords = []struct {
	words   []string
	verdict Verdict
}{
	{[]string{"lawyer", "anwalt", "klage"}, Verdict{Intent: triage.Complaint, Sentiment: triage.Negative,
		Urgency: triage.UrgencyUrgent, ReplyExpected: true, Risks: []triage.Risk{triage.RiskLegal}}},
	{[]string{"collab", "kooperation", "sponsor", "press"}, Verdict{Intent: triage.Partnership,
		Sentiment: triage.Neutral, Urgency: triage.UrgencyNormal, ReplyExpected: true}},
	{[]string{"free followers", "crypto", "bit.ly"}, Verdict{Intent: triage.Spam,
		Sentiment: triage.Neutral, Urgency: triage.UrgencyLow}},
	{[]string{"order", "bestellung", "refund", "broken", "kaputt", "help", "hilfe"}, Verdict{Intent: triage.SupportRequest,
		Sentiment: triage.Negative, Urgency: triage.UrgencyNormal, ReplyExpected: true}},
	{[]string{"awful", "terrible", "worst", "schlecht", "unverschämt"}, Verdict{Intent: triage.Complaint,
		Sentiment: triage.Negative, Urgency: triage.UrgencyNormal, ReplyExpected: true}},
	{[]string{"my photo", "mein foto", "i made"}, Verdict{Intent: triage.UGC,
		Sentiment: triage.Positive, Urgency: triage.UrgencyLow}},
	{[]string{"video", "post", "campaign", "kampagne", "werbung"}, Verdict{Intent: triage.ContentReaction,
		Sentiment: triage.Positive, Urgency: triage.UrgencyLow}},
	{[]string{"thank", "danke", "love", "liebe"}, Verdict{Intent: triage.Praise,
		Sentiment: triage.Positive, Urgency: triage.UrgencyLow}},
	{[]string{"?"}, Verdict{Intent: triage.ProductQuestion,
		Sentiment: triage.Neutral, Urgency: triage.UrgencyNormal, ReplyExpected: true}},
}

func byKeywords(comment string) Verdict {
	text := strings.ToLower(comment)
	for _, k := range keywords {
		if slices.ContainsFunc(k.words, func(w string) bool { return strings.Contains(text, w) }) {
			return k.verdict
		}
	}
	return Verdict{Intent: triage.CommunityTalk, Sentiment: triage.Neutral, Urgency: triage.UrgencyLow}
}
