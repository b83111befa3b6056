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

// ListFilter says which items of a queue a list holds. Several values of one filter stand
// in one parameter, separated by commas; an item passes with any of them. A saved view
// holds the same as JSON, checked by the same tags. It is exported because the contract
// library reads no others.
type ListFilter struct {
	Status    []string  `query:"status" json:"status,omitempty" enum:"live,closed,open,claimed,snoozed,waiting,resolved,dismissed" doc:"Default: live in queues, any in searches"`
	Priority  []string  `query:"priority" json:"priority,omitempty" enum:"urgent,high,normal,low"`
	Intent    []string  `query:"intent" json:"intent,omitempty" enum:"content_reaction,content_request,ugc,brand_mention,partnership,complaint,support_request,product_question,praise,product_suggestion,community_talk,abuse,spam,other"`
	Sentiment []string  `query:"sentiment" json:"sentiment,omitempty" enum:"negative,neutral,positive"`
	Language  []string  `query:"language" json:"language,omitempty" pattern:"^[A-Za-z0-9-]{1,35}$" doc:"BCP 47"`
	Platform  []string  `query:"platform" json:"platform,omitempty" pattern:"^[a-z0-9_]{1,40}$"`
	Risk      []string  `query:"risk" json:"risk,omitempty" enum:"safety,self_harm,threat,legal,privacy,discrimination,boycott,misinformation,minor"`
	Channel   string    `query:"channel" json:"channel,omitempty" doc:"Id of a channel"`
	Author    string    `query:"author" json:"author,omitempty" doc:"Id of an author"`
	Thread    string    `query:"thread" json:"thread,omitempty" doc:"Id of a thread"`
	Wave      string    `query:"wave" json:"wave,omitempty" doc:"Id of a wave"`
	Assignee  string    `query:"assignee" json:"assignee,omitempty" doc:"me, none, or the id of a person"`
	Unsure    string    `query:"unsure" json:"unsure,omitempty" enum:"true,false"`
	From      time.Time `query:"from" json:"from,omitzero" doc:"Received at or after"`
	To        time.Time `query:"to" json:"to,omitzero" doc:"Received before"`
	Text      string    `query:"q" json:"q,omitempty" maxLength:"200" doc:"Words, as typed: all must occur; quotes hold a phrase, OR stands between alternatives, - excludes"`
}

type listInput struct {
	Queue string `path:"queue" doc:"smm or cm"`
	ListFilter
	Group  string `query:"group" enum:"thread,author,wave" doc:"Answer groups instead of items, in the order of the best item of each"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before, with the same filters"`
}

type listOutput struct {
	Body struct {
		Items      []ItemBody  `json:"items" nullable:"false"`
		Groups     []GroupBody `json:"groups,omitempty" doc:"With group, instead of items"`
		NextCursor *string     `json:"next_cursor" doc:"null on the last page"`
	}
}

// searchTimeout bounds a search.
const searchTimeout = 2 * time.Second

func (s *Server) listItems(ctx context.Context, who postgres.Caller, in *listInput) (*listOutput, error) {
	q, err := queueNamed(in.Queue)
	if err != nil {
		return nil, err
	}
	if in.Group != "" {
		return s.listGroups(ctx, who, q, in)
	}
	return s.list(ctx, who, q, in.ListFilter, in.Limit, in.Cursor)
}

// list returns one page of what passes the filter in a queue.
func (s *Server) list(
	ctx context.Context, who postgres.Caller, q triage.Queue, wanted ListFilter, limit int, cursor string,
) (*listOutput, error) {
	filter, err := wanted.filter(who)
	if err != nil {
		return nil, err
	}
	list, err := listName(who.BrandID, q, filter)
	if err != nil {
		return nil, err
	}
	after, err := openCursor(s.cursorKey, list, cursor)
	if err != nil {
		return nil, err
	}
	if filter.Text != "" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, searchTimeout)
		defer cancel()
	}
	items, err := s.store.Items(ctx, who.BrandID, q, filter, after, limit+1)
	if err != nil {
		return nil, err
	}
	return s.page(items, list, limit), nil
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

func (in ListFilter) filter(who postgres.Caller) (postgres.ItemFilter, error) {
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
func (in ListFilter) ids(f *postgres.ItemFilter, who postgres.Caller) error {
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
		{"thread", in.Thread, &f.Thread}, {"wave", in.Wave, &f.Wave}, {"assignee", assignee, &f.Assignee},
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
