package localpg

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// release is where a distribution's newer pgvector comes from: older releases carry
// none, or one that is too old.
type release struct {
	origin    string // as the distribution's index calls itself
	suite     string // the release with a pgvector that is new enough
	component string
	keyring   string // what signs it, part of every installation of the distribution
}

var newerReleases = []release{
	{"Debian", "trixie", "main", "/usr/share/keyrings/debian-archive-keyring.gpg"},
	{"Ubuntu", "resolute", "universe", "/usr/share/keyrings/ubuntu-archive-keyring.gpg"},
}

// buildVector builds the distribution's own pgvector source for the given server.
//
//  1. The mirror is the one the machine already uses.
//  2. Its newer release is named in a sources file of ours, with package lists of ours:
//     the machine's own sources and lists stay as they are.
//  3. apt fetches the source and checks it against the distribution's signature.
//  4. It is built for any processor of this kind (no -march=native: the folder may move
//     to another machine with its disk) and put beside the server.
func (a *aptInstaller) buildVector(ctx context.Context, major int) error {
	work, err := os.MkdirTemp("", "triage-pgvector-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	line, err := a.sourceLine(ctx)
	if err != nil {
		return err
	}
	source, err := fetchSource(ctx, work, line)
	if err != nil {
		return err
	}
	options := []string{"-C", source, "PG_CONFIG=" + pgConfig(major), "OPTFLAGS=", "with_llvm=no"}
	if err := run(exec.CommandContext(ctx, "make", append(options, fmt.Sprintf("-j%d", runtime.NumCPU()))...)); err != nil {
		return err
	}
	return a.root(ctx, nil, append(append([]string{"make"}, options...), "install", "DESTDIR="+a.destDir)...)
}

// sourceLine returns the deb-src line of the newer release at the machine's own mirror.
func (a *aptInstaller) sourceLine(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, "apt-get", "indextargets", "--format",
		"$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)", "Created-By: Packages")
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("apt's own sources: %w", err)
	}
	line, ok := sourceLineFrom(string(out))
	if !ok {
		return "", errors.New("apt's sources name no mirror of Debian or Ubuntu to fetch pgvector's source from")
	}
	return line, nil
}

// sourceLineFrom picks the first mirror of the distribution itself: its label equals its
// origin, which leaves out security archives and other people's packages.
func sourceLineFrom(targets string) (string, bool) {
	for line := range strings.Lines(targets) {
		fields := strings.Split(strings.TrimSpace(line), "|")
		if len(fields) != 4 || fields[0] != fields[1] {
			continue
		}
		for _, r := range newerReleases {
			if fields[0] == r.origin && fields[3] != "" {
				return fmt.Sprintf("deb-src [signed-by=%s] %s %s %s\n", r.keyring, fields[3], r.suite, r.component), true
			}
		}
	}
	return "", false
}

// fetchSource gets pgvector's source package into work and returns the unpacked folder.
func fetchSource(ctx context.Context, work, line string) (string, error) {
	sources := filepath.Join(work, "sources.list")
	if err := os.WriteFile(sources, []byte(line), 0o644); err != nil {
		return "", err
	}
	for _, dir := range []string{"lists/partial", "cache/archives/partial", "source"} {
		if err := os.MkdirAll(filepath.Join(work, dir), 0o755); err != nil {
			return "", err
		}
	}
	options := []string{"-q", "-o", "Dir::Etc::sourcelist=" + sources, "-o", "Dir::Etc::sourceparts=-",
		"-o", "Dir::State::lists=" + filepath.Join(work, "lists"), "-o", "Dir::Cache=" + filepath.Join(work, "cache"),
		"-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=true"}
	if err := run(exec.CommandContext(ctx, "apt-get", append(options, "update")...)); err != nil {
		return "", err
	}
	get := exec.CommandContext(ctx, "apt-get", append(options, "source", "pgvector")...)
	get.Dir = filepath.Join(work, "source")
	if err := run(get); err != nil {
		return "", err
	}
	return unpacked(get.Dir)
}

// unpacked finds the source's folder and refuses a version that is too old.
func unpacked(dir string) (string, error) {
	controls, err := filepath.Glob(filepath.Join(dir, "*", "vector.control"))
	if err != nil {
		return "", err
	}
	if len(controls) != 1 {
		return "", errors.New("pgvector's source package does not look as expected")
	}
	file, err := os.Open(controls[0])
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if m := controlLine.FindStringSubmatch(lines.Text()); m != nil && atLeast(m[1], MinVector) {
			return filepath.Dir(controls[0]), nil
		}
	}
	return "", fmt.Errorf("the distribution's pgvector is older than %s", MinVector)
}
