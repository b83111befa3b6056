package routing

import (
	"fmt"
	"strings"
	"time"

	"triage/triage"
)

// Span is a length of time, in JSON a string such as "15m", "8h" or "1h30m".
type Span time.Duration

// MarshalText writes the span without the units that are zero.
func (s Span) MarshalText() ([]byte, error) {
	text := time.Duration(s).String()
	for _, unit := range []string{"m0s", "h0m"} {
		if cut, ok := strings.CutSuffix(text, unit); ok {
			text = cut + unit[:1]
		}
	}
	return []byte(text), nil
}

// UnmarshalText reads what MarshalText writes, and all that time.ParseDuration does.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("span: %w", err)
	}
	*s = Span(d)
	return nil
}

// Word is a priority as people write it: urgent, high, normal or low.
type Word string

// words returns the four priorities as people write them.
func priorityWords() []Word {
	return []Word{Word(triage.P1.String()), Word(triage.P2.String()), Word(triage.P3.String()), Word(triage.P4.String())}
}

// ByPriority is one value for each priority.
type ByPriority[T any] struct {
	Urgent T `json:"urgent"`
	High   T `json:"high"`
	Normal T `json:"normal"`
	Low    T `json:"low"`
}

// At returns the value of p.
func (b ByPriority[T]) At(p triage.Priority) T {
	switch p {
	case triage.P1:
		return b.Urgent
	case triage.P2:
		return b.High
	case triage.P3:
		return b.Normal
	case triage.P4:
		return b.Low
	}
	return b.Low
}
