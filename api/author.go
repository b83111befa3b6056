package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"triage/postgres"
	"triage/relation"
	"triage/triage"
)

func (s *Server) authorRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/authors/{id}", id: "get-author", needs: mayRead,
		summary: "One person: their timeline over all channels, counts, tone, tags, notes, promises and links",
		fails:   []int{http.StatusNotFound},
	}, s.getAuthor)
	register(s, route{
		method: http.MethodPost, path: "/v1/authors/{id}/tags", id: "tag-author", needs: mayWork,
		summary: "Add and remove tags that people set", fails: []int{http.StatusNotFound},
	}, s.tagAuthor)
	register(s, route{
		method: http.MethodPost, path: "/v1/authors/{id}/notes", id: "note-author", needs: mayWork,
		summary: "Write something down about a person", fails: []int{http.StatusNotFound},
	}, s.noteAuthor)
	decision := func(verb, summary string) route {
		return route{
			method: http.MethodPost, path: "/v1/links/{id}/" + verb, id: verb + "-link", needs: mayWork, summary: summary,
			fails: []int{http.StatusNotFound},
		}
	}
	register(s, decision("confirm", "Say that two accounts are one person: their timelines are joined"), s.decideLink(postgres.LinkConfirmed))
	register(s, decision("reject", "Say that two accounts are two persons: it is not suggested again"), s.decideLink(postgres.LinkRejected))
	register(s, decision("reset", "Take back what was decided of a link"), s.decideLink(postgres.LinkSuggested))
}

type authorInput struct {
	ID     string `path:"id" doc:"Id of an author"`
	Item   string `query:"item" doc:"Id of the item that is being worked on: where a brand keeps no history, the timeline shows only its thread"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before: an answer with a cursor holds the timeline only"`
}

type authorOutput struct {
	Body AuthorPage
}

func (s *Server) getAuthor(ctx context.Context, who postgres.Caller, in *authorInput) (*authorOutput, error) {
	a, err := s.store.Author(ctx, who.BrandID, triage.ID(in.ID))
	if err != nil {
		return nil, err
	}
	settings, err := s.store.Settings(ctx, who.BrandID)
	if err != nil {
		return nil, err
	}
	page := person{server: s, brand: who.BrandID, author: a, accounts: []triage.ID{a.ID}, now: time.Now()}
	page.body.History = settings.History
	if !settings.History {
		return page.only(ctx, in)
	}
	if err := page.join(ctx); err != nil {
		return nil, err
	}
	steps := []func(context.Context, *authorInput) error{page.timeline}
	if in.Cursor == "" {
		steps = append(steps, page.conclusions, page.words, page.links)
	}
	for _, step := range steps {
		if err := step(ctx, in); err != nil {
			return nil, err
		}
	}
	return page.output(), nil
}

// person is the page of an author in the making.
type person struct {
	server   *Server
	brand    triage.ID
	author   postgres.AuthorRow
	whole    postgres.AuthorRow // the author with what is known of all accounts
	accounts []triage.ID        // the author's and those that confirmed links join, the author's first
	thread   triage.ID          // the only thread shown, empty for all
	now      time.Time
	body     AuthorPage
}

// join finds the accounts that confirmed links join and what is known of all together.
func (p *person) join(ctx context.Context) (err error) {
	p.whole = p.author
	if p.accounts, err = p.server.store.SamePerson(ctx, p.brand, p.author.ID); err != nil || len(p.accounts) == 1 {
		return err
	}
	all, err := p.server.store.AuthorsByID(ctx, p.brand, p.accounts[1:])
	if err != nil {
		return err
	}
	p.whole.Tags = slices.Clone(p.author.Tags)
	for _, a := range all {
		p.whole.Tags = append(p.whole.Tags, a.Tags...)
		p.whole.Followers, p.whole.Verified = max(p.whole.Followers, a.Followers), p.whole.Verified || a.Verified
		if a.TouchedAt.After(p.whole.TouchedAt) {
			p.whole.TouchedAt, p.whole.TouchedBy, p.whole.TouchedByName = a.TouchedAt, a.TouchedBy, a.TouchedByName
		}
	}
	slices.Sort(p.whole.Tags)
	p.whole.Tags = slices.Compact(p.whole.Tags)
	return nil
}

