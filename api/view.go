package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"triage/postgres"
	"triage/triage"
)

func (s *Server) viewRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/views", id: "list-views", needs: mayRead, summary: "My saved views and those of all",
	}, s.listViews)
	register(s, route{
		method: http.MethodPost, path: "/v1/views", id: "add-view", needs: mayRead,
		summary: "Save a view, for me or, by a lead, for all", fails: []int{http.StatusConflict},
	}, s.addView)
	register(s, route{
		method: http.MethodPatch, path: "/v1/views/{id}", id: "change-view", needs: mayRead,
		summary: "Change a view", fails: []int{http.StatusNotFound, http.StatusConflict},
	}, s.changeView)
	register(s, route{
		method: http.MethodDelete, path: "/v1/views/{id}", id: "remove-view", needs: mayRead,
		summary: "Remove a view", fails: []int{http.StatusNotFound},
	}, s.dropView)
	register(s, route{
		method: http.MethodGet, path: "/v1/views/{id}/items", id: "list-view-items", needs: mayRead,
		summary: "Items of a view, in the order in which they are dealt", fails: []int{http.StatusNotFound},
	}, s.listViewItems)
}

// viewBody is a saved view on the wire.
type viewBody struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Queue     string     `json:"queue" enum:"smm,cm"`
	Shared    bool       `json:"shared" doc:"All of the brand see it"`
	Filter    ListFilter `json:"filter" doc:"As the parameters of the queue's list"`
	Position  int        `json:"position" doc:"Lowest first"`
	Count     *countBody `json:"count,omitempty" doc:"With counts=true; missing when it took too long"`
	CreatedAt time.Time  `json:"created_at"`
	ChangedAt time.Time  `json:"changed_at"`
}

// countBody is a count with a bound.
type countBody struct {
	Items int  `json:"items"`
	More  bool `json:"more" doc:"There are more than that"`
}

// filterOf reads the filter that a view holds.
func filterOf(v postgres.View) (ListFilter, error) {
	var f ListFilter
	if err := json.Unmarshal(v.Filter, &f); err != nil {
		return f, fmt.Errorf("view %s: %w", v.ID, err)
	}
	return f, nil
}

func viewBodyOf(v postgres.View) (viewBody, error) {
	filter, err := filterOf(v)
	return viewBody{
		ID: string(v.ID), Name: v.Name, Queue: string(v.Queue), Shared: v.Shared(), Filter: filter, Position: v.Position,
		CreatedAt: v.CreatedAt, ChangedAt: v.ChangedAt,
	}, err
}

type viewsInput struct {
	Counts bool `query:"counts" doc:"Count the items of each, up to a thousand"`
}

type viewsOutput struct {
	Body struct {
		Views []viewBody `json:"views" nullable:"false"`
	}
}

func (s *Server) listViews(ctx context.Context, who postgres.Caller, in *viewsInput) (*viewsOutput, error) {
	views, err := s.store.Views(ctx, who.BrandID, who.PersonID)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, searchTimeout)
	defer cancel()
	out := &viewsOutput{}
	out.Body.Views = make([]viewBody, len(views))
	for n, v := range views {
		if out.Body.Views[n], err = viewBodyOf(v); err != nil {
			return nil, err
		}
		if !in.Counts || limited.Err() != nil {
			continue
		}
		if out.Body.Views[n].Count, err = s.countView(limited, who, v); err != nil && triage.KindOf(err) != triage.Unavailable {
			return nil, err
		}
	}
	return out, nil
}

// countedUpTo is where counting the items of a view ends.
const countedUpTo = 1000

func (s *Server) countView(ctx context.Context, who postgres.Caller, v postgres.View) (*countBody, error) {
	wanted, err := filterOf(v)
	if err != nil {
		return nil, err
	}
	filter, err := wanted.filter(who)
	if err != nil {
		return nil, err
	}
	n, err := s.store.CountItems(ctx, who.BrandID, v.Queue, filter, countedUpTo+1)
	if err != nil {
		return nil, err
	}
	return &countBody{min(n, countedUpTo), n > countedUpTo}, nil
}

