package triage

import (
	"slices"
	"time"
)

// Step is the part of the cascade that a judgement came from, and what money was spent on.
type Step string

// The steps.
const (
	StepExact    Step = "reuse_exact" // a copy of a comment that a model judged
	StepNear     Step = "reuse_near"  // a near copy of such a comment
	StepBuiltin  Step = "builtin"     // the built-in engine was sure, or is all that there is
	StepTogether Step = "together"    // a language model was asked about several comments at once
	StepModel    Step = "model"       // a language model was asked about it alone
	StepStood    Step = "stood_in"    // the built-in engine, where a model should have been asked
	StepEmbed    Step = "embed"       // a vector for searching and comparing
)

// Steps returns all steps, in the order in which a comment takes them.
func Steps() []Step {
	return []Step{StepExact, StepNear, StepBuiltin, StepTogether, StepModel, StepStood, StepEmbed}
}

// Shortfall is why the built-in engine stands in for a language model.
type Shortfall string

// The reasons.
const (
	ShortOfDay   Shortfall = "budget_day"   // today's money is spent
	ShortOfMonth Shortfall = "budget_month" // this month's money is spent
	ShortOfPrice Shortfall = "no_price"     // there is a budget, and nobody knows what the model costs
	ShortOfModel Shortfall = "model_away"   // the model is down, slow, or told us to wait
	ShortOfSense Shortfall = "no_answer"    // the model answered, and not usably, or would not
)

// Effort is what a judgement took: how it came about and what it used up.
type Effort struct {
	Step       Step
	Short      Shortfall // why a lower step answered, empty when none had to
	ReusedFrom ID        // the engagement whose judgement was reused
	Tokens     Tokens    // used up for this one, its share of a call that asked about several
}

// Tokens is what calls used up. The zero value is nothing.
type Tokens struct {
	Calls      int64
	Prompt     int64
	Cached     int64 // of the prompt, those at the cached price
	Completion int64
	MicroUSD   int64 // millionths of a US dollar
	Unpriced   int64 // calls of a model whose price is not known
}

// Plus returns the sum.
func (t Tokens) Plus(o Tokens) Tokens {
	return Tokens{
		t.Calls + o.Calls, t.Prompt + o.Prompt, t.Cached + o.Cached, t.Completion + o.Completion,
		t.MicroUSD + o.MicroUSD, t.Unpriced + o.Unpriced,
	}
}

// Charge is one line of the ledger.
type Charge struct {
	EngagementID ID // empty when it is for several
	Step         Step
	Engine       string
	Model        string
	Items        int64 // comments that it was for
	Tokens
}

// Thrift is how a brand wants its comments judged for little money: which steps of the
// cascade are on, and how much may be spent.
type Thrift struct {
	ReuseExact   bool
	ReuseNear    bool
	NearDistance float64       // cosine distance up to which comments are near copies
	ReuseWithin  time.Duration // how old a judgement may be to be reused
	Builtin      bool          // the built-in engine's word is taken where it is sure
	Sure         float64       // from which confidence it is; 0 is the service's own threshold
	Model        bool          // a language model may be asked
	Together     int           // about how many short comments at once, at most; 0 and 1: about each alone

	DayMicroUSD   int64 // what may be spent on one day (UTC); 0 is no bound
	MonthMicroUSD int64 // what may be spent in one month (UTC); 0 is no bound
}

// MostTogether is about how many comments a model is asked at once, at most.
const MostTogether = 16

// DefaultThrift is what holds for a brand that has said nothing.
func DefaultThrift() Thrift {
	return Thrift{
		ReuseExact: true, ReuseNear: true, NearDistance: 0.05, ReuseWithin: 24 * time.Hour,
		Builtin: true, Model: true, Together: 4,
	}
}

// Check returns an error of kind invalid for what cannot be meant.
func (t Thrift) Check() error {
	switch {
	case !(t.NearDistance >= 0 && t.NearDistance <= 0.5):
		return Errorf(Invalid, "The distance of near copies is from 0 to 0.5.")
	case t.ReuseWithin < 0 || t.ReuseWithin > 30*24*time.Hour:
		return Errorf(Invalid, "A judgement is reused within 0 hours to 30 days.")
	case !(t.Sure >= 0 && t.Sure <= 1):
		return Errorf(Invalid, "The confidence from which the built-in engine is believed is from 0 to 1.")
	case t.Together < 0 || t.Together > MostTogether:
		return Errorf(Invalid, "A model is asked about at most 16 comments at once.")
	case t.DayMicroUSD < 0 || t.MonthMicroUSD < 0:
		return Errorf(Invalid, "A budget is not negative.")
	}
	return nil
}

// Budgeted reports whether there is a bound on what may be spent.
func (t Thrift) Budgeted() bool { return t.DayMicroUSD > 0 || t.MonthMicroUSD > 0 }

// Valid reports whether s is one of the steps.
func (s Step) Valid() bool { return slices.Contains(Steps(), s) }
