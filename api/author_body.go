package api

import (
	"time"

	"triage/postgres"
	"triage/relation"
)

// AuthorPage is what we know of a person. It is exported because the contract library
// reads no others. On pages after the first only the timeline is filled.
type AuthorPage struct {
	Account    accountBody   `json:"account"`
	History    bool          `json:"history" doc:"Whether the brand keeps what it knows of people; if not, only the present thread is shown"`
	SamePerson []accountBody `json:"same_person" nullable:"false" doc:"Accounts that confirmed links join: everything here speaks of all of them"`
	Timeline   []momentBody  `json:"timeline" nullable:"false" doc:"Newest first, over all channels"`
	NextCursor *string       `json:"next_cursor" doc:"null on the last page"`
	Counts     CountsBody    `json:"counts"`
	Tone       toneBody      `json:"tone"`
	Tags       []tagBody     `json:"tags" nullable:"false"`
	LastTouch  *touchBody    `json:"last_touch" doc:"When a person of ours last dealt with them"`
	Notes      []noteBody    `json:"notes" nullable:"false" doc:"On the person, newest first"`
	Promises   []promiseBody `json:"promises" nullable:"false" doc:"Open ones, by date"`
	Links      []linkBody    `json:"links" nullable:"false" doc:"With accounts that may be the same person, newest first"`
}

// empty makes every list an empty one.
func (p *AuthorPage) empty() {
	p.SamePerson, p.Timeline, p.Tags = []accountBody{}, []momentBody{}, []tagBody{}
	p.Notes, p.Promises, p.Links = []noteBody{}, []promiseBody{}, []linkBody{}
	p.Counts.Intents, p.Counts.Sentiments = map[string]int{}, map[string]int{}
	p.Tone = toneBody{Unit: "week", Buckets: []bucketBody{}}
}

// accountBody is one account of a person.
type accountBody struct {
	ID        string      `json:"id"`
	Platform  string      `json:"platform"`
	Channel   channelBody `json:"channel"`
	Handle    *string     `json:"handle"`
	Name      *string     `json:"name"`
	Followers *int64      `json:"followers"`
	Verified  bool        `json:"verified"`
	FirstSeen time.Time   `json:"first_seen_at"`
	LastSeen  time.Time   `json:"last_seen_at"`
}

func accountOf(a postgres.AuthorRow) accountBody {
	out := accountBody{
		ID: string(a.ID), Platform: string(a.Platform), Channel: channelBody{string(a.ChannelID), a.ChannelName},
		Handle: textOrNull(a.Handle), Name: textOrNull(a.Name), Verified: a.Verified, FirstSeen: a.FirstSeen, LastSeen: a.LastSeen,
	}
	if a.Followers >= 0 {
		out.Followers = &a.Followers
	}
	return out
}

type momentBody struct {
	Item  ItemBody `json:"item" doc:"The engagement with how it stands, its outcome and who answered"`
	Notes []string `json:"notes" nullable:"false" doc:"Ids of what was written down about it"`
}

// CountsBody are counts of engagements. It is exported because the contract library reads
// no others as part of a body.
type CountsBody struct {
	Engagements int            `json:"engagements"`
	Open        int            `json:"open"`
	Closed      int            `json:"closed"`
	Complete    bool           `json:"complete" doc:"false when there are more: the newest 1000 are counted"`
	Intents     map[string]int `json:"by_intent" nullable:"false"`
	Sentiments  map[string]int `json:"by_sentiment" nullable:"false"`
}

func wordCounts[T ~string](counts map[T]int) map[string]int {
	out := make(map[string]int, len(counts))
	for word, n := range counts {
		out[string(word)] = n
	}
	return out
}

func countsOf(c relation.Counts) CountsBody {
	return CountsBody{
		Engagements: c.Total, Open: c.Open, Closed: c.Closed, Complete: c.Total < postgres.CountedMoments,
		Intents: wordCounts(c.Intents), Sentiments: wordCounts(c.Sentiments),
	}
}

type toneBody struct {
	Unit    string       `json:"unit" enum:"week,month"`
	Buckets []bucketBody `json:"buckets" nullable:"false" doc:"Oldest first, without gaps"`
}

func toneOf(moments []relation.Moment, zone *time.Location) toneBody {
	buckets, unit := relation.Tone(moments, zone)
	out := toneBody{Unit: unit, Buckets: make([]bucketBody, len(buckets))}
	for n, b := range buckets {
		out.Buckets[n] = bucketBody(b)
	}
	return out
}

type bucketBody struct {
	Start    time.Time `json:"start"`
	Negative int       `json:"negative"`
	Neutral  int       `json:"neutral"`
	Positive int       `json:"positive"`
}

type tagBody struct {
	Name string `json:"name"`
	By   string `json:"by" enum:"rule,person"`
	Why  string `json:"why" doc:"For those of rules: the reason, to read"`
}

type touchBody struct {
	At time.Time   `json:"at"`
	By *personBody `json:"by"`
}

// linkBody is a link between two accounts.
type linkBody struct {
	ID        string        `json:"id"`
	State     string        `json:"state" enum:"suggested,confirmed,rejected"`
	Account   *accountBody  `json:"account,omitempty" doc:"On a person's page: the other account"`
	Accounts  []accountBody `json:"accounts,omitempty" doc:"In the answer to a decision: both"`
	Evidence  []string      `json:"evidence" nullable:"false" enum:"equal_handle,similar_handle,equal_name,both_verified" doc:"What speaks for it"`
	CreatedAt time.Time     `json:"created_at"`
	DecidedAt *time.Time    `json:"decided_at"`
	DecidedBy *personBody   `json:"decided_by"`
}

func linkOf(l postgres.Link, other accountBody) linkBody {
	return linkBody{
		ID: string(l.ID), State: string(l.State), Account: &other, Evidence: texts(l.Evidence), CreatedAt: l.CreatedAt,
		DecidedAt: timeOrNull(l.DecidedAt), DecidedBy: personOf(l.DecidedBy, l.Decider),
	}
}
