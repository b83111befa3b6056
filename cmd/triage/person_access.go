package main

import (
	"bufio"
	"context"
	"strings"
	"time"

	"triage/access"
	"triage/access/password"
	"triage/postgres"
	"triage/triage"
)

// invited is the answer to programs.
type invited struct {
	ID        triage.ID `json:"id"`
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expires_at"`
}

func personInvite(ctx context.Context, c *call) error {
	c.jsonFlag()
	c.explain("The token is shown once and valid for 7 days; send it to the person, who gives it to\n" +
		"POST /v1/invitations/accept with a name and a password. The first administrator of a brand\n" +
		"comes in this way.")
	brand := c.flags.String("brand", "", "the `brand`, by id or slug")
	mail := c.flags.String("mail", "", "the person's `address`, with which they will sign in")
	roleName := c.flags.String("role", "", "the `role`: "+roleNames())
	if err := c.parse("brand", "mail", "role"); err != nil {
		return err
	}
	role := triage.Role(*roleName)
	if !role.Valid() {
		return usagef("there is no role %q; known are %s", *roleName, roleNames())
	}
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	b, err := store.Brand(ctx, *brand)
	if err != nil {
		return err
	}
	made, token, err := access.New(store, password.Standard).InviteByCommand(ctx, b.ID, *mail, role)
	if err != nil {
		return err
	}
	return c.answer(invited{made.ID, token, made.ExpiresAt}, "Added invitation "+string(made.ID)+". Its token is shown this once:", token)
}

func personPassword(ctx context.Context, c *call) error {
	c.jsonFlag()
	c.explain("The password is read from the first line of the standard input, never from the command\n" +
		"line, where others could see it. All sessions of the person end. A person without an\n" +
		"account gets one for the address of --mail, or for the one that is known.")
	key := c.flags.String("person", "", "the `person`, by id, name or email")
	mail := c.flags.String("mail", "", "the `address` to sign in with (default: the known one)")
	if err := c.parse("person"); err != nil {
		return err
	}
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	person, err := store.Person(ctx, *key)
	if err != nil {
		return err
	}
	if *mail == "" {
		if *mail, err = knownMail(ctx, store, person); err != nil {
			return err
		}
	}
	say(c.Stderr, "New password for %s: ", person.Name)
	line, _ := bufio.NewReader(c.Stdin).ReadString('\n') // an end without a newline is an end, too
	say(c.Stderr, "\n")
	word := strings.TrimRight(line, "\r\n")
	if err := access.New(store, password.Standard).SetPassword(ctx, person, *mail, word); err != nil {
		return err
	}
	return c.answer(added{ID: person.ID}, "Changed the password of "+person.Name)
}

// knownMail returns the address that a person signs in with, or else is known under.
func knownMail(ctx context.Context, store *postgres.Store, person postgres.PersonRow) (string, error) {
	account, err := store.AccountOf(ctx, person.ID)
	switch {
	case err == nil:
		return account.Mail, nil
	case triage.KindOf(err) != triage.NotFound:
		return "", err
	case person.Email == "":
		return "", usagef("no mail address is known for this person: name one with --mail")
	}
	return person.Email, nil
}
