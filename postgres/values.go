package postgres

import (
	"time"

	"github.com/google/uuid"

	"triage/triage"
)

// uuids turns ids into what the driver sends as uuid[] without a detour over text. An
// empty or malformed id becomes the nil UUID, which no row has.
func uuids(ids []triage.ID) [][16]byte {
	out := make([][16]byte, len(ids))
	for i, id := range ids {
		if u, err := uuid.Parse(string(id)); err == nil {
			out[i] = u
		}
	}
	return out
}

// orNull returns nil for the zero time.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// orZero returns the zero time for nil.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// orNil returns the nil UUID, which no row has, for an id that is malformed: nothing is
// found then, as for one that is absent.
func orNil(id triage.ID) triage.ID {
	if !wellFormed(id) {
		return triage.ID(uuid.Nil.String())
	}
	return id
}

// idTime returns the time in a UUIDv7 (RFC 9562, section 5.7), zero for anything else.
func idTime(id triage.ID) time.Time {
	u, err := uuid.Parse(string(id))
	if err != nil || u.Version() != 7 {
		return time.Time{}
	}
	seconds, nanoseconds := u.Time().UnixTime()
	return time.Unix(seconds, nanoseconds).UTC()
}
