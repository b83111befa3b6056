package audit

// phrases says every action of the audit in both languages. A test compares it with the
// actions that stand in the code.
var phrases = map[string]phrase{
	"item.placed": {
		"{actor} placed it in the {queue}[ with priority {priority}].",
		"{actor} hat es in die {queue} gestellt[, Priorität {priority}]."},
	"item.kept": {
		"{actor} placed it in the {queue}[ with priority {priority}] and closed it at once: it is from before.",
		"{actor} hat es in die {queue} gestellt[, Priorität {priority},] und gleich geschlossen: Es ist von früher."},
	"item.placed_again": {
		"{actor} placed it again: in the {queue}[, with priority {priority}].",
		"{actor} hat es neu eingeordnet: in die {queue}[, Priorität {priority}]."},
	"item.judged_again": {
		"{actor} judged it again; it stays where it is.",
		"{actor} hat es neu beurteilt; es bleibt, wo es ist."},
	"item.reopened": {
		"{actor} opened it again[ in the {queue}].",
		"{actor} hat es wieder geöffnet[, in der {queue}]."},
	"item.claimed": {
		"{actor} took it[ over from {before}].",
		"{actor} hat es übernommen[, vorher lag es bei {before}]."},
	"item.lease_renewed": {
		"{actor} goes on working on it.",
		"{actor} arbeitet weiter daran."},
	"item.lease_expired": {
		"The time for it ran out[ for {holder}]; it is open again.",
		"Die Zeit dafür ist[ für {holder}] abgelaufen; es ist wieder offen."},
	"item.released": {
		"{actor} gave it back to the queue[; {before} had it before].",
		"{actor} hat es in die Queue zurückgegeben[; vorher lag es bei {before}]."},
	"item.resolved": {
		"{actor} closed it[ as: {outcome}].",
		"{actor} hat es abgeschlossen[: {outcome}]."},
	"item.dismissed": {
		"{actor} dismissed it[ as: {outcome}].",
		"{actor} hat es verworfen[: {outcome}]."},
	"item.answered": {
		"{actor} answered it.",
		"{actor} hat es beantwortet."},
	"item.snoozed": {
		"{actor} put it away[ until {until}].",
		"{actor} hat es zurückgestellt[ bis {until}]."},
	"item.waiting": {
		"{actor} waits for the author[, until {until} at most].",
		"{actor} wartet auf den Autor[, längstens bis {until}]."},
	"item.woken": {
		"It came back[: {why}].",
		"Es ist zurück[: {why}]."},
	"item.handed_over": {
		"{actor} handed it over[ from the {from}][ to the {to}].",
		"{actor} hat es übergeben[: aus der {from}][ in die {to}]."},
	"item.accepted": {
		"{actor} accepted the handover.",
		"{actor} hat die Übergabe angenommen."},
	"item.returned": {
		"{actor} returned it[ from the {from}][ to the {to}].",
		"{actor} hat es zurückgegeben[: aus der {from}][ in die {to}]."},
	"item.assigned": {
		"{actor} gave it to {to}[; {before} had it before].",
		"{actor} hat es {to} zugewiesen[; vorher lag es bei {before}]."},
	"item.corrected": {
		"{actor} corrected it[: {fields}].",
		"{actor} hat es berichtigt[: {fields}]."},
	"item.correction_withdrawn": {
		"{actor} took back what one person had corrected[: {person}][; it is in the {queue} now].",
		"{actor} hat zurückgenommen, was eine Person berichtigt hatte[: {person}][; es ist jetzt in der {queue}]."},
	"person.uncorrected": {
		"{actor} took back everything that a person had corrected[: {items} comments].",
		"{actor} hat alles zurückgenommen, was eine Person berichtigt hatte[: {items} Kommentare]."},
	"item.noted": {
		"{actor} wrote a note.",
		"{actor} hat eine Notiz geschrieben."},
	"item.drafted": {
		"{actor} wrote a draft of a reply.",
		"{actor} hat einen Antwortentwurf geschrieben."},
	"item.tagged": {
		"{actor} changed its tags[: {added} added][, {removed} removed].",
		"{actor} hat die Schlagworte geändert[: {added} hinzugefügt][, {removed} entfernt]."},
	"item.undone": {
		"{actor} took the last step back[: {of}].",
		"{actor} hat den letzten Schritt zurückgenommen[: {of}]."},
	"item.companion_made": {
		"{actor} made a companion in the other queue.",
		"{actor} hat einen Begleiter in der anderen Queue angelegt."},
	"item.companion_placed": {
		"{actor} placed it as a companion[ in the {queue}].",
		"{actor} hat es als Begleiter[ in die {queue}] gestellt."},
	"item.companion_closed": {
		"{actor} closed the companion, which nobody had taken.",
		"{actor} hat den Begleiter geschlossen, den niemand übernommen hatte."},
	"item.companion_moved": {
		"{actor} moved the companion[ to the {queue}].",
		"{actor} hat den Begleiter verschoben[: in die {queue}]."},
	"item.promise_due": {
		"Something promised to the author is due.",
		"Etwas, das dem Autor versprochen wurde, ist fällig."},
	"item.uncovered": {
		"{actor} uncovered its text.",
		"{actor} hat den Text aufgedeckt."},
	"item.wave_closed": {
		"{actor} closed it with its wave[: {outcome}].",
		"{actor} hat es mit seiner Welle geschlossen[: {outcome}]."},
	"item.sla_at_risk": {
		"Its target is at risk[: due {due_at}].",
		"Sein Ziel ist in Gefahr[: fällig {due_at}]."},
	"item.sla_breached": {
		"Its target was missed[: it was due {due_at}].",
		"Sein Ziel wurde verfehlt[: fällig war es {due_at}]."},
	"engagement.erased": {
		"{actor} erased the comment, its author and all that was derived from it.",
		"{actor} hat den Kommentar, seinen Autor und alles daraus Abgeleitete gelöscht."},

	"wave.started": {
		"A wave began[: {count} comments].",
		"Eine Welle hat begonnen[: {count} Kommentare]."},
	"wave.grown": {
		"The wave has grown[ to {count} comments].",
		"Die Welle ist gewachsen[ auf {count} Kommentare]."},
	"wave.closed": {
		"{actor} closed the wave[ of {count} comments].",
		"{actor} hat die Welle geschlossen[, {count} Kommentare]."},
	"wave.dismissed": {
		"{actor} dismissed the wave[ with {items} items].",
		"{actor} hat die Welle verworfen[, {items} Einträge]."},
	"wave.released": {
		"{actor} took a comment out of the wave.",
		"{actor} hat einen Kommentar aus der Welle genommen."},

	"author.tagged": {
		"{actor} changed the author's tags[: {added} added][, {removed} removed].",
		"{actor} hat die Schlagworte des Autors geändert[: {added} hinzugefügt][, {removed} entfernt]."},
	"author.noted": {
		"{actor} wrote a note about the author.",
		"{actor} hat eine Notiz zum Autor geschrieben."},

	"promise.kept": {
		"{actor} kept what was promised.",
		"{actor} hat das Versprochene gehalten."},
	"promise.withdrawn": {
		"{actor} withdrew what was promised.",
		"{actor} hat das Versprochene zurückgenommen."},
	"link.confirmed": {
		"{actor} confirmed that two authors are one person.",
		"{actor} hat bestätigt, dass zwei Autoren eine Person sind."},
	"link.rejected": {
		"{actor} said that two authors are not one person.",
		"{actor} hat gesagt, dass zwei Autoren nicht eine Person sind."},
	"link.suggested": {
		"{actor} left open whether two authors are one person.",
		"{actor} hat offengelassen, ob zwei Autoren eine Person sind."},

	"delivery.replayed": {
		"{actor} took a delivery in once more.",
		"{actor} hat eine Lieferung noch einmal angenommen."},

	"work.retried": {
		"{actor} let work be tried again that had been given up[: {kind}].",
		"{actor} hat Aufgegebenes noch einmal versuchen lassen[: {kind}]."},

	"plan.added": {
		"{actor} wrote a new version of the plan.",
		"{actor} hat eine neue Fassung des Plans geschrieben."},
	"plan.activated": {
		"{actor} put a version of the plan in force.",
		"{actor} hat eine Fassung des Plans in Kraft gesetzt."},

	"member.added": {
		"{actor} let a person work for the brand[ as {role}].",
		"{actor} hat eine Person für die Marke arbeiten lassen[: {role}]."},
	"member.changed": {
		"{actor} gave a person another role[: {role}].",
		"{actor} hat einer Person eine andere Rolle gegeben[: {role}]."},
	"member.removed": {
		"{actor} ended a person's work for the brand.",
		"{actor} hat die Arbeit einer Person für die Marke beendet."},
	"person.exposure_reached": {
		"A person has read as much that hurts as is good for an hour.",
		"Eine Person hat so viel Belastendes gelesen, wie für eine Stunde gut ist."},
	"engine.drift": {
		"What comes in drifts away from what the engine knows[: {what}].",
		"Was hereinkommt, entfernt sich von dem, was die Maschine kennt[: {what}]."},
	"team.overload_near": {
		"The people on duty[ for the {queue}] are nearly overloaded.",
		"Die Diensthabenden[ der {queue}] sind fast überlastet."},
	"team.nobody_on_duty": {
		"Nobody is on duty[ for the {queue}].",
		"Niemand hat Dienst[ in der {queue}]."},
	"person.slack_linked": {
		"{actor} linked a person to their Slack account.",
		"{actor} hat eine Person mit ihrem Slack-Konto verbunden."},
	"person.slack_unlinked": {
		"{actor} ended a person's link to Slack.",
		"{actor} hat die Verbindung einer Person zu Slack beendet."},
	"person.renamed": {
		"{actor} gave a person another name.",
		"{actor} hat einer Person einen anderen Namen gegeben."},
	"person.care_changed": {
		"{actor} changed how much a person is dealt, and when.",
		"{actor} hat geändert, wie viel und wann eine Person zugeteilt bekommt."},
	"person.leave_added": {
		"{actor} noted that a person is away.",
		"{actor} hat eine Abwesenheit eingetragen."},
	"person.leave_dropped": {
		"{actor} took the note of a person's absence back.",
		"{actor} hat eine Abwesenheit zurückgenommen."},
	"invitation.added": {
		"{actor} invited somebody[ as {role}].",
		"{actor} hat jemanden eingeladen[: {role}]."},
	"invitation.accepted": {
		"{actor} accepted an invitation.",
		"{actor} hat eine Einladung angenommen."},
	"invitation.revoked": {
		"{actor} took an invitation back.",
		"{actor} hat eine Einladung zurückgezogen."},
	"session.started": {
		"{actor} signed in.",
		"{actor} hat sich angemeldet."},
	"session.ended": {
		"{actor} signed out, or was signed out.",
		"{actor} wurde abgemeldet."},
	"token.added": {
		"{actor} made a token[ for {person}][ as {role}].",
		"{actor} hat ein Token angelegt[ für {person}][, {role}]."},
	"token.revoked": {
		"{actor} ended a token.",
		"{actor} hat ein Token beendet."},

	"brand.added": {
		"{actor} added the brand.",
		"{actor} hat die Marke angelegt."},
	"brand.changed": {
		"{actor} changed the brand.",
		"{actor} hat die Marke geändert."},
	"thrift.changed": {
		"{actor} changed what judging may cost.",
		"{actor} hat geändert, was das Einordnen kosten darf."},
	"brand.settings_changed": {
		"{actor} changed the brand's settings.",
		"{actor} hat die Einstellungen der Marke geändert."},
	"endpoint.added": {
		"{actor} added a webhook address[ for {platform}].",
		"{actor} hat eine Webhook-Adresse angelegt[ für {platform}]."},
	"endpoint.rotated": {
		"{actor} gave a webhook address a new secret[; the old one is good until {keep_until}].",
		"{actor} hat einer Webhook-Adresse ein neues Geheimnis gegeben[; das alte gilt bis {keep_until}]."},
	"endpoint.disabled": {
		"{actor} closed a webhook address.",
		"{actor} hat eine Webhook-Adresse geschlossen."},
	"endpoint.enabled": {
		"{actor} opened a webhook address again.",
		"{actor} hat eine Webhook-Adresse wieder geöffnet."},
	"channel.added": {
		"{actor} lets the service listen to another channel.",
		"{actor} lässt den Dienst auf einen weiteren Kanal hören."},
	"channel.token": {
		"{actor} gave a channel another token.",
		"{actor} hat einem Kanal ein anderes Token gegeben."},
	"channel.expected": {
		"{actor} set how long a channel may be silent[: {within}].",
		"{actor} hat bestimmt, wie lange ein Kanal still sein darf[: {within}]."},
	"channel.ended": {
		"A channel stopped: its account no longer lets the service in.",
		"Ein Kanal steht still: sein Konto lässt den Dienst nicht mehr ein."},
	"channel.refused": {
		"A channel stopped: the platform no longer accepts its token.",
		"Ein Kanal steht still: die Plattform nimmt sein Token nicht mehr an."},

	"import.started": {
		"{actor} began to take in a file of what was written before.",
		"{actor} hat begonnen, eine Datei mit Früherem einzulesen."},
	"import.finished": {
		"{actor} took in a file of what was written before.",
		"{actor} hat eine Datei mit Früherem eingelesen."},

	"view.added": {
		"{actor} saved a view for all.",
		"{actor} hat eine Ansicht für alle gespeichert."},
	"view.changed": {
		"{actor} changed a view for all.",
		"{actor} hat eine Ansicht für alle geändert."},
	"view.removed": {
		"{actor} removed a view for all.",
		"{actor} hat eine Ansicht für alle entfernt."},
}
