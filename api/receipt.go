package api

import (
	"encoding/json"
	"math"
	"time"

	"triage/audit"
	"triage/postgres"
)

// DetailBody is an item with everything that is known of how it came to stand where it
// stands. Everybody who may read the item may read all of it.
type DetailBody struct {
	ItemBody
	Receipt    receiptBody      `json:"receipt"`
	Judgements []JudgementBody  `json:"judgements" nullable:"false" doc:"Those before the receipt's, newest first"`
	Labels     []correctionBody `json:"labels" nullable:"false" doc:"What people said is right, oldest first"`
	Notes      []noteBody       `json:"notes" nullable:"false" doc:"Oldest first"`
	Linked     *linkedBody      `json:"linked" doc:"The other item of this comment, in the other queue"`
	History    []HistoryBody    `json:"history" nullable:"false" doc:"What happened to it, oldest first"`
	Promises   []promiseBody    `json:"promises" nullable:"false" doc:"Open ones about it or to its author, by date"`
	Answered   []answeredBody   `json:"answered_before" nullable:"false" doc:"Comments of like meaning that people closed, nearest first"`
}

// receiptBody says who decided what, and why.
type receiptBody struct {
	JudgementBody
	Reasons     []reasonBody    `json:"reasons" nullable:"false" doc:"Why it stands in its place"`
	PlanVersion int             `json:"plan_version"`
	Known       json.RawMessage `json:"known" doc:"What placing knew of author, thread and wave"`
}

type linkedBody struct {
	ID     string `json:"id"`
	Kind   string `json:"kind" enum:"owner,companion"`
	Queue  string `json:"queue" enum:"smm,cm"`
	Status string `json:"status" enum:"open,claimed,snoozed,waiting,resolved,dismissed"`
}

// JudgementBody is one judgement. Without one engine is empty and judged_at null.
type JudgementBody struct {
	Engine        string         `json:"engine"`
	Model         string         `json:"model"`
	PromptVersion *string        `json:"prompt_version"`
	JudgedAt      *time.Time     `json:"judged_at"`
	Round         int            `json:"round" doc:"Which version of the text was judged"`
	Current       bool           `json:"current" doc:"The text has not changed since"`
	Provisional   bool           `json:"provisional"`
	Intent        *string        `json:"intent"`
	Sentiment     *string        `json:"sentiment"`
	Ironic        *bool          `json:"ironic"`
	Urgency       *string        `json:"urgency"`
	ReplyExpected *bool          `json:"reply_expected"`
	Confidence    confidenceBody `json:"confidence"`
	Risks         []string       `json:"risks" nullable:"false"`
	Topics        []string       `json:"topics" nullable:"false"`
	Language      string         `json:"language"`
	Evidence      []evidenceBody `json:"evidence" nullable:"false"`
	Rules         []string       `json:"rules" nullable:"false" doc:"Rules that raised risk or urgency"`
	Unsure        []string       `json:"unsure" nullable:"false" doc:"Fields that the engine itself would rather have asked about"`
	Learned       *learnedBody   `json:"learned" doc:"What corrections of similar comments did; null when they had no say"`
	Addresses     bool           `json:"addresses_model" doc:"The text speaks to the machine; only the rest of it was read"`
	Outside       *outsideBody   `json:"outside" doc:"What left the house for it; null when that was not kept"`
	Step          string         `json:"step" doc:"Of the cascade: reuse_exact, reuse_near, builtin, together, model, stood_in; empty when that was not kept"`
	Short         *string        `json:"short" doc:"Why the built-in engine stood in: budget_day, budget_month, no_price, model_away, no_answer"`
	ReusedFrom    *string        `json:"reused_from" doc:"The engagement whose judgement was used again"`
	CostMicroUSD  int64          `json:"cost_micro_usd"`
	LatencyMS     int64          `json:"latency_ms"`
}

// learnedBody says that corrections had a say, and what the engine alone had answered.
type learnedBody struct {
	Corrections int    `json:"corrections" doc:"How many spoke for what stands"`
	People      int    `json:"people" doc:"Of how many people"`
	Intent      string `json:"intent" doc:"As the engine alone said"`
	Sentiment   string `json:"sentiment" doc:"As the engine alone said"`
}

// outsideBody says what left the house.
type outsideBody struct {
	NothingLeaves bool     `json:"nothing_leaves" doc:"The brand lets nothing out"`
	Fields        []string `json:"fields" nullable:"false" doc:"What was sent to a language model to judge; empty: nothing"`
	Embedded      bool     `json:"embedded" doc:"The comment, masked, was sent to be embedded"`
	Masked        []string `json:"masked" nullable:"false" doc:"Private details that were taken out before"`
	Shortened     bool     `json:"shortened" doc:"A part of the comment was left out"`
	Examples      int      `json:"examples" doc:"Labelled comments that went along"`
	NoStore       bool     `json:"no_store" doc:"The endpoint was told to keep nothing"`
}

// confidenceBody is how sure the engine is of each field, 0 to 1; 0 means that it does
// not know.
type confidenceBody struct {
	Queue         float64 `json:"queue" doc:"That the intent's own queue is right"`
	Intent        float64 `json:"intent"`
	Sentiment     float64 `json:"sentiment"`
	Ironic        float64 `json:"ironic"`
	Urgency       float64 `json:"urgency"`
	ReplyExpected float64 `json:"reply_expected"`
}

