package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"triage/triage"
)

// Settings are a brand's own ways that are no routing.
type Settings struct {
	// PersonalFigures says who sees how much one person has in hand: the person alone
	// (self), or the leads too (leads).
	PersonalFigures string `json:"personal_figures"`

	// Streak is how many items in a row somebody who works both queues is dealt of one
	// queue before the other may follow.
	Streak int `json:"streak"`

	// History says whether the brand keeps what it knows of people over time. Without it a
	// person's page shows the present thread only.
	History bool `json:"history"`

	// Language is what notices speak in the brand's Slack channels: en or de.
	Language string `json:"language"`
}

// Languages are those that notices can speak.
func Languages() []string { return []string{"en", "de"} }

// The values of Settings.PersonalFigures.
const (
	FiguresSelf  = "self"
	FiguresLeads = "leads"
)

// DefaultSettings are those of a brand that has said nothing.
func DefaultSettings() Settings {
	return Settings{PersonalFigures: FiguresSelf, Streak: 5, History: true, Language: "en"}
}

// maxStreak bounds Settings.Streak.
const maxStreak = 50

// Check returns an Invalid error that names the first thing wrong with s.
func (s Settings) Check() error {
	if s.PersonalFigures != FiguresSelf && s.PersonalFigures != FiguresLeads {
		return triage.Errorf(triage.Invalid, "Personal figures are for %q or for %q.", FiguresSelf, FiguresLeads)
	}
	if !slices.Contains(Languages(), s.Language) {
		return triage.Errorf(triage.Invalid, "Notices speak %s.", strings.Join(Languages(), " or "))
	}
	if s.Streak < 1 || s.Streak > maxStreak {
		return triage.Errorf(triage.Invalid, "A streak is 1 to %d items.", maxStreak)
	}
	return nil
}

// Settings returns the settings of a brand: what it has not said is the default. There is
// a NotFound error when there is no such brand.
func (r Reads) Settings(ctx context.Context, brand triage.ID) (Settings, error) {
	s := DefaultSettings()
	var stored []byte
	err := r.db.QueryRow(ctx, `SELECT settings FROM brands WHERE id = $1`, brand).Scan(&stored)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, triage.Errorf(triage.NotFound, "There is no such brand.")
	}
	if err == nil {
		err = json.Unmarshal(stored, &s)
	}
	if err != nil {
		return s, unavailable(fmt.Errorf("settings of brand %s: %w", brand, err))
	}
	return s, nil
}

// SaveSettings replaces the settings of a brand. What other versions of this program keep
// there stays.
func (t *Tx) SaveSettings(ctx context.Context, actor Actor, brand triage.ID, s Settings) error {
	if err := s.Check(); err != nil {
		return err
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("settings of brand %s: %w", brand, err)
	}
	if _, err := t.tx.Exec(ctx, `UPDATE brands SET settings = settings || $2 WHERE id = $1`, brand, raw); err != nil {
		return fmt.Errorf("settings of brand %s: %w", brand, err)
	}
	return t.Audit(ctx, AuditRow{BrandID: brand, Actor: actor, Action: "brand.settings_changed", Subject: "brand", SubjectID: brand})
}
