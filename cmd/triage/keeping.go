package main

import (
	"errors"
	"strings"
	"time"

	"triage/connector"
	"triage/triage"
)

var errKeeping = errors.New("takes pairs such as linkedin=48h/24h: for how long what people wrote is kept, and for how long their profiles; 0 is without an end")

// parseKeeping reads one pair of TRIAGE_KEEP.
func parseKeeping(platform, kept string) (k connector.Keeping, err error) {
	if _, err := platformNamed(platform); err != nil {
		return k, errKeeping
	}
	activity, profile, _ := strings.Cut(kept, "/")
	if profile == "" {
		profile = activity
	}
	var problems [2]error
	k.Activity, problems[0] = time.ParseDuration(activity)
	k.Profile, problems[1] = time.ParseDuration(profile)
	if errors.Join(problems[:]...) != nil || k.Activity < 0 || k.Profile < 0 {
		return k, errKeeping
	}
	return k, nil
}

// Keeping returns for how long what comes from the platforms is kept: as their terms allow,
// unless TRIAGE_KEEP says otherwise.
func (c Config) Keeping() map[triage.Platform]connector.Keeping {
	found := map[triage.Platform]connector.Keeping{}
	for _, p := range platforms() {
		if keeper, ok := p.(connector.Keeper); ok {
			found[p.Name()] = keeper.Keeps()
		}
	}
	for name, kept := range c.Keep {
		if k, err := parseKeeping(name, kept); err == nil { // ReadConfig told of what is wrong
			found[triage.Platform(name)] = k
		}
	}
	return found
}
