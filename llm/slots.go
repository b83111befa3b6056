package llm

import (
	"context"
	"sync"
)

// slots bounds how many calls run at the same time, and adapts: trouble halves the number,
// success brings it back one by one (additive increase, multiplicative decrease; Chiu and
// Jain, 1989).
type slots struct {
	free chan struct{}

	mu     sync.Mutex
	most   int
	wanted int // how many there should be, 1 to most
	there  int // how many there are; more than wanted until calls end
	run    int // successes since wanted last changed
	older  int // calls under way that began before the number was last halved
}

func newSlots(most int) *slots {
	s := &slots{free: make(chan struct{}, most), most: most, wanted: most, there: most}
	for range most {
		s.free <- struct{}{}
	}
	return s
}

// take waits for a slot, or for the end of ctx.
func (s *slots) take(ctx context.Context) error {
	select {
	case <-s.free:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// give ends a call; nil means that it went well.
func (s *slots) give(result *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	older := s.older > 0
	if older {
		s.older-- // what fails together counts as one
	}
	switch {
	case result == nil:
		if s.run++; s.run >= s.wanted && s.wanted < s.most {
			s.wanted, s.run = s.wanted+1, 0
		}
	case older:
	case result.Outcome == Retry && result.Code != "canceled", result.Outcome == Wait && result.Status != 0:
		s.wanted, s.run = max(1, s.wanted/2), 0
		s.older = s.there - len(s.free) - 1
	}
	s.there--
	for s.there < s.wanted {
		s.free <- struct{}{}
		s.there++
	}
}

// now returns how many calls may run at the same time at present.
func (s *slots) now() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wanted
}
