package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// process is a program of ours that runs beside us. It has a process group of its own,
// so that Ctrl-C in the terminal reaches only us and we end things in order.
type process struct {
	name string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // how it ended; read after done
}

func startProcess(name string, cmd *exec.Cmd) (*process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p := &process{name: name, cmd: cmd, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// end asks the process to stop, and after grace ends it and its children for good.
func (p *process) end(grace time.Duration) error {
	select {
	case <-p.done:
		return nil
	default:
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(grace):
	}
	err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.done
	return errors.Join(fmt.Errorf("%s did not stop within %s and was killed", p.name, grace), err)
}

// runLock is held by the `run` of this working tree; it names its process, and the
// address once that is known.
type runLock struct{ file *os.File }

func (d *dev) lockRun() (*runLock, error) {
	if err := os.MkdirAll(d.path(".data"), 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(d.path(".data", "run.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, readErr := io.ReadAll(file)
		return nil, errors.Join(fmt.Errorf("it runs already (process %s); `make stop` ends it", holder), readErr, file.Close())
	}
	err = file.Truncate(0)
	if err == nil {
		_, err = fmt.Fprint(file, os.Getpid())
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &runLock{file: file}, nil
}

func (l *runLock) release() error { return l.file.Close() }

// endRun ends a `run` of this working tree and waits until it has cleaned up.
func (d *dev) endRun(ctx context.Context) error {
	file, err := os.OpenFile(d.path(".data", "run.lock"), os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	signalled := false
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil || !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if !signalled {
			if err := signalHolder(file); err != nil {
				return err
			}
			signalled = true
			d.out.line("ending the run in the other terminal …")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func signalHolder(file *os.File) error {
	var pid int
	if _, err := fmt.Fscan(file, &pid); err != nil || pid <= 1 {
		return fmt.Errorf("the run in the other terminal left no process number: %w", err)
	}
	return syscall.Kill(pid, syscall.SIGTERM)
}
