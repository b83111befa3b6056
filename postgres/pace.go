package postgres

import (
	"context"
	"fmt"
	"time"
)

// Pace is how fast an endpoint of a model may be asked, for all processes together. It
// never fails: without the database calls go through.
type Pace struct {
	Store    *Store
	Endpoint string                       // names the endpoint and the key, without holding it
	Trouble  func(context.Context, error) // is told what went wrong, may be nil
}

// enterPace counts a call where it may go out. The rows are not logged by the database, so
// nothing waits for a disk.
const enterPace = `
	UPDATE paces SET
	    remaining_requests = CASE WHEN requests_reset_at > now() THEN remaining_requests - 1 END
	WHERE endpoint = $1 AND (held_until IS NULL OR held_until <= now())
	  AND (requests_reset_at IS NULL OR requests_reset_at <= now() OR remaining_requests > 0)
	  AND (tokens_reset_at IS NULL OR tokens_reset_at <= now() OR remaining_tokens > 0)`

const waitPace = `
	SELECT extract(epoch FROM greatest(
	    CASE WHEN held_until > now() THEN held_until - now() END,
	    CASE WHEN requests_reset_at > now() AND remaining_requests <= 0 THEN requests_reset_at - now() END,
	    CASE WHEN tokens_reset_at > now() AND remaining_tokens <= 0 THEN tokens_reset_at - now() END))::float8
	FROM paces WHERE endpoint = $1`

// Enter counts a call and returns 0, or returns how long nobody may call.
func (p Pace) Enter(ctx context.Context) time.Duration {
	tag, err := p.Store.pool.Exec(ctx, enterPace, p.Endpoint)
	p.trouble(ctx, err)
	if err != nil || tag.RowsAffected() > 0 {
		return 0
	}
	return p.Wait(ctx) // 0 where nobody has said anything of the endpoint yet
}

// Wait returns how long nobody may call, and counts nothing.
func (p Pace) Wait(ctx context.Context) time.Duration {
	var seconds *float64
	rows, err := p.Store.pool.Query(ctx, waitPace, p.Endpoint)
	if err == nil {
		defer rows.Close()
		if rows.Next() {
			err = rows.Scan(&seconds)
		}
	}
	p.trouble(ctx, err)
	if seconds == nil {
		return 0
	}
	return time.Duration(*seconds * float64(time.Second))
}

// Hold keeps everybody from calling for a while.
func (p Pace) Hold(ctx context.Context, d time.Duration, code string) {
	_, err := p.Store.pool.Exec(ctx, `
		INSERT INTO paces AS p (endpoint, held_until, held_since, code)
		VALUES ($1, now() + $2::interval, now(), $3)
		ON CONFLICT (endpoint) DO UPDATE SET held_until = greatest(p.held_until, excluded.held_until),
		    held_since = excluded.held_since, code = excluded.code`, p.Endpoint, d, code)
	p.trouble(ctx, err)
}

// Allow takes in what the endpoint still allows. Within one window the least that anybody
// was told counts, since answers overtake each other.
func (p Pace) Allow(ctx context.Context, requests int64, requestsReset time.Duration, tokens int64, tokensReset time.Duration) {
	_, err := p.Store.pool.Exec(ctx, `
		INSERT INTO paces AS p (endpoint, remaining_requests, requests_reset_at, remaining_tokens, tokens_reset_at)
		SELECT $1, CASE WHEN $3::interval > '0' THEN $2::bigint END, CASE WHEN $3::interval > '0' THEN now() + $3 END,
		    CASE WHEN $5::interval > '0' THEN $4::bigint END, CASE WHEN $5::interval > '0' THEN now() + $5 END
		ON CONFLICT (endpoint) DO UPDATE SET
		    remaining_requests = CASE WHEN excluded.requests_reset_at IS NULL THEN p.remaining_requests
		        WHEN p.requests_reset_at > now() THEN least(p.remaining_requests, excluded.remaining_requests) ELSE excluded.remaining_requests END,
		    requests_reset_at = coalesce(excluded.requests_reset_at, p.requests_reset_at),
		    remaining_tokens = CASE WHEN excluded.tokens_reset_at IS NULL THEN p.remaining_tokens ELSE excluded.remaining_tokens END,
		    tokens_reset_at = coalesce(excluded.tokens_reset_at, p.tokens_reset_at)`,
		p.Endpoint, requests, requestsReset, tokens, tokensReset)
	p.trouble(ctx, err)
}

func (p Pace) trouble(ctx context.Context, err error) {
	if err != nil && p.Trouble != nil {
		p.Trouble(ctx, fmt.Errorf("shared pace: %w", err))
	}
}
