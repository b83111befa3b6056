package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"triage/connector"
	"triage/ingest"
	"triage/postgres"
	"triage/triage"
)

func (s *Server) adminRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/brand", id: "get-brand", needs: mayRead, summary: "The brand that the caller works for",
	}, s.getBrand)
	register(s, route{
		method: http.MethodPatch, path: "/v1/brand", id: "change-brand", needs: mayRule, summary: "Change the brand",
	}, s.changeBrand)
	register(s, route{
		method: http.MethodGet, path: "/v1/channels", id: "list-channels", needs: mayRead, summary: "Accounts of the brand that are listened to, and how they do",
	}, s.listChannels)
	register(s, route{
		method: http.MethodGet, path: "/v1/endpoints", id: "list-endpoints", needs: mayLead,
		summary: "The brand's webhook addresses and how they do; no secrets",
	}, s.listEndpoints)
	register(s, route{
		method: http.MethodGet, path: "/v1/deliveries", id: "list-deliveries", needs: mayLead,
		summary: "Deliveries to the brand's addresses of which something could not be used, newest first",
	}, s.listDeliveries)
	register(s, route{
		method: http.MethodPost, path: "/v1/deliveries/{id}/replay", id: "replay-delivery", needs: mayLead,
		summary: "Take a delivery through the door once more; what was accepted before changes nothing",
		fails:   []int{http.StatusNotFound, http.StatusGone},
	}, s.replayDelivery)
	register(s, route{
		method: http.MethodGet, path: "/v1/jobs/dead", id: "list-dead-jobs", needs: mayLead,
		summary: "Background work that was given up, newest first",
	}, s.listDeadJobs)
	register(s, route{
		method: http.MethodPost, path: "/v1/jobs/dead/{id}/retry", id: "retry-dead-job", needs: mayLead,
		summary: "Let background work that was given up be tried once more", fails: []int{http.StatusNotFound},
	}, s.retryDeadJob)
}

