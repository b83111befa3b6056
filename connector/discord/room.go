package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"triage/connector"
)

// rawMessage is a message as the platform said it.
type rawMessage = json.RawMessage

// conversation is about one server. Its stream runs beside its polls.
type conversation struct {
	Connector
	connector.Source

	mu      sync.Mutex
	me      string          // the bot's own id
	rooms   map[string]room // that messages were in, by id
	shut    map[string]bool // rooms that the bot may not read
	listing []room          // of the round of polls that is on its way

	identified time.Time // when a session was last begun
	wordless   bool      // the last message came without its words
}

// room is a channel or a thread of the server.
type room struct {
	ID     string `json:"id"`
	Type   int    `json:"type"`
	Name   string `json:"name"`
	Parent string `json:"parent_id"`
	Last   string `json:"last_message_id"`
}

// Types of channels.
const (
	textChannel    = 0
	voiceChannel   = 2
	newsChannel    = 5
	newsThread     = 10
	publicThread   = 11
	privateThread  = 12
	stageChannel   = 13
	noChannel      = -1 // it is gone, or the bot may not see it
	maxRooms       = 10_000
	discordEpoch   = 1_420_070_400_000 // in Unix milliseconds
	snowflakeShift = 22
)

func (r room) thread() bool { return r.Type >= newsThread && r.Type <= privateThread }

func (r room) shown() roomShown { return roomShown{Name: r.Name, Thread: r.thread()} }

// speaks reports whether messages stand in a channel itself.
func (r room) speaks() bool {
	return r.thread() || slices.Contains([]int{textChannel, voiceChannel, newsChannel, stageChannel}, r.Type)
}

// listened reports whether what is said in a room is taken in. A private thread is for chosen
// readers, so it has to be named itself.
func (c *conversation) listened(r room) bool {
	switch {
	case slices.Contains(c.Rooms, r.ID):
		return true
	case r.Type == privateThread || r.Type == noChannel:
		return false
	case len(c.Rooms) == 0:
		return true
	}
	return r.thread() && slices.Contains(c.Rooms, r.Parent)
}

// room returns a channel, from memory or from the server.
func (c *conversation) room(ctx context.Context, id string) (room, error) {
	c.mu.Lock()
	known, ok := c.rooms[id]
	c.mu.Unlock()
	if ok {
		return known, nil
	}
	found := room{ID: id, Type: noChannel}
	err := c.ask(ctx, "/channels/"+url.PathEscape(id), &found)
	if err != nil && !away(err) {
		return room{}, err
	}
	c.remember(found)
	return found, nil
}

func (c *conversation) remember(found ...room) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.rooms) > maxRooms {
		clear(c.rooms)
	}
	for _, r := range found {
		c.rooms[r.ID] = r
	}
}

// forget drops what is known of a room that was changed.
func (c *conversation) forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.rooms, id)
	delete(c.shut, id)
}

// away reports whether an answer says that something is gone or not the bot's to see.
func away(err error) bool {
	var status *connector.StatusError
	return errors.As(err, &status) && (status.Code == http.StatusForbidden || status.Code == http.StatusNotFound)
}

// recognise finds out who the bot is, so that it does not listen to itself.
func (c *conversation) recognise(ctx context.Context) error {
	c.mu.Lock()
	known := c.me != ""
	c.mu.Unlock()
	if known {
		return nil
	}
	if c.Secret == "" {
		return &connector.Refusal{Reason: "bot_token_missing"}
	}
	var self struct {
		ID string `json:"id"`
	}
	if err := c.ask(ctx, "/users/@me", &self); err != nil {
		return err
	}
	if self.ID == "" {
		return fmt.Errorf("own account: %w", connector.ErrAnswer)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.me = self.ID
	return nil
}

// page returns a page about a room.
func (c *conversation) page(r room) page {
	c.mu.Lock()
	defer c.mu.Unlock()
	return page{Account: c.Account, Me: c.me, Rooms: map[string]roomShown{r.ID: r.shown()}}
}

// ask reads an answer of the API into v.
func (c *conversation) ask(ctx context.Context, path string, v any) error {
	_, err := c.fetch(ctx, path, v)
	return err
}

// fetch reads an answer and returns how long the platform wants to be spared after it.
func (c *conversation) fetch(ctx context.Context, path string, v any) (time.Duration, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Address+path, nil)
	if err != nil {
		return 0, errors.New("address of the server is malformed")
	}
	r.Header.Set("Authorization", "Bot "+c.Secret)
	r.Header.Set("User-Agent", "DiscordBot (triage, 1)")
	got, err := connector.Fetch(c.Client, r, time.Now())
	if err != nil {
		return 0, err
	}
	if json.Unmarshal(got.Body, v) != nil {
		return 0, connector.ErrAnswer
	}
	return got.Spent(time.Now()), nil
}
