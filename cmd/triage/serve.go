package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"triage/api"
	"triage/chat"
	"triage/embeddings"
	"triage/ingest"
	"triage/jobs"
	"triage/llm"
	"triage/notify/slack"
	"triage/postgres"
	"triage/queue"
	"triage/secret"
	"triage/sources"
	"triage/web"
)

// The collector's settings, unless GOMEMLIMIT or GOGC say otherwise. The heap is small and
// its garbage short-lived, so collecting rarely saves a sixth of the processor; the limit
// keeps the process within 256 MiB with all that the heap does not count.
const (
	memoryLimit = 192 << 20
	gcPercent   = 600
)

// drain is how long a stopping process lets running requests and jobs finish.
const drain = 9 * time.Second

// doorDrain is how long running requests may take to finish: a webhook has 5 s.
const doorDrain = 6 * time.Second

func serve(ctx context.Context, c *call) error {
	c.explain("It migrates the database first. TRIAGE_ROLES splits the work over processes: api takes\n" +
		"webhooks and answers REST, jobs judges and tells Slack. SIGTERM lets running work finish.")
	roles := c.flags.String("roles", "", "what this process does: `api`, jobs or both; overrides TRIAGE_ROLES")
	if err := c.parse(); err != nil {
		return err
	}
	if *roles != "" {
		c.Env = append(c.Env, "TRIAGE_ROLES="+*roles)
	}
	config, err := c.config()
	if err != nil {
		return err
	}
	if config.DatabaseURL == "" {
		return errNoDatabase
	}
	if set := strings.Join(c.Env, "\n"); !strings.Contains(set, "GOMEMLIMIT=") && !strings.Contains(set, "GOGC=") {
		debug.SetMemoryLimit(memoryLimit)
		debug.SetGCPercent(gcPercent)
	}
	log := slog.New(slog.NewJSONHandler(c.Stderr, &slog.HandlerOptions{Level: config.LogLevel}))
	if _, err := postgres.Migrate(ctx, config.DatabaseURL.Reveal()); err != nil {
		return err
	}
	store, err := openStore(ctx, config, config.DBConns)
	if err != nil {
		return err
	}
	defer store.Close()
	s := &service{config: config, store: store, log: log}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	return s.run(ctx, func(address string) { say(c.Stdout, "listening on %s\n", address) })
}

// service is one running process: what its roles need, started together and stopped in
// the order in which work flows.
type service struct {
	config Config
	store  *postgres.Store
	log    *slog.Logger

	listener net.Listener
	server   *api.Server
	watch    *ingest.Endpoints
	group    *ingest.Group

	chat   *llm.Client       // nil without a language model
	wanted embeddings.Engine // what the configuration wants to read meanings with
	space  *embeddings.Current

	client *jobs.Client
	upkeep *jobs.Upkeep
	outbox *jobs.Outbox
	clerk  *chat.Clerk
	ear    *slack.Client // nil without Socket Mode
	asking *sources.Runner
}

// prepare makes the parts of each role, so that every mistake shows before anything runs.
func (s *service) prepare(ctx context.Context) error {
	if s.config.HasRole(RoleAPI) {
		if err := s.prepareAPI(ctx); err != nil {
			return err
		}
	}
	if s.config.HasRole(RoleJobs) {
		return s.prepareJobs(ctx)
	}
	return nil
}

func (s *service) prepareAPI(ctx context.Context) error {
	box, err := s.config.Box()
	if err != nil {
		return err
	}
	// Deliveries need today's partition from the first on.
	if err := s.store.MakePartitions(ctx, time.Now(), 1); err != nil {
		return err
	}
	if err := s.watchEndpoints(ctx, box); err != nil {
		return err
	}
	cursors, err := s.config.CursorKey()
	if err != nil {
		return err
	}
	judge, err := s.judge()
	if err != nil {
		return err
	}
	if err := s.space.Look(ctx); err != nil {
		s.log.WarnContext(ctx, "searches use another model than before", "err", err)
	}
	provider, err := s.config.Provider()
	if err != nil {
		return err
	}
	s.group = ingest.NewGroup(s.store, s.log, ingest.GroupOptions{})
	s.server = api.New(api.Options{
		Store: s.store, Desk: queue.NewDesk(s.store), Log: s.log, CursorKey: cursors,
		Purse: judge.Purse(), Prices: judge.Prices,
		Public: s.config.Address(), Provider: provider, SlackSecret: s.config.SlackSigningSecret.Reveal(), Embedder: judge.Embedder, Near: judge.Near,
		Door: ingest.NewDoor(s.watch, s.group, platforms()...),
		Box:  box, Platforms: platforms(), Probe: s.probe(),
	})
	if err := web.Serve(s.server.App(), web.Built()); err != nil {
		return fmt.Errorf("console: %w", err)
	}
	s.listener, err = net.Listen("tcp", s.config.Listen)
	if err != nil {
		return fmt.Errorf("TRIAGE_LISTEN: %w", err)
	}
	return nil
}

