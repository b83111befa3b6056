package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/text/unicode/norm"

	"triage/triage"
)

// BrandRow is one brand: whose name is spoken to, and who owns channels and queues.
type BrandRow struct {
	ID        triage.ID
	Slug      string // unique, for people to type
	Name      string
	Goal      triage.Goal
	Context   string // a few words on the brand for the classifier
	Voice     string // a few words on how the brand speaks
	Outflow   triage.Outflow
	SlackSMM  string // Slack channel of the content queue, empty for none
	SlackCM   string // Slack channel of the relationship queue, empty for none
	CreatedAt time.Time
}

// BrandChange says what to change of a brand; nil fields stay as they are.
type BrandChange struct {
	Name, Context, Voice, SlackSMM, SlackCM *string
	Goal                                    *triage.Goal
	NothingLeaves                           *bool
	Withheld                                *[]triage.Field
}

const brandColumns = `id, slug, name, goal, context, slack_smm, slack_cm, created_at, voice, nothing_leaves, withheld`

// Brands returns every brand, oldest first.
func (r Reads) Brands(ctx context.Context) ([]BrandRow, error) {
	rows, _ := r.db.Query(ctx, `SELECT `+brandColumns+` FROM brands ORDER BY created_at, id`)
	found, err := pgx.CollectRows(rows, scanBrand)
	if err != nil {
		return nil, unavailable(fmt.Errorf("brands: %w", err))
	}
	return found, nil
}

// Brand returns the brand with that id or slug, or a NotFound error.
func (r Reads) Brand(ctx context.Context, idOrSlug string) (BrandRow, error) {
	where := `slug = $1`
	if uuid.Validate(idOrSlug) == nil {
		where = `id = $1::uuid`
	}
	rows, _ := r.db.Query(ctx, `SELECT `+brandColumns+` FROM brands WHERE `+where, idOrSlug)
	found, err := pgx.CollectExactlyOneRow(rows, scanBrand)
	if errors.Is(err, pgx.ErrNoRows) {
		return BrandRow{}, triage.Errorf(triage.NotFound, "There is no such brand.")
	}
	if err != nil {
		return BrandRow{}, unavailable(fmt.Errorf("brand: %w", err))
	}
	return found, nil
}

// Outflow returns what a brand lets out of the house.
func (r Reads) Outflow(ctx context.Context, brand triage.ID) (triage.Outflow, error) {
	var o triage.Outflow
	err := r.db.QueryRow(ctx, `SELECT nothing_leaves, withheld FROM brands WHERE id = $1`, brand).Scan(&o.Nothing, &o.Withheld)
	if err != nil {
		return o, unavailable(fmt.Errorf("outflow of brand %s: %w", brand, err))
	}
	return o, nil
}

func scanBrand(row pgx.CollectableRow) (BrandRow, error) {
	var b BrandRow
	err := row.Scan(&b.ID, &b.Slug, &b.Name, &b.Goal, &b.Context, &b.SlackSMM, &b.SlackCM, &b.CreatedAt,
		&b.Voice, &b.Outflow.Nothing, &b.Outflow.Withheld)
	return b, err
}

// UnplacedOf counts the live engagements of a brand whose newest round stands in no queue.
func (r Reads) UnplacedOf(ctx context.Context, brand triage.ID) (int, error) {
	var n int
	err := r.db.QueryRow(ctx, `
		SELECT count(*) FROM engagements e
		WHERE e.brand_id = $1 AND e.deleted_at IS NULL AND NOT EXISTS (
			SELECT FROM items i
			WHERE i.brand_id = e.brand_id AND i.engagement_id = e.id AND i.kind = 'owner' AND i.round >= e.round)`,
		brand).Scan(&n)
	if err != nil {
		return 0, unavailable(fmt.Errorf("unplaced of brand %s: %w", brand, err))
	}
	return n, nil
}

