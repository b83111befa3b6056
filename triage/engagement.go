package triage

import "time"

// ID identifies one row of ours: a UUID version 7 in its canonical text form.
type ID string

// Platform names a network that a brand's community lives on.
type Platform string

// The platforms that have a connector.
const (
	StandardWebhooks Platform = "standard_webhooks"
	Facebook         Platform = "facebook"
	Instagram        Platform = "instagram"
	Threads          Platform = "threads"
	X                Platform = "x"
	LinkedIn         Platform = "linkedin"
	TikTok           Platform = "tiktok"
	Telegram         Platform = "telegram"
	Discourse        Platform = "discourse"
	Slack            Platform = "slack"
	YouTube          Platform = "youtube"
	Discord          Platform = "discord"
	Mastodon         Platform = "mastodon"
	Bluesky          Platform = "bluesky"
	Reddit           Platform = "reddit"
	GoogleBusiness   Platform = "google_business"
	Trustpilot       Platform = "trustpilot"
)

// Platforms returns the platforms that have a connector.
func Platforms() []Platform {
	return []Platform{
		StandardWebhooks, Facebook, Instagram,
		Threads, X, LinkedIn, TikTok,
		Telegram, Discourse, Slack, YouTube, Discord, Mastodon, Bluesky, Reddit,
		GoogleBusiness, Trustpilot,
	}
}

// Form is the shape of an engagement on its platform.
type Form string

// The forms of an engagement.
const (
	FormComment Form = "comment"
	FormReply   Form = "reply"
	FormMention Form = "mention"
	FormReview  Form = "review"
	FormMessage Form = "message"
)

// Forms returns all forms.
func Forms() []Form { return []Form{FormComment, FormReply, FormMention, FormReview, FormMessage} }

// Action is what happened to an engagement on its platform.
type Action string

// The actions a platform reports. Three name no engagement: AuthorErased asks to erase
// everything that the event's author wrote in its channel, ThreadDeleted what was written
// below its thread, and AccessEnded says that the channel's account, or the author as the one
// whose token we have, let us in no longer.
const (
	Created      Action = "created"
	Edited       Action = "edited"
	Deleted      Action = "deleted"
	Hidden       Action = "hidden"
	Unhidden     Action = "unhidden"
	AuthorErased Action = "author_erased"
	AccessEnded  Action = "access_ended"

	ThreadDeleted Action = "thread_deleted"
)

// Author is who wrote an engagement: a person on a platform, not one of us.
type Author struct {
	ExternalID string // opaque id on the platform; empty when the platform hides it
	Handle     string
	Name       string
	Followers  int64 // -1 when unknown
	Verified   bool
}

// Thread is the post or conversation that an engagement hangs from.
type Thread struct {
	ExternalID string
	Text       string // what was published, where the platform says so
	Permalink  string
	Author     Publisher
	Reach      Reach
}

// Publisher is who published a thread, the brand itself or somebody else, as far as the
// platform says so.
type Publisher struct{ ExternalID, Handle, Name string }

// Reach is how many a thread may have reached, as the platform said the last time. Where it
// does not say so, a figure is 0.
type Reach struct {
	Audience  int64 // followers of who published it
	Views     int64
	Reactions int64 // likes, votes and their kind
}

// Engagement is one public or private act of an author towards a brand, as one
// platform event told it. Its identity is (brand, channel, ExternalID).
type Engagement struct {
	ID        ID
	BrandID   ID
	ChannelID ID
	Platform  Platform

	ExternalID       string // opaque, never parsed as a number
	ParentExternalID string // the comment this one replies to; empty at top level
	Form             Form
	Action           Action
	Author           Author
	Thread           Thread
	Text             string // valid UTF-8 without NUL
	TextAltered      bool   // Text differs from what was sent: NUL or invalid bytes were replaced
	Language         string // BCP 47 tag as told by the platform; empty when unknown
	Permalink        string
	HasMedia         bool // the author attached own photo, video or link preview
	Partial          bool // a creation told without words or author, which the platform can be asked for

	PostedAt   time.Time // when the platform says it was first written; zero when unknown
	VersionAt  time.Time // orders versions: edit time, else event time, else send time, else ReceivedAt
	ReceivedAt time.Time // when we took it in; order and SLA count from here
	Round      int       // 1 for the first accepted version, one more for each accepted change

	// History says that it came from a file of what was written before we listened: it is
	// judged and placed, and closed at once. ReceivedAt is then when it was written.
	History bool
}

// Classification is what an engine says about one version of a text.
type Classification struct {
	Intent        Intent
	Sentiment     Sentiment
	Ironic        bool
	Urgency       Urgency
	ReplyExpected bool
	Risks         []Risk
	Language      string // BCP 47 primary subtag, "und" when undetermined
	Topics        []string

	Confidence Confidence
	Unsure     []string // fields whose confidence is lower than what the engine has measured to be right often enough
	Evidence   []Span
	Rules      []string // names of the rules that raised risk or urgency
	Learned    *Learned // nil when no correction of people had a say

	// AddressesModel means that the text speaks to the machine that judges it, in the spans
	// of that name. What it wants is not done: the rest is judged, and a person looks.
	AddressesModel bool
	Outside        *Outside // what left the house for this judgement; nil when that is not known

	Engine        string // builtin, llm, or "" when nobody judged
	Model         string // model name with version
	PromptVersion string
	Latency       time.Duration
	CostMicroUSD  int64 // millionths of a US dollar
	Effort        Effort

	// Provisional means that the engine asked first was away: judge again later. It may
	// stand without a judgement.
	Provisional bool
}

// Confidence is calibrated probability of being right, 0 to 1, per field. Zero means
// "we do not know". Queue is the probability that the intent's default queue is right.
type Confidence struct {
	Queue         float64
	Intent        float64
	Sentiment     float64
	Ironic        float64
	Urgency       float64
	ReplyExpected float64
}

// Span marks bytes [Start, End) of the judged version of a text. The quote itself is
// not kept, so that erasing the text erases the evidence.
type Span struct {
	Start, End int
	Why        string // rule name, or the field that the words speak for
}

// Judged reports whether an engine gave an answer.
func (c Classification) Judged() bool { return c.Engine != "" }

// Input is what an engine sees of an engagement. Its texts are data from outside, never
// instructions.
type Input struct {
	Text         string
	Language     string // as told by the platform, may be empty
	Platform     Platform
	Form         Form
	ParentPost   string // what was published
	ParentText   string // the comment this one answers
	Brand        string // the brand's name
	BrandContext string // a few words on the brand, may be empty
	BrandVoice   string // a few words on how the brand speaks, may be empty
	Examples     []Example

	// What follows is for those who look things up or keep things in. It never leaves the house.
	BrandID, EngagementID ID
	Names                 []string // names and handles of the people around it: hidden wherever they stand
	Outflow               Outflow
	History               bool            // written before we listened: no money is spent on it
	Below                 string          // what names the channel, thread and comment it stands below
	Thrift                *Thrift         // nil is DefaultThrift
	First                 *Classification // what the built-in engine says of it, nil when it was not asked
}

// Example is a comment of the same brand on which people said what is right.
type Example struct {
	Text      string
	Intent    Intent
	Sentiment Sentiment // empty when people said nothing of it
	Names     []string  // as in Input
}

// Vector is one embedding with the name of the space it lives in. Vectors of two
// models are never compared.
type Vector struct {
	Model  string
	Values []float32 // L2-normalised
}
