// Package routing decides where an engagement belongs, how soon it is due, where it stands
// in the order of its queue, and why. It is pure: engagement, classification, what is known
// around it, plan and time in, placement out. It knows no database, no network and no
// clock. Package plans are written as JSON documents: see Parse.
package routing

import (
	"time"

	"triage/triage"
)

// Plan is the routing plan of a brand. The zero value is not usable; start from Default.
// Its JSON is the document that people write, but for the version and the goal, which
// belong to the brand.
type Plan struct {
	Version int `json:"-"` // 0 is the plan that follows the taxonomy

	// Goal is the brand's aim between loyalty (0) and visibility (1). It decides where
	// the truly ambiguous go and the order between equal priorities.
	Goal triage.Goal `json:"-"`

	Thresholds Thresholds      `json:"thresholds"`
	Weights    Weights         `json:"weights"`
	Targets    Targets         `json:"targets"`
	Calendar   triage.Calendar `json:"calendar"` // when the targets' clocks run
	Effort     ByPriority[int] `json:"effort"`   // points of capacity, 1 to 8
	Companions Companions      `json:"companions"`
	Rules      []Rule          `json:"rules"` // in order; later ones overrule earlier ones
}

// Thresholds are the points at which a plan changes its mind.
type Thresholds struct {
	Unsure    float64 `json:"unsure"`    // confidence of the queue below which a placement is unsure, whatever the engine says of itself
	Ambiguous float64 `json:"ambiguous"` // confidence of the queue below which the goal may decide
	SpamSure  float64 `json:"spam_sure"` // confidence of the intent from which spam is dismissed by itself
	Reach     int64   `json:"reach"`     // followers from which priority rises by one step
}

// Weights are how many hours the parts of the order bring an item forward.
type Weights struct {
	Risk    map[triage.Risk]float64 `json:"risk"`    // of several risks the greatest counts
	Urgency ByPriority[float64]     `json:"urgency"` // by the priority that was decided

	ReplyWindow ReplyWindow `json:"reply_window"`

	ReachTenfold float64 `json:"reach_tenfold"` // for each tenfold of followers above 100
	ReachMost    float64 `json:"reach_most"`

	Tags        map[string]float64 `json:"tags"`          // of the author; of several all count
	Promise     float64            `json:"promise"`       // an open promise of ours to the author
	Touched     float64            `json:"touched"`       // we spoke with the author within TouchedDays
	TouchedDays int                `json:"touched_days"`  //
	Comments    float64            `json:"comments"`      // for each tenfold of earlier comments of the author
	RelatedMost float64            `json:"relation_most"` // bound of tags, promise, touch and comments together

	WaveTenfold float64 `json:"wave_tenfold"` // for each tenfold of engagements in its wave
	WaveMost    float64 `json:"wave_most"`

	GoalShare float64 `json:"goal_share"` // share of the target by which the goal may move an item
	Spam      float64 `json:"spam"`       // negative: behind everything else
}

// ReplyWindow is what a platform allows: after so long it takes no answer any more.
type ReplyWindow struct {
	Closes map[triage.Platform]map[triage.Form]Span `json:"closes"` // by platform and form
	Margin Span                                     `json:"margin"` // an answer is wanted so long before it closes
	Hours  float64                                  `json:"hours"`  // for having a window at all
}

// Targets are what is promised: open time by the calendar, counted from when we received it.
type Targets struct {
	FirstAnswer ByPriority[Span] `json:"first_answer"`
	NextAnswer  ByPriority[Span] `json:"next_answer"` // after the author wrote again
	Resolution  ByPriority[Span] `json:"resolution"`  // 0s: none
	Overrides   []Override       `json:"overrides"`   // of several that fit the first counts, for each target apart
}

// Override is another target for some of the engagements. An empty list fits all.
type Override struct {
	Intent      []triage.Intent   `json:"intent,omitempty"`
	Platform    []triage.Platform `json:"platform,omitempty"`
	Priority    []Word            `json:"priority,omitempty"`
	FirstAnswer *Span             `json:"first_answer,omitempty"`
	NextAnswer  *Span             `json:"next_answer,omitempty"`
	Resolution  *Span             `json:"resolution,omitempty"`
}

// Companions say when the other role gets a linked item of its own.
type Companions struct {
	Reach           int64 `json:"reach"`            // followers from which a complaint or case concerns the content queue; 0: never
	OwnMedia        bool  `json:"own_media"`        // praise or own creations with media concern both
	QuestionRepeats int   `json:"question_repeats"` // earlier questions in the thread from which one more concerns the content queue; 0: never
}

// Default returns the plan that follows the taxonomy, for a brand with the given goal. The
// reasons for its numbers are in docs/plan.md.
func Default(goal triage.Goal) Plan {
	const day = 24 * time.Hour
	return Plan{
		Goal:       goal,
		Thresholds: Thresholds{Unsure: 0.5, Ambiguous: 0.7, SpamSure: 0.9, Reach: 10_000},
		Weights:    defaultWeights(),
		Targets: Targets{
			FirstAnswer: ByPriority[Span]{Span(15 * time.Minute), Span(time.Hour), Span(8 * time.Hour), Span(day)},
			NextAnswer:  ByPriority[Span]{Span(15 * time.Minute), Span(time.Hour), Span(8 * time.Hour), Span(day)},
			Resolution:  ByPriority[Span]{Span(4 * time.Hour), Span(day), Span(3 * day), Span(7 * day)},
			Overrides:   []Override{},
		},
		Calendar:   triage.Calendar{Week: map[string][]triage.Hours{}, Holidays: []string{}},
		Effort:     ByPriority[int]{5, 3, 2, 1},
		Companions: Companions{Reach: 10_000, OwnMedia: true, QuestionRepeats: 5},
		Rules:      []Rule{},
	}
}

func defaultWeights() Weights {
	message := map[triage.Form]Span{triage.FormMessage: Span(24 * time.Hour)}
	return Weights{
		Risk: map[triage.Risk]float64{
			triage.RiskSelfHarm: 12, triage.RiskThreat: 8, triage.RiskSafety: 8, triage.RiskPrivacy: 4,
			triage.RiskLegal: 4, triage.RiskMinor: 2, triage.RiskDiscrimination: 2, triage.RiskBoycott: 2,
			triage.RiskMisinformation: 1,
		},
		Urgency:      ByPriority[float64]{1, 0.5, 0, 0},
		ReplyWindow:  ReplyWindow{Closes: map[triage.Platform]map[triage.Form]Span{triage.Facebook: message, triage.Instagram: message}, Margin: Span(4 * time.Hour), Hours: 0.5},
		ReachTenfold: 0.25, ReachMost: 1,
		Tags:    map[string]float64{"advocate": 1, "creator": 1, "at_risk": 2, "first_time": 0.5},
		Promise: 2, Touched: 0.5, TouchedDays: 7, Comments: 0.25, RelatedMost: 4,
		WaveTenfold: 1, WaveMost: 3,
		GoalShare: 0.2, Spam: -30 * 24,
	}
}
