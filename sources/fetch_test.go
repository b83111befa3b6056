package sources_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"triage/connector"
	"triage/connector/facebook"
	"triage/connector/instagram"
	"triage/connector/meta"
	"triage/ingest"
	"triage/internal/fakegraph"
	"triage/postgres"
	"triage/triage"
)

const (
	appSecret = "0123456789abcdef0123456789abcdef"
	pageToken = "a-token-of-the-page-of-enough-characters"
)

// graphed is a channel of a platform of Meta's that calls us and is asked by a token.
type graphed struct {
	*rig
	graph    *fakegraph.Server
	door     *ingest.Door
	endpoint triage.ID
	channel  triage.ID
}

func newGraphed(t *testing.T, platform connector.Platform, account string) *graphed {
	t.Helper()
	g := &graphed{graph: &fakegraph.Server{Token: pageToken}}
	g.rig, _ = newRig(t, g.graph, 0, platform)
	g.endpoint, g.channel = postgres.NewID(), postgres.NewID()
	g.exec(`INSERT INTO endpoints (id, brand_id, platform, secret) VALUES ($1, $2, $3, $4)`,
		g.endpoint, g.brand, platform.Name(), g.box.Seal(string(g.endpoint), appSecret))
	g.exec(`INSERT INTO channels (brand_id, id, endpoint_id, platform, external_id, name, address, token) VALUES ($1, $2, $3, $4, $5, $5, $6, $7)`,
		g.brand, g.channel, g.endpoint, platform.Name(), account, g.address, g.box.Seal(string(g.channel), pageToken))
	endpoints := ingest.NewEndpoints(g.store, g.box)
	group := ingest.NewGroup(g.store, slog.New(slog.DiscardHandler), ingest.GroupOptions{})
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { group.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	g.door = ingest.NewDoor(endpoints, group, platform)
	return g
}

// tell delivers what the platform says of one account.
func (g *graphed) tell(body string) {
	g.t.Helper()
	in := connector.Delivery{Body: []byte(body), ReceivedAt: time.Now(), Header: http.Header{meta.Header: {meta.Sign(appSecret, []byte(body))}}}
	if _, err := g.door.Receive(g.t.Context(), g.platform.Name(), g.endpoint, in); err != nil {
		g.t.Fatal(err)
	}
}

// held returns what is held of one engagement.
func (g *graphed) held(external string) string {
	g.t.Helper()
	var row string
	err := g.store.Pool().QueryRow(g.t.Context(), `
		SELECT concat_ws('|', form, text, author_external_id, author_handle, author_name, author_followers,
		       thread_external_id, thread_text, thread_permalink, permalink, hidden, deleted_at IS NOT NULL, edited)
		FROM engagements WHERE external_id = $1`, external).Scan(&row)
	if err != nil {
		return err.Error()
	}
	return row
}

func (g *graphed) waits(external string, holds string) {
	g.t.Helper()
	defer func() { g.t.Logf("it reads %s", g.held(external)) }()
	g.until(holds, time.Minute, func() bool { return g.held(external) == holds })
}

const mentioned = `{"object":"page","entry":[{"id":"100","time":1777896000,"changes":[{"field":"mention","value":{
	"item":"comment","verb":"add","comment_id":"7_9","post_id":"55_7","created_time":1777895990}}]}]}`

func TestTheWordsAndAuthorOfAMentionAreFetched(t *testing.T) {
	t.Parallel()
	g := newGraphed(t, facebook.Connector{Every: time.Hour}, "100")
	author := &fakegraph.Node{Kind: "User", Values: map[string]any{"id": "77", "name": "Robin"}}
	g.graph.Put("Page", "100", "name", "Kiosk")
	g.graph.Put("Post", "55_7", "message", "Where do you buy bread?", "permalink_url", "https://facebook.example/55/7")
	g.run(g.store, 6*time.Second)
	g.tell(mentioned)
	if n := g.count(`SELECT count(*) FROM engagements WHERE text = '' AND incomplete`); n != 1 {
		t.Fatal("a mention without words is not there at once")
	}
	g.until("it was asked for in vain", 20*time.Second, func() bool { return g.count(`SELECT count(*) FROM fetches WHERE attempts > 1`) == 1 })
	if n := g.count(`SELECT count(*) FROM engagements WHERE deleted_at IS NULL`); n != 1 {
		t.Error("what is not shown to us is taken for deleted")
	}
	g.graph.Put("Comment", "7_9", "message", "At @Kiosk, of course", "from", author, "created_time", "2026-05-04T11:59:50+0000",
		"permalink_url", "https://facebook.example/55/7?comment=9", "is_hidden", false)
	g.waits("7_9", "mention|At @Kiosk, of course|77||Robin|-1|55_7|Where do you buy bread?|https://facebook.example/55/7|"+
		"https://facebook.example/55/7?comment=9|f|f|f")
	if n := g.count(`SELECT count(*) FROM fetches`); n != 0 {
		t.Error("it is still asked for")
	}
	g.tell(mentioned) // once more, as after an answer that was lost
	if n := g.count(`SELECT count(*) FROM engagements WHERE text <> '' AND NOT incomplete AND round = 2`); n != 1 {
		t.Error("the repeated delivery takes the words away")
	}
}

func TestAnAuthorWhoIsNeverShownIsNoCrashAndNoDeletion(t *testing.T) {
	t.Parallel()
	g := newGraphed(t, facebook.Connector{Every: time.Hour}, "100")
	g.graph.Put("Page", "100")
	g.graph.Put("Comment", "7_9", "message", "Lovely", "created_time", "2026-05-04T11:59:50+0000", "is_hidden", true)
	g.run(g.store, 6*time.Second)
	g.tell(`{"object":"page","entry":[{"id":"100","time":1777896000,"changes":[{"field":"feed","value":{
		"item":"comment","verb":"add","comment_id":"7_9","post_id":"100_7","parent_id":"100_7","message":"Lovely","created_time":1777895990}}]}]}`)
	g.until("nothing more is asked for", 20*time.Second, func() bool { return g.count(`SELECT count(*) FROM fetches`) == 0 })
	g.waits("7_9", "comment|Lovely||||-1|100_7||||t|f|f")
}

func TestWhatInstagramTellsByIDsOnlyIsFetched(t *testing.T) {
	t.Parallel()
	g := newGraphed(t, instagram.Connector{Every: time.Hour}, "178")
	g.graph.Put("IGUser", "178")
	media := g.graph.Put("IGMedia", "500", "caption", "Look @kiosk", "permalink", "https://instagram.example/p/500", "username", "robin",
		"timestamp", "2026-05-04T11:59:50+0000", "media_type", "IMAGE")
	g.graph.Put("IGComment", "600", "text", "ask @kiosk", "username", "kim", "timestamp", "2026-05-04T11:59:50+0000", "media", media)
	g.graph.Put("IGProfile", "900", "username", "sam", "name", "Sam", "follower_count", 4200, "is_verified_user", true)
	g.run(g.store, 6*time.Second)
	const entry = `{"object":"instagram","entry":[{"id":"178","time":1777896000,%s}]}`
	g.tell(fmt.Sprintf(entry, `"changes":[{"field":"mentions","value":{"media_id":"500"}},{"field":"mentions","value":{"media_id":"500","comment_id":"600"}}]`))
	g.tell(fmt.Sprintf(entry, `"messaging":[{"sender":{"id":"900"},"recipient":{"id":"178"},"timestamp":1777895990000,
		"message":{"mid":"m.1","attachments":[{"type":"story_mention","payload":{"url":"https://cdn.example/gone-tomorrow"}}]}}]`))
	g.waits("500", "mention|Look @kiosk||robin||-1|500|||https://instagram.example/p/500|f|f|f")
	g.waits("600", "mention|ask @kiosk||kim||-1|500||||f|f|f")
	g.waits("m.1", "mention||900|sam|Sam|4200|||||f|f|f")
	if n := g.count(`SELECT count(*) FROM deliveries WHERE raw IS NOT NULL AND source = 'fetch' AND convert_from(raw, 'UTF8') LIKE '%gone-tomorrow%'`); n != 0 {
		t.Error("the story's picture is kept")
	}
}

func TestARevokedTokenStopsFetchingUntilThereIsAnother(t *testing.T) {
	t.Parallel()
	g := newGraphed(t, facebook.Connector{Every: time.Hour}, "100")
	g.graph.Put("Page", "100")
	g.graph.Put("Comment", "7_9", "message", "hello", "created_time", "2026-05-04T11:59:50+0000")
	g.graph.Revoke()
	g.tell(mentioned)
	g.run(g.store, 6*time.Second)
	g.until("the channel stops", 20*time.Second, func() bool { return g.health(g.channel).State == postgres.SourceRefused })
	asked := len(g.graph.Asked())
	g.tell(`{"object":"page","entry":[{"id":"100","time":1777896001,"changes":[{"field":"feed","value":{
		"item":"comment","verb":"add","comment_id":"7_10","post_id":"100_7","parent_id":"100_7","from":{"id":"5"},"message":"still heard"}}]}]}`)
	if n := g.count(`SELECT count(*) FROM engagements WHERE external_id = '7_10'`); n != 1 {
		t.Error("its deliveries are not taken any more")
	}
	g.exec(`UPDATE fetches SET next_at = now()`)
	g.until("it looked again", 20*time.Second, func() bool { return len(g.graph.Asked()) >= asked })
	if len(g.graph.Asked()) > asked+1 {
		t.Errorf("asked %d times by a token that is refused", len(g.graph.Asked())-asked)
	}
}

func TestCommentsThatNoDeliveryToldAreFoundByAsking(t *testing.T) {
	t.Parallel()
	for name, platform := range map[string]connector.Platform{
		"page": facebook.Connector{Every: 100 * time.Millisecond}, "instagram": instagram.Connector{Every: 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGraphed(t, platform, "100")
			add := g.page()
			if name == "instagram" {
				add = g.media()
			}
			add("old", time.Now().Add(-time.Hour))
			g.run(g.store, 6*time.Second)
			g.until("what was there", 20*time.Second, func() bool { return g.count(`SELECT count(*) FROM engagements`) == 1 })
			for n := range 180 { // more than the first answer holds
				add(fmt.Sprintf("new-%d", n), time.Now().Add(time.Duration(n-180)*time.Second))
			}
			g.until("every comment", 30*time.Second, func() bool { return g.count(`SELECT count(*) FROM engagements`) == 181 })
			g.until("it listens", 20*time.Second, func() bool { return g.health(g.channel).State == postgres.SourceListening })
			if n := g.count(`SELECT count(*) FROM engagements WHERE thread_text = 'Our news' AND author_external_id = '77'`); n != 181 {
				t.Errorf("%d have their post and author", n)
			}
			deliveries := g.count(`SELECT count(*) FROM deliveries`)
			asked := len(g.graph.Asked())
			g.until("it asked some more", 20*time.Second, func() bool { return len(g.graph.Asked()) > asked+5 })
			if n := g.count(`SELECT count(*) FROM deliveries`); n != deliveries {
				t.Errorf("%d more deliveries without news", n-deliveries)
			}
		})
	}
}

