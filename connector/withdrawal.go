package connector

import (
	"net/url"
	"time"
)

// Withdrawal says that a person takes back what they allowed our app. Person is the
// platform's id of who logged into it.
type Withdrawal struct {
	Person   string
	IssuedAt time.Time
}

// Withdrawer is a platform that tells of withdrawals by signed forms, at addresses of their
// own: one to forget the person's token, one to forget the person.
type Withdrawer interface {
	// Withdrawal believes and reads such a form. Its errors are ErrSignatureMissing and
	// ErrSignatureInvalid.
	Withdrawal(form url.Values, secrets []string) (Withdrawal, error)
}
