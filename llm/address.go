package llm

import "regexp"

// Streets with a house number, as they are written in German, Dutch, English, French,
// Spanish, Italian, Portuguese and Polish.
var streets = regexp.MustCompile(
	`(?:(?:\p{Lu}[\p{L}ß.-]*[ -]){0,3}\p{Lu}?[\p{L}-]*(?i:stra(?:ß|ss)e|str\.?|weg|allee|platz|gasse|ring|damm|ufer|chaussee|steig|pfad|straat|laan|plein|gracht)` +
		`|(?:Am|An der|An den|Auf der|Auf dem|Im|In der|In den|Zum|Zur|Unter den|Alter|Alte|Neuer|Neue) \p{Lu}[\p{L}-]+` +
		`) \d{1,4} ?[a-zA-Z]?(?:[-/]\d{1,4}[a-z]?)?\b(?:,? ?` + town + `)?` +
		`|\b\d{1,5}[A-Za-z]?,? (?:\p{Lu}[\p{L}'.-]* ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Close|Court|Ct|Square|Sq|Terrace|Crescent|Gardens|Way|Place)\b\.?(?:,? ?` + town + `)?` +
		`|\b\d{1,4}(?: ?(?:bis|ter))?,? (?i:rue|avenue|av\.|boulevard|bd|place|chemin|impasse|allée|quai|route) (?:(?:de|du|des|la|le|les|l'|d'|de la)[ ]?){0,3}\p{Lu}[\p{L}'-]*(?:[ -]\p{Lu}[\p{L}'-]*){0,3}(?:,? ?` + town + `)?` +
		`|\b(?i:calle|c/|avenida|avda\.?|plaza|paseo|via|viale|piazza|corso|rua|travessa|ul\.|ulica|al\.|aleja) (?:(?:de|del|della|dei|da|do|dos|la|las|los)[ ]){0,2}\p{Lu}[\p{L}'.-]*(?:[ -]\p{Lu}?[\p{L}'-]*){0,3},? ?(?:n[°º.] ?)?\d{1,4}[A-Za-z]?\b(?:,? ?` + town + `)?`)

// town is a postcode with its town: five digits (Germany, France, Spain, Italy), four
// (Austria, Switzerland, Belgium, Denmark), four and two letters (Netherlands), two and three
// (Poland), four and three (Portugal).
const town = `(?:D-|A-|CH-|F-|B-)?(?:\d{5}|\d{4} [A-Z]{2}|\d{2}-\d{3}|\d{4}-\d{3}|\d{4}) \p{Lu}[\p{L}'-]+(?: (?:am|an der|im|de|sur|la|del) \p{Lu}[\p{L}'-]+| \p{Lu}[\p{L}'-]+)?`

// Postcodes that stand alone: with a town where the number alone could be anything, and in
// their British, Dutch and American forms.
var towns = regexp.MustCompile(
	`\b(?:D-|A-|CH-|F-|B-)?\d{5} \p{Lu}[\p{L}'-]{2,}(?: (?:am|an der|im) \p{Lu}[\p{L}-]+)?` +
		`|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b` +
		`|\b\d{4} ?[A-Z]{2} \p{Lu}[\p{L}-]{2,}` +
		`|\b\d{2}-\d{3} \p{Lu}[\p{L}-]{2,}` +
		`|\b\p{Lu}[\p{L}]+, [A-Z]{2} \d{5}\b`)
