package api

import (
	"context"
	"net/http"
	"time"

	"triage/connector"
	"triage/llm"
	"triage/postgres"
	"triage/triage"
)

func (s *Server) setupRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/platforms", id: "list-platforms", needs: mayLead, summary: "What can be listened to, and what each needs",
	}, s.listPlatforms)
	register(s, route{
		method: http.MethodPost, path: "/v1/endpoints", id: "add-endpoint", needs: mayRule,
		summary: "Make an address for a platform; secrets that we chose are shown this once",
	}, s.addEndpoint)
	onEndpoint := func(verb, summary string) route {
		return route{
			method: http.MethodPost, path: "/v1/endpoints/{id}/" + verb, id: verb + "-endpoint", needs: mayRule, summary: summary,
			fails: []int{http.StatusNotFound},
		}
	}
	register(s, onEndpoint("rotate", "Give an address another secret; the one before stays valid for a while"), s.rotateEndpoint)
	register(s, onEndpoint("disable", "Take no deliveries there any more"), s.disableEndpoint)
	register(s, onEndpoint("enable", "Take deliveries there again"), s.enableEndpoint)
	register(s, route{
		method: http.MethodPost, path: "/v1/channels", id: "add-channel", needs: mayRule,
		summary: "Listen to an account under one of the brand's endpoints", fails: []int{http.StatusNotFound, http.StatusConflict},
	}, s.addChannel)
	register(s, route{
		method: http.MethodGet, path: "/v1/sample", id: "get-sample", needs: mayLead, summary: "How many sample comments there are",
	}, s.getSample)
	register(s, route{
		method: http.MethodPut, path: "/v1/sample", id: "set-sample", needs: mayRule,
		summary: "Let an invented community speak to the brand, or take back what it said", fails: []int{http.StatusConflict},
	}, s.setSample)
	register(s, route{
		method: http.MethodPost, path: "/v1/engines/test", id: "test-engine", needs: mayLead,
		summary: "Ask the language model something short about nobody's words",
	}, s.testEngine)
}

// PlatformBody is what somebody must know of a platform to listen to it.
type PlatformBody struct {
	Name       string `json:"name"`
	OurSecret  bool   `json:"our_secret" doc:"Its secret is ours to choose: one is made when none is given"`
	Verifies   bool   `json:"verifies" doc:"It confirms an address by a token of ours"`
	Asked      bool   `json:"asked" doc:"It is asked for news"`
	Address    string `json:"address" doc:"Where it is asked; empty although asked: each account has an address of its own"`
	TakesToken bool   `json:"takes_token" doc:"It calls us, and is asked as well where an account has a token"`
}

type platformsOutput struct {
	Body struct {
		Platforms []PlatformBody `json:"platforms" nullable:"false"`
	}
}

func (s *Server) listPlatforms(context.Context, postgres.Caller, *struct{}) (*platformsOutput, error) {
	out := &platformsOutput{}
	out.Body.Platforms = []PlatformBody{}
	for _, k := range s.setup.Kinds() {
		out.Body.Platforms = append(out.Body.Platforms, PlatformBody{string(k.Name), k.OurSecret, k.Verifies, k.Asked, k.Address, k.Tokened})
	}
	return out, nil
}

type addEndpointInput struct {
	Body struct {
		Platform    string `json:"platform" maxLength:"40"`
		Secret      string `json:"secret,omitempty" maxLength:"2000" doc:"What signs deliveries, or opens the account; may be left out where it is ours to choose"`
		VerifyToken string `json:"verify_token,omitempty" maxLength:"200" doc:"Made when left out, where the platform wants one"`
	}
}

type endpointAddedOutput struct {
	Status int
	Body   struct {
		ID          string `json:"id"`
		Platform    string `json:"platform"`
		Path        string `json:"path"`
		URL         string `json:"url" doc:"To be copied to the platform"`
		Secret      string `json:"secret,omitempty" doc:"The one that was made; shown this once"`
		VerifyToken string `json:"verify_token,omitempty" doc:"The one that was made; shown this once"`
	}
}

func (s *Server) addEndpoint(ctx context.Context, who postgres.Caller, in *addEndpointInput) (*endpointAddedOutput, error) {
	made, err := s.setup.AddEndpoint(ctx, who, triage.Platform(in.Body.Platform), in.Body.Secret, in.Body.VerifyToken)
	if err != nil {
		return nil, err
	}
	out := &endpointAddedOutput{Status: http.StatusCreated}
	b := &out.Body
	b.ID, b.Platform, b.Path = string(made.Endpoint.ID), in.Body.Platform, webhookPath(made.Endpoint)
	b.URL, b.Secret, b.VerifyToken = s.public.JoinPath(b.Path).String(), made.Secret, made.VerifyToken
	return out, nil
}

// webhookPath is where an endpoint's deliveries are posted.
func webhookPath(e postgres.EndpointRow) string {
	return "/webhooks/" + string(e.Platform) + "/" + string(e.ID)
}

