package notify

import (
	"strconv"
	"strings"
	"time"

	"triage/triage"
)

// words are the texts of one language.
type words struct {
	priority  map[triage.Priority]string
	queue     map[triage.Queue]string
	intent    map[triage.Intent]string
	sentiment map[triage.Sentiment]string
	urgency   map[triage.Urgency]string
	risk      map[triage.Risk]string
	form      map[triage.Form]string

	labelDue, labelIntent, labelSentiment, labelUrgency, labelReply, labelRisk, labelMedia string

	outcome map[triage.Outcome]string
	act     map[Act]string
	snooze  map[string]string

	open, followers, verified, covered, noText, notJudged, unsure, overdue string
	deleted, deletedLine, yes, no, closed, ended, anybodys, labelBack      string
	assignedTo, heldBy, snoozedBy, waitingBy, closedBy                     string // with # for the name
	cameByQueue, cameByRoute, cameByTest, test, testLine                   string // with # for the name
	handTo                                                                 string // with # for the queue
	said                                                                   map[Said]string
	dialog, labelNote, labelDraft, keep, cancel                            string
	waitingOf, moreOf                                                      string           // with # for the number
	alsoOf                                                                 string           // with # for the number, § for how many of it are open
	levels                                                                 map[Level]string // with # for the kind
	thousands                                                              string
	due                                                                    string // layout of package time
	zones                                                                  map[string]string
}

func (v Voice) words() *words {
	if v.Language == "de" {
		return &german
	}
	return &english
}

func (w *words) waiting(n int) string { return strings.ReplaceAll(w.waitingOf, "#", strconv.Itoa(n)) }
func (w *words) more(n int) string    { return strings.ReplaceAll(w.moreOf, "#", strconv.Itoa(n)) }

func (w *words) yesNo(yes bool) string {
	if yes {
		return w.yes
	}
	return w.no
}

func (w *words) handOver(to triage.Queue) string {
	return strings.ReplaceAll(w.handTo, "#", w.queue[to])
}

// dueIn is time with a word for what is past.
func (v Voice) dueIn(at, now time.Time) string {
	if at.Before(now) {
		return v.time(at) + " (" + v.words().overdue + ")"
	}
	return v.time(at)
}

// time writes a time on the team's clock, with the name of its zone, since a message is
// read later and elsewhere than it is written.
func (v Voice) time(at time.Time) string {
	w := v.words()
	local := at.In(v.Clock())
	zone := local.Format("MST")
	if own, ok := w.zones[zone]; ok {
		zone = own
	}
	return local.Format(w.due) + " " + zone
}

// Clock is the team's time zone.
func (v Voice) Clock() *time.Location {
	if v.Location == nil {
		return time.UTC
	}
	return v.Location
}

// At is v on the clock of a zone; one that there is not changes nothing.
func (v Voice) At(zone string) Voice {
	if location, err := time.LoadLocation(zone); err == nil && zone != "" {
		v.Location = location
	}
	return v
}

// number groups the digits of n by thousands.
func (v Voice) number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + v.words().thousands + digits[at:]
	}
	return digits
}

// platformName is a platform's own name, the same in every language.
func platformName(p triage.Platform) string {
	switch p {
	case triage.Facebook:
		return "Facebook"
	case triage.Instagram:
		return "Instagram"
	case triage.Threads:
		return "Threads"
	case triage.X:
		return "X"
	case triage.LinkedIn:
		return "LinkedIn"
	case triage.TikTok:
		return "TikTok"
	case triage.StandardWebhooks:
		return "Webhook"
	case triage.Telegram:
		return "Telegram"
	case triage.Discourse:
		return "Discourse"
	case triage.Slack:
		return "Slack"
	case triage.YouTube:
		return "YouTube"
	case triage.Discord:
		return "Discord"
	case triage.Mastodon:
		return "Mastodon"
	case triage.Bluesky:
		return "Bluesky"
	case triage.Reddit:
		return "Reddit"
	case triage.GoogleBusiness:
		return "Google"
	case triage.Trustpilot:
		return "Trustpilot"
	}
	return string(p)
}

