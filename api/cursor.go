package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math"
	"net/http"

	"github.com/google/uuid"

	"triage/postgres"
	"triage/triage"
)

// A cursor is rank (8 bytes), id (16) and the first cursorMAC bytes of an HMAC-SHA256
// over them and the list that they belong to.
const (
	cursorPlace = 8 + 16
	cursorMAC   = 16
)

var badCursor = problemError{
	status: http.StatusBadRequest, kind: "bad-cursor", title: "The cursor does not belong to this list; start again without it.",
}

// sealCursor returns the opaque form of a position in list, which names brand, queue and
// filters.
func sealCursor(key []byte, list string, p postgres.Position) string {
	id, err := uuid.Parse(string(p.ID))
	if err != nil {
		return ""
	}
	place := binary.BigEndian.AppendUint64(nil, math.Float64bits(p.Rank))
	place = append(place, id[:]...)
	return base64.RawURLEncoding.EncodeToString(append(place, cursorSum(key, list, place)...))
}

// openCursor returns the position that a cursor of the same list stands for, nil for the
// empty cursor. Any other cursor is the bad-cursor problem.
func openCursor(key []byte, list, cursor string) (*postgres.Position, error) {
	if cursor == "" {
		return nil, nil //nolint:nilnil // no cursor is the beginning of the list
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) != cursorPlace+cursorMAC {
		return nil, badCursor
	}
	place, sum := raw[:cursorPlace], raw[cursorPlace:]
	if !hmac.Equal(sum, cursorSum(key, list, place)) {
		return nil, badCursor
	}
	return &postgres.Position{
		Rank: math.Float64frombits(binary.BigEndian.Uint64(place)),
		ID:   triage.ID(uuid.UUID(place[8:]).String()),
	}, nil
}

func cursorSum(key []byte, list string, place []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(place)
	h.Write([]byte(list))
	return h.Sum(nil)[:cursorMAC]
}
