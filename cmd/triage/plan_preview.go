package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"triage/api"
	"triage/postgres"
	"triage/queue"
	"triage/routing"
	"triage/triage"
)

func planPreview(ctx context.Context, c *call) error {
	var f planFlags
	var version, days int
	c.jsonFlag()
	c.explain("It places what was received in the last days by both plans and shows what would change. Nothing is changed.")
	c.brandFlag(&f.brand)
	c.fileFlag(&f.file)
	c.flags.IntVar(&version, "version", 0, "`number` of a version, instead of --file")
	c.flags.IntVar(&days, "days", 30, "how many `days` to look back")
	if err := c.parse("brand"); err != nil {
		return err
	}
	if (f.file != "") == c.given()["version"] {
		return usagef("name either --file or --version")
	}
	return c.office(ctx, f.brand, func(_ *postgres.Store, desk *queue.Desk, b postgres.BrandRow) error {
		then, err := c.readOrVersion(ctx, desk, b.ID, f.file, version)
		if err != nil {
			return err
		}
		whatIf, err := desk.Preview(ctx, b.ID, days, then, time.Now())
		if err != nil {
			return err
		}
		return c.answer(api.PreviewOf(whatIf), previewLines(whatIf)...)
	})
}

// previewLines tells a person what would change.
func previewLines(w *routing.WhatIf) []string {
	lines := []string{fmt.Sprintf("%d of %d comments would be placed otherwise", w.Changed, w.Engagements)}
	if w.Changed == 0 {
		return lines
	}
	ways := w.Ways
	rows := []string{}
	for _, one := range []struct {
		name string
		n    int
	}{
		{"queue", ways.Queue}, {"priority", ways.Priority}, {"dismissed", ways.Dismissed}, {"companion", ways.Companion},
		{"tags", ways.Tags}, {"unsure", ways.Unsure}, {"assignee", ways.Assignee}, {"due", ways.Due}, {"order", ways.Order},
	} {
		if one.n > 0 {
			rows = append(rows, cells(one.name, one.n))
		}
	}
	lines = append(lines, "", table(cells("WHAT", "COMMENTS"), rows))
	rows = []string{}
	for _, intent := range triage.Intents() {
		if t := w.ByIntent[intent]; t.Changed > 0 {
			rows = append(rows, cells(intent, t.Changed, t.Engagements))
		}
	}
	lines = append(lines, "", table(cells("INTENT", "CHANGED", "OF"), rows))
	if moves := w.ShiftsByCount(); len(moves) > 0 {
		rows = []string{}
		for _, m := range moves {
			rows = append(rows, cells(seatName(m.From), seatName(m.To), w.Moves[m]))
		}
		lines = append(lines, "", table(cells("FROM", "TO", "COMMENTS"), rows))
	}
	rows = []string{}
	for _, x := range w.Examples {
		rows = append(rows, cells(x.Item, x.Intent, strings.Join(x.Ways, ", "), x.Then.Reasons[len(x.Then.Reasons)-1].Text))
	}
	return append(lines, "", table(cells("ITEM", "INTENT", "WHAT", "WHY"), rows))
}

func seatName(s routing.Seat) string {
	if s.Dismissed {
		return "dismissed"
	}
	return string(s.Queue) + " " + s.Priority.String()
}
