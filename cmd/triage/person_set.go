package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"

	"triage/postgres"
	"triage/triage"
)

func personSet(ctx context.Context, c *call) error {
	var capacity, heavy int
	var languages, skills, hours string
	var overflow bool
	c.jsonFlag()
	c.explain("What is not named stays as it is. Hours are written \"mon-thu 09:00-12:00,13:00-17:30; fri 09:00-14:00 Europe/Berlin\",\n" +
		"or name a file with a calendar in JSON; \"always\" ends them.")
	brand := c.flags.String("brand", "", "the `brand`, by id or slug")
	person := c.flags.String("person", "", "the `person`, by id, name or email")
	c.flags.IntVar(&capacity, "capacity", 0, "points of effort in hand at once, as an `int`; 0 and nothing is dealt")
	c.flags.IntVar(&heavy, "heavy-per-hour", 0, "texts that may hurt within an hour, as an `int`")
	c.flags.StringVar(&languages, "languages", "", "`words` such as de,en; empty for any")
	c.flags.StringVar(&skills, "skills", "", "`words` of the plan such as legal,press")
	c.flags.StringVar(&hours, "hours", "", "working `hours`, or a file with them")
	c.flags.BoolVar(&overflow, "overflow", false, "help the other role when it is short")
	if err := c.parse("brand", "person"); err != nil {
		return err
	}
	given := c.given()
	delete(given, "json")
	if len(given) == 2 {
		return usagef("nothing to change: name at least one more flag")
	}
	when, err := readHours(hours)
	if err != nil {
		return err
	}
	change := func(care *triage.Care) {
		setIf(given["capacity"], &care.Capacity, capacity)
		setIf(given["heavy-per-hour"], &care.HeavyPerHour, heavy)
		setIf(given["languages"], &care.Languages, wordsIn(languages))
		setIf(given["skills"], &care.Skills, wordsIn(skills))
		setIf(given["hours"], &care.Hours, when)
		setIf(given["overflow"], &care.Overflow, overflow)
	}
	var id triage.ID
	err = c.inTx(ctx, func(tx *postgres.Tx) (err error) {
		id, err = changeCare(ctx, tx, *brand, *person, change)
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(added{ID: id}, "Changed person "+string(id))
}

func changeCare(ctx context.Context, tx *postgres.Tx, brand, person string, change func(*triage.Care)) (triage.ID, error) {
	b, err := tx.Brand(ctx, brand)
	if err != nil {
		return "", err
	}
	p, err := tx.Person(ctx, person)
	if err != nil {
		return "", err
	}
	member, err := tx.Colleague(ctx, b.ID, p.ID, tx.Now)
	if err != nil {
		return "", err
	}
	change(&member.Care)
	return p.ID, tx.SetCare(ctx, byCommand, b.ID, p.ID, member.Care)
}

// setIf stores value where a flag was given.
func setIf[T any](given bool, where *T, value T) {
	if given {
		*where = value
	}
}

// wordsIn returns the words of a list with commas.
func wordsIn(list string) []string {
	return strings.FieldsFunc(strings.ToLower(list), func(r rune) bool { return r == ',' || r == ' ' })
}

// readHours returns the hours that text says, or that stand in the file that it names. It
// returns nil for always.
func readHours(text string) (*triage.Calendar, error) {
	if text == "" || text == "always" {
		return nil, nil
	}
	raw, err := os.ReadFile(text)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		c, err := triage.ParseHours(text)
		return &c, err
	}
	if err != nil {
		return nil, err
	}
	c := &triage.Calendar{}
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, triage.Errorf(triage.Invalid, "The file of hours is no calendar in JSON.")
	}
	return c, c.Check()
}
