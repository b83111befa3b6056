package classifier

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"triage/triage"
)

// calibrationFile is a triage.Calibration as it is kept: per field [confidence, right] pairs.
type calibrationFile struct {
	Model         string                  `json:"model"`
	PromptVersion string                  `json:"prompt_version"`
	Set           string                  `json:"set"`
	MeasuredAt    time.Time               `json:"measured_at"`
	Comments      int                     `json:"comments"`
	Curves        map[string][][2]float64 `json:"curves"`
}

// WriteCalibration returns c as a file.
func WriteCalibration(c triage.Calibration) ([]byte, error) {
	f := calibrationFile{c.Model, c.PromptVersion, c.Set, c.MeasuredAt.UTC(), c.Comments, map[string][][2]float64{}}
	for field, curve := range c.Curves {
		f.Curves[field] = [][2]float64{}
		for _, p := range curve {
			f.Curves[field] = append(f.Curves[field], [2]float64{p.Confidence, p.Right})
		}
	}
	raw, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("calibration: %w", err)
	}
	return append(raw, '\n'), nil
}

// ReadCalibration reads a file. A curve that falls, leaves 0 to 1 or is of an unknown field is
// an error.
func ReadCalibration(raw []byte) (*triage.Calibration, error) {
	var f calibrationFile
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf("calibration: %w", err)
	}
	c := &triage.Calibration{Model: f.Model, PromptVersion: f.PromptVersion, Set: f.Set, MeasuredAt: f.MeasuredAt, Comments: f.Comments,
		Curves: map[string]triage.Curve{}}
	for _, field := range slices.Sorted(maps.Keys(f.Curves)) {
		if !slices.Contains(doubted, field) {
			return nil, fmt.Errorf("calibration: field %q is unknown", field)
		}
		last := triage.CurvePoint{Confidence: -1}
		for _, p := range f.Curves[field] {
			at := triage.CurvePoint{Confidence: p[0], Right: p[1]}
			if at.Confidence <= last.Confidence || at.Right < last.Right || at.Confidence > 1 || at.Right > 1 {
				return nil, fmt.Errorf("calibration: the curve of %s does not rise from 0 to 1", field)
			}
			c.Curves[field], last = append(c.Curves[field], at), at
		}
	}
	return c, nil
}

// Calibrated lets e tell how sure it is by c, where its model and prompt are those that c was
// measured with; elsewhere c says nothing. Set it before e is used.
func (e *LLM) Calibrated(c *triage.Calibration) { e.calibration = c }

// Fits reports whether c was measured with the prompt in use and a model of that name; a
// dated version of the model is it too.
func Fits(c *triage.Calibration, model string) bool {
	return c != nil && c.PromptVersion == promptVersion && (c.Model == model || strings.HasPrefix(c.Model, model+"-") || strings.HasPrefix(model, c.Model+"-"))
}
