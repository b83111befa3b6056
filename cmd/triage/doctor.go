package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// finding is what the doctor found out about one thing.
type finding struct {
	Check  string `json:"check"`
	State  string `json:"state"`
	Found  string `json:"found"`
	Advice string `json:"advice,omitempty"` // what to do, empty when all is well
}

// The states of a finding.
const (
	stateOK      = "ok"
	stateWarning = "warning" // works, but look at it
	stateFailed  = "failed"
	stateSkipped = "skipped" // not set up, and that is fine
)

func ok(check, found string) finding              { return finding{check, stateOK, found, ""} }
func failed(check, found, advice string) finding  { return finding{check, stateFailed, found, advice} }
func warning(check, found, advice string) finding { return finding{check, stateWarning, found, advice} }
func skipped(check, found string) finding         { return finding{check, stateSkipped, found, ""} }

func doctor(ctx context.Context, c *call) error {
	c.jsonFlag()
	c.explain("It looks at the configuration, the database (version, pgvector, rights, migrations, clock),\n" +
		"the secret key, the language model and Slack, and ends with 1 when something is wrong. It\n" +
		"changes nothing; asking the model what it understands costs a few hundred tokens. With --audit it verifies the hash chain of the audit instead,\n" +
		"of each brand or of one, and names the first row that is not what was sealed.")
	timeout := c.flags.Duration("timeout", 5*time.Second, "how long to wait for each thing")
	chain := c.flags.Bool("audit", false, "verify the audit instead")
	brand := c.flags.String("brand", "", "with --audit: only this `brand`, by id or slug")
	head := c.flags.String("head", "", "with --audit and --brand: `NUMBER:HASH` of a head that was kept, which the chain must pass")
	if err := c.parse(); err != nil {
		return err
	}
	if *chain {
		return c.doctorAudit(ctx, *brand, *head)
	}
	if *brand != "" || *head != "" {
		return usagef("--brand and --head belong to --audit")
	}
	findings := c.examine(ctx, *timeout)
	if err := c.answer(map[string]any{"checks": findings}, report(findings)); err != nil {
		return err
	}
	if slices.ContainsFunc(findings, func(f finding) bool { return f.State == stateFailed }) {
		return errFailed
	}
	return nil
}

func (c *call) examine(ctx context.Context, timeout time.Duration) []finding {
	config, err := c.config()
	if err != nil {
		return []finding{failed("configuration", err.Error(), "mend these variables; .env.example explains each")}
	}
	findings := []finding{c.knownVariables(config)}
	for _, check := range []func(context.Context, Config) []finding{
		checkDatabase, checkSecretKey, checkChannels, checkSpaces, checkModel, checkAbilities, checkPrices, checkCalibration, checkSlack,
	} {
		limited, cancel := context.WithTimeout(ctx, timeout)
		findings = append(findings, check(limited, config)...)
		cancel()
	}
	return findings
}

// knownVariables looks for names of ours that nothing reads: most are misspelt.
func (c *call) knownVariables(config Config) finding {
	known := variables()
	var unknown []string
	for _, pair := range c.Env {
		name, _, _ := strings.Cut(pair, "=")
		// TRIAGE_CORPUS belongs to the project's tests.
		if strings.HasPrefix(name, "TRIAGE_") && name != "TRIAGE_CORPUS" && !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return warning("configuration", strings.Join(unknown, ", ")+" is read by nothing", "check the spelling; .env.example lists what there is")
	}
	return ok("configuration", "engine "+config.Judges()+", address "+config.Address())
}

// checkSecretKey opens what is sealed in the database, without showing it.
func checkSecretKey(ctx context.Context, config Config) []finding {
	const check = "secret key"
	if config.SecretKey == "" && !config.keyFileExists() {
		return []finding{skipped(check, "none yet; it is made when first needed")}
	}
	box, err := config.Box()
	if err != nil {
		return []finding{failed(check, err.Error(), "set TRIAGE_SECRET_KEY, or put the key file back from a copy")}
	}
	store, err := openStore(ctx, config, 1)
	if err != nil {
		return []finding{skipped(check, "no database to try it on")}
	}
	defer store.Close()
	endpoints, err := store.Endpoints(ctx)
	if err != nil {
		return []finding{skipped(check, "no database to try it on")}
	}
	shut := 0
	for _, e := range endpoints {
		if _, err := box.Open(string(e.ID), e.Secret); err != nil {
			shut++
		}
	}
	if shut > 0 {
		return []finding{failed(check, fmt.Sprintf("%d of %d endpoints are sealed with another key", shut, len(endpoints)),
			"set the TRIAGE_SECRET_KEY of the installation, or give them new secrets: triage endpoint rotate")}
	}
	return []finding{ok(check, fmt.Sprintf("opens the secrets of %d endpoints", len(endpoints)))}
}

// report lays findings out for people.
func report(findings []finding) string {
	marks := map[string]string{stateOK: "✓", stateWarning: "!", stateFailed: "✗", stateSkipped: "–"}
	width := 0
	for _, f := range findings {
		width = max(width, len(f.Check))
	}
	var b strings.Builder
	indent := "\n" + strings.Repeat(" ", width+4)
	for _, f := range findings {
		fmt.Fprintf(&b, "%s %-*s  %s\n", marks[f.State], width, f.Check, strings.ReplaceAll(f.Found, "\n", indent))
		if f.Advice != "" {
			fmt.Fprintf(&b, "  %-*s  → %s\n", width, "", f.Advice)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// short is an error on one line of bearable length.
func short(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	if runes := []rune(text); len(runes) > 300 {
		return string(runes[:300]) + "…"
	}
	return text
}
