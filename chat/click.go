package chat

import (
	"context"
	"errors"
	"time"

	"triage/notify"
	"triage/notify/slack"
	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// click does what a button asks for, once: of a message that does not tell how the item
// stands any more, and of a state that somebody else has changed, nothing is done, and
// whoever clicked hears how it stands.
func (c *Clerk) click(ctx context.Context, call slack.Call, who person, attempt int) error {
	if call.Act == notify.ActOpen {
		return nil
	}
	handle, telling, ok := notify.ReadToken(call.Token)
	if !ok {
		c.say(ctx, call, who.voice.Say(notify.SaidNotYours))
		return nil
	}
	for range 3 {
		notice, told, err := c.Store.Clicked(ctx, handle, call.Ref)
		if triage.KindOf(err) == triage.NotFound && attempt == 1 {
			return errLater // whoever posted the message may not have noted yet that it stands
		}
		caller, ok, err := c.mayClick(ctx, call, who, told, err)
		if err != nil || !ok {
			return err
		}
		if call.Act == notify.ActWrite {
			return c.write(ctx, call, who)
		}
		if call.Act == notify.ActQuiet {
			return c.quiet(ctx, call, caller, who, notice.ID)
		}
		if telling != notice.Telling || told.Stand() != notice.Told {
			c.say(ctx, call, who.voice.Stands(told.Subject))
			return nil
		}
		err = c.act(ctx, call, caller, told, who)
		if triage.KindOf(err) == triage.Stale { // changed between our look and the act
			continue
		}
		return c.outcome(ctx, call, who, handle, err)
	}
	c.say(ctx, call, who.voice.Say(notify.SaidStale))
	return nil
}

// mayClick refuses what was not found and what is of a brand that who does not work for in
// the same words.
func (c *Clerk) mayClick(ctx context.Context, call slack.Call, who person, told postgres.Told, err error) (postgres.Caller, bool, error) {
	var caller postgres.Caller
	if err == nil {
		caller, err = c.caller(ctx, who, told.BrandID)
		if triage.KindOf(err) == triage.NotFound {
			err = errors.Join(err, c.Store.Retrying(ctx, 3, func(tx *postgres.Tx) error {
				return tx.Audit(ctx, postgres.AuditRow{BrandID: told.BrandID, Action: "slack.refused", Subject: "item", SubjectID: told.ItemID})
			}))
			c.say(ctx, call, who.voice.Say(notify.SaidNotYours))
			return caller, false, ignoreNotFound(err)
		}
	}
	if triage.KindOf(err) == triage.NotFound {
		c.say(ctx, call, who.voice.Say(notify.SaidNotYours))
		return caller, false, nil
	}
	return caller, err == nil, err
}

func ignoreNotFound(err error) error {
	if triage.KindOf(err) == triage.NotFound {
		return nil
	}
	return err
}

// act lets the desk do it, to the version that who's message tells of.
func (c *Clerk) act(ctx context.Context, call slack.Call, caller postgres.Caller, told postgres.Told, who person) error {
	given, item := queue.Given{Version: &told.Version}, told.ItemID
	var err error
	switch call.Act {
	case notify.ActClaim:
		_, err = c.Desk.Claim(ctx, caller, item, given)
	case notify.ActHandOver:
		_, err = c.Desk.HandOver(ctx, caller, item, given, "Slack", "")
	case notify.ActResolve:
		_, err = c.Desk.Resolve(ctx, caller, item, given, triage.Outcome(call.Choice), "")
	case notify.ActSnooze:
		until, ok := snoozed(call.Choice, who.voice, c.now())
		if !ok {
			return triage.Errorf(triage.Invalid, "There is no such time.")
		}
		_, err = c.Desk.Snooze(ctx, caller, item, given, until, false)
	case notify.ActCorrect:
		intent := triage.Intent(call.Choice)
		if !intent.Valid() {
			return triage.Errorf(triage.Invalid, "There is no such intent.")
		}
		_, err = c.Desk.Correct(ctx, caller, item, given, postgres.Label{Intent: &intent})
	default:
		return triage.Errorf(triage.Invalid, "There is no such button.")
	}
	return err
}

// outcome tells what came of an act. What worked, the message itself will show.
func (c *Clerk) outcome(ctx context.Context, call slack.Call, who person, handle string, err error) error {
	switch triage.KindOf(err) {
	case triage.Forbidden:
		c.say(ctx, call, who.voice.Say(notify.SaidRole))
		return nil
	case triage.Gone, triage.NotFound, triage.Invalid:
		c.say(ctx, call, who.voice.Say(notify.SaidNotYours))
		return nil
	case triage.Conflict:
		_, told, lookErr := c.Store.Clicked(ctx, handle, call.Ref)
		if lookErr != nil {
			return ignoreNotFound(lookErr)
		}
		n := who.voice.Stands(told.Subject)
		if told.Status == triage.StatusOpen { // nobody else has it: it is about who clicked
			n = notify.Notice{Line: messageOf(err)}
		}
		c.say(ctx, call, n)
		return nil
	case triage.Internal, triage.Unauthorized, triage.Stale, triage.Unavailable, triage.Limited: // tried again
	}
	if err == nil && call.Act == notify.ActCorrect {
		c.say(ctx, call, who.voice.Say(notify.SaidCorrected))
	}
	return err
}

// messageOf returns what an error says to people.
func messageOf(err error) string {
	var said *triage.Error
	if errors.As(err, &said) {
		return said.Message
	}
	return ""
}

// morning is when tomorrow begins, in hours.
const morning = 9

// snoozed returns when what is put away comes back, on the clock of v.
func snoozed(choice string, v notify.Voice, now time.Time) (time.Time, bool) {
	switch choice {
	case notify.SnoozeHour:
		return now.Add(time.Hour), true
	case notify.SnoozeHours:
		return now.Add(4 * time.Hour), true
	case notify.SnoozeTomorrow:
		local := now.In(v.Clock())
		return time.Date(local.Year(), local.Month(), local.Day()+1, morning, 0, 0, 0, local.Location()), true
	}
	return time.Time{}, false
}

// quiet notes that a notice was not worth a ping, however old it is.
func (c *Clerk) quiet(ctx context.Context, call slack.Call, caller postgres.Caller, who person, notice triage.ID) error {
	err := c.Store.Retrying(ctx, 3, func(tx *postgres.Tx) error {
		_, err := tx.NotWorth(ctx, caller, notice)
		return err
	})
	if err == nil {
		c.say(ctx, call, who.voice.Say(notify.SaidQuiet))
	}
	return err
}

// write opens the dialog. A trigger that has expired is nobody's fault: they click again.
func (c *Clerk) write(ctx context.Context, call slack.Call, who person) error {
	err := c.Slack.Open(ctx, call.Trigger, who.voice.Write(call.Token))
	var failure *notify.Failure
	if errors.As(err, &failure) && failure.Failing != notify.Throttled {
		c.Log.WarnContext(ctx, "dialog not opened", "word", failure.Word)
		c.say(ctx, call, who.voice.Say(notify.SaidTrouble))
		return nil
	}
	return err
}

// submit keeps what somebody wrote into the dialog.
func (c *Clerk) submit(ctx context.Context, call slack.Call, who person) error {
	handle, _, ok := notify.ReadToken(call.Token)
	if !ok {
		return nil
	}
	_, told, err := c.Store.Clicked(ctx, handle, "")
	caller, ok, err := c.mayClick(ctx, call, who, told, err)
	if err != nil || !ok {
		return err
	}
	if note := call.Words[notify.FieldNote]; note != "" {
		_, err = c.Desk.Note(ctx, caller, told.ItemID, queue.Given{}, note)
	}
	if draft := call.Words[notify.FieldDraft]; draft != "" && err == nil {
		_, err = c.Desk.Draft(ctx, caller, told.ItemID, queue.Given{}, draft)
	}
	if kind := triage.KindOf(err); kind == triage.Gone || kind == triage.Invalid || kind == triage.Forbidden {
		return nil // there is nobody to tell: a dialog that is closed has no place for an answer
	}
	return err
}
