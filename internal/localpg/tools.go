package localpg

import (
	"context"
	"errors"
	"strings"
)

// InstallPackages installs further packages of the distribution, where that can be done
// without asking anybody: what the console is built and tested with comes the same way as
// PostgreSQL does.
func InstallPackages(ctx context.Context, progress func(line string), names ...string) error {
	apt, ok := newAptInstaller(ctx, progress)
	if !ok {
		return errors.New("installing " + strings.Join(names, ", ") + " here needs apt, and root or sudo without a password")
	}
	return apt.step("Installing "+strings.Join(names, ", "), func() error {
		if err := apt.root(ctx, nil, "apt-get", "-q", "update"); err != nil {
			return err
		}
		return apt.root(ctx, nil, append([]string{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y",
			"-o", "Dpkg::Use-Pty=0", "install", "--no-install-recommends"}, names...)...)
	})
}