type onEndpoint struct {
	ID string `path:"id" doc:"Id of an endpoint"`
}

type rotateInput struct {
	ID   string `path:"id" doc:"Id of an endpoint"`
	Body struct {
		Secret      string `json:"secret,omitempty" maxLength:"2000" doc:"May be left out where it is ours to choose"`
		KeepSeconds int64  `json:"keep_seconds,omitempty" minimum:"0" maximum:"2592000" doc:"How long the one before stays valid"`
	}
}

type rotatedOutput struct {
	Body struct {
		Secret string `json:"secret,omitempty" doc:"The one that was made; shown this once"`
	}
}

func (s *Server) rotateEndpoint(ctx context.Context, who postgres.Caller, in *rotateInput) (*rotatedOutput, error) {
	made, err := s.setup.Rotate(ctx, who, triage.ID(in.ID), in.Body.Secret, time.Duration(in.Body.KeepSeconds)*time.Second)
	out := &rotatedOutput{}
	out.Body.Secret = made
	return out, err
}

func (s *Server) disableEndpoint(ctx context.Context, who postgres.Caller, in *onEndpoint) (*struct{}, error) {
	return nil, s.setup.SetDisabled(ctx, who, triage.ID(in.ID), true)
}

func (s *Server) enableEndpoint(ctx context.Context, who postgres.Caller, in *onEndpoint) (*struct{}, error) {
	return nil, s.setup.SetDisabled(ctx, who, triage.ID(in.ID), false)
}

type addChannelInput struct {
	Body struct {
		EndpointID string `json:"endpoint_id"`
		ExternalID string `json:"external_id" minLength:"1" maxLength:"400" doc:"The account, as the platform names it"`
		Name       string `json:"name" minLength:"1" maxLength:"200" doc:"For people"`
		Address    string `json:"address,omitempty" maxLength:"400" doc:"The server of the account, where each has one of its own"`
		Token      string `json:"token,omitempty" maxLength:"4000" doc:"Of the account, where the platform is asked by one"`
	}
}

type channelAddedOutput struct {
	Status int
	Body   channelEntry
}

func (s *Server) addChannel(ctx context.Context, who postgres.Caller, in *addChannelInput) (*channelAddedOutput, error) {
	b := in.Body
	row := postgres.ChannelRow{EndpointID: triage.ID(b.EndpointID), ExternalID: b.ExternalID, Name: b.Name, Address: b.Address}
	row, err := s.setup.AddChannel(ctx, who, row, b.Token)
	if err != nil {
		return nil, err
	}
	return &channelAddedOutput{http.StatusCreated, channelEntry{string(row.ID), string(row.Platform), row.ExternalID, row.Name, s.store.Now()}}, nil
}

type sampleOutput struct {
	Body struct {
		On       bool `json:"on"`
		Comments int  `json:"comments" doc:"That are there"`
	}
}

func (s *Server) getSample(ctx context.Context, who postgres.Caller, _ *struct{}) (*sampleOutput, error) {
	n, err := s.setup.Sample(ctx, who.BrandID)
	out := &sampleOutput{}
	out.Body.On, out.Body.Comments = n > 0, n
	return out, err
}

type setSampleInput struct {
	Body struct {
		On bool `json:"on"`
	}
}

func (s *Server) setSample(ctx context.Context, who postgres.Caller, in *setSampleInput) (*sampleOutput, error) {
	set := s.setup.HideSample
	if in.Body.On {
		set = s.setup.ShowSample
	}
	if err := set(ctx, who, s.take); err != nil {
		return nil, err
	}
	return s.getSample(ctx, who, nil)
}

// take lets a delivery of our own in as any other.
func (s *Server) take(ctx context.Context, p triage.Platform, endpoint triage.ID, d connector.Delivery) error {
	_, err := s.door.Receive(ctx, p, endpoint, d)
	return err
}

type engineTestOutput struct {
	Body struct {
		Configured bool   `json:"configured" doc:"false: the built-in engine judges, and nothing was asked"`
		Works      bool   `json:"works"`
		Model      string `json:"model"`
		Form       string `json:"form" doc:"How it keeps the form of answers: json_schema, json_object, text; empty: not at all"`
		Millis     int64  `json:"ms"`
		Problem    string `json:"problem" doc:"One word; empty when it works"`
	}
}

func (s *Server) testEngine(ctx context.Context, _ postgres.Caller, _ *struct{}) (*engineTestOutput, error) {
	out := &engineTestOutput{}
	if s.probe == nil {
		return out, nil
	}
	b := &out.Body
	b.Configured = true
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	a, err := s.probe(ctx)
	switch {
	case err != nil:
		b.Problem = string(llm.OutcomeOf(err))
	case !a.Kept:
		b.Model, b.Problem = a.Model, "form"
	default:
		b.Works, b.Model, b.Form, b.Millis = true, a.Model, a.Format, a.Latency.Milliseconds()
	}
	return out, nil
}

// probeTime bounds one test of a language model.
const probeTime = 20 * time.Second
