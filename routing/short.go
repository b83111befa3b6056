package routing

import "triage/triage"

// shortWords say why the built-in engine stands in.
var shortWords = map[triage.Shortfall]string{
	triage.ShortOfDay:   "Read by the built-in engine, since today's money for language models is spent. It is read again when there is some.",
	triage.ShortOfMonth: "Read by the built-in engine, since this month's money for language models is spent. It is read again when there is some.",
	triage.ShortOfPrice: "Read by the built-in engine, since there is a budget and the price of the language model is not known.",
	triage.ShortOfModel: "Read by the built-in engine, since the language model is away. It is read again when that is back.",
	triage.ShortOfSense: "Read by the built-in engine, since the language model gave no usable answer.",
}

// short says on the item that a lower step than wanted has judged it.
func short(out *triage.Placement, c triage.Classification) {
	if text := shortWords[c.Effort.Short]; text != "" {
		because(out, "stood_in", "%s", text)
	}
}
