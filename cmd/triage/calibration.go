package main

import (
	"context"
	"fmt"
	"os"

	"triage/classifier"
	"triage/triage"
)

// calibration reads the file of TRIAGE_CALIBRATION, nil without one.
func (c Config) calibration() (*triage.Calibration, error) {
	if c.Calibration == "" {
		return nil, nil //nolint:nilnil // none is the usual case
	}
	raw, err := os.ReadFile(c.Calibration)
	if err != nil {
		return nil, fmt.Errorf("TRIAGE_CALIBRATION: %w", err)
	}
	found, err := classifier.ReadCalibration(raw)
	if err != nil {
		return nil, fmt.Errorf("TRIAGE_CALIBRATION: %w", err)
	}
	return found, nil
}

// calibrate lets model tell how sure it is by the configured file.
func (c Config) calibrate(model *classifier.LLM) error {
	found, err := c.calibration()
	if err != nil {
		return err
	}
	model.Calibrated(found)
	return nil
}

func writeCalibration(file string, found triage.Calibration) error {
	raw, err := classifier.WriteCalibration(found)
	if err != nil {
		return err
	}
	return os.WriteFile(file, raw, 0o644)
}

// checkCalibration tells whether the configured calibration is for the model and prompt in use.
func checkCalibration(_ context.Context, config Config) []finding {
	const check = "calibration"
	if config.Judges() == EngineBuiltin {
		return nil
	}
	found, err := config.calibration()
	switch {
	case err != nil:
		return []finding{failed(check, short(err), "write it again with 'triage eval --engine llm --calibrate FILE'")}
	case found == nil:
		return []finding{warning(check, "the language model's confidence is bounded, but not measured",
			"measure it with 'triage eval --engine llm --calibrate FILE' and set TRIAGE_CALIBRATION")}
	case !classifier.Fits(found, config.ChatModel):
		return []finding{warning(check, "measured with "+found.Model+" and "+found.PromptVersion+", so it is not used",
			"measure again with 'triage eval --engine llm --calibrate FILE'")}
	}
	return []finding{ok(check, fmt.Sprintf("%s, %d comments of the %s, %s", found.Model, found.Comments, found.Set, found.MeasuredAt.Format("2006-01-02")))}
}
