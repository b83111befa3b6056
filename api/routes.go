package api

import (
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/swaggest/swgui/v5emb"

	"triage/triage"
)

// routes adds every route but those of webhooks. Those of /v1 stand in the contract, with the
// permission that each needs.
func (s *Server) routes() {
	s.app.Get("/healthz", alive)
	s.app.Get("/readyz", s.ready)
	s.app.Use("/v1", guard)
	s.contract = s.newContract()
	s.sessionRoutes()
	s.oidcRoutes()
	s.peopleRoutes()
	s.tokenRoutes()
	s.adminRoutes()
	s.setupRoutes()
	s.queueRoutes()
	s.itemRoutes()
	s.waveRoutes()
	s.planRoutes()
	s.searchRoutes()
	s.authorRoutes()
	s.threadRoutes()
	s.promiseRoutes()
	s.workRoutes()
	s.careRoutes()
	s.teamRoutes()
	s.targetRoutes()
	s.flowRoutes()
	s.streamRoutes()
	s.historyRoutes()
	s.auditRoutes()
	s.viewRoutes()
	s.insightRoutes()
	s.costRoutes()
	s.noticeRoutes()
	s.attentionRoutes()
	docs := adaptor.HTTPHandler(v5emb.New("Triage", "/openapi.json", "/docs/"))
	s.app.Get("/docs", readable, docs)
	s.app.Get("/docs/*", readable, docs)
}

func (s *Server) queueRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/queues", id: "list-queues", needs: mayRead,
		summary: "How both queues stand",
	}, s.listQueues)
	register(s, route{
		method: http.MethodGet, path: "/v1/queues/{queue}/items", id: "list-items", needs: mayRead,
		summary: "Items of a queue, in the order in which they are dealt", fails: []int{http.StatusNotFound},
	}, s.listItems)
	register(s, route{
		method: http.MethodPost, path: "/v1/queues/{queue}/claim", id: "claim-next", needs: mayWork,
		summary: "The next best item for me; 204 when there is none", fails: []int{http.StatusNotFound},
	}, s.claimNext)
}

func (s *Server) itemRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/items/{id}", id: "get-item", needs: mayRead,
		summary: "One item with its receipt, notes and history", fails: []int{http.StatusNotFound, http.StatusGone},
	}, s.getItem)
	action := func(verb, summary string) route {
		return route{
			method: http.MethodPost, path: "/v1/items/{id}/" + verb, id: verb + "-item", needs: mayWork, summary: summary,
			fails: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone, http.StatusPreconditionFailed},
		}
	}
	register(s, action("claim", "Take this item, or renew the lease on it"), s.claimItem)
	register(s, action("release", "Give it back to the queue"), s.releaseItem)
	register(s, action("resolve", "Close it with an outcome"), s.resolveItem)
	register(s, action("snooze", "Put it away until a time"), s.snoozeItem)
	register(s, action("handover", "Move it to the other queue"), s.handOverItem)
	register(s, action("correct", "Say what is right about it, and place it again"), s.correctItem)
}

// readable lets the documentation page run its own, embedded scripts and styles.
func readable(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; script-src 'self' 'unsafe-inline'; "+
		"style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	return c.Next()
}

// queueNamed returns the queue of a path. Any other word is an unknown path.
func queueNamed(word string) (triage.Queue, error) {
	if q := triage.Queue(word); q.Valid() {
		return q, nil
	}
	return "", triage.Errorf(triage.NotFound, "There is no such queue.")
}
