package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"triage/postgres"
)

// sealedWithin is how old a row of the audit may be before somebody should look why it is
// not sealed.
const sealedWithin = time.Minute

// tellEvery is how often a long verification tells how far it is.
const tellEvery = 5 * time.Second

// doctorAudit verifies the audit chain of one brand, or of all.
func (c *call) doctorAudit(ctx context.Context, brand, head string) error {
	kept, err := headOf(head)
	if err != nil {
		return err
	}
	if kept != nil && brand == "" {
		return usagef("--head belongs to the chain of one brand: say --brand too")
	}
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	brands, err := chosen(ctx, store, brand)
	if err != nil {
		return err
	}
	findings := []finding{}
	for _, b := range brands {
		f, err := c.verified(ctx, store, b, kept)
		if err != nil {
			return err
		}
		findings = append(findings, f)
	}
	if err := c.answer(map[string]any{"checks": findings}, report(findings)); err != nil {
		return err
	}
	if slices.ContainsFunc(findings, func(f finding) bool { return f.State == stateFailed }) {
		return errFailed
	}
	return nil
}

// chosen returns the brand of a key, or all brands.
func chosen(ctx context.Context, store *postgres.Store, key string) ([]postgres.BrandRow, error) {
	if key == "" {
		return store.Brands(ctx)
	}
	b, err := store.Brand(ctx, key)
	return []postgres.BrandRow{b}, err
}

// headOf reads NUMBER:HASH, as the last line of an export names it.
func headOf(text string) (*postgres.ChainHead, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // none was given
	}
	number, digest, _ := strings.Cut(text, ":")
	seq, err := strconv.ParseInt(number, 10, 64)
	hash, badHash := hex.DecodeString(digest)
	if err != nil || badHash != nil || seq < 1 || len(hash) != 32 {
		return nil, usagef("--head is NUMBER:HASH, the seq and hash of the chain_head in the last line of an export")
	}
	return &postgres.ChainHead{Seq: seq, Hash: hash}, nil
}

// verified walks one brand's chain. Only what keeps it from doing so is an error.
func (c *call) verified(ctx context.Context, store *postgres.Store, b postgres.BrandRow, kept *postgres.ChainHead) (finding, error) {
	check := "audit of " + b.Slug
	told := time.Now()
	state, err := store.VerifyAudit(ctx, b.ID, kept, func(seq int64) {
		if time.Since(told) >= tellEvery {
			told = time.Now()
			say(c.Stderr, "%s: %d rows verified\n", check, seq)
		}
	})
	if broken := postgres.IsBroken(err); broken != nil {
		return failed(check, brokenIn(broken), adviceFor(broken)), nil
	}
	if err != nil {
		return finding{}, err
	}
	found := fmt.Sprintf("%d rows, an unbroken chain; head %d:%s", state.Head.Seq, state.Head.Seq, hex.EncodeToString(state.Head.Hash))
	if state.Head.Seq == 0 {
		found = "nothing is sealed yet"
	}
	if state.Unsealed == 0 {
		return ok(check, found), nil
	}
	age := time.Since(state.Oldest)
	found += fmt.Sprintf("\n%d rows wait to be sealed, the oldest for %v", state.Unsealed, max(0, age).Round(time.Second/10))
	if age > sealedWithin {
		return warning(check, found, "rows are sealed by 'triage serve' in the role jobs: check that one runs"), nil
	}
	return ok(check, found), nil
}

func brokenIn(b *postgres.BrokenChain) string {
	where := fmt.Sprintf("broken at number %d", b.Seq)
	switch b.Wrong {
	case postgres.Missing:
		return fmt.Sprintf("%s: its row is missing; the next one there is %s", where, b.Row)
	case postgres.Reordered:
		return fmt.Sprintf("%s: row %s stands there, in the place of another", where, b.Row)
	case postgres.CutOff:
		return where + ": the chain ends before it, but the head that was kept says that it went on"
	case postgres.Replaced:
		return fmt.Sprintf("%s: row %s is not the one that the kept head ends with: the chain was made anew", where, b.Row)
	case postgres.Changed:
	}
	return fmt.Sprintf("%s: row %s was changed", where, b.Row)
}

func adviceFor(b *postgres.BrokenChain) string {
	advice := "somebody changed the audit inside the database"
	if b.Seq > 1 {
		advice += fmt.Sprintf("; what is before number %d is whole", b.Seq)
	}
	return advice + "; compare with an export or a backup"
}
