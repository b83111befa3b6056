package routing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"triage/triage"
)

// Place decides where e belongs, in this order:
//
//  1. queue: the intent's own, unless risk or the brand's goal says otherwise;
//  2. priority: from urgency and risk, raised by reach; spam is last;
//  3. the plan's own rules, which never lower what a risk deserves; what is history is
//     closed, whatever they say;
//  4. effort and cover, the targets in the brand's open time, a companion for the other role;
//  5. rank: the due time, moved by named parts, so that what waits rises.
//
// It never fails: what nobody judged goes to the relationship queue, marked unsure. now
// stands in for a time of receipt that is not known.
func (p Plan) Place(e triage.Engagement, c triage.Classification, known Context, now time.Time) triage.Placement {
	in, out, ruled := p.begin(e, c, known, now)
	p.finish(in, &out, ruled)
	return out
}

// begin decides queue and priority, and applies the rules.
func (p Plan) begin(
	e triage.Engagement, c triage.Classification, known Context, now time.Time,
) (*input, triage.Placement, ruled) {
	in := &input{e: e, c: c, known: known, received: e.ReceivedAt, calendar: p.Calendar}
	if in.received.IsZero() {
		in.received = now
	}
	out := triage.Placement{PlanVersion: p.Version}
	p.queue(&out, c)
	short(&out, c)
	p.priority(&out, e, c)
	ruled := p.rules(in, &out)
	if e.History {
		out.Dismiss, out.Assignee = true, ""
		because(&out, "history", "Written before we listened: kept for what it tells, closed by the machine, can be reopened.")
	}
	return in, out, ruled
}

// finish decides all that follows from queue, priority and what the rules ask for.
func (p Plan) finish(in *input, out *triage.Placement, ruled ruled) {
	out.Heavy = heavy(in.c)
	out.Effort = p.Effort.At(out.Priority)
	p.due(in, out)
	out.Companion = p.companion(in, *out, ruled.companion)
	out.Parts = p.score(in, *out, ruled.part)
	out.Rank = Rank(out.DueAt, out.Parts)
}

// heavy reports whether the text hurts to read.
func heavy(c triage.Classification) bool {
	return c.Intent == triage.Abuse || slices.ContainsFunc(c.Risks, func(r triage.Risk) bool {
		return r == triage.RiskThreat || r == triage.RiskSelfHarm || r == triage.RiskDiscrimination
	})
}

func because(out *triage.Placement, rule, text string, args ...any) {
	out.Reasons = append(out.Reasons, reasonOf(rule, text, args...))
}

// queueNames are how a person calls the queues.
var queueNames = map[triage.Queue]string{triage.SMM: "content queue", triage.CM: "relationship queue"}

func (p Plan) queue(out *triage.Placement, c triage.Classification) {
	if !c.Judged() {
		out.Queue, out.Unsure = triage.CM, true
		because(out, "not_judged", "No engine could judge this, so a person should look at it.")
		return
	}
	out.Queue = c.Intent.DefaultQueue()
	sure := c.Confidence.Queue
	switch {
	case carePresses(c) && out.Queue == triage.SMM:
		out.Queue = triage.CM
		because(out, "care_first", "Somebody's safety or a legal matter comes first, so the relationship queue owns it.")
	case p.goalDecides(c):
		p.byGoal(out, c)
	default:
		because(out, "intent", "Read as %s, which belongs to the %s.", words(string(c.Intent)), queueNames[out.Queue])
	}
	p.taught(out, c)
	if c.AddressesModel {
		out.Unsure = true
		because(out, "addresses_model", "The text speaks to the machine that sorts it; only the rest of it was read, so a person should look.")
		return
	}
	if sure < p.Thresholds.Unsure || slices.Contains(c.Unsure, "queue") {
		out.Unsure = true
		because(out, "unsure", "The engine is not sure of the queue (%.0f %%).", 100*sure)
	}
}

