package main

import (
	"context"
	"fmt"
	"time"

	"triage/api"
	"triage/postgres"
	"triage/triage"
)

func thriftShow(ctx context.Context, c *call) error {
	var brand string
	c.jsonFlag()
	c.brandFlag(&brand)
	if err := c.parse("brand"); err != nil {
		return err
	}
	var t triage.Thrift
	err := c.inTx(ctx, func(tx *postgres.Tx) error {
		b, err := tx.Brand(ctx, brand)
		if err != nil {
			return err
		}
		t, err = tx.Thrift(ctx, b.ID)
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(api.ThriftOf(t), thriftLines(t)...)
}

// thriftLines are the flags that would set t.
func thriftLines(t triage.Thrift) []string {
	b := api.ThriftOf(t)
	return []string{
		fmt.Sprintf("--reuse-exact=%v", b.ReuseExact), fmt.Sprintf("--reuse-near=%v", b.ReuseNear),
		fmt.Sprintf("--near-distance %g", b.NearDistance), fmt.Sprintf("--reuse-within %s", t.ReuseWithin),
		fmt.Sprintf("--builtin=%v", b.Builtin), fmt.Sprintf("--sure %g", b.Sure), fmt.Sprintf("--model=%v", b.Model),
		fmt.Sprintf("--together %d", b.Together), fmt.Sprintf("--day-micro-usd %d", b.DayMicroUSD), fmt.Sprintf("--month-micro-usd %d", b.MonthMicroUSD),
	}
}

func thriftSet(ctx context.Context, c *call) error {
	var brand string
	var to triage.Thrift
	c.jsonFlag()
	c.explain("What is not named stays as it is. Money is in millionths of a US dollar, days and months are UTC.")
	c.brandFlag(&brand)
	c.flags.BoolVar(&to.ReuseExact, "reuse-exact", true, "use a judgement of the same text below the same post again; =false for not")
	c.flags.BoolVar(&to.ReuseNear, "reuse-near", true, "use one of a near copy again; =false for not")
	c.flags.Float64Var(&to.NearDistance, "near-distance", 0, "cosine `distance` up to which comments are near copies")
	c.flags.DurationVar(&to.ReuseWithin, "reuse-within", 0, "how old a judgement may be to be used again, as a `duration` such as 24h")
	c.flags.BoolVar(&to.Builtin, "builtin", true, "take the built-in engine's word where it is sure; =false for not")
	c.flags.Float64Var(&to.Sure, "sure", 0, "from which `confidence` it is sure; 0 for the service's own")
	c.flags.BoolVar(&to.Model, "model", true, "ask a language model; =false for never")
	c.flags.IntVar(&to.Together, "together", 0, "about how `many` short comments it is asked at once, at most; 0 for one")
	c.flags.Int64Var(&to.DayMicroUSD, "day-micro-usd", 0, "what may be spent on a day, as an `int`; 0 for no bound")
	c.flags.Int64Var(&to.MonthMicroUSD, "month-micro-usd", 0, "what may be spent in a month, as an `int`; 0 for no bound")
	if err := c.parse("brand"); err != nil {
		return err
	}
	given := c.given()
	delete(given, "json")
	if len(given) == 1 {
		return usagef("nothing to change: name at least one more flag")
	}
	var after triage.Thrift
	err := c.inTx(ctx, func(tx *postgres.Tx) error {
		b, err := tx.Brand(ctx, brand)
		if err != nil {
			return err
		}
		if after, err = tx.Thrift(ctx, b.ID); err != nil {
			return err
		}
		setIf(given["reuse-exact"], &after.ReuseExact, to.ReuseExact)
		setIf(given["reuse-near"], &after.ReuseNear, to.ReuseNear)
		setIf(given["near-distance"], &after.NearDistance, to.NearDistance)
		setIf(given["reuse-within"], &after.ReuseWithin, to.ReuseWithin.Truncate(time.Second))
		setIf(given["builtin"], &after.Builtin, to.Builtin)
		setIf(given["sure"], &after.Sure, to.Sure)
		setIf(given["model"], &after.Model, to.Model)
		setIf(given["together"], &after.Together, to.Together)
		setIf(given["day-micro-usd"], &after.DayMicroUSD, to.DayMicroUSD)
		setIf(given["month-micro-usd"], &after.MonthMicroUSD, to.MonthMicroUSD)
		return tx.SetThrift(ctx, byCommand, b.ID, after)
	})
	if err != nil {
		return err
	}
	return c.answer(api.ThriftOf(after), thriftLines(after)...)
}
