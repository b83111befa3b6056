package insight

import (
	"context"
	"time"

	"triage/postgres"
	"triage/triage"
)

// Costs is what judging costs a brand.
type Costs struct {
	Lines       []postgres.CostLine // by day, oldest first
	Thrift      triage.Thrift
	Spent       postgres.Spent
	Day, Month  Forecast
	Provisional int // items that wait for a better judgement
}

// Forecast says where a budget goes if money is spent as lately.
type Forecast struct {
	MicroUSD int64     // at the end of the day or month
	EmptyAt  time.Time // when the budget is spent; zero when it lasts or there is none
}

// lately is how many whole days the forecast goes by.
const lately = 7

// Costs returns what the steps did and cost in the last days, today included.
func (in *Insights) Costs(ctx context.Context, brand triage.ID, days int) (Costs, error) {
	now := in.store.Now()
	var c Costs
	var err error
	if c.Lines, err = in.store.Costs(ctx, brand, now.AddDate(0, 0, 1-max(days, lately+1)), now); err != nil {
		return c, err
	}
	if c.Thrift, err = in.store.Thrift(ctx, brand); err != nil {
		return c, err
	}
	if c.Spent, err = in.store.Spent(ctx, brand, now); err != nil {
		return c, err
	}
	if c.Provisional, err = in.store.Provisional(ctx, brand); err != nil {
		return c, err
	}
	rate := perHour(c.Lines, c.Spent, now)
	c.Day = forecast(c.Spent.Day, c.Thrift.DayMicroUSD, rate, now, endOfDay(now))
	c.Month = forecast(c.Spent.Month, c.Thrift.MonthMicroUSD, rate, now, endOfMonth(now))
	first := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-days)
	for len(c.Lines) > 0 && c.Lines[0].Day.Before(first) {
		c.Lines = c.Lines[1:]
	}
	return c, nil
}

// perHour is what an hour has cost lately: today so far and the whole days before it, as far
// back as money was spent.
func perHour(lines []postgres.CostLine, spent postgres.Spent, now time.Time) float64 {
	today := now.UTC().Truncate(24 * time.Hour)
	since, sum := today, float64(spent.Day)
	for _, l := range lines {
		if l.MicroUSD > 0 && l.Day.Before(today) && !l.Day.Before(today.AddDate(0, 0, -lately)) {
			sum += float64(l.MicroUSD)
			if l.Day.Before(since) {
				since = l.Day
			}
		}
	}
	return sum / max(1, now.Sub(since).Hours())
}

// forecast goes on from now at a rate, up to a budget, of which 0 is none.
func forecast(spent, budget int64, perHour float64, now, end time.Time) Forecast {
	out := Forecast{MicroUSD: spent + int64(perHour*end.Sub(now).Hours())}
	if budget == 0 || out.MicroUSD < budget {
		return out
	}
	out.MicroUSD, out.EmptyAt = max(spent, budget), now
	if left := budget - spent; left > 0 && perHour > 0 {
		out.EmptyAt = now.Add(time.Duration(float64(left) / perHour * float64(time.Hour)))
	}
	return out
}

func endOfDay(now time.Time) time.Time { return now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1) }

func endOfMonth(now time.Time) time.Time {
	return time.Date(now.UTC().Year(), now.UTC().Month()+1, 1, 0, 0, 0, 0, time.UTC)
}
