package localpg

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// MinMajor is the oldest PostgreSQL that will do; MinVector the oldest pgvector.
const (
	MinMajor  = 15
	MinVector = "0.8.0"
)

// Installation is a PostgreSQL on this machine.
type Installation struct {
	Bin    string // folder with postgres, initdb and pg_ctl
	Major  int
	Vector string // version of pgvector, empty when there is none for it
}

// MissingError says what the machine lacks for a private cluster.
type MissingError struct {
	Found []Installation // what is there and does not suffice, newest first
}

// Error names what is missing and the ways to get it.
func (e *MissingError) Error() string {
	what := fmt.Sprintf("no PostgreSQL %d or later on this machine", MinMajor)
	if len(e.Found) > 0 {
		f := e.Found[0]
		what = fmt.Sprintf("PostgreSQL %d in %s has no pgvector %s or later", f.Major, f.Bin, MinVector)
		if f.Major < MinMajor {
			what = fmt.Sprintf("PostgreSQL %d in %s is too old: %d or later is needed", f.Major, f.Bin, MinMajor)
		}
	}
	return what + "; " + OtherWays
}

// OtherWays is the sentence that tells how else to get a database.
const OtherWays = "`make db` installs it on Debian and Ubuntu, or set DATABASE_URL to a server with pgvector, " +
	"or run `docker compose up`"

// Find returns the newest PostgreSQL that suffices: one with the binaries of a server,
// MinMajor or later, and pgvector MinVector or later. Otherwise the error is a *MissingError.
func Find(ctx context.Context) (Installation, error) {
	var found []Installation
	for _, bin := range binFolders() {
		if in, ok := inspect(ctx, bin); ok {
			found = append(found, in)
		}
	}
	slices.SortStableFunc(found, func(a, b Installation) int { return b.Major - a.Major })
	for _, in := range found {
		if in.Major >= MinMajor && atLeast(in.Vector, MinVector) {
			return in, nil
		}
	}
	return Installation{}, &MissingError{Found: found}
}

// binFolders lists where the packagers put servers, each once.
func binFolders() []string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	} {
		matches, err := filepath.Glob(pattern)
		if err == nil {
			dirs = append(dirs, matches...)
		}
	}
	for i, dir := range dirs {
		if real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil {
			dirs[i] = filepath.Dir(real)
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

func inspect(ctx context.Context, bin string) (Installation, bool) {
	for _, name := range []string{"postgres", "initdb", "pg_ctl"} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			return Installation{}, false
		}
	}
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return Installation{}, false
	}
	in := Installation{Bin: bin, Major: majorOf(string(out))}
	in.Vector = vectorVersion(shareFolder(ctx, in))
	return in, in.Major > 0
}

// shareFolder asks pg_config; a Debian server without the client package has none, but
// its path is known.
func shareFolder(ctx context.Context, in Installation) string {
	out, err := exec.CommandContext(ctx, filepath.Join(in.Bin, "pg_config"), "--sharedir").Output()
	if err != nil {
		return fmt.Sprintf("/usr/share/postgresql/%d", in.Major)
	}
	return strings.TrimSpace(string(out))
}

var (
	versionLine = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)
	controlLine = regexp.MustCompile(`(?m)^default_version\s*=\s*'([^']+)'`)
)

func majorOf(version string) int {
	m := versionLine.FindStringSubmatch(version)
	if m == nil {
		return 0
	}
	major, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return major
}

func vectorVersion(share string) string {
	control, err := os.ReadFile(filepath.Join(share, "extension", "vector.control"))
	if err != nil {
		return ""
	}
	m := controlLine.FindSubmatch(control)
	if m == nil {
		return ""
	}
	return string(m[1])
}

// atLeast compares dotted versions number by number; what is not a number ends the
// comparison, so that a packager's suffix (0.8.0-1) does not matter.
func atLeast(version, minimum string) bool {
	v, m := numbers(version), numbers(minimum)
	return len(v) > 0 && slices.Compare(v, m[:min(len(v), len(m))]) >= 0
}

func numbers(version string) []int {
	var out []int
	for _, part := range strings.FieldsFunc(version, func(r rune) bool { return r == '.' || r == '-' || r == '+' }) {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		out = append(out, n)
	}
	return out
}
