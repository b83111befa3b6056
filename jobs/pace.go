package jobs

import (
	"sync"
	"time"
)

// pace remembers which targets get nothing for a while. It is this process's own memory:
// another process learns the same by its own first attempt.
type pace struct {
	mu    sync.Mutex
	until map[string]time.Time
	away  map[string]time.Duration // how long the last pause of a failing target was
}

// held returns the targets that get nothing at now.
func (p *pace) held(now time.Time) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var targets []string
	for target, until := range p.until {
		if until.After(now) {
			targets = append(targets, target)
		} else {
			delete(p.until, target)
		}
	}
	return targets
}

// hold lets target wait. pause is how long the messenger seems away, 0 when it answered.
func (p *pace) hold(target string, until time.Time, pause time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until == nil {
		p.until, p.away = map[string]time.Time{}, map[string]time.Duration{}
	}
	if until.After(p.until[target]) {
		p.until[target] = until
	}
	if pause == 0 {
		delete(p.away, target)
		return
	}
	p.away[target] = pause
}

// How long the pauses of a target grow while the messenger stays away. Where messages may
// have arrived all the same, each further attempt can be one more of the same.
const (
	awayFirst     = 2 * time.Second
	awayLongest   = time.Minute
	unsureLongest = 15 * time.Minute
)

// nextPause doubles the last pause, up to longest.
func (p *pace) nextPause(target string, longest time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(max(2*p.away[target], awayFirst), longest)
}