// BrandBody is a brand, on the wire.
type BrandBody struct {
	ID        string    `json:"id"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	Goal      float64   `json:"goal" doc:"0 is loyalty, 1 is visibility"`
	Context   string    `json:"context" doc:"A few words on the brand that help to judge comments"`
	Voice     string    `json:"voice" doc:"A few words on how the brand speaks"`
	SlackSMM  string    `json:"slack_smm" doc:"Slack channel of the content queue; empty: none"`
	SlackCM   string    `json:"slack_cm" doc:"Slack channel of the relationship queue; empty: none"`
	CreatedAt time.Time `json:"created_at"`

	NothingLeaves bool     `json:"nothing_leaves" doc:"No text goes to a language model; the built-in engines do everything"`
	Withheld      []string `json:"withheld" nullable:"false" doc:"What is kept back when comments go to a language model"`
}

type brandOutput struct{ Body BrandBody }

func brandBody(b postgres.BrandRow, err error) (*brandOutput, error) {
	if err != nil {
		return nil, err
	}
	return &brandOutput{BrandBody{
		string(b.ID), b.Slug, b.Name, float64(b.Goal), b.Context, b.Voice, b.SlackSMM, b.SlackCM, b.CreatedAt,
		b.Outflow.Nothing, texts(b.Outflow.Withheld),
	}}, nil
}

func (s *Server) getBrand(ctx context.Context, who postgres.Caller, _ *struct{}) (*brandOutput, error) {
	return brandBody(s.store.Brand(ctx, string(who.BrandID)))
}

type changeBrandInput struct {
	Body struct {
		Name     *string  `json:"name,omitempty" minLength:"1" maxLength:"200"`
		Goal     *float64 `json:"goal,omitempty" minimum:"0" maximum:"1"`
		Context  *string  `json:"context,omitempty" maxLength:"2000"`
		Voice    *string  `json:"voice,omitempty" maxLength:"2000"`
		SlackSMM *string  `json:"slack_smm,omitempty" maxLength:"100"`
		SlackCM  *string  `json:"slack_cm,omitempty" maxLength:"100"`

		NothingLeaves *bool     `json:"nothing_leaves,omitempty"`
		Withheld      *[]string `json:"withheld,omitempty" maxItems:"8" enum:"language,platform,post,in_reply_to,brand,about_the_brand,brand_voice,examples"`
	}
}

func (s *Server) changeBrand(ctx context.Context, who postgres.Caller, in *changeBrandInput) (*brandOutput, error) {
	b := in.Body
	change := postgres.BrandChange{Name: b.Name, Context: b.Context, Voice: b.Voice, SlackSMM: b.SlackSMM, SlackCM: b.SlackCM, NothingLeaves: b.NothingLeaves}
	if b.Withheld != nil {
		withheld := wordsOf[triage.Field](*b.Withheld)
		change.Withheld = &withheld
	}
	if b.Goal != nil {
		goal := triage.Goal(*b.Goal)
		change.Goal = &goal
	}
	return brandBody(s.gate.ChangeBrand(ctx, who, change))
}

type channelsOutput struct {
	Body struct {
		Channels []channelState `json:"channels" nullable:"false"`
	}
}

// channelState is a channel with how it does.
type channelState struct {
	ID          string     `json:"id"`
	Platform    string     `json:"platform"`
	ExternalID  string     `json:"external_id" doc:"The account, as the platform names it"`
	Name        string     `json:"name"`
	CreatedAt   time.Time  `json:"created_at"`
	Address     string     `json:"address" doc:"Where it is asked for news; empty: the platform calls us"`
	State       string     `json:"state" enum:"called,new,listening,failing,limited,refused,ended" doc:"called: the platform calls us; refused: stopped until it has another token; ended: the account took our access back"`
	Reason      string     `json:"reason" doc:"Why it is failing, limited, refused or ended; of a listening one, what is wrong all the same"`
	Silent      bool       `json:"silent" doc:"It is asked and an answer is missing for five minutes, or its platform tells nothing for longer than it may"`
	LastAskedAt *time.Time `json:"last_asked_at" doc:"Last good answer; null: never, or it calls us"`
	LastEventAt *time.Time `json:"last_event_at" doc:"Last news; where the platform calls us, at least the last delivery to its address; null: never"`
	LastCallAt  *time.Time `json:"last_call_at" doc:"Last news that the platform told by itself; null: never"`
	GapFrom     *time.Time `json:"gap_from" doc:"Since when nobody had asked, or the platform had told nothing, the last time that it was too long; null: never"`
	GapFilledAt *time.Time `json:"gap_filled_at" doc:"When all that was said in the gap had been taken in; null: not yet, or the platform cannot be asked"`

	ExpectSeconds  *int64     `json:"expect_seconds" doc:"How long it may tell nothing; null: its own past says, by the hour of the week"`
	Subscription   string     `json:"subscription" doc:"What the platform says of whether it calls us: subscribed, or what is missing; challenge_missing: it lets the endpoint prove its secret again and again, and no longer does; empty: it cannot be asked"`
	SubscriptionAt *time.Time `json:"subscription_at" doc:"When it said that"`
	ChallengedAt   *time.Time `json:"last_challenged_at" doc:"When its platform's challenge was answered last, where it repeats such; anybody may send one, so that only its absence says something; null: never"`
	Alarms         []string   `json:"alarms" nullable:"false" enum:"silent,unreachable,stopped,unsubscribed" doc:"What its team was told"`
	CheckedAt      *time.Time `json:"last_checked_at" doc:"Last look at what is held, where the platform does not tell of edits and deletions; null: never"`
	Quota          *quotaBody `json:"quota" doc:"What the platform allows the channel in a day; null: it counts nothing"`
}

// quotaBody is a day's budget.
type quotaBody struct {
	Limit     int       `json:"limit" doc:"In the platform's units"`
	Spent     int       `json:"spent"`
	Left      int       `json:"left"`
	LeftAtEnd int       `json:"left_at_end" doc:"What will be left at the day's end, if it goes on as it has begun"`
	ResetsAt  time.Time `json:"resets_at" doc:"When the platform's day ends"`
}

func quotaOrNull(q postgres.Quota, now time.Time) *quotaBody {
	if q.Limit == 0 {
		return nil
	}
	b := connector.Budget(q)
	return &quotaBody{b.Limit, b.Limit - b.Left(now), b.Left(now), b.LeftAtEnd(now), b.Until}
}

type channelEntry struct {
	ID         string    `json:"id"`
	Platform   string    `json:"platform"`
	ExternalID string    `json:"external_id" doc:"The account, as the platform names it"`
	Name       string    `json:"name"`
	CreatedAt  time.Time `json:"created_at"`
}

func (s *Server) listChannels(ctx context.Context, who postgres.Caller, _ *struct{}) (*channelsOutput, error) {
	found, err := s.store.ChannelHealth(ctx, who.BrandID)
	if err != nil {
		return nil, err
	}
	out := &channelsOutput{}
	out.Body.Channels = []channelState{}
	for _, h := range found {
		out.Body.Channels = append(out.Body.Channels, channelState{
			ID: string(h.ID), Platform: string(h.Platform), ExternalID: h.ExternalID, Name: h.Name, CreatedAt: h.CreatedAt,
			Address: h.Address, State: cmp.Or(h.State, "called"), Reason: h.Reason, Silent: h.Silent,
			LastAskedAt: timeOrNull(h.AskedAt), LastEventAt: timeOrNull(h.EventAt),
			GapFrom: timeOrNull(h.GapFrom), GapFilledAt: timeOrNull(h.GapFilledAt),
			CheckedAt: timeOrNull(h.CheckedAt), Quota: quotaOrNull(h.Quota, s.store.Now()),
			LastCallAt: timeOrNull(h.CalledAt), ExpectSeconds: secondsOrNull(h.Expect),
			Subscription: h.Subscription, SubscriptionAt: timeOrNull(h.SubscriptionAt), ChallengedAt: timeOrNull(h.ChallengedAt), Alarms: h.Alarms,
		})
	}
	return out, nil
}

func secondsOrNull(d time.Duration) *int64 {
	if d == 0 {
		return nil
	}
	seconds := int64(d / time.Second)
	return &seconds
}

// channelEntries leaves out what belongs to other brands under the same endpoint.
func channelEntries(found []postgres.ChannelRow, brand triage.ID) []channelEntry {
	out := []channelEntry{}
	for _, c := range found {
		if c.BrandID == brand {
			out = append(out, channelEntry{string(c.ID), string(c.Platform), c.ExternalID, c.Name, c.CreatedAt})
		}
	}
	return out
}

type endpointsOutput struct {
	Body struct {
		Endpoints []endpointEntry `json:"endpoints" nullable:"false"`
	}
}

type endpointEntry struct {
	ID                string         `json:"id"`
	Platform          string         `json:"platform"`
	Path              string         `json:"path" doc:"Where the platform delivers"`
	URL               string         `json:"url" doc:"The same with our public address, to be copied to the platform"`
	Disabled          bool           `json:"disabled"`
	LastDeliveryAt    *time.Time     `json:"last_delivery_at" doc:"To the minute; null: never"`
	PreviousExpiresAt *time.Time     `json:"previous_expires_at" doc:"Until when the secret before this one is valid too; null: no longer"`
	CreatedAt         time.Time      `json:"created_at"`
	Channels          []channelEntry `json:"channels" nullable:"false"`
}

func (s *Server) listEndpoints(ctx context.Context, who postgres.Caller, _ *struct{}) (*endpointsOutput, error) {
	found, err := s.store.BrandEndpoints(ctx, who.BrandID)
	if err != nil {
		return nil, err
	}
	var ids []triage.ID
	for _, e := range found {
		ids = append(ids, e.ID)
	}
	last, err := s.store.DeliveryTimes(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := &endpointsOutput{}
	out.Body.Endpoints = []endpointEntry{}
	for _, e := range found {
		if e.BrandID != who.BrandID {
			continue // another brand's, with a channel of ours under it
		}
		path := webhookPath(e)
		entry := endpointEntry{
			ID: string(e.ID), Platform: string(e.Platform), Path: path, URL: s.public.JoinPath(path).String(), Disabled: e.Disabled(),
			LastDeliveryAt: timeOrNull(last[e.ID]), CreatedAt: e.CreatedAt, Channels: channelEntries(e.Channels, who.BrandID),
		}
		if e.PreviousExpiresAt.After(time.Now()) {
			entry.PreviousExpiresAt = &e.PreviousExpiresAt
		}
		out.Body.Endpoints = append(out.Body.Endpoints, entry)
	}
	return out, nil
}

type deliveriesInput struct {
	State  string `query:"state" enum:"quarantined" default:"quarantined" doc:"Only those of which something could not be used are listed"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"200"`
}

type deliveriesOutput struct {
	Body struct {
		Deliveries []deliveryEntry `json:"deliveries" nullable:"false"`
		NextCursor *string         `json:"next_cursor" doc:"null: there are no more"`
	}
}

type deliveryEntry struct {
	ID          string            `json:"id"`
	EndpointID  string            `json:"endpoint_id"`
	Platform    string            `json:"platform"`
	ReceivedAt  time.Time         `json:"received_at"`
	State       string            `json:"state" enum:"accepted,quarantined" doc:"accepted: some of it could be used"`
	Source      string            `json:"source" doc:"webhook, poll or replay"`
	Accepted    int               `json:"accepted"`
	Ignored     int               `json:"ignored"`
	Quarantined int               `json:"quarantined"`
	Rejects     []postgres.Reject `json:"rejects" nullable:"false" doc:"What could not be used, and why"`
	Replayable  bool              `json:"replayable" doc:"Its bytes are kept"`
}

func (s *Server) listDeliveries(ctx context.Context, who postgres.Caller, in *deliveriesInput) (*deliveriesOutput, error) {
	list := "deliveries/" + string(who.BrandID)
	place, err := openCursor(s.cursorKey, list, in.Cursor)
	if err != nil {
		return nil, err
	}
	var before triage.ID
	if place != nil {
		before = place.ID
	}
	found, err := s.store.QuarantinedOf(ctx, who.BrandID, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &deliveriesOutput{}
	out.Body.Deliveries = []deliveryEntry{}
	if len(found) > in.Limit {
		found = found[:in.Limit]
		out.Body.NextCursor = textOrNull(sealCursor(s.cursorKey, list, postgres.Position{ID: found[in.Limit-1].ID}))
	}
	for _, d := range found {
		out.Body.Deliveries = append(out.Body.Deliveries, deliveryEntry{
			string(d.ID), string(d.EndpointID), string(d.Platform), d.ReceivedAt, d.State, d.Source,
			d.Accepted, d.Ignored, d.Quarantined, append([]postgres.Reject{}, d.Rejects...), d.Replayable,
		})
	}
	return out, nil
}

type replayInput struct {
	ID string `path:"id" doc:"Id of a delivery"`
}

type replayOutput struct{ Body ingest.Result }

func (s *Server) replayDelivery(ctx context.Context, who postgres.Caller, in *replayInput) (*replayOutput, error) {
	stored, err := s.store.DeliveryOf(ctx, who.BrandID, triage.ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := s.gate.NoteReplay(ctx, who, stored.ID); err != nil {
		return nil, err
	}
	result, err := s.door.Replay(ctx, stored)
	return &replayOutput{result}, err
}

type deadJobsOutput struct {
	Body struct {
		Jobs []deadJobEntry `json:"jobs" nullable:"false"`
	}
}

type deadJobEntry struct {
	Kind     string    `json:"kind" doc:"notice: a message to Slack; others: the name of the job"`
	ID       string    `json:"id"`
	ItemID   *string   `json:"item_id" doc:"Of a notice"`
	Attempts int       `json:"attempts"`
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"`
}

// deadShown bounds the list of dead jobs.
const deadShown = 200

func (s *Server) listDeadJobs(ctx context.Context, who postgres.Caller, _ *struct{}) (*deadJobsOutput, error) {
	found, err := s.store.DeadJobs(ctx, who.BrandID, deadShown)
	if err != nil {
		return nil, err
	}
	out := &deadJobsOutput{}
	out.Body.Jobs = []deadJobEntry{}
	for _, j := range found {
		out.Body.Jobs = append(out.Body.Jobs, deadJobEntry{j.Kind, j.ID, textOrNull(string(j.ItemID)), j.Attempts, j.Reason, j.At})
	}
	return out, nil
}

type retryInput struct {
	ID   string `path:"id" doc:"Id of the work"`
	Body struct {
		Kind string `json:"kind" enum:"notice,judge" doc:"notice: a message to Slack; judge: a judgement"`
	}
}

func (s *Server) retryDeadJob(ctx context.Context, who postgres.Caller, in *retryInput) (*struct{}, error) {
	return nil, s.gate.RetryDead(ctx, who, in.Body.Kind, in.ID)
}