// probe returns what asks the language model something short, or nil without one.
func (s *service) probe() func(context.Context) (llm.ChatAbility, error) {
	if s.chat == nil {
		return nil
	}
	return s.chat.ProbeChat
}

// watchEndpoints loads the endpoints, once for all roles.
func (s *service) watchEndpoints(ctx context.Context, box *secret.Box) error {
	if s.watch != nil {
		return nil
	}
	s.watch = ingest.NewEndpoints(s.store, box)
	return s.watch.Load(ctx)
}

// prepareAsking makes what asks the platforms that do not call us.
func (s *service) prepareAsking(ctx context.Context) error {
	box, err := s.config.Box()
	if err != nil {
		return err
	}
	if err := s.store.MakePartitions(ctx, time.Now(), 1); err != nil {
		return err
	}
	if err := s.watchEndpoints(ctx, box); err != nil {
		return err
	}
	s.asking = sources.New(sources.Options{
		Store: s.store, Box: box, Platforms: platforms(), Log: s.log,
		Door: ingest.NewDoor(s.watch, nil, platforms()...),
	})
	return nil
}

func (s *service) prepareJobs(ctx context.Context) error {
	if err := s.prepareAsking(ctx); err != nil {
		return err
	}
	judge, err := s.judge()
	if err != nil {
		return err
	}
	if err := s.wantSpace(ctx); err != nil {
		return err
	}
	if err := s.store.EnsureVectorIndex(ctx, judge.Near.Model(), judge.Near.Dimensions()); err != nil {
		return err
	}
	s.upkeep = &jobs.Upkeep{Store: s.store, Judge: judge, Wanted: s.wanted, Keeping: s.config.Keeping(), Log: s.log}
	if err := s.prepareSlack(); err != nil {
		return err
	}
	s.client, err = jobs.NewClient(s.store, judge, s.config.JobWorkers, s.log)
	return err
}

// run works until ctx ends or the listener fails. It stops in this order: no new
// requests, then the group of accepted deliveries, then jobs and the rest.
func (s *service) run(ctx context.Context, ready func(address string)) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var running sync.WaitGroup
	if s.client != nil {
		if err := s.client.Start(background); err != nil {
			return fmt.Errorf("jobs: %w", err)
		}
		running.Go(func() { s.upkeep.Run(background) })
		if s.outbox != nil {
			running.Go(func() { s.outbox.Run(background) })
			running.Go(func() { s.clerk.Run(background) })
		}
		if s.ear != nil {
			running.Go(func() { s.listenToSlack(background) })
		}
	}
	running.Go(func() { _ = s.watch.Watch(background) }) // ends with background only
	failed := make(chan error, 1)
	groups, stopGroups := context.WithCancel(background)
	var intake sync.WaitGroup
	if s.asking != nil {
		intake.Go(func() { s.asking.Run(groups) })
	}
	if s.server != nil {
		intake.Go(func() { s.group.Run(groups) })
		running.Go(func() { failed <- s.server.Serve(s.listener) })
		ready("http://" + s.listener.Addr().String())
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if s.server != nil {
		err = errors.Join(err, s.closeDoor(deadline))
	}
	stopGroups()
	intake.Wait()
	if s.client != nil {
		err = errors.Join(err, s.client.Stop(deadline))
	}
	stop()
	running.Wait()
	return err
}

// closeDoor lets running requests finish. A connection that has sent nothing yet is not
// waited for longer than any request may take: its end is no failure.
func (s *service) closeDoor(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, doorDrain)
	defer cancel()
	if err := s.server.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}