// page fills a Page with a post, and returns what adds a comment below it.
func (g *graphed) page() func(id string, at time.Time) {
	author := &fakegraph.Node{Kind: "User", Values: map[string]any{"id": "77", "name": "Robin"}}
	post := g.graph.Put("Post", "100_7", "message", "Our news", "permalink_url", "https://facebook.example/100/7")
	g.graph.Put("Page", "100", "feed", []*fakegraph.Node{post})
	return func(id string, at time.Time) {
		g.graph.Prepend(post, "comments", g.graph.Put("Comment", id, "message", "says "+id, "from", author, "created_time", at.UTC().Format("2006-01-02T15:04:05-0700")))
	}
}

// media is page for Instagram.
func (g *graphed) media() func(id string, at time.Time) {
	author := &fakegraph.Node{Kind: "IGAuthor", Values: map[string]any{"id": "77", "username": "robin"}}
	post := g.graph.Put("IGMedia", "7", "caption", "Our news", "permalink", "https://instagram.example/p/7")
	g.graph.Put("IGUser", "100", "media", []*fakegraph.Node{post})
	return func(id string, at time.Time) {
		g.graph.Prepend(post, "comments", g.graph.Put("IGComment", id, "text", "says "+id, "from", author, "timestamp", at.UTC().Format("2006-01-02T15:04:05-0700")))
	}
}

func TestWhatInstagramNeverTellsOfIsLookedUpAgain(t *testing.T) {
	t.Parallel()
	g := newGraphed(t, instagram.Connector{Every: 100 * time.Millisecond, First: time.Second}, "100")
	add := g.media()
	for _, id := range []string{"stays", "goes", "hides"} {
		add(id, time.Now().Add(-time.Minute))
	}
	post := g.graph.Node("7")
	g.run(g.store, 6*time.Second)
	g.until("all comments", time.Minute, func() bool { return g.count(`SELECT count(*) FROM engagements`) == 3 })
	g.graph.Set(g.graph.Node("hides"), "hidden", true)
	g.graph.Remove(post, "comments", "goes")
	g.until("the hiding", time.Minute, func() bool {
		return g.count(`SELECT count(*) FROM engagements WHERE external_id = 'hides' AND hidden`) == 1
	})
	g.until("the deletion", time.Minute, func() bool {
		return g.count(`SELECT count(*) FROM engagements WHERE external_id = 'goes' AND deleted_at IS NOT NULL`) == 1
	})
	if n := g.count(`SELECT count(*) FROM engagements WHERE deleted_at IS NULL AND text <> ''`); n != 2 {
		t.Errorf("%d comments are left", n)
	}
}
