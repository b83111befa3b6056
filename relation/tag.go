package relation

import (
	"fmt"
	"time"

	"triage/triage"
)

// The tags that are concluded. People may set the same words, and any others.
const (
	FirstTime = "first_time"
	Advocate  = "advocate"
	Creator   = "creator"
	AtRisk    = "at_risk"
)

// Tag is one word about a person, with the reason for it in one sentence.
type Tag struct {
	Name string
	Why  string
}

// Known is what is known of a person beside what they wrote.
type Known struct {
	Followers int64 // -1 when unknown
	Verified  bool
	Reach     int64 // followers from which the brand's plan speaks of reach
}

// The rules of the tags.
const (
	advocateWithin = 180 * 24 * time.Hour
	advocateFrom   = 3 // positive praise or own creations
	atRiskWithin   = 30 * 24 * time.Hour
	atRiskFrom     = 2 // complaints
)

// Tags returns the tags that follow from the moments of a person. first_time: there is one
// comment. advocate: at least three positive praises or own creations within 180 days, and
// no open complaint. creator: reach, or a verified account that shows own creations or
// offers a partnership. at_risk: two complaints within 30 days, or an open one of high
// urgency, which is what strong anger is judged as.
func Tags(moments []Moment, k Known, now time.Time) []Tag {
	var praise, openComplaints, complaints, angry, creations int
	for _, m := range moments {
		age := now.Sub(m.At)
		switch m.Intent {
		case triage.Praise, triage.UGC:
			if m.Sentiment == triage.Positive && age <= advocateWithin {
				praise++
			}
		case triage.Complaint:
			if age <= atRiskWithin {
				complaints++
			}
			if m.live() {
				openComplaints++
				if m.Urgency.Rank() >= triage.UrgencyHigh.Rank() {
					angry++
				}
			}
		default: // says nothing of the relationship
		}
		if m.Intent == triage.UGC || m.Intent == triage.Partnership {
			creations++
		}
	}
	var out []Tag
	if len(moments) == 1 {
		out = append(out, Tag{FirstTime, "This is their first comment."})
	}
	if praise >= advocateFrom && openComplaints == 0 {
		out = append(out, Tag{Advocate, fmt.Sprintf("%d times praise or own creations within half a year, and no open complaint.", praise)})
	}
	switch {
	case k.Reach > 0 && k.Followers >= k.Reach:
		out = append(out, Tag{Creator, fmt.Sprintf("At least %d followers.", k.Reach)})
	case k.Verified && creations > 0:
		out = append(out, Tag{Creator, "A verified account that shows own creations or offers a partnership."})
	}
	switch {
	case complaints >= atRiskFrom:
		out = append(out, Tag{AtRisk, fmt.Sprintf("%d complaints within 30 days.", complaints)})
	case angry > 0:
		out = append(out, Tag{AtRisk, "An angry complaint is still open."})
	}
	return out
}
