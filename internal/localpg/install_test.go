package localpg

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheSourceComesFromTheMachinesOwnMirror(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ targets, want string }{
		"Debian's main archive, not the security one nor somebody else's": {
			"Somebody|Somebody|main|http://other.example/apt/\n" +
				"Debian|Debian-Security|main|http://mirror.example/debian-security/\n" +
				"Debian|Debian|main|http://mirror.example/debian/\n",
			"deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian/ trixie main\n",
		},
		"Ubuntu keeps pgvector in universe": {
			"Ubuntu|Ubuntu|main|http://mirror.example/ubuntu/\n",
			"deb-src [signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg] http://mirror.example/ubuntu/ resolute universe\n",
		},
		"a machine without a mirror of either gets none": {"Somebody|Somebody|main|http://other.example/apt/\n", ""},
		"lists that were never refreshed name no origin": {"|||http://mirror.example/debian/\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := sourceLineFrom(test.targets)
			if got != test.want || ok != (test.want != "") {
				t.Errorf("line %q, found %v; want %q", got, ok, test.want)
			}
		})
	}
}

func TestTheCandidateIsReadFromPolicy(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]string{
		"x:\n  Installed: (none)\n  Candidate: 0.8.0-1\n  Version table:\n": "0.8.0-1",
		"x:\n  Installed: 1:2.0\n  Candidate: 1:2.1\n":                      "2.1",
		"x:\n  Installed: (none)\n  Candidate: (none)\n":                    "",
		"": "",
	} {
		if got := candidateIn(policy); got != want {
			t.Errorf("candidate = %q, want %q in %q", got, want, policy)
		}
	}
}

func TestASystemFileIsPutBack(t *testing.T) {
	t.Parallel()
	a := &aptInstaller{progress: func(line string) { t.Error(line) }}
	path := filepath.Join(t.TempDir(), "createcluster.conf")
	if err := os.WriteFile(path, []byte("# default\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	restore, err := a.replaceFile(t.Context(), path, noMainCluster, "600")
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); !strings.Contains(got, "create_main_cluster = false") {
		t.Errorf("while installing: %q", got)
	}
	restore()
	if got := read(t, path); got != "# default\n" {
		t.Errorf("afterwards: %q", got)
	}
}

func TestASystemFileThatWasNotThereIsRemovedAndOneThatWasIsKept(t *testing.T) {
	t.Parallel()
	a := &aptInstaller{progress: func(line string) { t.Error(line) }}
	path := filepath.Join(t.TempDir(), "policy-rc.d")
	restore, err := a.replaceFile(t.Context(), path, keepOrWrite("ours"), "755")
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != "ours" {
		t.Errorf("while installing: %q", got)
	}
	restore()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("our file is still there")
	}
	if err := os.WriteFile(path, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	restore, err = a.replaceFile(t.Context(), path, keepOrWrite("ours"), "755")
	if err != nil {
		t.Fatal(err)
	}
	restore()
	if got := read(t, path); got != "theirs" {
		t.Errorf("somebody's own file became %q", got)
	}
}

func TestAnOldSourcePackageIsRefused(t *testing.T) {
	t.Parallel()
	for version, good := range map[string]bool{"0.8.0": true, "0.7.4": false} {
		dir := t.TempDir()
		source := filepath.Join(dir, "pgvector-"+version)
		if err := os.Mkdir(source, 0o755); err != nil {
			t.Fatal(err)
		}
		control := "comment = 'vectors'\ndefault_version = '" + version + "'\n"
		if err := os.WriteFile(filepath.Join(source, "vector.control"), []byte(control), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := unpacked(dir); (err == nil) != good || good && got != source {
			t.Errorf("version %s: %q, %v; want accepted %v", version, got, err, good)
		}
	}
}

func TestWhatIsMissingIsNamedWithTheWaysToGetIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		found []Installation
		want  string
	}{
		"nothing at all":      {nil, "no PostgreSQL 15 or later"},
		"one that is too old": {[]Installation{{Bin: "/b", Major: 14}}, "PostgreSQL 14 in /b is too old"},
		"no pgvector":         {[]Installation{{Bin: "/b", Major: 17}}, "has no pgvector 0.8.0"},
	} {
		got := (&MissingError{Found: test.found}).Error()
		for _, want := range []string{test.want, "DATABASE_URL", "docker compose up"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q lacks %q", name, got, want)
			}
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
