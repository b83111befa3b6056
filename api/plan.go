package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"triage/postgres"
	"triage/routing"
	"triage/triage"
)

func (s *Server) planRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/plan", id: "get-plan", needs: mayRead,
		summary: "The routing plan in force, with everything that its document leaves to the default",
	}, s.getPlan)
	register(s, route{
		method: http.MethodGet, path: "/v1/plans", id: "list-plans", needs: mayRead,
		summary: "Versions of the plan, newest first",
	}, s.listPlans)
	register(s, route{
		method: http.MethodGet, path: "/v1/plans/{version}", id: "get-plan-version", needs: mayRead,
		summary: "One version of the plan", fails: []int{http.StatusNotFound},
	}, s.getPlanVersion)
	register(s, route{
		method: http.MethodPost, path: "/v1/plans", id: "add-plan", needs: mayLead,
		summary: "Keep a document as the next version, a draft; one that is there already stays what it is",
	}, s.addPlan)
	register(s, route{
		method: http.MethodPost, path: "/v1/plans/{version}/activate", id: "activate-plan", needs: mayLead,
		summary: "Put a version in force, 0 for the plan that follows the taxonomy",
		fails:   []int{http.StatusNotFound, http.StatusPreconditionFailed},
	}, s.activatePlan)
	register(s, route{
		method: http.MethodPost, path: "/v1/plans/preview", id: "preview-plan", needs: mayLead,
		summary: "What a plan would have changed in the last days", fails: []int{http.StatusNotFound},
	}, s.previewPlan)
}

// PlanBody is one version of the plan. It is exported because the contract library reads no
// others as part of a body.
type PlanBody struct {
	Version     int             `json:"version"`
	State       string          `json:"state" enum:"draft,active,retired"`
	Note        string          `json:"note"`
	CreatedAt   *time.Time      `json:"created_at"`
	CreatedBy   *personBody     `json:"created_by" doc:"null for the command line"`
	ActivatedAt *time.Time      `json:"activated_at" doc:"When it was put in force last"`
	Plan        json.RawMessage `json:"plan" doc:"The document, as it was written"`
}

func planOf(p postgres.PlanRow) PlanBody {
	return PlanBody{
		Version: p.Version, State: p.State, Note: p.Note, CreatedAt: timeOrNull(p.CreatedAt), CreatedBy: personOf(p.CreatedBy, p.Creator),
		ActivatedAt: timeOrNull(p.ActivatedAt), Plan: p.Body,
	}
}

type planInForceOutput struct {
	ETag string `header:"ETag"`
	Body struct {
		Version int             `json:"version" doc:"0 for the plan that follows the taxonomy"`
		Goal    float64         `json:"goal" doc:"The brand's aim from loyalty (0) to visibility (1)"`
		Plan    json.RawMessage `json:"plan" doc:"The whole document"`
	}
}

func (s *Server) getPlan(ctx context.Context, who postgres.Caller, _ *struct{}) (*planInForceOutput, error) {
	plan, err := s.store.Plan(ctx, who.BrandID)
	if err != nil {
		return nil, err
	}
	document, err := plan.Document()
	if err != nil {
		return nil, err
	}
	out := &planInForceOutput{ETag: planTag(plan.Version)}
	out.Body.Version, out.Body.Goal, out.Body.Plan = plan.Version, float64(plan.Goal), document
	return out, nil
}

// planTag returns the entity tag of what is in force.
func planTag(version int) string { return strconv.Quote(strconv.Itoa(version)) }

type plansOutput struct {
	Body struct {
		Plans []PlanBody `json:"plans" nullable:"false"`
	}
}

func (s *Server) listPlans(ctx context.Context, who postgres.Caller, _ *struct{}) (*plansOutput, error) {
	rows, err := s.store.PlanVersions(ctx, who.BrandID)
	if err != nil {
		return nil, err
	}
	out := &plansOutput{}
	out.Body.Plans = make([]PlanBody, len(rows))
	for i, row := range rows {
		out.Body.Plans[i] = planOf(row)
	}
	return out, nil
}

type planInput struct {
	Version int `path:"version" minimum:"0" maximum:"1000000000"`
}

type planOutput struct {
	Status int
	Body   PlanBody
}

func (s *Server) getPlanVersion(ctx context.Context, who postgres.Caller, in *planInput) (*planOutput, error) {
	row, err := s.store.PlanVersion(ctx, who.BrandID, in.Version)
	if err != nil {
		return nil, err
	}
	return &planOutput{http.StatusOK, planOf(row)}, nil
}

type addPlanInput struct {
	Body struct {
		Plan json.RawMessage `json:"plan" doc:"The document; what it does not name is as in the default plan"`
		Note string          `json:"note,omitempty" maxLength:"2000" doc:"What it is for, for colleagues"`
	}
}

func (s *Server) addPlan(ctx context.Context, who postgres.Caller, in *addPlanInput) (*planOutput, error) {
	if _, err := s.readPlan(ctx, who.BrandID, in.Body.Plan); err != nil {
		return nil, err
	}
	row, added, err := s.desk.AddPlan(ctx, who, in.Body.Plan, in.Body.Note)
	if err != nil {
		return nil, err
	}
	if !added {
		return &planOutput{http.StatusOK, planOf(row)}, nil
	}
	return &planOutput{http.StatusCreated, planOf(row)}, nil
}

// readPlan reads a document, or says everything that is wrong with it.
func (s *Server) readPlan(ctx context.Context, brand triage.ID, document []byte) (routing.Plan, error) {
	plan, problems, err := s.desk.ReadPlan(ctx, brand, document)
	if err != nil || len(problems) == 0 {
		return plan, err
	}
	wrong := make([]invalidField, len(problems))
	for i, p := range problems {
		wrong[i] = invalidField{"body.plan" + p.Pointer, p.Message}
	}
	return plan, problemError{
		status: http.StatusUnprocessableEntity, kind: "validation-failed", title: "The plan cannot be used.",
		detail: map[string]any{"errors": wrong},
	}
}

type activatePlanInput struct {
	Version int    `path:"version" minimum:"0" maximum:"1000000000"`
	IfMatch string `header:"If-Match" doc:"ETag of the plan that the caller believes to be in force; another one is refused"`
}

func (s *Server) activatePlan(ctx context.Context, who postgres.Caller, in *activatePlanInput) (*planInForceOutput, error) {
	var expected *int
	if given := versionGiven(in.IfMatch); given != nil {
		version := int(*given)
		expected = &version
	}
	if err := s.desk.ActivatePlan(ctx, who, in.Version, expected); err != nil {
		return nil, err
	}
	return s.getPlan(ctx, who, nil)
}
