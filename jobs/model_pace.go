package jobs

import (
	"context"

	"triage/llm"
	"triage/postgres"
)

// ModelPace is the pace that all processes share when they ask one endpoint. It implements
// llm.Pace.
type ModelPace struct{ postgres.Pace }

// Allow takes in what the endpoint still allows.
func (p ModelPace) Allow(ctx context.Context, a llm.Allowance) {
	p.Pace.Allow(ctx, a.Requests, a.RequestsReset, a.Tokens, a.TokensReset)
}
