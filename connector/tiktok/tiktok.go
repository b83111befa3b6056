// Package tiktok reads the comment webhooks of TikTok's API for Business. Source: TikTok API
// for Business, "Webhooks", "Comment events"; TikTok for Developers, "Webhooks".
package tiktok

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"time"

	"triage/connector"
	"triage/triage"
)

// Header carries "t=<Unix seconds>,s=<hex>" in either order, where s is the HMAC-SHA256,
// keyed with the app secret, of the seconds, a dot and the raw body.
const Header = "Tiktok-Signature"

// tolerance is how far the signed time may be from ours. TikTok's own sample allows 5
// seconds; deliveries that are repeated may be later.
const tolerance = 5 * time.Minute

// Connector reads TikTok's deliveries.
type Connector struct{}

// Name returns tiktok.
func (Connector) Name() triage.Platform { return triage.TikTok }

// Verify checks a delivery's signature over its raw bytes against each app secret, and then
// its time.
func (Connector) Verify(d connector.Delivery, secrets []string) error {
	values := d.Header.Values(Header)
	if len(values) == 0 {
		return connector.ErrSignatureMissing
	}
	stamp, digits, ok := split(values[0])
	if len(values) > 1 || !ok || !connector.SignedHex(digits, sha256.New, secrets, []byte(stamp+"."), d.Body) {
		return connector.ErrSignatureInvalid
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return connector.ErrTimestamp
	}
	if off := d.ReceivedAt.Sub(time.Unix(seconds, 0)); off > tolerance || off < -tolerance {
		return connector.ErrTimestamp
	}
	return nil
}

// split reads the header's two parts.
func split(header string) (stamp, digits string, ok bool) {
	first, second, ok := strings.Cut(header, ",")
	if strings.HasPrefix(first, "s=") {
		first, second = second, first
	}
	stamp, hasStamp := strings.CutPrefix(first, "t=")
	digits, hasDigits := strings.CutPrefix(second, "s=")
	return stamp, digits, ok && hasStamp && hasDigits
}

// Sign returns the value of the signature header for a body, as TikTok sends it.
func Sign(secret string, at time.Time, body []byte) string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return "t=" + stamp + ",s=" + connector.SignHex(secret, sha256.New, []byte(stamp+"."), body)
}

// minSecret is less than the 32 characters of TikTok's app secrets and enough against guessing.
const minSecret = 24

// CheckSecret refuses app secrets that are too short, hold spaces or can be guessed.
func (Connector) CheckSecret(secret string) error {
	return connector.CheckShared("app secret", secret, minSecret)
}
