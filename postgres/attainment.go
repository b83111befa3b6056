package postgres

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// TargetGroup says by what the figures of targets are told apart.
type TargetGroup string

// The groups.
const (
	GroupNone     TargetGroup = ""
	GroupPriority TargetGroup = "priority"
	GroupIntent   TargetGroup = "intent"
	GroupPlatform TargetGroup = "platform"
	GroupQueue    TargetGroup = "queue"
)

var groupColumn = map[TargetGroup]string{
	GroupNone: `''`, GroupIntent: `i.intent`, GroupPlatform: `i.platform`, GroupQueue: `i.queue`,
	GroupPriority: `CASE i.priority WHEN 1 THEN 'urgent' WHEN 2 THEN 'high' WHEN 3 THEN 'normal' ELSE 'low' END`,
}

// The targets.
const (
	FirstAnswer = "first_answer"
	NextAnswer  = "next_answer"
	Resolution  = "resolution"
)

// TargetFigures is how one target was kept by the items of one group.
type TargetFigures struct {
	Group  string // the group's word, empty without grouping
	Target string

	Met      int
	Breached int // kept too late, or not kept although the target has passed
	AtRisk   int
	Running  int // the target lies ahead

	// Seconds of open time. What is still owed past its target counts as longer than
	// anything: where that reaches the quantile it is +Inf. NaN without anything to count.
	Median, P90 float64
}

//go:embed attainment.sql
var attainmentSQL string

// Targets returns how the targets of engagements were kept, as it stands at now; for next
// answers the time is when the author wrote again. It counts owner items. What was dismissed within its target, as deserving
// nothing, and what was erased, has none.
func (r Reads) Targets(ctx context.Context, brand triage.ID, by TargetGroup, of Received, now time.Time) ([]TargetFigures, error) {
	column, ok := groupColumn[by]
	if !ok {
		return nil, triage.Errorf(triage.Invalid, "There is no such group.")
	}
	rows, _ := r.db.Query(ctx, strings.ReplaceAll(attainmentSQL, "$group", column), brand, of.From, of.To, now, string(of.Platform), string(of.Queue))
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[TargetFigures])
	if err != nil {
		return nil, unavailable(fmt.Errorf("targets of brand %s: %w", brand, err))
	}
	return found, nil
}
