package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"triage/audit"
	"triage/triage"
)

// Receipt is who and what made an item what it is.
type Receipt struct {
	Judgement *Judgement      // the newest, nil when nobody judged
	Earlier   []Judgement     // those before it, newest first
	Labels    []LabelRow      // oldest first
	History   []audit.Row     // oldest first
	Names     audit.Names     // of the people that the history names
	Notes     []Note          // oldest first
	Linked    *Linked         // the other item of the engagement, nil for none
	Known     json.RawMessage // what placing knew around it
}

// Judgement is one classification of one round.
type Judgement struct {
	ID       triage.ID
	Round    int
	JudgedAt time.Time
	triage.Classification
	Quotes []string // aligned with Evidence, cut from the judged round's text; "" where that is gone
}

// LabelRow is what one person said is right.
type LabelRow struct {
	Label
	PersonID triage.ID
	Person   string // name
	At       time.Time
	Round    int
}

// Note is what a person wrote down about an item.
type Note struct {
	ID, PersonID triage.ID
	Person       string // name
	Action       string // what it was written for
	Text         string
	At           time.Time
}

// receiptRows bounds each list of a receipt; the newest are kept.
const receiptRows = 200

// Receipt returns the receipt of an item. What was erased is not in it any more.
func (r Reads) Receipt(ctx context.Context, i Item) (Receipt, error) {
	var out Receipt
	judgements, err := r.judgementsOf(ctx, i)
	if err == nil {
		out.Labels, err = r.labelsOf(ctx, i)
	}
	if err == nil {
		out.History, out.Names, err = r.historyOf(ctx, i)
	}
	if err == nil {
		out.Notes, err = r.notesOf(ctx, i)
	}
	if err == nil {
		out.Linked, err = r.LinkedTo(ctx, i)
	}
	if err == nil {
		err = r.db.QueryRow(ctx, `SELECT known FROM items WHERE brand_id = $1 AND id = $2`, i.BrandID, i.ID).Scan(&out.Known)
	}
	if err != nil {
		return Receipt{}, unavailable(fmt.Errorf("receipt of item %s: %w", i.ID, err))
	}
	if len(judgements) > 0 {
		out.Judgement, out.Earlier = &judgements[0], judgements[1:]
	}
	return out, nil
}

