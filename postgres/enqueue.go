package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"triage/triage"
)

// The job queues for judging. Jobs come into the first; what is too many of one brand is moved
// to the second, which has workers of its own: see judge_turn in the migrations.
const (
	JudgeQueue = "judge"
	CrowdQueue = "judge_crowd"
)

// perJob is how many engagements one job judges: enough to share round trips, few enough
// that a failure is cheap to repeat.
const perJob = 50

// judgeAttempts is how often a job may fail before its engagements are placed unjudged.
const judgeAttempts = 5

// Enqueue schedules the judging of refs, in jobs of at most perJob of one brand. Brands take
// turns in the line of jobs: see judge_turn in the migrations.
func (t *Tx) Enqueue(ctx context.Context, refs []Ref) error {
	return t.enqueue(ctx, perJob, refs, 1)
}

// EnqueueEach schedules one job for each of refs, so that one that always fails, or kills
// its worker, no longer holds up the others.
func (t *Tx) EnqueueEach(ctx context.Context, refs []Ref) error {
	return t.enqueue(ctx, 1, refs, 1)
}

// priorityHistory lets everything else pass.
const priorityHistory = 4

// EnqueueHistory schedules the judging of what came from a file.
func (t *Tx) EnqueueHistory(ctx context.Context, refs []Ref) error {
	return t.enqueue(ctx, perJob, refs, priorityHistory)
}

// Again takes small jobs, since a model is asked about all of them, and lets new comments
// pass.
const (
	perJobAgain   = 10
	priorityAgain = 2
)

// enqueueAgain schedules the judging of provisional refs.
func (t *Tx) enqueueAgain(ctx context.Context, refs []Ref) error {
	return t.enqueue(ctx, perJobAgain, refs, priorityAgain)
}

func (t *Tx) enqueue(ctx context.Context, size int, refs []Ref, priority int) error {
	byBrand := map[triage.ID][]triage.Round{}
	var params []river.InsertManyParams
	flush := func(brand triage.ID) {
		if rounds := byBrand[brand]; len(rounds) > 0 {
			params = append(params, river.InsertManyParams{
				Args: triage.JudgeJob{Brand: brand, Items: triage.PackRounds(rounds)},
				InsertOpts: &river.InsertOpts{
					Queue: JudgeQueue, MaxAttempts: judgeAttempts, Priority: priority,
				},
			})
			delete(byBrand, brand)
		}
	}
	for _, r := range refs {
		byBrand[r.BrandID] = append(byBrand[r.BrandID], triage.Round{ID: r.ID, Round: r.Round})
		if len(byBrand[r.BrandID]) == size {
			flush(r.BrandID)
		}
	}
	for brand := range byBrand {
		flush(brand)
	}
	if len(params) == 0 {
		return nil
	}
	if _, err := t.jobs.InsertManyTx(ctx, t.tx, params); err != nil {
		return fmt.Errorf("enqueue judging: %w", err)
	}
	return nil
}

// RescueJudging puts judge jobs back to work that nobody works on: those running longer
// than stuckFor, whose worker was killed, and those due for dueFor and still not
// available. The job library does the same from one elected process; when a crash of the
// database meets that process while it starts, its upkeep can stay away for minutes, so
// every process looks. A worker that wakes up late finds its round settled and does
// nothing. Those that failed and are due for dueFor while others pass them go to the front:
// they wait by the clock, behind every place in the line. It returns how many jobs were
// rescued.
func (t *Tx) RescueJudging(ctx context.Context, stuckFor, dueFor time.Duration) (int, error) {
	tag, err := t.tx.Exec(ctx, `
		UPDATE river_job SET
		    state = CASE WHEN state = 'running' AND attempt >= max_attempts THEN 'discarded' ELSE 'available' END::river_job_state,
		    finalized_at = CASE WHEN state = 'running' AND attempt >= max_attempts THEN now() END
		WHERE id IN (
			SELECT id FROM river_job
			WHERE kind = $1
			  AND (state = 'running' AND attempted_at < now() - $2::interval
			       OR state IN ('retryable', 'scheduled') AND scheduled_at < now() - $3::interval)
			FOR UPDATE SKIP LOCKED)`, triage.JudgeJob{}.Kind(), stuckFor, dueFor)
	if err != nil {
		return 0, fmt.Errorf("rescue judging: %w", err)
	}
	err = t.exec(ctx, `
		UPDATE river_job SET scheduled_at = now() - interval '1 hour'
		WHERE kind = $1 AND state = 'available' AND attempt > 0
		  AND scheduled_at BETWEEN now() - interval '30 minutes' AND now() - $2::interval`, triage.JudgeJob{}.Kind(), dueFor)
	if err != nil {
		return 0, fmt.Errorf("rescue judging: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
