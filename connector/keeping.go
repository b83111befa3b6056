package connector

import "time"

// Keeping is for how long a platform's terms allow to keep what came from it; 0 is without
// an end.
type Keeping struct {
	Activity time.Duration // what people wrote, with all that was made of it
	Profile  time.Duration // names, handles and figures of people
}

// Keeper is a platform whose terms bound that.
type Keeper interface {
	Keeps() Keeping
}
