package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"triage/postgres"
	"triage/queue"
	"triage/routing"
	"triage/triage"
)

// longestPlan bounds a plan's document, in bytes: what the interface takes too.
const longestPlan = 64 << 10

// planFlags are what the subcommands about plans have in common.
type planFlags struct{ brand, file, note string }

func (c *call) brandFlag(to *string) {
	c.flags.StringVar(to, "brand", "", "the `brand`, by id or slug")
}

func (c *call) fileFlag(to *string) {
	c.flags.StringVar(to, "file", "", "the plan's `document`, - for standard input")
}

// document reads the file that the call names.
func (c *call) document(file string) ([]byte, error) {
	from := c.Stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, fmt.Errorf("plan: %w", err)
		}
		defer f.Close() //nolint:errcheck // it was only read
		from = f
	}
	document, err := io.ReadAll(io.LimitReader(from, longestPlan+1))
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	if len(document) > longestPlan {
		return nil, fmt.Errorf("plan: the document is longer than %d bytes", longestPlan)
	}
	return document, nil
}

// office is a brand with its desk, for the length of one command.
func (c *call) office(ctx context.Context, brand string, work func(store *postgres.Store, desk *queue.Desk, b postgres.BrandRow) error) error {
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	b, err := store.Brand(ctx, brand)
	if err != nil {
		return err
	}
	return work(store, queue.NewDesk(store), b)
}

// complain prints what is wrong with a plan, if anything is, and then fails.
func (c *call) complain(problems []routing.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	lines := make([]string, len(problems))
	for i, p := range problems {
		where := p.Pointer
		if where == "" {
			where = "the document"
		}
		lines[i] = where + ": " + p.Message
	}
	if err := c.answer(map[string]any{"problems": problems}, lines...); err != nil {
		return err
	}
	return errFailed
}

func planCheck(ctx context.Context, c *call) error {
	var f planFlags
	c.jsonFlag()
	c.explain("With --brand it also looks whether the people that rules name work for the brand.")
	c.brandFlag(&f.brand)
	c.fileFlag(&f.file)
	if err := c.parse("file"); err != nil {
		return err
	}
	document, err := c.document(f.file)
	if err != nil {
		return err
	}
	plan, problems := routing.Parse(document)
	if f.brand != "" && len(problems) == 0 {
		err := c.office(ctx, f.brand, func(_ *postgres.Store, desk *queue.Desk, b postgres.BrandRow) error {
			plan, problems, err = desk.ReadPlan(ctx, b.ID, document)
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := c.complain(problems); err != nil {
		return err
	}
	return c.answer(map[string]any{"problems": []routing.Problem{}, "rules": len(plan.Rules)}, fmt.Sprintf("The plan is good; it has %d rules", len(plan.Rules)))
}

func planShow(ctx context.Context, c *call) error {
	var f planFlags
	version := -1
	c.jsonFlag()
	c.explain("It prints the whole document, with everything that was left to the default.")
	c.brandFlag(&f.brand)
	c.flags.IntVar(&version, "version", -1, "`number` of a version, 0 for the plan that follows the taxonomy (default: the one in force)")
	if err := c.parse("brand"); err != nil {
		return err
	}
	return c.office(ctx, f.brand, func(store *postgres.Store, desk *queue.Desk, b postgres.BrandRow) error {
		plan, err := store.Plan(ctx, b.ID)
		if err == nil && version >= 0 {
			plan, err = desk.PlanVersion(ctx, b.ID, version)
		}
		if err != nil {
			return err
		}
		document, err := json.MarshalIndent(plan, "", "  ")
		if err != nil {
			return fmt.Errorf("plan: %w", err)
		}
		return c.answer(map[string]any{"version": plan.Version, "goal": plan.Goal, "plan": plan}, string(document))
	})
}

// planShown is a version as list shows it to programs.
type planShown struct {
	Version   int       `json:"version"`
	State     string    `json:"state"`
	Note      string    `json:"note"`
	CreatedAt time.Time `json:"created_at"`
}

func planList(ctx context.Context, c *call) error {
	var f planFlags
	c.jsonFlag()
	c.brandFlag(&f.brand)
	if err := c.parse("brand"); err != nil {
		return err
	}
	return c.office(ctx, f.brand, func(store *postgres.Store, _ *queue.Desk, b postgres.BrandRow) error {
		found, err := store.PlanVersions(ctx, b.ID)
		if err != nil {
			return err
		}
		shown := make([]planShown, len(found))
		rows := make([]string, len(found))
		for i, p := range found {
			shown[i] = planShown{p.Version, p.State, p.Note, p.CreatedAt}
			rows[i] = cells(p.Version, p.State, p.CreatedAt.Format(time.DateTime), p.Creator, p.Note)
		}
		return c.answer(map[string]any{"plans": shown}, table(cells("VERSION", "STATE", "ADDED", "BY", "NOTE"), rows))
	})
}

func planAdd(ctx context.Context, c *call) error {
	var f planFlags
	c.jsonFlag()
	c.explain("The version is a draft until 'triage plan activate' puts it in force.")
	c.brandFlag(&f.brand)
	c.fileFlag(&f.file)
	c.flags.StringVar(&f.note, "note", "", "a few `words` for colleagues")
	if err := c.parse("brand", "file"); err != nil {
		return err
	}
	document, err := c.document(f.file)
	if err != nil {
		return err
	}
	return c.office(ctx, f.brand, func(_ *postgres.Store, desk *queue.Desk, b postgres.BrandRow) error {
		_, problems, err := desk.ReadPlan(ctx, b.ID, document)
		if err != nil {
			return err
		}
		if err := c.complain(problems); err != nil {
			return err
		}
		row, added, err := desk.AddPlan(ctx, postgres.Caller{BrandID: b.ID}, document, f.note)
		if err != nil {
			return err
		}
		said := "Added version "
		if !added {
			said = "The same document is there as version "
		}
		return c.answer(map[string]any{"version": row.Version, "added": added}, said+strconv.Itoa(row.Version))
	})
}

func planActivate(ctx context.Context, c *call) error {
	var f planFlags
	var version, expected int
	c.jsonFlag()
	c.explain("It counts for all that is placed from then on; what stands in the queues stays where it is.")
	c.brandFlag(&f.brand)
	c.flags.IntVar(&version, "version", 0, "`number` of the version, 0 for the plan that follows the taxonomy")
	c.flags.IntVar(&expected, "instead-of", 0, "`number` of the version that must be in force now")
	if err := c.parse("brand", "version"); err != nil {
		return err
	}
	return c.office(ctx, f.brand, func(_ *postgres.Store, desk *queue.Desk, b postgres.BrandRow) error {
		if err := desk.ActivatePlan(ctx, postgres.Caller{BrandID: b.ID}, version, ifSet(c.given()["instead-of"], &expected)); err != nil {
			return err
		}
		return c.answer(map[string]any{"version": version}, "In force is version "+strconv.Itoa(version))
	})
}

// readOrVersion returns the plan that a preview is asked for.
func (c *call) readOrVersion(ctx context.Context, desk *queue.Desk, brand triage.ID, file string, version int) (routing.Plan, error) {
	if file == "" {
		return desk.PlanVersion(ctx, brand, version)
	}
	document, err := c.document(file)
	if err != nil {
		return routing.Plan{}, err
	}
	plan, problems, err := desk.ReadPlan(ctx, brand, document)
	if err != nil {
		return plan, err
	}
	return plan, c.complain(problems)
}
