package api

import (
	"context"
	"net/http"
	"time"

	"triage/insight"
	"triage/postgres"
	"triage/triage"
)

func (s *Server) insightRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/insights/learning", id: "insights-learning", needs: mayLead,
		summary: "What corrections have taught the engine",
	}, s.learning)
	register(s, route{
		method: http.MethodGet, path: "/v1/insights/questions", id: "insights-questions", needs: mayRead,
		summary: "The open items whose label would teach most, each with one question",
	}, s.questions)
	register(s, route{
		method: http.MethodGet, path: "/v1/insights/drift", id: "insights-drift", needs: mayRead,
		summary: "Week by week: what was unsure, what was corrected, which words are new",
	}, s.drift)
}

// Bounds of what is told at once.
const (
	questionsAsked = 10
	weeksShown     = 26
)

// learningFiguresBody is how often intents were read rightly.
type learningFiguresBody struct {
	Comments int                  `json:"comments"`
	Before   *float64             `json:"before" doc:"Share that the engine alone reads rightly; null without comments"`
	After    *float64             `json:"after" doc:"Share that it reads rightly with the corrections' say"`
	Intents  []learningIntentBody `json:"intents" nullable:"false"`
}

type learningIntentBody struct {
	Intent   string   `json:"intent" doc:"That is right"`
	Comments int      `json:"comments"`
	Before   *float64 `json:"before"`
	After    *float64 `json:"after"`
}

type learningOutput struct {
	Body struct {
		Corrections int                 `json:"corrections" doc:"Labelled comments that have a say now"`
		People      int                 `json:"people" doc:"Who labelled them"`
		Fixed       learningFiguresBody `json:"fixed" doc:"On the evaluation set that came with the program, by the taxonomy's own meanings"`
		Own         learningFiguresBody `json:"own" doc:"On the brand's newest labelled comments, each judged without its own label and its copies"`
	}
}

func (s *Server) learning(ctx context.Context, who postgres.Caller, _ *struct{}) (*learningOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, figuresTime)
	defer cancel()
	l, err := s.insights.Learning(ctx, who.BrandID)
	if err != nil {
		return nil, err
	}
	out := &learningOutput{}
	b := &out.Body
	b.Corrections, b.People, b.Fixed, b.Own = l.Corrections, l.People, learningFiguresOf(l.Fixed), learningFiguresOf(l.Own)
	return out, nil
}

func learningFiguresOf(f insight.Figures) learningFiguresBody {
	out := learningFiguresBody{
		Comments: f.Comments, Before: partOf(f.Before, f.Comments), After: partOf(f.After, f.Comments),
		Intents: make([]learningIntentBody, len(f.Intents)),
	}
	for n, i := range f.Intents {
		out.Intents[n] = learningIntentBody{string(i.Intent), i.Comments, partOf(i.Before, i.Comments), partOf(i.After, i.Comments)}
	}
	return out
}

// partOf returns a share, nil of nothing.
func partOf(n, of int) *float64 {
	if of == 0 {
		return nil
	}
	p := share(float64(n) / float64(of))
	return &p
}

type questionBody struct {
	Question string   `json:"question"`
	Field    string   `json:"field" enum:"queue,intent" doc:"What is asked about; the answer is a correction of this field, also when it only confirms"`
	Worth    float64  `json:"worth" doc:"How much its label would teach, to compare with the others"`
	Item     ItemBody `json:"item"`
}

type questionsOutput struct {
	Body struct {
		Questions []questionBody `json:"questions" nullable:"false" doc:"At most ten, the one that would teach most first"`
	}
}

func (s *Server) questions(ctx context.Context, who postgres.Caller, _ *struct{}) (*questionsOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, figuresTime)
	defer cancel()
	found, err := s.insights.Questions(ctx, who.BrandID, questionsAsked)
	if err != nil {
		return nil, err
	}
	out := &questionsOutput{}
	out.Body.Questions = make([]questionBody, len(found))
	for n, q := range found {
		out.Body.Questions[n] = questionBody{q.Text, q.Field, share(q.Worth), bodyOf(q.Item, s.store.Now())}
	}
	return out, nil
}

// driftWeekBody is how a week went for the engine.
type driftWeekBody struct {
	Week        string            `json:"week" format:"date" doc:"Its Monday, UTC"`
	Placed      int               `json:"placed"`
	Unsure      int               `json:"unsure" doc:"Placed without being sure of the queue"`
	UnsureShare *float64          `json:"unsure_share"`
	Intents     []driftIntentBody `json:"intents" nullable:"false"`
	Comments    int               `json:"comments" doc:"Of which the words were looked at"`
	NewWords    *int              `json:"new_words" doc:"Uses of words that no comment of the four weeks before held; null without such weeks"`
	Moved       []string          `json:"moved" nullable:"false" doc:"What lies beyond the bounds, compared with the four weeks before: unsure, new_words, corrections:{intent}"`
}

type driftIntentBody struct {
	Intent         string   `json:"intent" doc:"As it was read"`
	Judged         int      `json:"judged"`
	Corrected      int      `json:"corrected" doc:"People named another one"`
	CorrectedShare *float64 `json:"corrected_share"`
}

type wordBody struct {
	Word     string `json:"word"`
	Comments int    `json:"comments"`
}

type driftOutput struct {
	Body struct {
		Weeks []driftWeekBody `json:"weeks" nullable:"false" doc:"Finished ones, the newest first"`
		Words []wordBody      `json:"words" nullable:"false" doc:"New ones of the last seven days that at least three comments use"`
	}
}

func (s *Server) drift(ctx context.Context, who postgres.Caller, _ *struct{}) (*driftOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, figuresTime)
	defer cancel()
	weeks, words, err := s.insights.Weeks(ctx, who.BrandID, weeksShown)
	if err != nil {
		return nil, err
	}
	out := &driftOutput{}
	out.Body.Weeks, out.Body.Words = make([]driftWeekBody, len(weeks)), make([]wordBody, len(words))
	for n, w := range weeks {
		out.Body.Weeks[n] = driftWeekOf(w)
	}
	for n, w := range words {
		out.Body.Words[n] = wordBody(w)
	}
	return out, nil
}

func driftWeekOf(w postgres.DriftWeek) driftWeekBody {
	out := driftWeekBody{
		Week: w.Week.Format(time.DateOnly), Placed: w.Placed, Unsure: w.Unsure, UnsureShare: partOf(w.Unsure, w.Placed),
		Intents: []driftIntentBody{}, Comments: w.Comments, NewWords: w.NewWords, Moved: texts(w.Moved),
	}
	for _, i := range triage.Intents() {
		if n, occurs := w.Intents[i]; occurs {
			out.Intents = append(out.Intents, driftIntentBody{string(i), n.Judged, n.Corrected, partOf(n.Corrected, n.Judged)})
		}
	}
	return out
}
