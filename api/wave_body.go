package api

import (
	"time"

	"triage/postgres"
)

type getWaveOutput struct {
	Body WaveDetailBody
}

// WaveDetailBody is a wave with its course and its people. It is exported because the
// contract library reads no others.
type WaveDetailBody struct {
	WaveBody
	Live        int            `json:"live" doc:"Members that still ask for work"`
	Speaks      *ItemBody      `json:"representative" doc:"The item that stands for the others"`
	Apart       []OutlierBody  `json:"outlier_items" nullable:"false" doc:"Members that need an answer of their own, the most pressing 50"`
	Timeline    timelineBody   `json:"timeline"`
	ByQueue     map[string]int `json:"by_queue"`
	ByIntent    map[string]int `json:"by_intent"`
	BySentiment map[string]int `json:"by_sentiment"`
	ByStatus    map[string]int `json:"by_status"`
	AuthorAges  authorAgesBody `json:"author_ages" doc:"How long we knew the authors when it started"`
}

// OutlierBody is a member that needs an answer of its own.
type OutlierBody struct {
	Item    ItemBody `json:"item"`
	Because []string `json:"because" nullable:"false" enum:"risk,more_urgent,other_intent,own_case,wants_answer,far"`
}

type timelineBody struct {
	BucketSeconds int              `json:"bucket_seconds"`
	Buckets       []waveBucketBody `json:"buckets" nullable:"false" doc:"Those that are not empty"`
}

type waveBucketBody struct {
	At    time.Time `json:"at"`
	Count int       `json:"count"`
}

type authorAgesBody struct {
	Day       int     `json:"day" doc:"First seen less than a day before, or during the wave"`
	Week      int     `json:"week" doc:"Less than a week before, but a day"`
	Longer    int     `json:"longer"`
	Hidden    int     `json:"hidden" doc:"Items whose author the platform hides"`
	ShareDay  float64 `json:"share_day" doc:"Of the authors that we see, 0 to 1"`
	ShareWeek float64 `json:"share_week" doc:"First seen less than a week before, those of the last day among them"`
}

func waveDetailOf(w postgres.Wave, d postgres.WaveDetail, now time.Time) WaveDetailBody {
	out := WaveDetailBody{
		WaveBody: waveOf(w), Live: d.Live, Apart: make([]OutlierBody, len(d.Outliers)),
		Timeline: timelineBody{BucketSeconds: int(d.Bucket.Seconds()), Buckets: make([]waveBucketBody, len(d.Timeline))},
		ByQueue:  d.ByQueue, ByIntent: d.ByIntent, BySentiment: d.BySentiment, ByStatus: d.ByStatus,
		AuthorAges: agesOf(d.Ages),
	}
	if d.Representative != nil {
		body := bodyOf(*d.Representative, now)
		out.Speaks = &body
	}
	for n, o := range d.Outliers {
		out.Apart[n] = OutlierBody{bodyOf(o.Item, now), texts(o.Because)}
	}
	for n, b := range d.Timeline {
		out.Timeline.Buckets[n] = waveBucketBody(b)
	}
	return out
}

func agesOf(a postgres.AuthorAges) authorAgesBody {
	out := authorAgesBody{Day: a.Day, Week: a.Week, Longer: a.Longer, Hidden: a.Hidden}
	if seen := float64(a.Day + a.Week + a.Longer); seen > 0 {
		out.ShareDay, out.ShareWeek = float64(a.Day)/seen, float64(a.Day+a.Week)/seen
	}
	return out
}