func (p *person) output() *authorOutput {
	p.body.Account = accountOf(p.author)
	return &authorOutput{Body: p.body}
}

// only makes the page of a brand that keeps no history: the present thread and nothing
// that is concluded or remembered.
func (p *person) only(ctx context.Context, in *authorInput) (*authorOutput, error) {
	p.body.empty()
	if in.Item == "" {
		return p.output(), nil
	}
	item, err := p.server.store.Item(ctx, p.brand, triage.ID(in.Item))
	if err != nil {
		return nil, err
	}
	if item.ThreadID == "" || item.AuthorID != p.author.ID {
		return p.output(), nil
	}
	p.thread = item.ThreadID
	if err := p.timeline(ctx, in); err != nil {
		return nil, err
	}
	return p.output(), nil
}

func (p *person) timeline(ctx context.Context, in *authorInput) error {
	p.body.empty()
	name := string(p.brand) + "/author/" + string(p.author.ID) + "/" + string(p.thread)
	after, err := openCursor(p.server.cursorKey, name, in.Cursor)
	if err != nil {
		return err
	}
	entries, err := p.server.store.Timeline(ctx, p.brand, p.accounts, p.thread, after, in.Limit+1)
	if err != nil {
		return err
	}
	if len(entries) > in.Limit {
		entries = entries[:in.Limit]
		last := entries[in.Limit-1].Item
		at := postgres.Position{Rank: float64(last.ReceivedAt.UnixMicro()), ID: last.ID}
		p.body.NextCursor = textOrNull(sealCursor(p.server.cursorKey, name, at))
	}
	for _, entry := range entries {
		p.body.Timeline = append(p.body.Timeline, momentBody{bodyOf(entry.Item, p.now), texts(entry.Notes)})
	}
	return nil
}

// conclusions adds counts, tone and tags, which follow from the newest engagements.
func (p *person) conclusions(ctx context.Context, _ *authorInput) error {
	moments, err := p.server.store.Moments(ctx, p.brand, p.accounts)
	if err != nil {
		return err
	}
	plan, err := p.server.store.Plan(ctx, p.brand)
	if err != nil {
		return err
	}
	p.body.Counts = countsOf(relation.Count(moments))
	p.body.Tone = toneOf(moments, plan.Calendar.Local(p.now).Location())
	known := relation.Known{Followers: p.whole.Followers, Verified: p.whole.Verified, Reach: plan.Thresholds.Reach}
	for _, t := range relation.Tags(moments, known, p.now) {
		p.body.Tags = append(p.body.Tags, tagBody{t.Name, "rule", t.Why})
	}
	for _, t := range p.whole.Tags {
		p.body.Tags = append(p.body.Tags, tagBody{t, "person", ""})
	}
	return nil
}

// words adds what people wrote down and promised.
func (p *person) words(ctx context.Context, _ *authorInput) error {
	notes, err := p.server.store.AuthorNotes(ctx, p.brand, p.accounts)
	if err != nil {
		return err
	}
	for _, n := range notes {
		p.body.Notes = append(p.body.Notes, noteBody{string(n.ID), personOf(n.PersonID, n.Person), n.At, n.Action, n.Text})
	}
	promises, err := p.server.store.PromisesTo(ctx, p.brand, p.accounts)
	if err != nil {
		return err
	}
	p.body.Promises = promisesOf(promises, p.now)
	if a := p.whole; !a.TouchedAt.IsZero() {
		p.body.LastTouch = &touchBody{a.TouchedAt, personOf(a.TouchedBy, a.TouchedByName)}
	}
	return nil
}

