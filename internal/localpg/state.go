package localpg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// state is what a cluster needs to be found and started again. It lies in the
// cluster's own folder, which only its user can enter.
type state struct {
	Port     int    `json:"port"`
	Password string `json:"password"` // of Superuser over TCP
	Fast     bool   `json:"fast"`
	Bin      string `json:"bin"`
}

func readState(p place) (state, error) {
	raw, err := os.ReadFile(filepath.Join(p.home, "state.json"))
	if err != nil {
		return state{}, err
	}
	var s state
	err = json.Unmarshal(raw, &s)
	return s, err
}

func (c *Cluster) writeState() error {
	raw, err := json.Marshal(c.state)
	if err != nil {
		return err
	}
	return c.write(filepath.Join(c.place.home, "state.json"), raw)
}

// write makes a file that only the cluster's user can read. It replaces the file as a
// whole: a crash leaves the old one or the new one.
func (c *Cluster) write(path string, content []byte) error {
	tmp := path + ".new"
	if err := os.WriteFile(tmp, content, 0o600); err != nil {
		return err
	}
	if who := c.place.owner; who != nil {
		if err := os.Chown(tmp, int(who.Uid), int(who.Gid)); err != nil {
			return err
		}
	}
	return os.Rename(tmp, path)
}

// lock takes the cluster's lock file, waiting for whoever holds it. The kernel releases
// it when its holder dies.
func lock(ctx context.Context, path string) (func(), error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = file.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, ctx.Err()), file.Close())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// freePort returns the wanted port if nobody listens there, else any free one.
func freePort(wanted int) (int, error) {
	for _, port := range []int{wanted, 0} {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			continue
		}
		addr, ok := l.Addr().(*net.TCPAddr)
		if err := l.Close(); err != nil || !ok {
			continue
		}
		return addr.Port, nil
	}
	return 0, errors.New("no free port on 127.0.0.1")
}

func tail(path string, lines int) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	all := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
