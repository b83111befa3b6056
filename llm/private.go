package llm

import "regexp"

// class is one kind of private thing and the word that takes its place.
type class struct {
	word    string
	pattern *regexp.Regexp
	group   int                                 // of the pattern that holds the thing; 0: all of it
	trim    func(match string) (start, end int) // where in that the thing stands, start -1: nowhere; nil: all of it
}

// nameWord is the kind of names, which findNames finds.
const nameWord = "name"

// freemail are providers whose addresses people spell with a plain "at".
const freemail = `(?:gmail|googlemail|gmx|web|outlook|hotmail|live|yahoo|icloud|me|aol|t-online|freenet|posteo|mailbox|proton|protonmail|mail|orange|free|laposte|libero|wp|onet|seznam|telefonica|hotmail)`

// private lists the classes in the order in which they are replaced: longer numbers
// before those that could be a part of them.
var private = []class{
	{"handle", regexp.MustCompile(`[@＠][\p{L}\p{N}_.-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`), 0, nil}, // an account with its host (Mastodon)
	{"mail", regexp.MustCompile(`(?i)[\p{L}\p{N}._%+-]+(?:[@＠]| ?[\[({<](?:at|ät|@)[\])}>] ?| [@＠] ?)[\p{L}\p{N}-]+` +
		`(?:\.[\p{L}\p{N}-]+| \. [\p{L}\p{N}-]+| ?[\[({<](?:dot|punkt|\.)[\])}>] ?[\p{L}\p{N}-]+)+`), 0, nil},
	{"mail", regexp.MustCompile(`(?i)[\p{L}\p{N}._%+-]+ (?:at|ät|arroba|chez) [\p{L}\p{N}-]+ (?:dot|punkt|punto|point) \p{L}{2,}`), 0, nil},
	{"mail", regexp.MustCompile(`(?i)[\p{L}\p{N}._%+-]+ (?:at|ät|arroba|chez) ` + freemail + `(?:\.| dot | punkt )\p{L}{2,}`), 0, nil},
	{"iban", regexp.MustCompile(`(?i)\b[A-Z]{2}[ .-]?\d{2}(?:[ .-]{0,2}[A-Z0-9]){11,30}`), 0, ibanSpan},
	{"card", regexp.MustCompile(`\p{Nd}(?:[ .-]?\p{Nd}){12,18}`), 0, cardSpan},
	{"order", regexp.MustCompile(`\b\d{3}-\d{7}-\d{7}\b|\b1Z[0-9A-Z]{16}\b|\bJJD\d{10,20}\b|\b[A-Z]{2}\d{9}[A-Z]{2}\b`), 0, nil}, // Amazon; UPS, DHL; S10 of the UPU
	{"order", regexp.MustCompile(`(?i)\b(?:` + orderWords + `)[ .:]{0,3}(?:(?:nr|no|num|n°|nº|number|nummer|numero|numéro|número|ist|is|lautet|code|id)\b[ .:]{0,3}){0,2}[:#]?[ ]?` +
		`(#?[A-Z]{0,6}[-/]?\d[\dA-Z/._-]*[\dA-Z])`), 1, orderSpan},
	{"order", regexp.MustCompile(`#[A-Za-z]{0,4}-?\d{4,}[\dA-Za-z-]*`), 0, nil},
	{"phone", regexp.MustCompile(`(?i)\b(?:tel|telefon|telefono|téléphone|telephone|phone|handy|mobil|mobile|cell|whatsapp|nummer|number|numero|numéro|fon|call me at|call me on|ruf mich|rückruf)(?:nummer|number)?[ .:]{1,3}(?:(?:unter|an|at|on|is|ist|lautet)[ :]{1,2})?(\+?[\d(][\d ()./-]{4,20}\d)`), 1, nil},
	{"phone", regexp.MustCompile(`(?:\+|\(\+?|\p{Nd})[\p{Nd} ().\x{00A0}\x{202F}/\x{2010}-\x{2015}-]{5,28}\p{Nd}`), 0, phoneSpan},
	{"number", regexp.MustCompile(`\d{8,}|\d(?:[ -]?\d){8,}`), 0, numberSpan},
	{"address", streets, 0, nil},
	{"address", towns, 0, nil},
	{"handle", regexp.MustCompile(`[@＠][\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_])?|\bu/[A-Za-z0-9_-]{3,20}\b|\b[\w.]{2,32}#\d{4}\b`), 0, nil},
	{nameWord, nil, 0, nil},
	{"handle", regexp.MustCompile(`(?i)\b(?:instagram|facebook|fb|tiktok|twitter|x|threads|snapchat|youtube|linkedin|pinterest|twitch|vk)\.com/(?:in/|add/|user/|c/|profile\.php\?id=)?(@?[\w.-]{3,60})`), 1, nil},
	{"handle", regexp.MustCompile(`(?i)\b(?:t\.me|wa\.me|linktr\.ee|paypal\.me)/(@?[\w.+-]{3,60})`), 1, nil},
	{"handle", regexp.MustCompile(`(?i)\b(?:insta|instagram|ig|snap|snapchat|tiktok|twitter|telegram|discord|skype|paypal)(?: ?(?:name|handle|user|account|id|heißt|ist|is))?[:=] ?([\w][\w.-]{2,40}[\w])`), 1, nil},
}

// orderWords stand before numbers of orders, customers, bills, parcels and bookings.
const orderWords = `order|orders|ord|bestellung|bestellnr|bestellnummer|best|auftrag|auftragsnr|auftragsnummer|vorgang|vorgangsnummer|` +
	`kundennr|kundennummer|kunde|customer|client|rechnung|rechnungsnr|rechnungsnummer|invoice|ticket|ticketnr|ticketnummer|case|fall|` +
	`fallnummer|buchung|buchungsnr|buchungsnummer|buchungscode|booking|reservation|reservierung|sendung|sendungsnr|sendungsnummer|tracking|parcel|` +
	`paket|paketnummer|shipment|referenz|reference|ref|vertrag|vertragsnummer|contract|mitgliedsnummer|member|membership|` +
	`commande|pedido|ordine|zamówienie|zamowienie|bestelling|encomenda|factura|facture|fattura`

func (c class) find(text string) [][]int {
	var found [][]int
	for _, at := range c.pattern.FindAllStringSubmatchIndex(text, -1) {
		start, end := at[2*c.group], at[2*c.group+1]
		if start < 0 {
			continue
		}
		if c.trim != nil {
			from, to := c.trim(text[start:end])
			if from < 0 {
				continue
			}
			start, end = start+from, start+to
		}
		found = append(found, []int{start, end})
	}
	return found
}
