// Package fakegraph is a server that speaks the part of Meta's Graph API that the service
// uses: nodes and edges with exactly the fields that were asked for, pages with cursors, rate
// headers, and errors in the words of the real one. A field that a kind of node does not have
// refuses the whole question, as at Meta. It is for tests.
package fakegraph

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// fields are what each kind of node has.
var fields = map[string][]string{
	"Page":      {"id", "name", "feed", "subscribed_apps"},
	"Post":      {"id", "message", "from", "created_time", "permalink_url", "is_hidden", "attachments", "comments", "updated_time"},
	"Comment":   {"id", "message", "from", "created_time", "permalink_url", "parent", "is_hidden", "attachment", "like_count", "comment_count"},
	"User":      {"id", "name"},
	"App":       {"id", "name", "subscribed_fields"},
	"IGUser":    {"id", "username", "media", "mentioned_comment", "mentioned_media", "subscribed_apps"},
	"IGMedia":   {"id", "caption", "media_type", "permalink", "timestamp", "username", "like_count", "comments_count", "comments"},
	"IGComment": {"id", "text", "timestamp", "from", "username", "user", "media", "parent_id", "hidden", "like_count", "replies"},
	"IGAuthor":  {"id", "username"},
	"IGProfile": {"id", "name", "username", "profile_pic", "follower_count", "is_verified_user"},
}

// Node is a thing of the graph. A value that is a *Node is a thing it names, and one that is
// a []*Node an edge.
type Node struct {
	Kind   string
	Values map[string]any
}

// Server holds nodes by id, behind one token. It is an http.Handler.
type Server struct {
	Token string

	mu      sync.Mutex
	nodes   map[string]*Node
	revoked bool
	limited int // answers still to come that say so
	usage   int // per cent
	asked   []string
}

// Put adds a node, or replaces what is known of it. Values come in pairs.
func (s *Server) Put(kind, id string, pairs ...any) *Node {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nodes == nil {
		s.nodes = map[string]*Node{}
	}
	n := &Node{Kind: kind, Values: map[string]any{"id": id}}
	for i := 0; i+1 < len(pairs); i += 2 {
		n.Values[pairs[i].(string)] = pairs[i+1]
	}
	s.nodes[id] = n
	return n
}

// Prepend puts a node first on an edge of another, as what is newest.
func (s *Server) Prepend(to *Node, edge string, n *Node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, _ := to.Values[edge].([]*Node)
	to.Values[edge] = append([]*Node{n}, old...)
}

// Node returns a node, nil when there is none.
func (s *Server) Node(id string) *Node {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nodes[id]
}

// Remove takes a node away, from an edge of another too.
func (s *Server) Remove(from *Node, edge, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.nodes, id)
	old, _ := from.Values[edge].([]*Node)
	from.Values[edge] = slices.DeleteFunc(slices.Clone(old), func(n *Node) bool { return n.Values["id"] == id })
}

// Set changes one value of a node.
func (s *Server) Set(n *Node, name string, value any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n.Values[name] = value
}

// Revoke makes the token invalid.
func (s *Server) Revoke() { s.change(func() { s.revoked = true }) }

// Limit refuses the next n questions for their number.
func (s *Server) Limit(n int) { s.change(func() { s.limited = n }) }

// Use says in the rate headers that so many per cent are used.
func (s *Server) Use(percent int) { s.change(func() { s.usage = percent }) }

// Asked returns the paths of the questions so far.
func (s *Server) Asked() (paths []string) {
	s.change(func() { paths = slices.Clone(s.asked) })
	return paths
}

func (s *Server) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

// fault is an error as Meta words it.
type fault struct {
	Message string `json:"message"`
	Type    string `json:"type"`
	Code    int    `json:"code"`
	Subcode int    `json:"error_subcode,omitempty"`
	Trace   string `json:"fbtrace_id"`
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.URL.Path)
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("X-App-Usage", fmt.Sprintf(`{"call_count":%d,"total_cputime":1,"total_time":2}`, s.usage))
	answer, f := s.answer(r)
	if f != nil {
		f.Trace = "AbCdEfGhIjKlMnOpQrStUvW"
		w.WriteHeader(http.StatusBadRequest)
		answer = map[string]any{"error": f}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *Server) answer(r *http.Request) (any, *fault) {
	switch token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); {
	case token == "":
		return nil, &fault{Message: "An access token is required to request this resource.", Type: "OAuthException", Code: 104}
	case token != s.Token:
		return nil, &fault{Message: "Invalid OAuth access token - Cannot parse access token", Type: "OAuthException", Code: 190}
	case s.revoked:
		return nil, &fault{
			Message: "Error validating access token: The user has not authorized application 1234.", Type: "OAuthException", Code: 190, Subcode: 458,
		}
	case s.limited > 0:
		s.limited--
		return nil, &fault{Message: "(#32) Page request limit reached", Type: "OAuthException", Code: 32}
	}
	id, edge, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
	n := s.nodes[id]
	if n == nil {
		return nil, unknown(id)
	}
	list := r.URL.Query().Get("fields")
	if list == "" {
		list = "id"
	}
	asked, ok := parse(list)
	if !ok {
		return nil, &fault{Message: "Syntax error \"Expected end of string instead of \"{\".\" at character 1: " + list, Type: "OAuthException", Code: 2500}
	}
	if edge == "" {
		return s.pick(n, asked)
	}
	f := field{name: edge, sub: asked, mods: map[string]string{"limit": r.URL.Query().Get("limit"), "after": r.URL.Query().Get("after")}}
	whole, problem := s.pick(n, []field{f})
	if problem != nil {
		return nil, problem
	}
	return whole[edge], nil
}

func unknown(id string) *fault {
	return &fault{
		Message: "Unsupported get request. Object with ID '" + id + "' does not exist, cannot be loaded due to missing permissions, " +
			"or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api",
		Type: "GraphMethodException", Code: 100, Subcode: 33,
	}
}

// pick returns the fields of a node that were asked for, and its id.
func (s *Server) pick(n *Node, asked []field) (map[string]any, *fault) {
	out := map[string]any{"id": n.Values["id"]}
	for _, f := range asked {
		if !slices.Contains(fields[n.Kind], f.name) {
			return nil, &fault{Message: "(#100) Tried accessing nonexisting field (" + f.name + ") on node type (" + n.Kind + ")", Type: "OAuthException", Code: 100}
		}
		value := n.Values[f.name]
		for _, named := range []string{"comment_id", "media_id"} {
			if id := f.mods[named]; id != "" {
				if value = s.nodes[id]; s.nodes[id] == nil {
					return nil, unknown(id)
				}
			}
		}
		var problem *fault
		switch value := value.(type) {
		case nil:
			continue
		case *Node:
			out[f.name], problem = s.pick(value, f.sub)
		case []*Node:
			out[f.name], problem = s.page(value, f)
		default:
			out[f.name] = value
		}
		if problem != nil {
			return nil, problem
		}
	}
	return out, nil
}

// page returns one page of an edge. Its cursor is the place of the last node.
func (s *Server) page(all []*Node, f field) (any, *fault) {
	from, _ := strconv.Atoi(strings.TrimPrefix(f.mods["after"], "after-"))
	to := min(len(all), from+f.limit())
	data := []any{}
	for _, n := range all[min(from, len(all)):to] {
		one, problem := s.pick(n, f.sub)
		if problem != nil {
			return nil, problem
		}
		data = append(data, one)
	}
	out := map[string]any{"data": data}
	if to < len(all) {
		out["paging"] = map[string]any{"cursors": map[string]string{"after": fmt.Sprintf("after-%d", to)}}
	}
	return out, nil
}
