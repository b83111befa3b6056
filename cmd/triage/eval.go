package main

import (
	"context"
	"os"
	"strings"
	"time"

	"triage/api"
	"triage/builtin/train"
	"triage/classifier"
	"triage/evaluation"
)

func eval(ctx context.Context, c *call) error {
	var options evaluation.Options
	c.explain("It measures an engine on the project's own labelled comments, and on more when told where they\n" +
		"are. The built-in engine needs no database and no network.")
	name := c.flags.String("engine", EngineBuiltin, "the `engine` to measure; only builtin can be measured without a server")
	c.flags.StringVar(&options.Data, "data", "", "`file` or folder of labelled comments in JSON lines, measured too")
	c.flags.BoolVar(&options.JSON, "json", false, "answer in JSON, for programs")
	c.flags.StringVar(&options.Draw, "draw", "", "`file` to draw into, as SVG, how much is decided alone and how often that is right")
	if err := c.parse(); err != nil {
		return err
	}
	if *name != EngineBuiltin {
		return usagef("the value of --engine cannot be used: it takes builtin")
	}
	engine, err := classifier.NewBuiltin()
	if err != nil {
		return err
	}
	return evaluation.Run(ctx, engine, options, c.Stdout, c.Stderr)
}

func trainModel(ctx context.Context, c *call) error {
	var options train.Options
	c.explain("Equal data and seed give equal bytes on one kind of processor. The file is replaced only when\n" +
		"everything went well; 'go build' embeds it.")
	c.flags.StringVar(&options.Data, "data", "", "`folder` with train.jsonl, written.jsonl and unlabeled_en_de.txt.gz")
	c.flags.StringVar(&options.Out, "out", train.DefaultOut, "the model `file`")
	c.flags.StringVar(&options.Date, "date", time.Now().UTC().Format(time.DateOnly), "the `day` of training, for the model's card")
	c.flags.Uint64Var(&options.Seed, "seed", 1, "`number` that all randomness comes from")
	if err := c.parse("data"); err != nil {
		return err
	}
	if _, err := time.Parse(time.DateOnly, options.Date); err != nil {
		return usagef("the value of --date cannot be used: it takes a day such as 2026-05-04")
	}
	return train.Run(ctx, options, c.Stderr)
}

func openAPI(_ context.Context, c *call) error {
	c.explain("It is what a running server answers at /openapi.json.")
	out := c.flags.String("out", "-", "`file` to write to; - is the standard output")
	if err := c.parse(); err != nil {
		return err
	}
	contract, err := api.OpenAPI()
	if err != nil {
		return err
	}
	if *out == "-" {
		say(c.Stdout, "%s\n", strings.TrimRight(string(contract), "\n"))
		return nil
	}
	return os.WriteFile(*out, append(contract, '\n'), 0o644)
}