// evidenceBody are words of the text that spoke for something.
type evidenceBody struct {
	Quote string `json:"quote"`
	Start int    `json:"start" doc:"Byte offset into the judged text"`
	End   int    `json:"end"`
	Why   string `json:"why"`
}

type correctionBody struct {
	Person        *personBody `json:"person"`
	At            time.Time   `json:"at"`
	Intent        *string     `json:"intent,omitempty"`
	Sentiment     *string     `json:"sentiment,omitempty"`
	Urgency       *string     `json:"urgency,omitempty"`
	Queue         *string     `json:"queue,omitempty"`
	ReplyExpected *bool       `json:"reply_expected,omitempty"`
}

type noteBody struct {
	ID     string      `json:"id"`
	Person *personBody `json:"person"`
	At     time.Time   `json:"at"`
	Action string      `json:"action" doc:"What it was written for"`
	Text   string      `json:"text"`
}

func detailOf(i postgres.Item, r postgres.Receipt, now time.Time, in audit.Language) DetailBody {
	out := DetailBody{
		ItemBody: bodyOf(i, now), Receipt: receiptOf(i, r),
		Judgements: make([]JudgementBody, len(r.Earlier)), Labels: make([]correctionBody, len(r.Labels)),
		Notes: make([]noteBody, len(r.Notes)), History: historyOf(r.History, r.Names, in),
	}
	if l := r.Linked; l != nil {
		out.Linked = &linkedBody{string(l.ID), l.Kind, string(l.Queue), string(l.Status)}
	}
	for k, j := range r.Earlier {
		out.Judgements[k] = judgementOf(i, j)
	}
	for k, l := range r.Labels {
		out.Labels[k] = correctionBody{
			personOf(l.PersonID, l.Person), l.At,
			wordOrNull(l.Intent), wordOrNull(l.Sentiment), wordOrNull(l.Urgency), wordOrNull(l.Queue), l.ReplyExpected,
		}
	}
	for k, n := range r.Notes {
		out.Notes[k] = noteBody{string(n.ID), personOf(n.PersonID, n.Person), n.At, n.Action, n.Text}
	}
	return out
}

func receiptOf(i postgres.Item, r postgres.Receipt) receiptBody {
	out := receiptBody{Reasons: reasonsOf(i.Reasons), PlanVersion: i.PlanVersion, Known: r.Known}
	if r.Judgement != nil {
		out.JudgementBody = judgementOf(i, *r.Judgement)
		return out
	}
	out.JudgementBody = JudgementBody{
		Round: i.Round, Current: i.Round == i.Engagement.Round, Provisional: i.Provisional, Language: i.Language,
		Risks: []string{}, Topics: []string{}, Unsure: []string{}, Evidence: []evidenceBody{}, Rules: []string{},
	}
	return out
}

func judgementOf(i postgres.Item, j postgres.Judgement) JudgementBody {
	out := JudgementBody{
		Engine: j.Engine, Model: j.Model, PromptVersion: textOrNull(j.PromptVersion), JudgedAt: timeOrNull(j.JudgedAt),
		Round: j.Round, Current: j.Round == i.Engagement.Round, Provisional: j.Provisional,
		Intent: wordOrNull(&j.Intent), Sentiment: wordOrNull(&j.Sentiment), Ironic: &j.Ironic,
		Urgency: wordOrNull(&j.Urgency), ReplyExpected: &j.ReplyExpected,
		Confidence: confidenceBody{
			share(j.Confidence.Queue), share(j.Confidence.Intent), share(j.Confidence.Sentiment),
			share(j.Confidence.Ironic), share(j.Confidence.Urgency), share(j.Confidence.ReplyExpected),
		},
		Risks: texts(j.Risks), Topics: texts(j.Topics), Language: j.Language,
		Evidence: make([]evidenceBody, len(j.Evidence)), Rules: texts(j.Rules),
		Unsure: texts(j.Unsure), CostMicroUSD: j.CostMicroUSD, LatencyMS: j.Latency.Milliseconds(),
	}
	out.Addresses = j.AddressesModel
	out.Step, out.Short, out.ReusedFrom = string(j.Effort.Step), textOrNull(string(j.Effort.Short)), textOrNull(string(j.Effort.ReusedFrom))
	if o := j.Outside; o != nil {
		out.Outside = &outsideBody{o.Nothing, texts(o.Fields), o.Embedded, texts(o.Masked), o.Shortened, o.Examples, o.NoStore}
	}
	if l := j.Learned; l != nil {
		out.Learned = &learnedBody{l.Corrections, l.People, string(l.Intent), string(l.Sentiment)}
	}
	for k, s := range j.Evidence {
		out.Evidence[k] = evidenceBody{j.Quotes[k], s.Start, s.End, s.Why}
		if i.Heavy {
			out.Evidence[k].Quote = "" // covered, as the text
		}
	}
	return out
}

// share rounds a probability to what it can mean.
func share(p float64) float64 { return math.Round(p*1000) / 1000 }

func wordOrNull[T ~string](word *T) *string {
	if word == nil {
		return nil
	}
	text := string(*word)
	return &text
}
