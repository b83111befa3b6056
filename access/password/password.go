// Package password keeps passwords so that a copy of the database gives none away, and says
// which ones are too easy to guess. It knows no database and no people.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"triage/triage"
)

// Cost is what one hash takes.
type Cost struct {
	Memory uint32 // KiB
	Passes uint32
	Lanes  uint8
}

// Standard is what OWASP asks of argon2id at least ("Password Storage Cheat Sheet": 19 MiB,
// two passes, one lane). It takes about 25 ms and 19 MiB.
var Standard = Cost{Memory: 19 << 10, Passes: 2, Lanes: 1}

// Sizes in bytes, as RFC 9106, section 3.1, recommends.
const (
	saltSize = 16
	keySize  = 32
)

// atOnce bounds how many hashes are computed at the same time, and with it their memory.
const atOnce = 2

// Hasher makes and checks hashes, a few at the same time. It is safe for concurrent use.
type Hasher struct {
	cost  Cost
	slots chan struct{}
	decoy func() string // a hash that nobody has the password of
}

// NewHasher returns a hasher that makes hashes of that cost.
func NewHasher(cost Cost) *Hasher {
	h := &Hasher{cost: cost, slots: make(chan struct{}, atOnce)}
	h.decoy = sync.OnceValue(func() string { return h.encode(rand.Text()) })
	return h
}

// Hash returns password as a PHC string: $argon2id$v=19$m=…,t=…,p=…$salt$key. It waits for
// a free slot until ctx ends.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.take(ctx); err != nil {
		return "", err
	}
	defer h.give()
	return h.encode(prepare(password)), nil
}

// Check reports whether password is the one behind the PHC string kept. When kept is empty
// it works as long and says no, so that nobody learns by the clock who has a password.
func (h *Hasher) Check(ctx context.Context, kept, password string) (bool, error) {
	if err := h.take(ctx); err != nil {
		return false, err
	}
	defer h.give()
	known, decoy := kept != "", h.decoy() // made by whoever comes first, known or not
	if !known {
		kept = decoy
	}
	p, err := parse(kept)
	if err != nil {
		return false, err
	}
	key := argon2.IDKey([]byte(prepare(password)), p.salt, p.cost.Passes, p.cost.Memory, p.cost.Lanes, uint32(len(p.key)))
	return subtle.ConstantTimeCompare(key, p.key) == 1 && known, nil
}

// Outdated reports whether kept was made at another cost than h makes now.
func (h *Hasher) Outdated(kept string) bool {
	p, err := parse(kept)
	return err != nil || p.cost != h.cost
}

func (h *Hasher) take(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return triage.Errorf(triage.Unavailable, "Too many people are signing in. Try again in a moment.").Because(ctx.Err())
	}
}

func (h *Hasher) give() { <-h.slots }

func (h *Hasher) encode(prepared string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	key := argon2.IDKey([]byte(prepared), salt, h.cost.Passes, h.cost.Memory, h.cost.Lanes, keySize)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.Memory, h.cost.Passes, h.cost.Lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// prepare brings the different ways to type a character into one (RFC 8265, section 4.2).
func prepare(password string) string { return norm.NFC.String(password) }

type parsed struct {
	cost      Cost
	salt, key []byte
}

// parse reads a PHC string (github.com/P-H-C/phc-string-format). Costs beyond reason are an
// error: a row of the database must not take the machine down.
func parse(kept string) (parsed, error) {
	var p parsed
	var version int
	fields := strings.Split(kept, "$")
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" {
		return p, fmt.Errorf("password hash: not argon2id")
	}
	if _, err := fmt.Sscanf(fields[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, fmt.Errorf("password hash: unknown version")
	}
	if _, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &p.cost.Memory, &p.cost.Passes, &p.cost.Lanes); err != nil {
		return p, fmt.Errorf("password hash: cost: %w", err)
	}
	var saltErr, keyErr error
	p.salt, saltErr = base64.RawStdEncoding.Strict().DecodeString(fields[4])
	p.key, keyErr = base64.RawStdEncoding.Strict().DecodeString(fields[5])
	tooMuch := p.cost.Memory > 1<<20 || p.cost.Passes > 20 || p.cost.Passes == 0 || p.cost.Lanes == 0
	if saltErr != nil || keyErr != nil || len(p.key) < 16 || tooMuch {
		return p, fmt.Errorf("password hash: damaged")
	}
	return p, nil
}
