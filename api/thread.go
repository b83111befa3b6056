package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"triage/postgres"
	"triage/relation"
	"triage/triage"
)

func (s *Server) threadRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/threads/{id}", id: "get-thread", needs: mayRead,
		summary: "A post or conversation: its numbers, mood, topics, and all engagements as a tree", fails: []int{http.StatusNotFound},
	}, s.getThread)
}

type threadInput struct {
	ID     string `path:"id" doc:"Id of a thread"`
	Parent string `query:"parent" doc:"Id of an engagement in it: the replies to that, oldest first, instead of the roots, newest first"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before: an answer with a cursor or a parent holds the tree only"`
}

type threadOutput struct {
	Body ThreadPage
}

// ThreadPage is what we know of a thread. It is exported because the contract library
// reads no others.
type ThreadPage struct {
	ID         string        `json:"id"`
	Platform   string        `json:"platform"`
	Channel    channelBody   `json:"channel"`
	Text       *string       `json:"text" doc:"What was published"`
	Permalink  *string       `json:"permalink"`
	Author     *publisher    `json:"author" doc:"Who published it, as far as the platform says so; null: it does not"`
	Reach      reachBody     `json:"reach"`
	FirstSeen  time.Time     `json:"first_seen_at"`
	LastSeen   time.Time     `json:"last_seen_at"`
	Numbers    threadNumbers `json:"numbers"`
	Mood       toneBody      `json:"mood"`
	Topics     []topicBody   `json:"topics" nullable:"false" doc:"The most frequent, as judged"`
	Tree       []BranchBody  `json:"tree" nullable:"false"`
	NextCursor *string       `json:"next_cursor" doc:"null on the last page"`
}

type publisher struct {
	ExternalID *string `json:"external_id" doc:"As the platform names them"`
	Handle     *string `json:"handle"`
	Name       *string `json:"name"`
}

type reachBody struct {
	Followers *int64 `json:"followers" doc:"Of who published it; each figure is as the platform said last, and null where it does not"`
	Views     *int64 `json:"views"`
	Reactions *int64 `json:"reactions" doc:"Likes, votes and their kind"`
}

type threadNumbers struct {
	CountsBody
	Authors  int `json:"authors"`
	Answered int `json:"answered" doc:"Those whose author got an answer"`
}

type topicBody struct {
	Topic string `json:"topic"`
	Count int    `json:"count"`
}

// BranchBody is an engagement with the replies to it. It is exported because it holds
// itself.
type BranchBody struct {
	Item       ItemBody     `json:"item"`
	ReplyCount int          `json:"reply_count" doc:"Direct replies, counted up to 1000"`
	Replies    []BranchBody `json:"replies" nullable:"false" doc:"The first ones, oldest first; ask with parent for the others"`
}

func (s *Server) getThread(ctx context.Context, who postgres.Caller, in *threadInput) (*threadOutput, error) {
	t, err := s.store.Thread(ctx, who.BrandID, triage.ID(in.ID))
	if err != nil {
		return nil, err
	}
	if in.Parent != "" && !isID(in.Parent) {
		return nil, invalid("query.parent", "expected an id")
	}
	name := string(who.BrandID) + "/thread/" + string(t.ID) + "/" + in.Parent
	after, err := openCursor(s.cursorKey, name, in.Cursor)
	if err != nil {
		return nil, err
	}
	page := postgres.TreePage{Parent: triage.ID(in.Parent), Limit: in.Limit + 1}
	if after != nil {
		page.After = after.ID
	}
	branches, err := s.store.Tree(ctx, who.BrandID, t.ID, page)
	if err != nil {
		return nil, err
	}
	out := &threadOutput{Body: threadOf(t)}
	if len(branches) > in.Limit {
		branches = branches[:in.Limit]
		out.Body.NextCursor = textOrNull(sealCursor(s.cursorKey, name, postgres.Position{ID: branches[in.Limit-1].EngagementID}))
	}
	out.Body.Tree = branchesOf(branches, time.Now())
	if in.Cursor != "" || in.Parent != "" {
		return out, nil
	}
	return out, s.addNumbers(ctx, who.BrandID, t.ID, &out.Body)
}

func threadOf(t postgres.ThreadRow) ThreadPage {
	var author *publisher
	if t.Author != (triage.Publisher{}) {
		author = &publisher{textOrNull(t.Author.ExternalID), textOrNull(t.Author.Handle), textOrNull(t.Author.Name)}
	}
	return ThreadPage{
		Author: author, Reach: reachBody{countOrNull(t.Reach.Audience), countOrNull(t.Reach.Views), countOrNull(t.Reach.Reactions)},
		ID: string(t.ID), Platform: string(t.Platform), Channel: channelBody{string(t.ChannelID), t.ChannelName},
		Text: textOrNull(t.Text), Permalink: textOrNull(t.Permalink), FirstSeen: t.FirstSeen, LastSeen: t.LastSeen,
		Numbers: threadNumbers{CountsBody: CountsBody{Intents: map[string]int{}, Sentiments: map[string]int{}}},
		Mood:    toneBody{Unit: "week", Buckets: []bucketBody{}}, Topics: []topicBody{},
	}
}

func countOrNull(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

func branchesOf(branches []postgres.Branch, now time.Time) []BranchBody {
	out := make([]BranchBody, len(branches))
	for n, b := range branches {
		out[n] = BranchBody{bodyOf(b.Item, now), b.ReplyCount, branchesOf(b.Replies, now)}
	}
	return out
}

// addNumbers adds what follows from the newest engagements of the thread.
func (s *Server) addNumbers(ctx context.Context, brand, thread triage.ID, page *ThreadPage) error {
	found, err := s.store.ThreadMoments(ctx, brand, thread)
	if err != nil {
		return err
	}
	plan, err := s.store.Plan(ctx, brand)
	if err != nil {
		return err
	}
	moments := make([]relation.Moment, len(found))
	authors, topics := map[triage.ID]bool{}, map[string]int{}
	for n, m := range found {
		moments[n] = m.Moment
		if m.Author != "" {
			authors[m.Author] = true
		}
		if m.Answered {
			page.Numbers.Answered++
		}
		for _, topic := range m.Topics {
			topics[topic]++
		}
	}
	page.Numbers.Authors, page.Numbers.CountsBody = len(authors), countsOf(relation.Count(moments))
	page.Mood = toneOf(moments, plan.Calendar.Local(time.Now()).Location())
	page.Topics = mostFrequent(topics)
	return nil
}

// topicsShown bounds the topics of a thread.
const topicsShown = 20

func mostFrequent(topics map[string]int) []topicBody {
	out := []topicBody{}
	for topic, n := range topics {
		out = append(out, topicBody{topic, n})
	}
	slices.SortFunc(out, func(a, b topicBody) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Topic, b.Topic))
	})
	return out[:min(len(out), topicsShown)]
}
