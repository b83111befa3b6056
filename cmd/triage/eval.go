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
	"triage/routing"
	"triage/triage"
)

func eval(ctx context.Context, c *call) error {
	var options evaluation.Options
	c.explain("It measures an engine on the project's own labelled comments, and on more when told where they\n" +
		"are. The built-in engine needs no database and no network; llm and cascade ask the language model of\n" +
		"the configuration about each comment, which costs money.")
	name := c.flags.String("engine", EngineBuiltin, "the `engine` to measure: builtin, llm or cascade")
	threshold := c.flags.Float64("threshold", classifier.Sure(), "`confidence` from which a cascade believes the built-in engine")
	plan := c.flags.String("plan", "", "`file` with the plan that places the comments, as 'triage plan show --version' prints it (default: the taxonomy)")
	c.flags.StringVar(&options.Out, "out", "", "`folder` to keep the figures in: Markdown, JSON and a diagram of reliability")
	c.flags.StringVar(&options.Against, "against", "", "JSON `file` of an earlier run (--out) to compare with")
	calibrate := c.flags.String("calibrate", "", "`file` to write how often the language model is right when it is so sure, for TRIAGE_CALIBRATION")
	c.flags.StringVar(&options.Data, "data", "", "`file` or folder of labelled comments in JSON lines, measured too")
	c.flags.BoolVar(&options.JSON, "json", false, "answer in JSON, for programs")
	c.flags.StringVar(&options.Draw, "draw", "", "`file` to draw into, as SVG, how much is decided alone and how often that is right")
	if err := c.parse(); err != nil {
		return err
	}
	if *calibrate != "" {
		options.Calibrate = func(found triage.Calibration) error { return writeCalibration(*calibrate, found) }
	}
	engine, err := c.measured(*name, *threshold, *calibrate == "")
	if err != nil {
		return err
	}
	options.About = evaluation.About{Engine: *name, Plan: "taxonomy", Day: time.Now().UTC().Format(time.DateOnly)}
	if *name == EngineCascade {
		options.About.Threshold = *threshold
	}
	if *plan != "" {
		if options.Place, err = c.placing(*plan); err != nil {
			return err
		}
		options.About.Plan = *plan
	}
	return evaluation.Run(ctx, engine, options, c.Stdout, c.Stderr)
}

// measured returns the engine of that name; what is calibrated is asked without an earlier
// calibration.
func (c *call) measured(name string, threshold float64, calibrated bool) (classifier.Engine, error) {
	first, err := classifier.NewBuiltin()
	if err != nil || name == EngineBuiltin {
		return first, err
	}
	if name != EngineLLM && name != EngineCascade {
		return nil, usagef("the value of --engine cannot be used: it takes builtin, llm or cascade")
	}
	if threshold < 0 || threshold > 1 {
		return nil, usagef("the value of --threshold cannot be used: it takes a number from 0 to 1")
	}
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	client, err := config.ModelClient()
	if err != nil {
		return nil, err
	}
	model := classifier.NewLLM(client)
	if calibrated {
		if err := config.calibrate(model); err != nil {
			return nil, err
		}
	}
	return classifier.ForMode(classifier.Mode(name), first, model, threshold, nil)
}

// placing returns how the plan in the file places a comment by an unknown author, received now.
func (c *call) placing(file string) (evaluation.Placing, error) {
	document, err := c.document(file)
	if err != nil {
		return nil, err
	}
	plan, problems := routing.Parse(document)
	if err := c.complain(problems); err != nil {
		return nil, err
	}
	now := time.Now()
	return func(comment evaluation.Comment, said triage.Classification) triage.Queue {
		e := triage.Engagement{Text: comment.Text, Language: comment.Lang, ReceivedAt: now}
		return plan.Place(e, said, routing.Context{}, now).Queue
	}, nil
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
