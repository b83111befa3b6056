package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"triage/postgres"
	"triage/triage"
)

// listInput are the filters of a list. Several values of one filter stand in one
// parameter, separated by commas; an item passes with any of them.
type listInput struct {
	Queue     string    `path:"queue" doc:"smm or cm"`
	Status    []string  `query:"status" enum:"live,closed,open,claimed,snoozed,waiting,resolved,dismissed" doc:"Default: live"`
	Priority  []string  `query:"priority" enum:"urgent,high,normal,low"`
	Intent    []string  `query:"intent" enum:"content_reaction,content_request,ugc,brand_mention,partnership,complaint,support_request,product_question,praise,product_suggestion,community_talk,abuse,spam,other"`
	Sentiment []string  `query:"sentiment" enum:"negative,neutral,positive"`
	Language  []string  `query:"language" pattern:"^[A-Za-z0-9-]{1,35}$" doc:"BCP 47"`
	Platform  []string  `query:"platform" pattern:"^[a-z0-9_]{1,40}$"`
	Risk      []string  `query:"risk" enum:"safety,self_harm,threat,legal,privacy,discrimination,boycott,misinformation,minor"`
	Channel   string    `query:"channel" doc:"Id of a channel"`
	Author    string    `query:"author" doc:"Id of an author"`
	Thread    string    `query:"thread" doc:"Id of a thread"`
	Assignee  string    `query:"assignee" doc:"me, none, or the id of a person"`
	Unsure    string    `query:"unsure" enum:"true,false"`
	From      time.Time `query:"from" doc:"Received at or after"`
	To        time.Time `query:"to" doc:"Received before"`
	Text      string    `query:"q" maxLength:"200" doc:"Words that the text contains"`
	Limit     int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor    string    `query:"cursor" maxLength:"200" doc:"next_cursor of the page before, with the same filters"`
}

type listOutput struct {
	Body struct {
		Items      []ItemBody `json:"items" nullable:"false"`
		NextCursor *string    `json:"next_cursor" doc:"null on the last page"`
	}
}

// searchTimeout bounds a search through texts, which no index helps.
const searchTimeout = 2 * time.Second

func (s *Server) listItems(ctx context.Context, who postgres.Caller, in *listInput) (*listOutput, error) {
	q, err := queueNamed(in.Queue)
	if err != nil {
		return nil, err
	}
	filter, err := in.filter(who)
	if err != nil {
		return nil, err
	}
	list, err := listName(who.BrandID, q, filter)
	if err != nil {
		return nil, err
	}
	after, err := openCursor(s.cursorKey, list, in.Cursor)
	if err != nil {
		return nil, err
	}
	if filter.Text != "" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, searchTimeout)
		defer cancel()
	}
	items, err := s.store.Items(ctx, who.BrandID, q, filter, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return s.page(items, list, in.Limit), nil
}

// page makes a page of items, of which there is one more than the limit when there is a
// next page.
func (s *Server) page(items []postgres.Item, list string, limit int) *listOutput {
	out := &listOutput{}
	if len(items) > limit {
		items = items[:limit]
		last := items[limit-1]
		out.Body.NextCursor = textOrNull(sealCursor(s.cursorKey, list, postgres.Position{Rank: last.Rank, ID: last.ID}))
	}
	now := time.Now()
	out.Body.Items = make([]ItemBody, len(items))
	for n, i := range items {
		out.Body.Items[n] = bodyOf(i, now)
	}
	return out
}

// listName names brand, queue and filters, so that a cursor opens no other list.
func listName(brand triage.ID, q triage.Queue, f postgres.ItemFilter) (string, error) {
	filters, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("list of %s: %w", q, err)
	}
	return string(brand) + "/" + string(q) + "/" + string(filters), nil
}

func (in *listInput) filter(who postgres.Caller) (postgres.ItemFilter, error) {
	f := postgres.ItemFilter{
		Statuses: statusesOf(in.Status), Intents: wordsOf[triage.Intent](in.Intent),
		Sentiments: wordsOf[triage.Sentiment](in.Sentiment), Languages: in.Language,
		Platforms: wordsOf[triage.Platform](in.Platform), Risks: wordsOf[triage.Risk](in.Risk),
		From: in.From, To: in.To, Text: in.Text,
	}
	for _, word := range in.Priority {
		if p, ok := triage.ParsePriority(word); ok {
			f.Priorities = append(f.Priorities, p)
		}
	}
	if in.Unsure != "" {
		unsure := in.Unsure == "true"
		f.Unsure = &unsure
	}
	if !utf8.ValidString(in.Text) || strings.ContainsRune(in.Text, 0) {
		return f, invalid("query.q", "expected valid text")
	}
	return f, in.ids(&f, who)
}

// ids reads the filters that name something by id.
func (in *listInput) ids(f *postgres.ItemFilter, who postgres.Caller) error {
	assignee := in.Assignee
	switch assignee {
	case "me":
		assignee = string(who.PersonID)
	case "none":
		f.Unassigned, assignee = true, ""
	}
	for _, named := range []struct {
		name, id string
		into     *triage.ID
	}{
		{"channel", in.Channel, &f.Channel}, {"author", in.Author, &f.Author},
		{"thread", in.Thread, &f.Thread}, {"assignee", assignee, &f.Assignee},
	} {
		if named.id != "" && !isID(named.id) {
			return invalid("query."+named.name, "expected an id")
		}
		*named.into = triage.ID(named.id)
	}
	return nil
}

// isID reports whether s is a UUID as we write them: the library takes other forms too.
func isID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

// statusesOf spells out live and closed. None means live.
func statusesOf(words []string) []triage.Status {
	var out []triage.Status
	for _, word := range words {
		switch word {
		case "live":
			out = append(out, triage.StatusOpen, triage.StatusClaimed, triage.StatusSnoozed, triage.StatusWaiting)
		case "closed":
			out = append(out, triage.StatusResolved, triage.StatusDismissed)
		default:
			out = append(out, triage.Status(word))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func wordsOf[T ~string](words []string) []T {
	out := make([]T, len(words))
	for n, w := range words {
		out[n] = T(w)
	}
	return out
}
