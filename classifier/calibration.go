package classifier

import (
	"encoding/json"
	"math"

	"triage/triage"
)

// ceilings are how often two independent readings of 280 comments by a large language
// model, with this vocabulary, agreed per field. No model is taken to be right more
// often than that. They stand in for a calibration of the model in use (LLM.Calibrated),
// which needs its answers on a labelled set; until that exists, a model's own word only moves
// the confidence between half of the ceiling and the ceiling. With one it only puts answers
// in order, and the measured curve says what they are worth.
var ceilings = triage.Confidence{
	Queue:         0.904,
	Intent:        0.843,
	Sentiment:     0.918,
	Ironic:        0.971,
	Urgency:       0.896,
	ReplyExpected: 0.936,
}

const (
	// withoutWord bounds the confidence when the model's own word made no sense.
	withoutWord = 0.5
	// unknownWord is the confidence in an answer whose intent is outside the taxonomy. It
	// is below every threshold, so that a person looks.
	unknownWord = 0.2
)

// confidenceOf reads the model's own word, and false when it is not a number from 0 to
// 1. Some models write "high" or 95.
func confidenceOf(raw json.RawMessage) (said float64, sane bool) {
	if json.Unmarshal(raw, &said) != nil || math.IsNaN(said) || said < 0 || said > 1 {
		return 0, false
	}
	return said, true
}

// calibrated turns the model's own word into confidence. The queue is surer when the
// second choice is another intent of the same queue: then both readings lead there.
func calibrated(said float64, sane bool, intent, second triage.Intent) triage.Confidence {
	if !sane {
		said = withoutWord
	}
	shrink := func(ceiling float64) float64 { return ceiling * (0.5 + said/2) }
	c := triage.Confidence{
		Intent:        shrink(ceilings.Intent),
		Sentiment:     shrink(ceilings.Sentiment),
		Ironic:        shrink(ceilings.Ironic),
		Urgency:       shrink(ceilings.Urgency),
		ReplyExpected: shrink(ceilings.ReplyExpected),
	}
	// The measured queue agreement already holds the cases where two intents of one queue
	// are confused; it is given in full only when the model names such a pair itself.
	c.Queue = shrink(ceilings.Queue)
	if second.Valid() && second != intent && second.DefaultQueue() == intent.DefaultQueue() {
		c.Queue = (c.Queue + ceilings.Queue) / 2
	}
	if !sane {
		c = bounded(c, withoutWord)
	}
	return c
}

func bounded(c triage.Confidence, most float64) triage.Confidence {
	return triage.Confidence{
		Queue:         min(c.Queue, most),
		Intent:        min(c.Intent, most),
		Sentiment:     min(c.Sentiment, most),
		Ironic:        min(c.Ironic, most),
		Urgency:       min(c.Urgency, most),
		ReplyExpected: min(c.ReplyExpected, most),
	}
}
