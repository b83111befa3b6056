package triage

import (
	"fmt"
	"strconv"
	"strings"
)

// JudgeJob asks for the judging of some rounds of engagements of one brand. Its items are
// packed into one string, since the job table indexes every value of its arguments.
type JudgeJob struct {
	Brand ID     `json:"brand"`
	Items string `json:"items"` // id:round, separated by commas
}

// Kind names the job in the job table.
func (JudgeJob) Kind() string { return "judge" }

// Round is one round of one engagement.
type Round struct {
	ID    ID
	Round int
}

// PackRounds returns rounds as a job carries them.
func PackRounds(rounds []Round) string {
	var b strings.Builder
	for i, r := range rounds {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(string(r.ID))
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(r.Round))
	}
	return b.String()
}

// Rounds returns what the job is to judge.
func (j JudgeJob) Rounds() ([]Round, error) {
	var rounds []Round
	for part := range strings.SplitSeq(j.Items, ",") {
		id, round, ok := strings.Cut(part, ":")
		n, err := strconv.Atoi(round)
		if !ok || err != nil {
			return nil, fmt.Errorf("judge job: malformed items")
		}
		rounds = append(rounds, Round{ID: ID(id), Round: n})
	}
	return rounds, nil
}
