// Package telegram reads the updates that a bot gets by webhook from the groups in which
// people comment below a channel's posts. Private chats with the bot are never kept.
// Source: Telegram Bot API, "Getting updates", "Message", "setWebhook".
package telegram

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"regexp"

	"triage/connector"
	"triage/triage"
)

// Header carries the secret token that was given to setWebhook. It proves who sends, and
// nothing about the body.
const Header = "X-Telegram-Bot-Api-Secret-Token"

// Connector reads Telegram's updates.
type Connector struct{}

// Name returns telegram.
func (Connector) Name() triage.Platform { return triage.Telegram }

// Verify compares the header, which must be there exactly once, with each secret.
func (Connector) Verify(d connector.Delivery, secrets []string) error {
	given := d.Header.Values(Header)
	if len(given) == 0 || given[0] == "" {
		return connector.ErrSignatureMissing
	}
	if len(given) > 1 {
		return connector.ErrSignatureInvalid
	}
	for _, secret := range secrets {
		if same(given[0], secret) {
			return nil
		}
	}
	return connector.ErrSignatureInvalid
}

// same compares digests, so that not even the length shows in the time it takes.
func same(given, secret string) bool {
	g, s := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(g[:], s[:]) == 1 && secret != ""
}

// token is what setWebhook takes for a secret token.
var token = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

const minSecret = 24

// CheckSecret refuses what setWebhook would not take, and what is short or can be guessed.
func (Connector) CheckSecret(secret string) error {
	if err := connector.CheckShared("The secret token", secret, minSecret); err != nil {
		return err
	}
	if !token.MatchString(secret) {
		return triage.Errorf(triage.Invalid, "The secret token must be at most 256 letters, digits, _ and -.")
	}
	return nil
}

// Respond answers with an empty body: Telegram takes any other for a call of a method.
func (Connector) Respond(_ connector.Delivery, refused error) (connector.Response, bool) {
	return connector.Response{Status: http.StatusOK}, refused == nil
}
