package notify

import "time"

// Failing says what a failed message means for the next attempt.
type Failing string

// The ways a message can fail.
const (
	Away      Failing = "away"      // the messenger cannot be reached or is ill: later, without blame
	Throttled Failing = "throttled" // it told us to wait
	Refused   Failing = "refused"   // this message, channel or token will never do
	Puzzled   Failing = "puzzled"   // an answer that we do not know: again, a few times
)

// Failure is why a message did not go out. Word is safe to store and to show: it never
// holds a token or a text from outside.
type Failure struct {
	Failing    Failing
	Word       string
	RetryAfter time.Duration // how long we were told to wait; zero unless Throttled

	// MayHaveArrived says that the message may stand there all the same, so that every
	// further attempt risks a second one.
	MayHaveArrived bool
}

// Error returns the word.
func (f *Failure) Error() string { return "notice not sent: " + f.Word }
