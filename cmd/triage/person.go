package main

import (
	"context"

	"triage/postgres"
	"triage/triage"
)

func personAdd(ctx context.Context, c *call) error {
	var p postgres.PersonRow
	c.jsonFlag()
	c.explain("A person works for a brand once 'triage token add' gives a role there.")
	c.flags.StringVar(&p.Name, "name", "", "the person's `name`")
	c.flags.StringVar(&p.Email, "email", "", "the person's `address`")
	c.flags.StringVar(&p.SlackUserID, "slack-user", "", "the person's Slack `member id`, such as U012AB3CD")
	if err := c.parse("name"); err != nil {
		return err
	}
	var id triage.ID
	err := c.inTx(ctx, func(tx *postgres.Tx) (err error) {
		id, err = tx.AddPerson(ctx, p)
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(added{ID: id}, "Added person "+string(id))
}

// personShown is a person as list shows it to programs.
type personShown struct {
	ID          triage.ID   `json:"id"`
	Name        string      `json:"name"`
	Email       string      `json:"email"`
	SlackUserID string      `json:"slack_user_id"`
	Role        triage.Role `json:"role,omitempty"`
}

func personList(ctx context.Context, c *call) error {
	c.jsonFlag()
	brand := c.flags.String("brand", "", "only the people of this `brand`, by id or slug, with their roles")
	if err := c.parse(); err != nil {
		return err
	}
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	found, err := people(ctx, store, *brand)
	if err != nil {
		return err
	}
	shown := make([]personShown, 0, len(found))
	var rows []string
	for _, p := range found {
		shown = append(shown, personShown{p.ID, p.Name, p.Email, p.SlackUserID, p.Role})
		rows = append(rows, cells(p.ID, p.Name, p.Email, p.SlackUserID, p.Role))
	}
	return c.answer(map[string]any{"people": shown}, table(cells("ID", "NAME", "EMAIL", "SLACK", "ROLE"), rows))
}

// people returns the members of a brand, or everybody without a role when brand is empty.
func people(ctx context.Context, store *postgres.Store, brand string) ([]postgres.MemberRow, error) {
	if brand != "" {
		b, err := store.Brand(ctx, brand)
		if err != nil {
			return nil, err
		}
		return store.Members(ctx, b.ID)
	}
	everybody, err := store.People(ctx)
	members := make([]postgres.MemberRow, len(everybody))
	for i, p := range everybody {
		members[i].PersonRow = p
	}
	return members, err
}