var english = words{
	priority: map[triage.Priority]string{triage.P1: "Urgent", triage.P2: "High", triage.P3: "Normal", triage.P4: "Low"},
	queue:    map[triage.Queue]string{triage.SMM: "content queue", triage.CM: "relationship queue"},
	intent: map[triage.Intent]string{
		triage.ContentReaction: "content reaction", triage.ContentRequest: "content request", triage.UGC: "own content of a fan",
		triage.BrandMention: "brand mention", triage.Partnership: "partnership", triage.Complaint: "complaint",
		triage.SupportRequest: "support request", triage.ProductQuestion: "product question", triage.Praise: "praise",
		triage.ProductSuggestion: "product suggestion", triage.CommunityTalk: "community talk", triage.Abuse: "abuse",
		triage.Spam: "spam", triage.Other: "other",
	},
	sentiment: map[triage.Sentiment]string{triage.Negative: "negative", triage.Neutral: "neutral", triage.Positive: "positive"},
	urgency: map[triage.Urgency]string{triage.UrgencyUrgent: "urgent", triage.UrgencyHigh: "high",
		triage.UrgencyNormal: "normal", triage.UrgencyLow: "low"},
	risk: map[triage.Risk]string{
		triage.RiskSafety: "safety", triage.RiskSelfHarm: "self-harm", triage.RiskThreat: "threat", triage.RiskLegal: "legal",
		triage.RiskPrivacy: "privacy", triage.RiskDiscrimination: "discrimination", triage.RiskBoycott: "boycott",
		triage.RiskMisinformation: "misinformation", triage.RiskMinor: "a minor is involved",
	},
	form: map[triage.Form]string{triage.FormComment: "comment", triage.FormReply: "reply", triage.FormMention: "mention",
		triage.FormReview: "review", triage.FormMessage: "message"},
	labelDue: "First answer due", labelIntent: "Intent", labelSentiment: "Sentiment", labelUrgency: "Urgency of the text",
	labelReply: "Reply expected", labelRisk: "Risk", labelMedia: "Own photo, video or link",
	outcome: map[triage.Outcome]string{
		triage.OutcomeAnswered: "answered", triage.OutcomeNoReply: "no reply needed", triage.OutcomePublished: "published",
		triage.OutcomeForwarded: "passed on", triage.OutcomeDismissed: "dismissed", triage.OutcomeOther: "other",
		triage.OutcomeSpam: "spam", triage.OutcomeAbuse: "abuse", triage.OutcomeUnrelated: "not about us",
		triage.OutcomeDuplicate: "duplicate", triage.OutcomeDeleted: "deleted", triage.OutcomeSpamWave: "spam wave",
	},
	act: map[Act]string{ActClaim: "I take it", ActResolve: "Close as …", ActSnooze: "Put away …", ActCorrect: "It is rather …",
		ActWrite: "Note or draft", ActQuiet: "Not worth a ping"},
	snooze: map[string]string{SnoozeHour: "for an hour", SnoozeHours: "for four hours", SnoozeTomorrow: "until tomorrow, 9 o'clock"},
	closed: "Done", ended: "Closed", anybodys: "It is open for anybody.", labelBack: "Comes back",
	assignedTo: "It is assigned to #.", heldBy: "# has it.", snoozedBy: "# put it away.", waitingBy: "# waits for the author.",
	closedBy:    "# closed it",
	cameByQueue: "You see this because it is urgent or high, and its queue is told here.",
	cameByRoute: "You see this because of the rule “#”.", cameByTest: "You see this because somebody asked for a test.",
	test: "Test", testLine: "This is how you will hear of what cannot wait for #.", handTo: "Hand over to the #",
	said: map[Said]string{
		SaidNotYours: "This is not available to you.",
		SaidUnknown:  "Slack does not tell who you are here. Sign in to the console, ask for a code, and say: /triage link CODE",
		SaidOutside:  "Guests and people of other workspaces cannot work here.",
		SaidRole:     "Your role does not allow this.",
		SaidStale:    "It has changed meanwhile; the message will say so in a moment.",
		SaidTrouble:  "That did not work just now. Please try again.",
		SaidKept:     "It is kept with the item.", SaidCorrected: "Thank you. It is placed by what you said, and the next similar ones too.",
		SaidLinked: "You are known now: what you do here counts as yours.", SaidBadCode: "This code is not valid any more. Ask for a new one.",
		SaidBrand: "You work for several brands here. Name one: /triage @brand next",
		SaidHelp:  "/triage next · queue smm|cm · search WORDS · who · mute 1h · link CODE. With several brands: /triage @brand next",
		SaidQuiet: "Noted. Such notices must weigh more to ring here from now on; what is dangerous always does.",
		SaidMuted: "Quiet until then, apart from what is urgent.", SaidUnmuted: "You hear of everything again.",
		SaidNothing: "Nothing waits that fits you.", SaidCapacity: "You have enough in hand.", SaidOffDuty: "You are off duty.",
		SaidOnLeave: "You are on leave.", SaidExposure: "What waits hurts to read, and you have read enough of it.",
		SaidNone: "Nothing is found.", SaidOnDuty: "On duty", SaidOff: "Off duty", SaidFound: "Found", SaidNext: "Next for you", SaidUntil: "Until",
	},
	dialog: "Note or draft", labelNote: "Note for the team", labelDraft: "Draft of a reply; it is kept, not sent", keep: "Keep", cancel: "Cancel",
	open: "Open the item", followers: "followers", verified: "verified",
	covered:   "The text is covered because it may be hard to read. Open the item to see it.",
	noText:    "There is no text.",
	notJudged: "not judged by a machine", unsure: "unsure", overdue: "overdue",
	deleted:     "Deleted",
	deletedLine: "The comment was deleted by its author or by the platform. Its text was removed here, too.",
	alsoOf:      "And # more, gathered here so that it rings once; § of them are open.",
	levels: map[Level]string{
		LevelUrgent: "Somebody here said that “#” is not worth a ping: only what is urgent rings.",
		LevelRisk:   "People here said that “#” is not worth a ping: only what is urgent and holds a risk rings.",
	},
	yes: "yes", no: "no", waitingOf: "# items cannot wait", moreOf: "and # more",
	thousands: ",", due: "2 Jan 2006, 15:04",
}

