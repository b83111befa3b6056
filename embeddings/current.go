package embeddings

import (
	"context"
	"sync"
	"time"

	"triage/triage"
)

// Current is the engine in whose space texts are compared at present. Which one that is may
// change while the program runs: after a change of model the old one stays until everything
// has a vector of the new one. It is safe for concurrent use.
type Current struct {
	inForce func(context.Context) (string, error)
	open    func(space string) (Engine, error)
	every   time.Duration

	mu     sync.Mutex
	engine Engine
	looked time.Time
}

// NewCurrent returns first until inForce, asked at most once in every, names another space,
// which open then turns into an engine.
func NewCurrent(first Engine, every time.Duration, inForce func(context.Context) (string, error), open func(space string) (Engine, error)) *Current {
	return &Current{inForce: inForce, open: open, every: every, engine: first}
}

// Look asks which space is in force and changes to it. Where nobody knows, or no engine can be
// made for it, the one before stays.
func (c *Current) Look(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.look(ctx)
}

func (c *Current) look(ctx context.Context) error {
	c.looked = time.Now()
	space, err := c.inForce(ctx)
	if err != nil || space == "" || space == c.engine.Model() {
		return err
	}
	engine, err := c.open(space)
	if err != nil {
		return err
	}
	c.engine = engine
	return nil
}

func (c *Current) now(ctx context.Context) Engine {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) >= c.every {
		_ = c.look(ctx) // the engine before goes on; what is wrong shows with the next start or the doctor
	}
	return c.engine
}

func (c *Current) last() Engine {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.engine
}

// Embed embeds in the space in force.
func (c *Current) Embed(ctx context.Context, texts []string) ([]triage.Vector, error) {
	return c.now(ctx).Embed(ctx, texts)
}

// Model names the space that is in force as far as is known.
func (c *Current) Model() string { return c.last().Model() }

// Dimensions is the length of its vectors.
func (c *Current) Dimensions() int { return c.last().Dimensions() }
