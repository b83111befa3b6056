package main

import (
	"context"
	"errors"
	"time"
)

const (
	firstPort  = 8080
	grace      = 25 * time.Second // a little more than a job may take
	readyLimit = 60 * time.Second
	demoLimit  = 170 * time.Second // both queues are to be filled within three minutes
	demoSpeed  = "10"              // times human pace: all of it in about a minute
)

// run prepares everything, starts the service with sample traffic, prints how to talk to
// it and stays until a signal. What it started, it ends, in the opposite order.
func (d *dev) run(ctx context.Context) (err error) {
	lock, err := d.lockRun()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	db, err := d.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.stop()) }()
	s, err := d.newService(db.url)
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{s.build, s.migrate, s.serve} {
		if err := step(ctx); err != nil {
			return errors.Join(interrupted(ctx, err), s.end())
		}
	}
	err = s.demonstrate(ctx)
	if err == nil {
		err = s.stay(ctx)
	}
	if ctx.Err() != nil {
		d.out.line("\nstopping …")
	}
	return errors.Join(interrupted(ctx, err), s.end())
}

// interrupted forgets the error of a step that the user's own Ctrl-C cut short.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
