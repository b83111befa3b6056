package chat

import (
	"cmp"
	"context"
	"errors"

	"triage/notify"
	"triage/notify/slack"
	"triage/postgres"
	"triage/triage"
)

// person is who did something, and how to speak to them.
type person struct {
	postgres.PersonRow
	voice notify.Voice
}

// who returns who a Slack account belongs to: whoever is linked to it or, the first time,
// whoever has its proven mail address. Everybody else is refused, and false returned.
func (c *Clerk) who(ctx context.Context, call slack.Call) (person, bool, error) {
	known, err := c.Store.PersonInSlack(ctx, call.User)
	if triage.KindOf(err) == triage.NotFound {
		if known, err = c.byMail(ctx, call); triage.KindOf(err) == triage.NotFound {
			known, err = c.Store.PersonInSlack(ctx, call.User) // another click of theirs may have been first
		}
	}
	switch {
	case errors.Is(err, errOutside):
		c.say(ctx, call, c.Voice.Say(notify.SaidOutside))
		return person{}, false, nil
	case triage.KindOf(err) == triage.NotFound:
		c.say(ctx, call, c.Voice.Say(notify.SaidUnknown))
		return person{}, false, nil
	case err != nil:
		return person{}, false, err
	}
	voice, err := c.voiceOf(ctx, known.ID)
	return person{known, voice}, err == nil, err
}

// errOutside is of somebody who can never be one of us.
var errOutside = errors.New("outside of the workspace")

func (c *Clerk) byMail(ctx context.Context, call slack.Call) (postgres.PersonRow, error) {
	none := triage.Errorf(triage.NotFound, "Nobody is known by that Slack account.")
	user, err := c.Slack.User(ctx, call.User)
	var failure *notify.Failure
	switch {
	case errors.As(err, &failure) && failure.Word == "user_not_found":
		return postgres.PersonRow{}, none
	case err != nil:
		return postgres.PersonRow{}, err
	case user.Outside || user.Team != call.Team:
		return postgres.PersonRow{}, errOutside
	case user.Mail == "":
		return postgres.PersonRow{}, none
	}
	found, err := c.Store.PersonByMail(ctx, user.Mail)
	if err != nil {
		return postgres.PersonRow{}, err
	}
	return found, c.link(ctx, found.ID, user)
}

func (c *Clerk) link(ctx context.Context, person triage.ID, user slack.User) error {
	return c.Store.Retrying(ctx, 3, func(tx *postgres.Tx) error {
		return tx.LinkSlack(ctx, person, user.ID, postgres.Spoken{Language: user.Language, Zone: user.Zone})
	})
}

// linkByCode makes the Slack account that of whoever asked for the code.
func (c *Clerk) linkByCode(ctx context.Context, call slack.Call, code string) error {
	user, err := c.Slack.User(ctx, call.User)
	if err != nil {
		return err
	}
	if user.Outside || user.Team != call.Team {
		c.say(ctx, call, c.Voice.Say(notify.SaidOutside))
		return nil
	}
	var who triage.ID
	err = c.Store.Retrying(ctx, 3, func(tx *postgres.Tx) (err error) {
		if who, err = tx.UseSlackCode(ctx, code); err != nil {
			return err
		}
		return tx.LinkSlack(ctx, who, user.ID, postgres.Spoken{Language: user.Language, Zone: user.Zone})
	})
	if triage.KindOf(err) == triage.NotFound {
		c.say(ctx, call, c.Voice.Say(notify.SaidBadCode))
		return nil
	}
	if err != nil {
		return err
	}
	voice, err := c.voiceOf(ctx, who)
	if err != nil {
		return err
	}
	c.say(ctx, call, voice.Say(notify.SaidLinked))
	return nil
}

// voiceOf returns how to speak to a person.
func (c *Clerk) voiceOf(ctx context.Context, person triage.ID) (notify.Voice, error) {
	_, spoken, err := c.Store.SpokenTo(ctx, person)
	if err != nil {
		return notify.Voice{}, err
	}
	v := c.Voice
	v.Language = cmp.Or(spoken.Language, v.Language)
	return v.At(spoken.Zone), nil
}

// caller returns who as somebody who works for a brand, or a NotFound error.
func (c *Clerk) caller(ctx context.Context, who person, brand triage.ID) (postgres.Caller, error) {
	role, err := c.Store.RoleOf(ctx, brand, who.ID)
	return postgres.Caller{BrandID: brand, PersonID: who.ID, Person: who.Name, Role: role}, err
}
