package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"triage/audit"
	"triage/postgres"
	"triage/triage"
)

func (s *Server) auditRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/audit", id: "list-audit", needs: mayLead,
		summary: "Who or what did what, newest first",
	}, s.listAudit)
	register(s, route{
		method: http.MethodGet, path: "/v1/audit/export", id: "export-audit", needs: mayLead, media: "application/x-ndjson",
		summary: "The sealed audit, oldest first, as JSON lines or CSV; the last line carries the head of the chain. Without it the export is not whole",
	}, s.exportAudit)
}

// AuditFilter says which rows of the audit are wanted. It is exported because the contract
// library reads no others.
type AuditFilter struct {
	Subject string    `query:"subject" pattern:"^[a-z_]{1,40}$" doc:"What it was done to: item, engagement, wave, token, …"`
	ID      string    `query:"id" doc:"Id of what it was done to"`
	Actor   string    `query:"actor" doc:"me, machine, or the id of a person"`
	Action  string    `query:"action" pattern:"^[a-z_]{1,40}\\.[a-z_]{1,60}$" doc:"Such as item.claimed"`
	From    time.Time `query:"from" doc:"At or after"`
	To      time.Time `query:"to" doc:"Before"`
}

func (f AuditFilter) filter(who postgres.Caller) (postgres.AuditFilter, error) {
	out := postgres.AuditFilter{Subject: f.Subject, Action: f.Action, From: f.From, To: f.To}
	switch f.Actor {
	case "":
	case "machine":
		out.Machine = true
	case "me":
		out.Person = who.PersonID
	default:
		if !isID(f.Actor) {
			return out, invalid("query.actor", "expected me, machine or an id")
		}
		out.Person = triage.ID(f.Actor)
	}
	if f.ID != "" {
		if !isID(f.ID) {
			return out, invalid("query.id", "expected an id")
		}
		out.Subjects = []triage.ID{triage.ID(f.ID)}
	}
	return out, nil
}

type auditInput struct {
	Spoken
	AuditFilter
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before, with the same filters"`
}

type auditOutput struct {
	Body struct {
		Audit      []auditBody `json:"audit" nullable:"false"`
		NextCursor *string     `json:"next_cursor" doc:"null on the last page"`
	}
}

type auditBody struct {
	HistoryBody
	Subject   string  `json:"subject"`
	SubjectID string  `json:"subject_id"`
	Seq       *int64  `json:"seq" doc:"Number in the brand's hash chain; null until it is sealed"`
	Hash      *string `json:"hash" doc:"Of the chain up to this row, in hexadecimal"`
}

func auditBodyOf(r audit.Row, names audit.Names, in audit.Language) auditBody {
	out := auditBody{HistoryBody: historyBodyOf(r, names, in), Subject: r.Subject, SubjectID: string(r.SubjectID)}
	if r.Seq > 0 {
		out.Seq, out.Hash = &r.Seq, textOrNull(hex.EncodeToString(r.Hash))
	}
	return out
}

func (s *Server) listAudit(ctx context.Context, who postgres.Caller, in *auditInput) (*auditOutput, error) {
	filter, err := in.filter(who)
	if err != nil {
		return nil, err
	}
	filters, err := json.Marshal(filter)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	list := "audit/" + string(who.BrandID) + "/" + string(filters)
	before, err := openCursor(s.cursorKey, list, in.Cursor)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, searchTimeout)
	defer cancel()
	rows, err := s.store.AuditRows(ctx, who.BrandID, filter, idAt(before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := s.cut(rows, list, in.Limit)
	names, err := s.store.Names(ctx, audit.IDs(rows))
	if err != nil {
		return nil, err
	}
	out := &auditOutput{}
	out.Body.Audit, out.Body.NextCursor = make([]auditBody, len(rows)), next
	for n, r := range rows {
		out.Body.Audit[n] = auditBodyOf(r, names, in.language())
	}
	return out, nil
}

type exportInput struct {
	AuditFilter
	Format string `query:"format" enum:"jsonl,csv" default:"jsonl"`
}

// exportLasts bounds how long one export may take.
const exportLasts = 15 * time.Minute

var mediaOfFormat = map[audit.Format]string{audit.JSONLines: "application/x-ndjson", audit.CSV: "text/csv; charset=utf-8; header=present"}

func (s *Server) exportAudit(_ context.Context, who postgres.Caller, in *exportInput) (*huma.StreamResponse, error) {
	filter, err := in.filter(who)
	if err != nil {
		return nil, err
	}
	format := audit.JSONLines
	if in.Format == string(audit.CSV) {
		format = audit.CSV
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Disposition", `attachment; filename="audit.`+string(format)+`"`)
		s.pour(c, mediaOfFormat[format], func(ctx context.Context, out *outflow) {
			ctx, cancel := context.WithTimeout(ctx, exportLasts)
			defer cancel()
			if err := s.writeAudit(ctx, who.BrandID, filter, format, out); err != nil {
				s.log.WarnContext(ctx, "export of the audit broken off", "brand", who.BrandID, "err", err)
			}
		})
	}}, nil
}

func (s *Server) writeAudit(ctx context.Context, brand triage.ID, filter postgres.AuditFilter, format audit.Format, out *outflow) error {
	exporter, err := audit.NewExporter(out, format, brand)
	if err != nil {
		return err
	}
	if err := s.store.ExportAudit(ctx, brand, filter, exporter); err != nil {
		return err
	}
	return out.flush()
}