// taught says what corrections of people did to the reading.
func (p Plan) taught(out *triage.Placement, c triage.Classification) {
	l := c.Learned
	if l == nil {
		return
	}
	who, agree := "1 correction", "agrees"
	if l.Corrections != 1 {
		who, agree = fmt.Sprintf("%d corrections", l.Corrections), "agree"
	}
	switch {
	case c.Intent != l.Intent:
		because(out, "learned", "%s of your team on similar comments: read as %s; the engine alone said %s.",
			who, words(string(c.Intent)), words(string(l.Intent)))
	case c.Sentiment != l.Sentiment:
		because(out, "learned", "%s of your team on similar comments: %s; the engine alone said %s.",
			who, c.Sentiment, l.Sentiment)
	default:
		because(out, "learned", "%s of your team on similar comments %s with this.", who, agree)
	}
}

// carePresses reports risks that concern a person first, whatever the text is about.
func carePresses(c triage.Classification) bool {
	for _, r := range []triage.Risk{triage.RiskSafety, triage.RiskSelfHarm, triage.RiskThreat, triage.RiskPrivacy} {
		if slices.Contains(c.Risks, r) {
			return true
		}
	}
	return false
}

// goalDecides reports whether c is truly ambiguous: an intent that both roles live with,
// and an engine that is not sure of the queue.
func (p Plan) goalDecides(c triage.Classification) bool {
	switch c.Intent {
	case triage.ContentReaction, triage.BrandMention, triage.UGC, triage.Praise,
		triage.CommunityTalk, triage.ProductSuggestion, triage.ContentRequest:
		return c.Confidence.Queue < p.Thresholds.Ambiguous && len(c.Risks) == 0
	case triage.Partnership, triage.Complaint, triage.SupportRequest, triage.ProductQuestion,
		triage.Abuse, triage.Spam, triage.Other:
		return false
	}
	return false
}

// byGoal compares the probability of the content queue with a threshold that the goal
// moves: 0.65 for pure loyalty, 0.35 for pure visibility.
func (p Plan) byGoal(out *triage.Placement, c triage.Classification) {
	content := c.Confidence.Queue
	if out.Queue == triage.CM {
		content = 1 - content
	}
	out.Queue = triage.CM
	aim := "loyalty"
	if content >= 0.65-0.3*float64(p.Goal) {
		out.Queue, aim = triage.SMM, "visibility"
	}
	because(out, "goal", "Read as %s, which both roles care for; the brand's goal (%.0f %% visibility) leans to %s: %s.",
		words(string(c.Intent)), 100*float64(p.Goal), aim, queueNames[out.Queue])
}

func (p Plan) priority(out *triage.Placement, e triage.Engagement, c triage.Classification) {
	out.Priority = triage.P3
	if c.Judged() {
		out.Priority = map[triage.Urgency]triage.Priority{
			triage.UrgencyUrgent: triage.P1, triage.UrgencyHigh: triage.P2,
			triage.UrgencyNormal: triage.P3, triage.UrgencyLow: triage.P4,
		}[c.Urgency]
		because(out, "urgency", "The text asks for an answer with %s urgency.", c.Urgency)
	}
	if floor, risks := riskFloor(c); floor < out.Priority {
		out.Priority = floor
		because(out, "risk", "Raised to %s because of %s.", floor, risks)
	}
	if spamWithoutRisk(c) {
		p.spam(out, c)
		return
	}
	if e.Author.Followers >= p.Thresholds.Reach && out.Priority > triage.P1 {
		out.Priority--
		because(out, "reach", "Raised by one step: the author reaches %d followers.", e.Author.Followers)
	}
}

func (p Plan) spam(out *triage.Placement, c triage.Classification) {
	out.Priority = triage.P4
	if c.Confidence.Intent >= p.Thresholds.SpamSure && !c.AddressesModel {
		out.Dismiss = true
		because(out, "spam_dismissed", "Surely spam without any risk: closed by the machine, can be reopened.")
		return
	}
	because(out, "spam_last", "Probably spam: kept for a look, after everything else.")
}

// riskFloor returns the least priority that the risks of c deserve, and their words.
func riskFloor(c triage.Classification) (triage.Priority, string) {
	floor := triage.P4
	var named []string
	for _, r := range c.Risks {
		named = append(named, words(string(r)))
		switch r {
		case triage.RiskSafety, triage.RiskSelfHarm, triage.RiskThreat, triage.RiskLegal,
			triage.RiskPrivacy:
			floor = triage.P1
		case triage.RiskDiscrimination, triage.RiskBoycott, triage.RiskMisinformation, triage.RiskMinor:
			floor = min(floor, triage.P2)
		}
	}
	return floor, strings.Join(named, ", ")
}

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }
