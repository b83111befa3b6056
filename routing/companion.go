package routing

import (
	"slices"

	"triage/triage"
)

// companion decides whether the other role needs an item of its own, and where that stands:
// one priority lower than the owner, with reach, wave and goal as the parts of its order.
func (p Plan) companion(in *input, out triage.Placement, byRule string) *triage.Companion {
	if out.Dismiss || spamWithoutRisk(in.c) {
		return nil
	}
	reason, wanted := p.companionReason(in, out, byRule)
	if !wanted {
		return nil
	}
	place := triage.Placement{
		Queue: out.Queue.Other(), Priority: min(out.Priority+1, triage.P4), Unsure: out.Unsure, Heavy: out.Heavy,
		Tags: out.Tags, PlanVersion: p.Version, Reasons: []triage.Reason{reason},
	}
	place.Effort = p.Effort.At(place.Priority)
	p.due(in, &place)
	for _, one := range []triage.Part{p.reachPart(in.e.Author.Followers), p.WavePart(in.known.Wave), p.goalPart(in, place)} {
		if one.Hours != 0 {
			place.Parts = append(place.Parts, one)
		}
	}
	place.Rank = Rank(place.DueAt, place.Parts)
	return &triage.Companion{Reason: reason, Placement: place}
}

func (p Plan) companionReason(in *input, out triage.Placement, byRule string) (triage.Reason, bool) {
	bounds, followers := p.Companions, in.e.Author.Followers
	own := in.e.HasMedia && slices.Contains([]triage.Intent{triage.Praise, triage.UGC}, in.c.Intent)
	presses := in.c.Intent == triage.Complaint || in.c.Intent == triage.SupportRequest
	switch {
	case byRule != "":
		return reasonOf("companion_rule", "The plan's rule %q wants the %s to know of this.", byRule, queueNames[out.Queue.Other()]), true
	case bounds.Reach > 0 && followers >= bounds.Reach && presses && out.Queue == triage.CM:
		return reasonOf("companion_reach", "An author with %d followers has a %s: the content queue should know.",
			followers, words(string(in.c.Intent))), true
	case bounds.OwnMedia && own:
		return reasonOf("companion_media", "%s with own media: the %s can make something of it.",
			map[bool]string{true: "Praise", false: "An own creation"}[in.c.Intent == triage.Praise], queueNames[out.Queue.Other()]), true
	case bounds.QuestionRepeats > 0 && in.c.Intent == triage.ProductQuestion && out.Queue == triage.CM &&
		in.known.Thread.Questions >= bounds.QuestionRepeats:
		return reasonOf("companion_question", "%d questions were asked under this post before: content could answer them for all.",
			in.known.Thread.Questions), true
	}
	return triage.Reason{}, false
}
