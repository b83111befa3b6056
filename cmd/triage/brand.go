package main

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"triage/postgres"
	"triage/triage"
)

// byCommand is who the audit names for what is done at the command line.
var byCommand = postgres.Actor{}

func brandAdd(ctx context.Context, c *call) error {
	var b postgres.BrandRow
	var goal float64
	c.jsonFlag()
	c.flags.StringVar(&b.Name, "name", "", "the brand's `name`")
	c.flags.StringVar(&b.Slug, "slug", "", "short `name` for --brand: a-z, 0-9 and '-' (default: made from the name)")
	c.flags.Float64Var(&goal, "goal", 0.5, "`number` from 0, loyalty, to 1, visibility")
	c.flags.StringVar(&b.Context, "context", "", "a few `words` on the brand that help to judge comments")
	c.flags.StringVar(&b.Voice, "voice", "", "a few `words` on how the brand speaks")
	withheld := c.flags.String("withhold", "", "`fields` that never go to a language model, separated by commas: "+fieldNames())
	c.flags.BoolVar(&b.Outflow.Nothing, "nothing-leaves", false, "no text of the brand goes to a language model")
	c.flags.StringVar(&b.SlackSMM, "slack-smm", "", "Slack `channel` of the content queue")
	c.flags.StringVar(&b.SlackCM, "slack-cm", "", "Slack `channel` of the relationship queue")
	if err := c.parse("name"); err != nil {
		return err
	}
	b.Goal, b.Outflow.Withheld = triage.Goal(goal), fieldsOf(*withheld)
	var id triage.ID
	err := c.inTx(ctx, func(tx *postgres.Tx) (err error) {
		id, err = tx.AddBrand(ctx, byCommand, b)
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(added{ID: id}, "Added brand "+string(id))
}

// added is the answer of every subcommand that adds one thing.
type added struct {
	ID triage.ID `json:"id"`
}

func brandSet(ctx context.Context, c *call) error {
	var name, words, voice, withheld, smm, cm string
	var goal float64
	var nothing bool
	c.jsonFlag()
	c.explain("What is not named stays as it is. An empty Slack channel turns its messages off.")
	brand := c.flags.String("brand", "", "the `brand`, by id or slug")
	c.flags.StringVar(&name, "name", "", "new `name`")
	c.flags.Float64Var(&goal, "goal", 0, "`number` from 0, loyalty, to 1, visibility")
	c.flags.StringVar(&words, "context", "", "a few `words` on the brand that help to judge comments")
	c.flags.StringVar(&voice, "voice", "", "a few `words` on how the brand speaks")
	c.flags.StringVar(&withheld, "withhold", "", "`fields` that never go to a language model, separated by commas: "+fieldNames())
	c.flags.BoolVar(&nothing, "nothing-leaves", false, "no text of the brand goes to a language model; =false lets them go again")
	c.flags.StringVar(&smm, "slack-smm", "", "Slack `channel` of the content queue")
	c.flags.StringVar(&cm, "slack-cm", "", "Slack `channel` of the relationship queue")
	if err := c.parse("brand"); err != nil {
		return err
	}
	given := c.given()
	if len(given) == 1 || len(given) == 2 && given["json"] {
		return usagef("nothing to change: name at least one more flag")
	}
	change := postgres.BrandChange{
		Name: ifSet(given["name"], &name), Context: ifSet(given["context"], &words),
		SlackSMM: ifSet(given["slack-smm"], &smm), SlackCM: ifSet(given["slack-cm"], &cm),
		Voice: ifSet(given["voice"], &voice), NothingLeaves: ifSet(given["nothing-leaves"], &nothing),
	}
	kept := fieldsOf(withheld)
	change.Withheld = ifSet(given["withhold"], &kept)
	aim := triage.Goal(goal)
	change.Goal = ifSet(given["goal"], &aim)
	var b postgres.BrandRow
	err := c.inTx(ctx, func(tx *postgres.Tx) (err error) {
		if b, err = tx.Brand(ctx, *brand); err != nil {
			return err
		}
		return tx.ChangeBrand(ctx, byCommand, b.ID, change)
	})
	if err != nil {
		return err
	}
	return c.answer(added{ID: b.ID}, "Changed brand "+string(b.ID))
}

// fieldsOf reads a list of fields; whether they exist is for the database's door to say.
func fieldsOf(list string) []triage.Field {
	fields := []triage.Field{}
	for _, name := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		fields = append(fields, triage.Field(name))
	}
	return fields
}

func fieldNames() string {
	var names []string
	for _, f := range triage.OutsideFields() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

func ifSet[T any](set bool, value *T) *T {
	if !set {
		return nil
	}
	return value
}

// brandShown is a brand as list shows it to programs.
type brandShown struct {
	ID       triage.ID   `json:"id"`
	Slug     string      `json:"slug"`
	Name     string      `json:"name"`
	Goal     triage.Goal `json:"goal"`
	Context  string      `json:"context"`
	Voice    string      `json:"voice"`
	SlackSMM string      `json:"slack_smm"`
	SlackCM  string      `json:"slack_cm"`

	NothingLeaves bool           `json:"nothing_leaves"`
	Withheld      []triage.Field `json:"withheld"`
}

func brandList(ctx context.Context, c *call) error {
	c.jsonFlag()
	if err := c.parse(); err != nil {
		return err
	}
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	found, err := store.Brands(ctx)
	if err != nil {
		return err
	}
	shown := make([]brandShown, 0, len(found))
	var rows []string
	for _, b := range found {
		shown = append(shown, brandShown{b.ID, b.Slug, b.Name, b.Goal, b.Context, b.Voice, b.SlackSMM, b.SlackCM,
			b.Outflow.Nothing, append([]triage.Field{}, b.Outflow.Withheld...)})
		rows = append(rows, cells(b.ID, b.Slug, b.Name, fmt.Sprintf("%.2f", b.Goal), b.SlackSMM, b.SlackCM))
	}
	return c.answer(map[string]any{"brands": shown},
		table(cells("ID", "SLUG", "NAME", "GOAL", "SLACK SMM", "SLACK CM"), rows))
}

// cells makes one row of a table. Control characters, which could move the terminal's
// cursor or the table's columns, become spaces.
func cells(values ...any) string {
	row := make([]string, len(values))
	for i, v := range values {
		row[i] = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, fmt.Sprint(v))
	}
	return strings.Join(row, "\t")
}
