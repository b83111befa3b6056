// Package triage holds the nouns of the domain: what an engagement is, what can be
// said about it, where it can be placed and who may work on it. It imports only the
// standard library and knows nothing of databases, networks or formats on the wire.
package triage

import "slices"

// Queue is one of the two worklists. Every live engagement is owned by exactly one.
type Queue string

// The two queues.
const (
	SMM Queue = "smm" // the Social Media Manager's content queue
	CM  Queue = "cm"  // the Community Manager's relationship queue
)

// Queues returns both queues in their usual order.
func Queues() []Queue { return []Queue{SMM, CM} }

// Valid reports whether q is one of the two queues.
func (q Queue) Valid() bool { return q == SMM || q == CM }

// Other returns the queue that q is not.
func (q Queue) Other() Queue {
	if q == SMM {
		return CM
	}
	return SMM
}

// Intent is what the author wants: one of fourteen.
type Intent string

// The fourteen intents.
const (
	ContentReaction   Intent = "content_reaction"
	ContentRequest    Intent = "content_request"
	UGC               Intent = "ugc"
	BrandMention      Intent = "brand_mention"
	Partnership       Intent = "partnership"
	Complaint         Intent = "complaint"
	SupportRequest    Intent = "support_request"
	ProductQuestion   Intent = "product_question"
	Praise            Intent = "praise"
	ProductSuggestion Intent = "product_suggestion"
	CommunityTalk     Intent = "community_talk"
	Abuse             Intent = "abuse"
	Spam              Intent = "spam"
	Other             Intent = "other"
)

// Intents returns all intents, content queue first, in the order of the taxonomy.
// The order is stable: trained models refer to intents by their index in it.
func Intents() []Intent {
	return []Intent{
		ContentReaction, ContentRequest, UGC, BrandMention, Partnership,
		Complaint, SupportRequest, ProductQuestion, Praise, ProductSuggestion,
		CommunityTalk, Abuse, Spam, Other,
	}
}

// Valid reports whether i is one of the fourteen intents.
func (i Intent) Valid() bool { return slices.Contains(Intents(), i) }

// DefaultQueue returns the queue that the taxonomy gives to i.
func (i Intent) DefaultQueue() Queue {
	switch i {
	case ContentReaction, ContentRequest, UGC, BrandMention, Partnership:
		return SMM
	case Complaint, SupportRequest, ProductQuestion, Praise, ProductSuggestion,
		CommunityTalk, Abuse, Spam, Other:
		return CM
	}
	return CM
}

// Sentiment is the author's attitude towards the brand, product or content, as meant.
type Sentiment string

// The three sentiments.
const (
	Negative Sentiment = "negative"
	Neutral  Sentiment = "neutral"
	Positive Sentiment = "positive"
)

// Sentiments returns all sentiments from negative to positive.
func Sentiments() []Sentiment { return []Sentiment{Negative, Neutral, Positive} }

// Valid reports whether s is one of the three sentiments.
func (s Sentiment) Valid() bool { return slices.Contains(Sentiments(), s) }

// Urgency is how soon the text asks for an answer, as judged.
type Urgency string

// The four urgencies.
const (
	UrgencyLow    Urgency = "low"
	UrgencyNormal Urgency = "normal"
	UrgencyHigh   Urgency = "high"
	UrgencyUrgent Urgency = "urgent"
)

// Urgencies returns all urgencies from low to urgent.
func Urgencies() []Urgency {
	return []Urgency{UrgencyLow, UrgencyNormal, UrgencyHigh, UrgencyUrgent}
}

// Valid reports whether u is one of the four urgencies.
func (u Urgency) Valid() bool { return slices.Contains(Urgencies(), u) }

// Rank orders urgencies: 0 for low (and for unknown words) to 3 for urgent.
func (u Urgency) Rank() int { return max(0, slices.Index(Urgencies(), u)) }

// AtLeast returns the more urgent of u and floor. A rule may only raise.
func (u Urgency) AtLeast(floor Urgency) Urgency {
	if floor.Rank() > u.Rank() {
		return floor
	}
	return u
}

// Risk is a flag on a text. A text can only raise risk, never lower it.
type Risk string

// The nine risk flags.
const (
	RiskSafety         Risk = "safety"
	RiskSelfHarm       Risk = "self_harm"
	RiskThreat         Risk = "threat"
	RiskLegal          Risk = "legal"
	RiskPrivacy        Risk = "privacy"
	RiskDiscrimination Risk = "discrimination"
	RiskBoycott        Risk = "boycott"
	RiskMisinformation Risk = "misinformation"
	RiskMinor          Risk = "minor"
)

// Risks returns all risk flags in the order of the taxonomy.
func Risks() []Risk {
	return []Risk{
		RiskSafety, RiskSelfHarm, RiskThreat, RiskLegal, RiskPrivacy,
		RiskDiscrimination, RiskBoycott, RiskMisinformation, RiskMinor,
	}
}

// Valid reports whether r is one of the nine risk flags.
func (r Risk) Valid() bool { return slices.Contains(Risks(), r) }

// Union returns the flags of a and b, each once, in the order of the taxonomy.
func Union(a, b []Risk) []Risk {
	var all []Risk
	for _, r := range Risks() {
		if slices.Contains(a, r) || slices.Contains(b, r) {
			all = append(all, r)
		}
	}
	return all
}
