package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"triage/connector"
)

// place is what a cursor says. Ids of messages grow with time over all rooms, so one of them
// says how far all rooms have been read. A round asks room by room: until it is at the end,
// After stays.
type place struct {
	After string `json:"after"`          // all up to here has been taken in, but for overlap
	Top   string `json:"top,omitempty"`  // the newest when the round began
	Room  string `json:"room,omitempty"` // the room that was asked last
	At    string `json:"at,omitempty"`   // where to go on in it; empty: it is done
}

// before is how far back the first question reaches.
const before = 24 * time.Hour

// overlap is how much later than others a message may appear.
const overlap = time.Minute

// perPage is the most that is listed at once.
const perPage = 100

// Poll asks one room for the messages behind the cursor. Before the first it takes those of
// the last day.
func (c *conversation) Poll(ctx context.Context, cursor string) (connector.Page, error) {
	at := place{After: snowflake(time.Now().Add(-before))}
	if cursor != "" && json.Unmarshal([]byte(cursor), &at) != nil {
		return connector.Page{}, fmt.Errorf("cursor: %w", connector.ErrAnswer)
	}
	if err := c.recognise(ctx); err != nil {
		return connector.Page{}, err
	}
	r, ok, err := c.next(ctx, &at)
	if err != nil {
		return connector.Page{}, err
	}
	if !ok {
		return at.page(nil, c.Every)
	}
	query := url.Values{"limit": {strconv.Itoa(perPage)}, "after": {cmp.Or(at.At, earlier(at.After, overlap))}}
	var found []rawMessage
	spared, err := c.fetch(ctx, "/channels/"+url.PathEscape(r.ID)+"/messages?"+query.Encode(), &found)
	if err != nil && !away(err) {
		return connector.Page{}, err
	}
	if err != nil {
		c.mu.Lock()
		c.shut[r.ID] = true
		c.mu.Unlock()
	}
	newest := newestOf(found)
	at.Room, at.At = r.ID, ""
	if len(found) == perPage {
		at.At = newest
	}
	if len(found) == 0 {
		return at.page(nil, spared)
	}
	slices.Reverse(found)
	out := c.page(r)
	out.Messages = found
	body, err := json.Marshal(out)
	if err != nil {
		return connector.Page{}, err
	}
	return at.page(body, spared)
}

func (p place) page(body []byte, wait time.Duration) (connector.Page, error) {
	next, err := json.Marshal(p)
	return connector.Page{Body: body, Next: string(next), Wait: wait}, err
}

// next returns the room to ask, or false at the end of the round.
func (c *conversation) next(ctx context.Context, at *place) (room, bool, error) {
	if at.Room == "" || c.listing == nil {
		listing, err := c.list(ctx)
		if err != nil {
			return room{}, false, err
		}
		c.listing = listing
	}
	if at.Room == "" {
		at.Top = at.After
		for _, r := range c.listing {
			if newer(r.Last, at.Top) {
				at.Top = r.Last
			}
		}
	}
	for _, r := range c.listing {
		due := newer(r.ID, at.Room) || r.ID == at.Room && at.At != ""
		if due && newer(r.Last, at.After) {
			return r, true, nil
		}
	}
	*at = place{After: at.Top}
	c.listing = nil
	return room{}, false, nil
}

// list returns the rooms that are listened to and can be read, by id.
func (c *conversation) list(ctx context.Context) ([]room, error) {
	guild := "/guilds/" + url.PathEscape(c.Account)
	var channels []room
	if err := c.ask(ctx, guild+"/channels", &channels); err != nil {
		return nil, err
	}
	var active struct {
		Threads []room `json:"threads"`
	}
	if err := c.ask(ctx, guild+"/threads/active", &active); err != nil {
		return nil, err
	}
	all := append(channels, active.Threads...)
	c.remember(all...)
	c.mu.Lock()
	defer c.mu.Unlock()
	all = slices.DeleteFunc(all, func(r room) bool { return !r.speaks() || !c.listened(r) || c.shut[r.ID] })
	slices.SortFunc(all, func(a, b room) int { return order(a.ID, b.ID) })
	return slices.Clip(all), nil
}

func newestOf(found []rawMessage) (newest string) {
	for _, raw := range found {
		var m struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(raw, &m) == nil && newer(m.ID, newest) {
			newest = m.ID
		}
	}
	return newest
}

// order compares ids as numbers of any length.
func order(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

func newer(a, b string) bool { return order(a, b) > 0 }

// snowflake returns the smallest id of a time.
func snowflake(t time.Time) string {
	return strconv.FormatInt((t.UnixMilli()-discordEpoch)<<snowflakeShift, 10)
}

// earlier returns an id that is d before another.
func earlier(id string, d time.Duration) string {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return id
	}
	return strconv.FormatInt(max(0, n-d.Milliseconds()<<snowflakeShift), 10)
}
