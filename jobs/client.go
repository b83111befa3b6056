package jobs

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"triage/postgres"
)

// The clock of the job library. A worker that is killed leaves its job running; Upkeep, or
// the library's own rescuer, puts it back to work within a minute.
const (
	timeout     = 20 * time.Second
	rescueAfter = 20*time.Second + time.Millisecond
	softStop    = 8 * time.Second
)

// Client works the jobs of this process.
type Client = river.Client[pgx.Tx]

// crowdShare is how many workers there are for one of those that crowds have: few enough that
// the others' comments get processor and model.
const crowdShare = 4

// NewClient returns a client that works judge jobs with at most workers at a time, and a part
// of that number for brands that are flooded. Start and Stop it; Stop lets running jobs finish
// and returns the others.
func NewClient(store *postgres.Store, judge *Judge, workers int, log *slog.Logger) (*Client, error) {
	all := river.NewWorkers()
	if err := river.AddWorkerSafely(all, judge); err != nil {
		return nil, fmt.Errorf("workers: %w", err)
	}
	client, err := river.NewClient(riverpgxv5.New(store.Pool()), &river.Config{
		Queues: map[string]river.QueueConfig{
			postgres.JudgeQueue: {MaxWorkers: workers},
			postgres.CrowdQueue: {MaxWorkers: max(1, workers/crowdShare)},
		},
		Workers:                     all,
		FetchCooldown:               20 * time.Millisecond,
		FetchPollInterval:           50 * time.Millisecond,
		PollOnly:                    true,
		JobTimeout:                  timeout,
		RescueStuckJobsAfter:        rescueAfter,
		SoftStopTimeout:             softStop,
		RetryPolicy:                 backoff{},
		CompletedJobRetentionPeriod: time.Hour,
		DiscardedJobRetentionPeriod: 30 * 24 * time.Hour,
		Logger:                      log,
	})
	if err != nil {
		return nil, fmt.Errorf("job client: %w", err)
	}
	return client, nil
}

// backoff waits 1, 4, 9, 16 s after the first failures: a job that fails five times is
// placed without a judgement about half a minute after its engagement came in.
type backoff struct{}

func (backoff) NextRetry(job *rivertype.JobRow) time.Time {
	n := len(job.Errors) + 1
	return time.Now().UTC().Add(time.Duration(n*n) * time.Second)
}