var german = words{
	priority: map[triage.Priority]string{triage.P1: "Dringend", triage.P2: "Hoch", triage.P3: "Normal", triage.P4: "Niedrig"},
	queue:    map[triage.Queue]string{triage.SMM: "Content-Queue", triage.CM: "Beziehungs-Queue"},
	intent: map[triage.Intent]string{
		triage.ContentReaction: "Reaktion auf Inhalte", triage.ContentRequest: "Wunsch nach Inhalten", triage.UGC: "eigener Beitrag eines Fans",
		triage.BrandMention: "Erwähnung der Marke", triage.Partnership: "Partnerschaft", triage.Complaint: "Beschwerde",
		triage.SupportRequest: "Bitte um Hilfe", triage.ProductQuestion: "Frage zum Produkt", triage.Praise: "Lob",
		triage.ProductSuggestion: "Vorschlag zum Produkt", triage.CommunityTalk: "Gespräch in der Community", triage.Abuse: "Beleidigung",
		triage.Spam: "Spam", triage.Other: "Sonstiges",
	},
	sentiment: map[triage.Sentiment]string{triage.Negative: "negativ", triage.Neutral: "neutral", triage.Positive: "positiv"},
	urgency: map[triage.Urgency]string{triage.UrgencyUrgent: "dringend", triage.UrgencyHigh: "hoch",
		triage.UrgencyNormal: "normal", triage.UrgencyLow: "niedrig"},
	risk: map[triage.Risk]string{
		triage.RiskSafety: "Sicherheit", triage.RiskSelfHarm: "Selbstgefährdung", triage.RiskThreat: "Drohung", triage.RiskLegal: "Recht",
		triage.RiskPrivacy: "Datenschutz", triage.RiskDiscrimination: "Diskriminierung", triage.RiskBoycott: "Boykott",
		triage.RiskMisinformation: "Falschinformation", triage.RiskMinor: "ein Kind ist betroffen",
	},
	form: map[triage.Form]string{triage.FormComment: "Kommentar", triage.FormReply: "Antwort", triage.FormMention: "Erwähnung",
		triage.FormReview: "Bewertung", triage.FormMessage: "Nachricht"},
	labelDue: "Erste Antwort fällig", labelIntent: "Anliegen", labelSentiment: "Stimmung", labelUrgency: "Dringlichkeit des Textes",
	labelReply: "Antwort erwartet", labelRisk: "Risiko", labelMedia: "Eigenes Foto, Video oder Link",
	outcome: map[triage.Outcome]string{
		triage.OutcomeAnswered: "beantwortet", triage.OutcomeNoReply: "keine Antwort nötig", triage.OutcomePublished: "veröffentlicht",
		triage.OutcomeForwarded: "weitergegeben", triage.OutcomeDismissed: "verworfen", triage.OutcomeOther: "sonstiges",
		triage.OutcomeSpam: "Spam", triage.OutcomeAbuse: "Beleidigung", triage.OutcomeUnrelated: "betrifft uns nicht",
		triage.OutcomeDuplicate: "doppelt", triage.OutcomeDeleted: "gelöscht", triage.OutcomeSpamWave: "Spam-Welle",
	},
	act: map[Act]string{ActClaim: "Ich übernehme", ActResolve: "Abschließen als …", ActSnooze: "Zurückstellen …", ActCorrect: "Es ist eher …",
		ActWrite: "Notiz oder Entwurf", ActQuiet: "Keine Meldung wert"},
	snooze: map[string]string{SnoozeHour: "für eine Stunde", SnoozeHours: "für vier Stunden", SnoozeTomorrow: "bis morgen, 9 Uhr"},
	closed: "Erledigt", ended: "Abgeschlossen", anybodys: "Der Eintrag ist für alle offen.", labelBack: "Kommt zurück",
	assignedTo: "# zugewiesen.", heldBy: "# hat es übernommen.", snoozedBy: "# hat es zurückgestellt.", waitingBy: "# wartet auf Antwort.",
	closedBy:    "# hat es abgeschlossen",
	cameByQueue: "Sie sehen das, weil es dringend oder hoch eingestuft ist und die Queue hier gemeldet wird.",
	cameByRoute: "Sie sehen das wegen der Regel „#“.", cameByTest: "Sie sehen das, weil jemand einen Test angefordert hat.",
	test: "Test", testLine: "So erfahren Sie hier, was bei # nicht warten kann.", handTo: "An die # übergeben",
	said: map[Said]string{
		SaidNotYours: "Das steht Ihnen hier nicht zur Verfügung.",
		SaidUnknown:  "Slack verrät nicht, wer Sie hier sind. In der Konsole anmelden, einen Code anfordern und schreiben: /triage link CODE",
		SaidOutside:  "Gäste und Personen aus anderen Workspaces können hier nicht arbeiten.",
		SaidRole:     "Ihre Rolle erlaubt das nicht.",
		SaidStale:    "Es hat sich inzwischen geändert; die Nachricht sagt es gleich.",
		SaidTrouble:  "Das hat gerade nicht geklappt. Bitte noch einmal versuchen.",
		SaidKept:     "Es ist beim Eintrag abgelegt.", SaidCorrected: "Danke. Der Eintrag ist danach eingeordnet, die nächsten ähnlichen auch.",
		SaidLinked: "Sie sind jetzt bekannt: was Sie hier tun, zählt als Ihres.", SaidBadCode: "Dieser Code gilt nicht mehr. Bitte einen neuen anfordern.",
		SaidBrand: "Sie arbeiten hier für mehrere Marken. Bitte eine nennen: /triage @marke next",
		SaidHelp:  "/triage next · queue smm|cm · search WÖRTER · who · mute 1h · link CODE. Bei mehreren Marken: /triage @marke next",
		SaidQuiet: "Notiert. Solche Meldungen müssen ab jetzt hier schwerer wiegen, um zu klingeln; Gefährliches klingelt immer.",
		SaidMuted: "Bis dahin Ruhe, außer bei Dringendem.", SaidUnmuted: "Sie hören wieder von allem.",
		SaidNothing: "Es wartet nichts, das zu Ihnen passt.", SaidCapacity: "Sie haben genug in Arbeit.", SaidOffDuty: "Sie sind nicht im Dienst.",
		SaidOnLeave: "Sie sind im Urlaub.", SaidExposure: "Was wartet, ist belastend, und Sie haben genug davon gelesen.",
		SaidNone: "Nichts gefunden.", SaidOnDuty: "Im Dienst", SaidOff: "Nicht im Dienst", SaidFound: "Gefunden", SaidNext: "Als Nächstes für Sie", SaidUntil: "Bis",
	},
	dialog: "Notiz oder Entwurf", labelNote: "Notiz für das Team", labelDraft: "Entwurf einer Antwort; er wird abgelegt, nicht gesendet", keep: "Ablegen", cancel: "Abbrechen",
	open: "Eintrag öffnen", followers: "Follower", verified: "verifiziert",
	covered:   "Der Text ist verdeckt, weil er belasten kann. Zum Lesen den Eintrag öffnen.",
	noText:    "Es gibt keinen Text.",
	notJudged: "nicht maschinell eingeschätzt", unsure: "unsicher", overdue: "überfällig",
	deleted:     "Gelöscht",
	deletedLine: "Der Kommentar wurde von der Person oder der Plattform gelöscht. Sein Text ist auch hier entfernt.",
	alsoOf:      "Und # weitere, hier gesammelt, damit es nur einmal klingelt; davon offen: §.",
	levels: map[Level]string{
		LevelUrgent: "Hier hat jemand gesagt, „#“ sei keine Meldung wert: nur Dringendes klingelt.",
		LevelRisk:   "Hier wurde gesagt, „#“ sei keine Meldung wert: nur Dringendes mit einem Risiko klingelt.",
	},
	yes: "ja", no: "nein", waitingOf: "# Einträge können nicht warten", moreOf: "und # weitere",
	thousands: ".", due: "02.01.2006, 15:04 Uhr",
	zones: map[string]string{"CET": "MEZ", "CEST": "MESZ"},
}