type viewOutput struct {
	Body viewBody
}

func viewOutputOf(v postgres.View, err error) (*viewOutput, error) {
	if err != nil {
		return nil, err
	}
	body, err := viewBodyOf(v)
	return &viewOutput{body}, err
}

type addViewInput struct {
	Body struct {
		Name     string     `json:"name" minLength:"1" maxLength:"80"`
		Queue    string     `json:"queue" enum:"smm,cm"`
		Filter   ListFilter `json:"filter,omitempty"`
		Shared   bool       `json:"shared,omitempty" doc:"For all of the brand; by leads only"`
		Position int        `json:"position,omitempty" minimum:"0" maximum:"1000000"`
	}
}

func (s *Server) addView(ctx context.Context, who postgres.Caller, in *addViewInput) (*viewOutput, error) {
	v := postgres.View{Name: in.Body.Name, Queue: triage.Queue(in.Body.Queue), Position: in.Body.Position}
	if !in.Body.Shared {
		v.PersonID = who.PersonID
	}
	if err := setFilter(&v, in.Body.Filter, who); err != nil {
		return nil, err
	}
	return viewOutputOf(s.desk.AddView(ctx, who, v))
}

// setFilter keeps a filter that the list itself would take.
func setFilter(v *postgres.View, f ListFilter, who postgres.Caller) (err error) {
	if _, err := f.filter(who); err != nil {
		return err
	}
	if v.Filter, err = json.Marshal(f); err != nil {
		return fmt.Errorf("filter of a view: %w", err)
	}
	return nil
}

type onView struct {
	ID string `path:"id" doc:"Id of a view"`
}

type changeViewInput struct {
	ID   string `path:"id" doc:"Id of a view"`
	Body *struct {
		Name     *string     `json:"name,omitempty" minLength:"1" maxLength:"80"`
		Queue    *string     `json:"queue,omitempty" enum:"smm,cm"`
		Filter   *ListFilter `json:"filter,omitempty" doc:"In place of the whole filter"`
		Shared   *bool       `json:"shared,omitempty" doc:"For all of the brand; by leads only"`
		Position *int        `json:"position,omitempty" minimum:"0" maximum:"1000000"`
	}
}

func (s *Server) changeView(ctx context.Context, who postgres.Caller, in *changeViewInput) (*viewOutput, error) {
	return viewOutputOf(s.desk.ChangeView(ctx, who, triage.ID(in.ID), func(v *postgres.View) error {
		if in.Body == nil {
			return nil
		}
		b := in.Body
		set(&v.Name, b.Name)
		set(&v.Position, b.Position)
		if b.Queue != nil {
			v.Queue = triage.Queue(*b.Queue)
		}
		switch {
		case b.Shared == nil:
		case *b.Shared:
			v.PersonID = ""
		case v.Shared():
			v.PersonID = who.PersonID
		}
		if b.Filter == nil {
			return nil
		}
		return setFilter(v, *b.Filter, who)
	}))
}

// set changes a value to what was given, if anything was.
func set[T any](value, given *T) {
	if given != nil {
		*value = *given
	}
}

func (s *Server) dropView(ctx context.Context, who postgres.Caller, in *onView) (*struct{}, error) {
	return nil, s.desk.DropView(ctx, who, triage.ID(in.ID))
}

type viewItemsInput struct {
	ID     string `path:"id" doc:"Id of a view"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before; it ends when the view is changed"`
}

func (s *Server) listViewItems(ctx context.Context, who postgres.Caller, in *viewItemsInput) (*listOutput, error) {
	v, err := s.store.View(ctx, who.BrandID, who.PersonID, triage.ID(in.ID))
	if err != nil {
		return nil, err
	}
	wanted, err := filterOf(v)
	if err != nil {
		return nil, err
	}
	return s.list(ctx, who, v.Queue, wanted, in.Limit, in.Cursor)
}
