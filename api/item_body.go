package api

import (
	"strconv"
	"strings"
	"time"

	"triage/postgres"
	"triage/triage"
)

// ItemBody is an item on the wire.
type ItemBody struct {
	ID            string         `json:"id"`
	Engagement    engagementBody `json:"engagement"`
	Queue         string         `json:"queue" enum:"smm,cm"`
	Kind          string         `json:"kind" enum:"owner,companion"`
	Status        string         `json:"status" enum:"open,claimed,snoozed,waiting,resolved,dismissed"`
	Priority      string         `json:"priority" enum:"urgent,high,normal,low"`
	DueAt         time.Time      `json:"due_at" doc:"When the first answer is due"`
	Overdue       bool           `json:"overdue"`
	Unsure        bool           `json:"unsure" doc:"The queue was chosen without being sure of it"`
	Provisional   bool           `json:"provisional" doc:"It will be judged again by a better engine"`
	Intent        string         `json:"intent"`
	Sentiment     string         `json:"sentiment" enum:"negative,neutral,positive"`
	Urgency       string         `json:"urgency" enum:"low,normal,high,urgent"`
	Language      string         `json:"language" doc:"BCP 47, as judged; und when undetermined"`
	Risks         []string       `json:"risks" nullable:"false"`
	ReplyExpected bool           `json:"reply_expected"`
	Assignee      *personBody    `json:"assignee" doc:"Who holds it, or closed it"`
	LeaseUntil    *time.Time     `json:"lease_until"`
	SnoozedUntil  *time.Time     `json:"snoozed_until"`
	Fence         int64          `json:"fence" doc:"Grows with every claim; a write that names an older one is refused"`
	Version       int64          `json:"version" doc:"The ETag"`
	Outcome       *string        `json:"outcome"`
	Handovers     int            `json:"handovers"`
	Score         scoreBody      `json:"score"`
	Tags          []string       `json:"tags" nullable:"false"`
	Skills        []string       `json:"skills" nullable:"false" doc:"What the plan asks of whoever takes it"`
	Heavy         bool           `json:"heavy" doc:"It hurts to read: cover the text until it is asked for"`
	Effort        int            `json:"effort" doc:"Points of capacity that it takes"`
	WaveID        *string        `json:"wave_id"`
	WaveOutlier   bool           `json:"wave_outlier" doc:"Part of a wave, but it needs an answer of its own"`
	WakeOnAuthor  bool           `json:"wake_on_author" doc:"It comes back when the author writes again"`
	HandedBy      *string        `json:"handed_by" doc:"Who handed it over, until it is accepted or returned"`
	NeedsLead     bool           `json:"needs_lead"`
	Targets       targetsBody    `json:"targets"`
	CreatedAt     time.Time      `json:"created_at"`
	ChangedAt     time.Time      `json:"changed_at"`
	ClosedAt      *time.Time     `json:"closed_at"`
	Reason        string         `json:"reason" doc:"Why it stands here, to read"`
	Reasons       []reasonBody   `json:"reasons" nullable:"false"`
}

// scoreBody is an item's place in the order of its queue, in hours of precedence.
type scoreBody struct {
	Hours float64    `json:"hours" doc:"Sum of all parts; the greatest is dealt first"`
	Parts []partBody `json:"parts" nullable:"false"`
}

type partBody struct {
	Name  string  `json:"name"`
	Hours float64 `json:"hours"`
	Text  string  `json:"text"`
}

// targetsBody is what was promised for an item, and how it stands.
type targetsBody struct {
	State       string     `json:"state" enum:"fine,at_risk,breached"`
	FirstAnswer *time.Time `json:"first_answer"`
	NextAnswer  *time.Time `json:"next_answer" doc:"Set once the author has written again"`
	Resolution  *time.Time `json:"resolution"`
	AnsweredAt  *time.Time `json:"answered_at" doc:"The first human answer"`
	PausedSince *time.Time `json:"paused_since" doc:"The clocks stand while we wait for the author"`
}

// engagementBody is what somebody wrote, on the wire. Its texts are from outside.
type engagementBody struct {
	ID         string      `json:"id"`
	Platform   string      `json:"platform"`
	Channel    channelBody `json:"channel"`
	Form       string      `json:"form" enum:"comment,reply,mention,review,message"`
	Text       string      `json:"text"`
	Covered    bool        `json:"covered" doc:"The text may hurt: one neutral line stands for it until it is asked for"`
	Language   string      `json:"language" doc:"BCP 47; und when undetermined"`
	Permalink  *string     `json:"permalink"`
	Author     *authorBody `json:"author" doc:"null when the platform hides the author"`
	Thread     *threadBody `json:"thread"`
	PostedAt   *time.Time  `json:"posted_at"`
	ReceivedAt time.Time   `json:"received_at"`
	Edited     bool        `json:"edited"`
	Hidden     bool        `json:"hidden"`
}

type channelBody struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type authorBody struct {
	ID        *string `json:"id"`
	Handle    *string `json:"handle"`
	Name      *string `json:"name"`
	Followers *int64  `json:"followers"`
	Verified  bool    `json:"verified"`
}

type threadBody struct {
	ID        *string `json:"id"`
	Text      *string `json:"text"`
	Permalink *string `json:"permalink"`
}

type personBody struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type reasonBody struct {
	Rule string `json:"rule"`
	Text string `json:"text"`
}

