package llm

import (
	"context"
	"slices"
	"sync"
)

// slots bounds how many calls run at the same time, and adapts: trouble halves the number,
// success brings it back one by one (additive increase, multiplicative decrease; Chiu and
// Jain, 1989). Who waits for one is served party by party in turn.
type slots struct {
	mu     sync.Mutex
	most   int
	wanted int // how many there should be, 1 to most
	there  int // how many there are; more than wanted until calls end
	free   int // of those, how many nobody has; 0 while somebody waits
	run    int // successes since wanted last changed
	older  int // calls under way that began before the number was last halved

	parties []string                   // that wait, in turn
	waiting map[string][]chan struct{} // closed when it is that one's turn
}

func newSlots(most int) *slots {
	return &slots{most: most, wanted: most, there: most, free: most, waiting: map[string][]chan struct{}{}}
}

type partyKey struct{}

// For marks calls as made for a party, such as a customer. Where calls have to wait, one of
// each party goes in turn, so that nobody's many keep another's few from being asked.
func For(ctx context.Context, party string) context.Context {
	return context.WithValue(ctx, partyKey{}, party)
}

// take waits for a slot, or for the end of ctx.
func (s *slots) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	party, _ := ctx.Value(partyKey{}).(string)
	turn := s.queue(party)
	if turn == nil {
		return nil
	}
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		s.leave(party, turn)
		return ctx.Err()
	}
}

// queue takes a free slot and returns nil, or returns what is closed when one is there.
func (s *slots) queue(party string) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free > 0 {
		s.free--
		return nil
	}
	if len(s.waiting[party]) == 0 {
		s.parties = append(s.parties, party)
	}
	turn := make(chan struct{})
	s.waiting[party] = append(s.waiting[party], turn)
	return turn
}

// leave gives up waiting. A slot that came at the same moment goes to the next one.
func (s *slots) leave(party string, turn chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.waiting[party], turn)
	if i < 0 {
		s.pass()
		return
	}
	if s.waiting[party] = slices.Delete(s.waiting[party], i, i+1); len(s.waiting[party]) == 0 {
		delete(s.waiting, party)
		s.parties = slices.DeleteFunc(s.parties, func(p string) bool { return p == party })
	}
}

// pass gives a slot to whose turn it is.
func (s *slots) pass() {
	if len(s.parties) == 0 {
		s.free++
		return
	}
	party := s.parties[0]
	s.parties = s.parties[1:]
	first, rest := s.waiting[party][0], s.waiting[party][1:]
	if len(rest) > 0 {
		s.waiting[party] = rest
		s.parties = append(s.parties, party)
	} else {
		delete(s.waiting, party)
	}
	close(first)
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
		s.older = s.there - s.free - 1
	}
	s.there--
	for s.there < s.wanted {
		s.there++
		s.pass()
	}
}

// now returns how many calls may run at the same time at present.
func (s *slots) now() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wanted
}
