package audit

// Words of ours as people read them. A word that is not here is told as it is.
var (
	machine  = phrase{"The machine", "Die Maschine"}
	somebody = phrase{"somebody", "jemand"}
	yes      = phrase{"yes", "ja"}
	unknown  = phrase{"{actor}: {action}.", "{actor}: {action}."}
)

var words = map[string]phrase{
	"smm": {"content queue", "Content-Queue"},
	"cm":  {"relationship queue", "Beziehungs-Queue"},

	"urgent": {"urgent", "dringend"},
	"high":   {"high", "hoch"},
	"normal": {"normal", "normal"},
	"low":    {"low", "niedrig"},

	"answered":        {"answered", "beantwortet"},
	"no_reply_needed": {"no reply needed", "keine Antwort nötig"},
	"published":       {"published", "veröffentlicht"},
	"forwarded":       {"forwarded", "weitergeleitet"},
	"dismissed":       {"dismissed", "verworfen"},
	"other":           {"other", "anderes"},
	"spam":            {"spam", "Spam"},
	"spam_wave":       {"spam wave", "Spam-Welle"},
	"deleted":         {"deleted", "gelöscht"},
	"history":         {"history", "Vorgeschichte"},

	"intent":         {"intent", "Absicht"},
	"sentiment":      {"sentiment", "Stimmung"},
	"urgency":        {"urgency", "Dringlichkeit"},
	"queue":          {"queue", "Queue"},
	"reply_expected": {"reply expected", "Antwort erwartet"},

	"time":   {"its time had come", "die Zeit war gekommen"},
	"author": {"the author wrote again", "der Autor hat wieder geschrieben"},

	"viewer": {"viewer", "Leserecht"},
	"lead":   {"lead", "Leitung"},
	"admin":  {"administrator", "Administration"},
	"hybrid": {"hybrid", "Hybrid"},

	"claim":    {"taking", "Übernehmen"},
	"release":  {"giving back", "Zurückgeben"},
	"resolve":  {"closing", "Schließen"},
	"dismiss":  {"dismissing", "Verwerfen"},
	"snooze":   {"snoozing", "Zurückstellen"},
	"handover": {"handing over", "Übergeben"},
	"assign":   {"assigning", "Zuweisen"},
	"tags":     {"tagging", "Verschlagworten"},
	"wave":     {"closing the wave", "Schließen der Welle"},
}