// AddBrand stores a new brand and returns its id. An empty slug is made from the name. A
// slug in use is a Conflict, an unusable slug, name or goal is Invalid.
func (t *Tx) AddBrand(ctx context.Context, actor Actor, b BrandRow) (triage.ID, error) {
	if b.Name = strings.TrimSpace(b.Name); b.Name == "" {
		return "", triage.Errorf(triage.Invalid, "A brand needs a name.")
	}
	if b.Slug == "" {
		b.Slug = slugOf(b.Name)
	}
	if err := checkGoal(b.Goal); err != nil {
		return "", err
	}
	if err := checkFields(b.Outflow.Withheld); err != nil {
		return "", err
	}
	id := NewID()
	_, err := t.tx.Exec(ctx, `
		INSERT INTO brands (id, slug, name, goal, context, slack_smm, slack_cm, created_at, voice, nothing_leaves, withheld)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		id, b.Slug, b.Name, float64(b.Goal), b.Context, b.SlackSMM, b.SlackCM, t.Now,
		b.Voice, b.Outflow.Nothing, strs(b.Outflow.Withheld))
	switch violated(err) {
	case "brands_slug_unique":
		return "", triage.Errorf(triage.Conflict, "There is a brand with the slug %q already.", b.Slug)
	case "brands_slug_form":
		return "", triage.Errorf(triage.Invalid, "A slug has 1 to 63 of the characters a-z, 0-9 and '-', and starts with a letter or digit.")
	}
	if err != nil {
		return "", fmt.Errorf("brand %s: %w", b.Slug, err)
	}
	return id, t.Audit(ctx, AuditRow{BrandID: id, Actor: actor, Action: "brand.added", Subject: "brand", SubjectID: id})
}

// ChangeBrand changes what change names and leaves the rest.
func (t *Tx) ChangeBrand(ctx context.Context, actor Actor, id triage.ID, change BrandChange) error {
	var goal *float64
	if change.Goal != nil {
		if err := checkGoal(*change.Goal); err != nil {
			return err
		}
		g := float64(*change.Goal)
		goal = &g
	}
	var withheld []string // NULL leaves it as it is
	if change.Withheld != nil {
		if err := checkFields(*change.Withheld); err != nil {
			return err
		}
		withheld = strs(*change.Withheld)
	}
	if change.Name != nil && strings.TrimSpace(*change.Name) == "" {
		return triage.Errorf(triage.Invalid, "A brand needs a name.")
	}
	tag, err := t.tx.Exec(ctx, `
		UPDATE brands SET name = coalesce($2, name), goal = coalesce($3, goal), context = coalesce($4, context),
		       slack_smm = coalesce($5, slack_smm), slack_cm = coalesce($6, slack_cm), voice = coalesce($7, voice),
		       nothing_leaves = coalesce($8, nothing_leaves), withheld = coalesce($9, withheld)
		WHERE id = $1`, id, change.Name, goal, change.Context, change.SlackSMM, change.SlackCM, change.Voice,
		change.NothingLeaves, withheld)
	if err != nil {
		return fmt.Errorf("brand %s: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return triage.Errorf(triage.NotFound, "There is no such brand.")
	}
	return t.Audit(ctx, AuditRow{BrandID: id, Actor: actor, Action: "brand.changed", Subject: "brand",
		SubjectID: id, Detail: map[string]any{"fields": change.fields()}})
}

func (c BrandChange) fields() []string {
	names := []string{}
	for _, field := range []struct {
		name string
		set  bool
	}{
		{"name", c.Name != nil}, {"goal", c.Goal != nil}, {"context", c.Context != nil},
		{"slack_smm", c.SlackSMM != nil}, {"slack_cm", c.SlackCM != nil},
		{"voice", c.Voice != nil}, {"nothing_leaves", c.NothingLeaves != nil}, {"withheld", c.Withheld != nil},
	} {
		if field.set {
			names = append(names, field.name)
		}
	}
	return names
}

func checkFields(fields []triage.Field) error {
	for _, f := range fields {
		if !f.Valid() {
			return triage.Errorf(triage.Invalid, "What can be withheld is any of %s.", strings.Join(strs(triage.OutsideFields()), ", "))
		}
	}
	return nil
}

func checkGoal(g triage.Goal) error {
	if !(g >= 0 && g <= 1) { // NaN fails too
		return triage.Errorf(triage.Invalid, "A goal is a number from 0 (loyalty) to 1 (visibility).")
	}
	return nil
}

// slugOf makes a slug of a name: Latin letters without their accents and digits, the
// rest as single hyphens. A name without any becomes "brand".
func slugOf(name string) string {
	spelt := strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "ø", "o", "ł", "l", "ı", "i").
		Replace(strings.ToLower(norm.NFC.String(name)))
	var b strings.Builder
	for _, r := range norm.NFD.String(spelt) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // an accent stands on the letter before
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 60 {
			break
		}
	}
	if slug := strings.Trim(b.String(), "-"); slug != "" {
		return slug
	}
	return "brand"
}

// violated returns the name of the constraint that err says was violated, or "".
func violated(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.ConstraintName
	}
	return ""
}