func bodyOf(i postgres.Item, now time.Time) ItemBody {
	return ItemBody{
		ID: string(i.ID), Engagement: engagementOf(i), Queue: string(i.Queue), Kind: i.Kind, Status: string(i.Status),
		Priority: i.Priority.String(), DueAt: i.DueAt, Overdue: i.Live() && i.DueAt.Before(now), Unsure: i.Unsure,
		Provisional: i.Provisional, Intent: string(i.Intent), Sentiment: string(i.Sentiment), Urgency: string(i.Urgency),
		Language: i.Language, Risks: texts(i.Risks), ReplyExpected: i.ReplyExpected, Assignee: personOf(i.Assignee, i.AssigneeName),
		LeaseUntil: timeOrNull(i.LeaseUntil), SnoozedUntil: timeOrNull(i.SnoozedUntil), Fence: i.Fence, Version: i.Version,
		Outcome: textOrNull(i.Outcome), Handovers: i.Handovers, CreatedAt: i.CreatedAt, ChangedAt: i.ChangedAt,
		ClosedAt: timeOrNull(i.ClosedAt), Reason: sentence(i.Reasons), Reasons: reasonsOf(i.Reasons),
		Score: scoreOf(i, now), Tags: texts(i.Tags), Skills: texts(i.Skills), Heavy: i.Heavy, Effort: i.Effort,
		WaveID: textOrNull(string(i.WaveID)), WaveOutlier: i.WaveOutlier, WakeOnAuthor: i.WakeOnAuthor,
		HandedBy: textOrNull(string(i.HandedBy)), NeedsLead: i.NeedsLead,
		Targets: targetsBody{
			State: i.SLA, FirstAnswer: timeOrNull(i.FirstDueAt), NextAnswer: timeOrNull(i.NextDueAt),
			Resolution: timeOrNull(i.ResolveDueAt), AnsweredAt: timeOrNull(i.AnsweredAt), PausedSince: timeOrNull(i.PausedAt),
		},
	}
}

// scoreOf names the waiting beside the stored parts: an hour against the target is worth an
// hour, for every item alike, which is why the order needs no recounting.
func scoreOf(i postgres.Item, now time.Time) scoreBody {
	waiting := now.Sub(i.DueAt).Hours()
	text := "The target is still ahead."
	if waiting > 0 {
		text = "It has waited beyond its target."
	}
	out := scoreBody{Hours: waiting, Parts: []partBody{{Name: "waiting", Hours: waiting, Text: text}}}
	for _, p := range i.Parts {
		out.Hours += p.Hours
		out.Parts = append(out.Parts, partBody(p))
	}
	return out
}

func engagementOf(i postgres.Item) engagementBody {
	e := i.Engagement
	out := engagementBody{
		ID: string(e.ID), Platform: string(e.Platform), Channel: channelBody{string(e.ChannelID), i.ChannelName},
		Form: string(e.Form), Text: e.Text, Language: languageOf(i), Permalink: textOrNull(e.Permalink),
		Author: authorOf(i), PostedAt: timeOrNull(e.PostedAt), ReceivedAt: e.ReceivedAt, Edited: i.Edited, Hidden: i.Hidden,
	}
	if i.Heavy {
		out.Text, out.Covered = coverOf(i), true
	}
	if i.ThreadID != "" || e.Thread.ExternalID != "" {
		out.Thread = &threadBody{textOrNull(string(i.ThreadID)), textOrNull(e.Thread.Text), textOrNull(e.Thread.Permalink)}
	}
	return out
}

func authorOf(i postgres.Item) *authorBody {
	a := i.Engagement.Author
	if i.AuthorID == "" && a.ExternalID == "" && a.Handle == "" && a.Name == "" {
		return nil
	}
	out := &authorBody{
		ID: textOrNull(string(i.AuthorID)), Handle: textOrNull(a.Handle), Name: textOrNull(a.Name), Verified: a.Verified,
	}
	if a.Followers >= 0 {
		out.Followers = &a.Followers
	}
	return out
}

// languageOf is the language as judged, or else as the platform told it.
func languageOf(i postgres.Item) string {
	if i.Language != "und" || i.Engagement.Language == "" {
		return i.Language
	}
	return i.Engagement.Language
}

// sentence is the reason that stands for all: the first.
func sentence(reasons []triage.Reason) string {
	if len(reasons) == 0 {
		return ""
	}
	return reasons[0].Text
}

func reasonsOf(reasons []triage.Reason) []reasonBody {
	out := make([]reasonBody, len(reasons))
	for n, r := range reasons {
		out[n] = reasonBody(r)
	}
	return out
}

func personOf(id triage.ID, name string) *personBody {
	if id == "" {
		return nil
	}
	return &personBody{string(id), name}
}

// texts returns words as plain strings, never nil: an empty list is [] on the wire.
func texts[T ~string](words []T) []string {
	out := make([]string, len(words))
	for n, w := range words {
		out[n] = string(w)
	}
	return out
}

func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// etag returns the entity tag of an item's version (RFC 9110, section 8.8.3).
func etag(i postgres.Item) string { return strconv.Quote(strconv.FormatInt(i.Version, 10)) }

// noVersion is a version that no item has.
const noVersion int64 = -1

// versionGiven reads If-Match. Nil means that any version will do; what is no tag of ours
// matches nothing.
func versionGiven(header string) *int64 {
	tag := strings.TrimSpace(header)
	if tag == "" || tag == "*" {
		return nil
	}
	version := noVersion
	if text, err := strconv.Unquote(strings.TrimPrefix(tag, "W/")); err == nil {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			version = n
		}
	}
	return &version
}
