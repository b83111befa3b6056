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

// nextPause grows from two seconds to a minute while the messenger stays away.
func (p *pace) nextPause(target string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(max(2*p.away[target], 2*time.Second), time.Minute)
}