// links adds the links with other accounts. Suggestions are looked for when a person is
// opened, and kept.
func (p *person) links(ctx context.Context, _ *authorInput) error {
	store := p.server.store
	evidence, err := store.Alike(ctx, p.brand, p.author)
	if err != nil {
		return err
	}
	links, err := store.Links(ctx, p.brand, p.author.ID)
	if err != nil {
		return err
	}
	for _, l := range links {
		delete(evidence, l.Other(p.author.ID))
	}
	if len(evidence) > 0 {
		if err := store.InTx(ctx, func(tx *postgres.Tx) error {
			return tx.SuggestLinks(ctx, p.brand, p.author.ID, evidence)
		}); err != nil {
			return err
		}
		if links, err = store.Links(ctx, p.brand, p.author.ID); err != nil {
			return err
		}
	}
	others := make([]triage.ID, len(links))
	for n, l := range links {
		others[n] = l.Other(p.author.ID)
	}
	accounts, err := store.AuthorsByID(ctx, p.brand, append(others, p.accounts...))
	if err != nil {
		return err
	}
	p.showLinks(links, accounts)
	return nil
}

func (p *person) showLinks(links []postgres.Link, accounts []postgres.AuthorRow) {
	byID := map[triage.ID]accountBody{}
	for _, a := range accounts {
		byID[a.ID] = accountOf(a)
	}
	for _, id := range p.accounts[1:] {
		p.body.SamePerson = append(p.body.SamePerson, byID[id])
	}
	for _, l := range links {
		p.body.Links = append(p.body.Links, linkOf(l, byID[l.Other(p.author.ID)]))
	}
}

type authorTagInput struct {
	ID   string `path:"id" doc:"Id of an author"`
	Body struct {
		Add    []string `json:"add,omitempty" maxItems:"20"`
		Remove []string `json:"remove,omitempty" maxItems:"20"`
	}
}

type tagsOutput struct {
	Body struct {
		Tags []string `json:"tags" nullable:"false" doc:"Those that people set"`
	}
}

func (s *Server) tagAuthor(ctx context.Context, who postgres.Caller, in *authorTagInput) (*tagsOutput, error) {
	a, err := s.desk.TagAuthor(ctx, who, triage.ID(in.ID), in.Body.Add, in.Body.Remove)
	if err != nil {
		return nil, err
	}
	out := &tagsOutput{}
	out.Body.Tags = texts(a.Tags)
	return out, nil
}

type authorNoteInput struct {
	ID   string `path:"id" doc:"Id of an author"`
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"2000"`
	}
}

type authorNotesOutput struct {
	Body struct {
		Notes []noteBody `json:"notes" nullable:"false" doc:"Newest first"`
	}
}

func (s *Server) noteAuthor(ctx context.Context, who postgres.Caller, in *authorNoteInput) (*authorNotesOutput, error) {
	a, err := s.desk.NoteAuthor(ctx, who, triage.ID(in.ID), in.Body.Text)
	if err != nil {
		return nil, err
	}
	notes, err := s.store.AuthorNotes(ctx, who.BrandID, []triage.ID{a.ID})
	if err != nil {
		return nil, err
	}
	out := &authorNotesOutput{}
	out.Body.Notes = make([]noteBody, len(notes))
	for n, note := range notes {
		out.Body.Notes[n] = noteBody{string(note.ID), personOf(note.PersonID, note.Person), note.At, note.Action, note.Text}
	}
	return out, nil
}

type linkInput struct {
	ID string `path:"id" doc:"Id of a link"`
}

type linkOutput struct {
	Body linkBody
}

func (s *Server) decideLink(state postgres.LinkState) func(context.Context, postgres.Caller, *linkInput) (*linkOutput, error) {
	return func(ctx context.Context, who postgres.Caller, in *linkInput) (*linkOutput, error) {
		l, err := s.desk.DecideLink(ctx, who, triage.ID(in.ID), state)
		if err != nil {
			return nil, err
		}
		accounts, err := s.store.AuthorsByID(ctx, who.BrandID, []triage.ID{l.A, l.B})
		if err != nil {
			return nil, err
		}
		out := &linkOutput{Body: linkOf(l, accountBody{})}
		out.Body.Account = nil
		for _, a := range accounts {
			out.Body.Accounts = append(out.Body.Accounts, accountOf(a))
		}
		return out, nil
	}
}