// judgementsOf returns the judgements of an item's engagement, newest first. A round's
// text stands in the engagement while it is the current one, and in its versions then.
func (r Reads) judgementsOf(ctx context.Context, i Item) ([]Judgement, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT j.id, j.round, j.judged_at, j.engine, j.model, j.prompt_version, j.provisional, j.intent, j.sentiment,
		    j.ironic, j.urgency, j.reply_expected, j.risks, j.language, j.topics, j.confidence, j.evidence, j.rules,
		    j.latency_ms, j.cost_micro_usd, j.learned, j.unsure, j.addresses_model, j.outside,
		    j.step, j.short, coalesce(j.reused_from::text, ''),
		    coalesce(CASE WHEN e.round = j.round THEN e.text ELSE v.text END, '')
		FROM judgements j
		JOIN engagements e ON e.brand_id = j.brand_id AND e.id = j.engagement_id
		LEFT JOIN engagement_versions v ON v.brand_id = j.brand_id AND v.engagement_id = j.engagement_id AND v.round = j.round
		WHERE j.brand_id = $1 AND j.engagement_id = $2
		ORDER BY j.judged_at DESC, j.id DESC LIMIT $3`, i.BrandID, i.EngagementID, receiptRows)
	return pgx.CollectRows(rows, scanJudgement)
}

func scanJudgement(row pgx.CollectableRow) (Judgement, error) {
	var j Judgement
	var confidence []float32
	var spans, taught, left []byte
	var latency int64
	var text string
	err := row.Scan(&j.ID, &j.Round, &j.JudgedAt, &j.Engine, &j.Model, &j.PromptVersion, &j.Provisional, &j.Intent,
		&j.Sentiment, &j.Ironic, &j.Urgency, &j.ReplyExpected, &j.Risks, &j.Language, &j.Topics, &confidence,
		&spans, &j.Rules, &latency, &j.CostMicroUSD, &taught, &j.Unsure, &j.AddressesModel, &left,
		&j.Effort.Step, &j.Effort.Short, &j.Effort.ReusedFrom, &text)
	if err != nil {
		return Judgement{}, err
	}
	j.Confidence, j.Latency = confidenceOf(confidence), time.Duration(latency)*time.Millisecond
	if taught != nil {
		var l learned
		if err := json.Unmarshal(taught, &l); err != nil {
			return Judgement{}, fmt.Errorf("learned of judgement %s: %w", j.ID, err)
		}
		all := triage.Learned(l)
		j.Learned = &all
	}
	if left != nil {
		var o outside
		if err := json.Unmarshal(left, &o); err != nil {
			return Judgement{}, fmt.Errorf("outside of judgement %s: %w", j.ID, err)
		}
		all := triage.Outside(o)
		j.Outside = &all
	}
	var kept []evidence
	if err := json.Unmarshal(spans, &kept); err != nil {
		return Judgement{}, fmt.Errorf("evidence of judgement %s: %w", j.ID, err)
	}
	for _, s := range kept {
		j.Evidence = append(j.Evidence, triage.Span(s))
		j.Quotes = append(j.Quotes, quote(text, s))
	}
	return j, nil
}

// quote cuts a span out of a text; one that does not fit it, or splits a character, is
// left empty.
func quote(text string, s evidence) string {
	if s.Start < 0 || s.End > len(text) || s.Start >= s.End {
		return ""
	}
	if cut := text[s.Start:s.End]; utf8.ValidString(cut) {
		return cut
	}
	return ""
}

func (r Reads) labelsOf(ctx context.Context, i Item) ([]LabelRow, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT intent, sentiment, urgency, queue, reply_expected, person_id, name, created_at, round FROM (
			SELECT l.*, coalesce(p.name, '') AS name FROM labels l LEFT JOIN people p ON p.id = l.person_id
			WHERE l.brand_id = $1 AND l.engagement_id = $2 ORDER BY l.created_at DESC, l.id DESC LIMIT $3) newest
		ORDER BY created_at, id`, i.BrandID, i.EngagementID, receiptRows)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (LabelRow, error) {
		var l LabelRow
		err := row.Scan(&l.Intent, &l.Sentiment, &l.Urgency, &l.Queue, &l.ReplyExpected, &l.PersonID, &l.Person, &l.At, &l.Round)
		return l, err
	})
}

// historyOf returns the newest rows of the audit of an item and its engagement, oldest
// first, with the names of the people that they name.
func (r Reads) historyOf(ctx context.Context, i Item) ([]audit.Row, audit.Names, error) {
	rows, err := r.AuditRows(ctx, i.BrandID, AuditFilter{Subjects: []triage.ID{i.ID, i.EngagementID}}, "", receiptRows)
	if err != nil {
		return nil, nil, err
	}
	slices.Reverse(rows)
	names, err := r.Names(ctx, audit.IDs(rows))
	return rows, names, err
}

func (r Reads) notesOf(ctx context.Context, i Item) ([]Note, error) {
	rows, _ := r.db.Query(ctx, `
		SELECT n.id, n.person_id, coalesce(p.name, ''), n.action, n.text, n.created_at
		FROM notes n LEFT JOIN people p ON p.id = n.person_id
		WHERE n.brand_id = $1 AND n.engagement_id = $2 ORDER BY n.created_at, n.id LIMIT $3`,
		i.BrandID, i.EngagementID, receiptRows)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Note, error) {
		var n Note
		err := row.Scan(&n.ID, &n.PersonID, &n.Person, &n.Action, &n.Text, &n.At)
		return n, err
	})
}
