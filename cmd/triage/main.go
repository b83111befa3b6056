// Command triage is the whole service in one binary: it serves, migrates, administers,
// demonstrates and examines itself. It wires the packages together and decides nothing.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// The first signal ends the work in hand, a second one ends the process at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	program := Program{Env: os.Environ(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	os.Exit(program.Run(ctx, os.Args[1:]))
}

// commands returns every subcommand in the order of the overview. A name of two words
// belongs to the group that its first word names.
func commands() []command {
	return []command{
		{"serve", "", "take deliveries, judge them, answer REST", serve},
		{"migrate", "", "bring the database to the newest schema", migrate},
		{"demo", "", "play an invented brand's traffic to the running service", playDemo},
		{"brand add", "--name NAME", "add a brand", brandAdd},
		{"brand set", "--brand BRAND", "change a brand", brandSet},
		{"brand list", "", "list the brands", brandList},
		{"person add", "--name NAME", "add a person", personAdd},
		{"person invite", "--brand BRAND --mail ADDRESS --role ROLE", "invite a person, who then makes an account", personInvite},
		{"person password", "--person PERSON", "give a person another password", personPassword},
		{"person set", "--brand BRAND --person PERSON", "say how much a person is dealt, and when", personSet},
		{"person uncorrect", "--brand BRAND --person PERSON", "take back everything that a person has corrected", personUncorrect},
		{"person list", "", "list the people, or those of a brand with their roles", personList},
		{"endpoint add", "--brand BRAND --platform PLATFORM --secret SECRET", "add a webhook address", endpointAdd},
		{"endpoint rotate", "--endpoint ENDPOINT --secret SECRET", "give an endpoint a new secret", endpointRotate},
		{"endpoint disable", "--endpoint ENDPOINT", "let an endpoint refuse deliveries", endpointDisable},
		{"endpoint enable", "--endpoint ENDPOINT", "let an endpoint take deliveries again", endpointEnable},
		{"endpoint list", "", "list the webhook addresses", endpointList},
		{"channel add", "--brand BRAND --endpoint ENDPOINT --external-id ACCOUNT --name NAME", "listen to an account of a brand", channelAdd},
		{"channel token", "--channel CHANNEL --token TOKEN", "give an account another access token", channelToken},
		{"channel expect", "--channel CHANNEL", "set how long an account may tell nothing", channelExpect},
		{"channel list", "--brand BRAND", "list the accounts of a brand", channelList},
		{"token add", "--brand BRAND --role ROLE --person PERSON", "let a person in", tokenAdd},
		{"token revoke", "--brand BRAND --token TOKEN", "end a token at once", tokenRevoke},
		{"token list", "--brand BRAND", "list the tokens of a brand", tokenList},
		{"plan show", "--brand BRAND", "print the routing plan of a brand", planShow},
		{"plan list", "--brand BRAND", "list the versions of a brand's plan", planList},
		{"plan check", "--file DOCUMENT", "say what is wrong with a plan's document", planCheck},
		{"plan add", "--brand BRAND --file DOCUMENT", "keep a document as a draft of the plan", planAdd},
		{"plan activate", "--brand BRAND --version 1", "put a version of the plan in force", planActivate},
		{"plan preview", "--brand BRAND", "show what a plan would have changed in the last days", planPreview},
		{"thrift show", "--brand BRAND", "print which steps of the cascade are on, and the budget", thriftShow},
		{"thrift set", "--brand BRAND", "change which steps of the cascade are on, and the budget", thriftSet},
		{"audit export", "--brand BRAND", "write the audit of a brand, with the head of its hash chain", auditExport},
		{"import", "--brand BRAND --channel CHANNEL --file FILE", "take in what was written before, from CSV or JSON lines", importHistory},
		{"replay", "", "take stored deliveries through the door once more", replay},
		{"eval", "", "measure how well comments are judged", eval},
		{"train", "--data FOLDER", "make the built-in engine's model anew", trainModel},
		{"openapi", "", "print the contract of the REST interface", openAPI},
		{"doctor", "", "find out what is wrong, and what to do about it", doctor},
		{"health", "", "ask a running server whether it is ready", health},
		{"version", "", "print the version", version},
	}
}
