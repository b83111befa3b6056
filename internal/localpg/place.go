package localpg

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// A socket's path is limited to 107 bytes on Linux and 103 on macOS; the server adds
// /.s.PGSQL.65535 and, for its lock, .lock.
const maxSocketDir = 80

// elsewhere is where clusters live whose own folder the postgres user cannot reach.
const elsewhere = "/var/lib/triage-dev"

// place holds the paths of one cluster and the user it runs as.
type place struct {
	dir       string // as asked for
	home      string // where it really is: dir, or a folder below elsewhere
	data      string // the server's own folder
	socketDir string
	log       string
	lockFile  string
	pointer   string // file beside dir that names home when it is not dir
	owner     *syscall.Credential
}

// choosePlace decides where the cluster asked for in dir lives and makes the folders.
// The server refuses to run as root, so for root it is the postgres user's, and lives
// elsewhere when that user cannot traverse the way to dir.
func choosePlace(dir string) (place, error) {
	p, err := placeOf(dir)
	if err != nil {
		return place{}, err
	}
	if p.owner != nil && !reachable(filepath.Dir(p.dir), p.owner) {
		p = p.at(filepath.Join(elsewhere, short(p.dir)))
	}
	if err := p.makeFolders(); err != nil {
		return place{}, fmt.Errorf("cluster %s: %w", dir, err)
	}
	return p, nil
}

// existingPlace returns the place of a cluster that was made before. The error is
// os.ErrNotExist when there is none.
func existingPlace(dir string) (place, error) {
	p, err := placeOf(dir)
	if err != nil {
		return place{}, err
	}
	if home, err := os.ReadFile(p.pointer); err == nil {
		p = p.at(strings.TrimSpace(string(home)))
	}
	if _, err := os.Stat(p.home); err != nil {
		return place{}, err
	}
	return p, nil
}

func placeOf(dir string) (place, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return place{}, err
	}
	if real, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		abs = filepath.Join(real, filepath.Base(abs))
	}
	p := place{dir: abs, lockFile: abs + ".lock", pointer: abs + ".elsewhere"}
	if os.Geteuid() == 0 {
		if p.owner, err = postgresUser(); err != nil {
			return place{}, err
		}
	}
	return p.at(abs), nil
}

func (p place) at(home string) place {
	p.home = home
	p.data = filepath.Join(home, "data")
	p.log = filepath.Join(home, "server.log")
	p.socketDir = filepath.Join(home, "socket")
	if len(p.socketDir) > maxSocketDir {
		p.socketDir = filepath.Join(os.TempDir(), "triage-pg-"+short(home))
	}
	if len(p.socketDir) > maxSocketDir {
		p.socketDir = filepath.Join("/tmp", "triage-pg-"+short(home))
	}
	return p
}

func (p place) makeFolders() error {
	for _, parent := range []string{filepath.Dir(p.dir), filepath.Dir(p.home)} {
		if err := os.MkdirAll(parent, 0o755); err != nil {
			return err
		}
	}
	for _, dir := range []string{p.home, p.socketDir} {
		if err := p.makeFolder(dir); err != nil {
			return err
		}
	}
	if p.home == p.dir {
		return nil
	}
	return os.WriteFile(p.pointer, []byte(p.home+"\n"), 0o644)
}

// makeFolder makes a folder that only the cluster's user can enter: the socket inside
// lets in whoever reaches it. One of somebody else's is refused, since a socket folder
// may lie in a directory that everyone can write to.
func (p place) makeFolder(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() {
		return fmt.Errorf("%s is not a folder", dir)
	}
	want := os.Geteuid()
	if p.owner != nil {
		want = int(p.owner.Uid)
	}
	if int(stat.Uid) == want {
		return os.Chmod(dir, 0o700)
	}
	if p.owner == nil || stat.Uid != 0 {
		return fmt.Errorf("%s belongs to user %d, not to user %d that the server runs as", dir, stat.Uid, want)
	}
	return os.Chown(dir, int(p.owner.Uid), int(p.owner.Gid))
}

func (p place) remove() error {
	return errors.Join(os.RemoveAll(p.socketDir), os.RemoveAll(p.home),
		os.RemoveAll(p.pointer), os.RemoveAll(p.lockFile))
}

// postgresUser returns the system user that runs the server when we are root.
func postgresUser() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is no user postgres to run it as")
}

// reachable reports whether the user can walk down to dir, which need not exist yet.
func reachable(dir string, who *syscall.Credential) bool {
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return false
		}
		if err == nil && !mayEnter(info, who) {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

func mayEnter(info os.FileInfo, who *syscall.Credential) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	switch mode := info.Mode().Perm(); {
	case stat.Uid == who.Uid:
		return mode&0o100 != 0
	case stat.Gid == who.Gid:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}

func short(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:6])
}
