package main

import (
	"context"
	"fmt"
	"time"

	"triage/postgres"
	"triage/queue"
)

func personUncorrect(ctx context.Context, c *call) error {
	var brand string
	c.jsonFlag()
	c.explain("What the corrections taught goes at once; the items are placed anew by the engine and what others say. Items that\n" +
		"somebody has in hand, handed over or finished stay where they are. It is audited, and cannot be taken back.")
	c.brandFlag(&brand)
	person := c.flags.String("person", "", "the `person`, by id, name or email; by id when they have left")
	from := c.flags.String("since", "", "only what was corrected from that `time` on, such as 2026-05-04T08:00:00Z (default: all)")
	if err := c.parse("brand", "person"); err != nil {
		return err
	}
	var since time.Time
	if *from != "" {
		var err error
		if since, err = time.Parse(time.RFC3339, *from); err != nil {
			return usagef("the value of --since cannot be used: it takes a time such as 2026-05-04T08:00:00Z")
		}
	}
	return c.office(ctx, brand, func(store *postgres.Store, desk *queue.Desk, b postgres.BrandRow) error {
		p, err := store.Person(ctx, *person)
		if err != nil {
			return err
		}
		done, err := desk.Withdraw(ctx, postgres.Caller{BrandID: b.ID}, p.ID, since)
		if err != nil {
			return err
		}
		return c.answer(map[string]any{"placed": len(done.Placed), "kept": len(done.Kept)},
			fmt.Sprintf("Took back what %s corrected about %d comments; %d of them were placed anew", p.Name, len(done.Placed)+len(done.Kept), len(done.Placed)))
	})
}
