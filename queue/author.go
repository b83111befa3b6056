package queue

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"triage/postgres"
	"triage/triage"
)

// Bounds of the tags that people set of an author.
const (
	authorTags = 20
	authorTag  = 40 // characters
)

// TagAuthor adds and removes tags that people set of an author, and returns the author.
// Tags are kept in lower case. What is added and removed at once is removed.
func (d *Desk) TagAuthor(ctx context.Context, who postgres.Caller, author triage.ID, add, remove []string) (postgres.AuthorRow, error) {
	add, errAdd := wordsOf(add)
	remove, errRemove := wordsOf(remove)
	if errAdd != nil || errRemove != nil || len(add)+len(remove) == 0 {
		return postgres.AuthorRow{}, triage.Errorf(triage.Invalid, "Name tags to add or to remove, of 1 to %d letters, digits, '_' and '-' each.", authorTag)
	}
	return d.onAuthor(ctx, who, author, func(tx *postgres.Tx, a *postgres.AuthorRow) (postgres.AuditRow, error) {
		tags := slices.DeleteFunc(append(slices.Clone(a.Tags), add...), func(t string) bool { return slices.Contains(remove, t) })
		slices.Sort(tags)
		if tags = slices.Compact(tags); len(tags) > authorTags {
			return postgres.AuditRow{}, triage.Errorf(triage.Invalid, "An author has at most %d tags.", authorTags)
		}
		a.Tags = tags
		return postgres.AuditRow{
			Action: "author.tagged", Detail: map[string]any{"added": len(add), "removed": len(remove)},
		}, tx.SetAuthorTags(ctx, who.BrandID, author, tags)
	})
}

// wordsOf returns tags in lower case, or an error when one is no tag.
func wordsOf(tags []string) ([]string, error) {
	out := make([]string, len(tags))
	for n, t := range tags {
		t = strings.ToLower(strings.TrimSpace(t))
		odd := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' }
		if t == "" || !utf8.ValidString(t) || utf8.RuneCountInString(t) > authorTag || strings.ContainsFunc(t, odd) {
			return nil, triage.Errorf(triage.Invalid, "That is no tag.")
		}
		out[n] = t
	}
	return out, nil
}

// NoteAuthor keeps what who writes down about an author.
func (d *Desk) NoteAuthor(ctx context.Context, who postgres.Caller, author triage.ID, text string) (postgres.AuthorRow, error) {
	text, err := cleanNote(text)
	if err != nil || text == "" {
		return postgres.AuthorRow{}, triage.Errorf(triage.Invalid, "A note is text of 1 to %d characters.", maxNote)
	}
	return d.onAuthor(ctx, who, author, func(tx *postgres.Tx, _ *postgres.AuthorRow) (postgres.AuditRow, error) {
		id, err := tx.AddAuthorNote(ctx, who.BrandID, author, who.PersonID, text)
		return postgres.AuditRow{Action: "author.noted", Detail: map[string]any{"note": id}}, err
	})
}

// onAuthor locks an author, lets work change what people say of them, and writes the audit
// row that work returns.
func (d *Desk) onAuthor(
	ctx context.Context, who postgres.Caller, author triage.ID, work func(*postgres.Tx, *postgres.AuthorRow) (postgres.AuditRow, error),
) (postgres.AuthorRow, error) {
	var a postgres.AuthorRow
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) (err error) {
		if a, err = tx.LockAuthor(ctx, who.BrandID, author); err != nil {
			return err
		}
		row, err := work(tx, &a)
		if err != nil {
			return err
		}
		row.BrandID, row.Actor, row.Subject, row.SubjectID = who.BrandID, who.Actor(), "author", author
		return tx.Audit(ctx, row)
	})
	return a, err
}

// DecideLink says that two accounts are one person, are not, or, with LinkSuggested, that
// nobody has decided yet. Every decision can be taken back. Deciding the same again
// changes nothing.
func (d *Desk) DecideLink(ctx context.Context, who postgres.Caller, link triage.ID, state postgres.LinkState) (postgres.Link, error) {
	var l postgres.Link
	err := d.store.Retrying(ctx, attempts, func(tx *postgres.Tx) (err error) {
		if l, err = tx.LockLink(ctx, who.BrandID, link); err != nil || l.State == state {
			return err
		}
		before := l.State
		if err := tx.DecideLink(ctx, who.BrandID, link, who.PersonID, state); err != nil {
			return err
		}
		if l, err = tx.LockLink(ctx, who.BrandID, link); err != nil {
			return err
		}
		return tx.Audit(ctx, postgres.AuditRow{
			BrandID: who.BrandID, Actor: who.Actor(), Action: "link." + string(state), Subject: "link", SubjectID: link,
			Detail: map[string]any{"before": before, "a": l.A, "b": l.B},
		})
	})
	return l, err
}
