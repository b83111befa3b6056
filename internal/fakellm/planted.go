package fakellm

import (
	"bytes"
	"fmt"
	"strings"
)

// Line is one comment with private details that must never reach a model server.
type Line struct {
	Text    string
	Private []string // as they stand in Text
	Lang    string
}

// Planted returns 500 comments, half of them German and half English, with made-up handles,
// mail addresses, phone numbers, IBANs and card numbers, a hundred of each. The numbers are
// valid where the kind has a check; mail addresses end in names that are reserved for examples
// (RFC 2606), and everything else is counted up.
func Planted() []Line {
	kinds := []func(n int) string{plantedHandle, plantedMail, plantedPhone, plantedIBAN, plantedCard}
	var lines []Line
	for i := range 500 {
		n := i / 10
		private := kinds[i%5](i)
		lang, forms := "de", germanLines
		if i%10 >= 5 {
			lang, forms = "en", englishLines
		}
		lines = append(lines, Line{Text: fmt.Sprintf(forms[n%len(forms)], private), Private: []string{private}, Lang: lang})
	}
	return lines
}

// Leaked returns the planted details that stand in what s was sent, as they are or without
// their spaces.
func (s *Server) Leaked(lines []Line) []string {
	var found []string
	for _, r := range s.Requests() {
		solid := bytes.ReplaceAll(r.Body, []byte(" "), nil)
		for _, l := range lines {
			for _, p := range l.Private {
				if bytes.Contains(r.Body, []byte(p)) || bytes.Contains(solid, []byte(strings.ReplaceAll(p, " ", ""))) {
					found = append(found, p)
				}
			}
		}
	}
	return found
}

var germanLines = []string{
	"Bitte meldet euch: %s, danke", "Meine Daten sind %s und nichts passiert seit Wochen.", "%s wartet immer noch auf Antwort!",
	"Ihr habt %s doch schon dreimal bekommen", "Könnt ihr %s prüfen?", "Falsch abgebucht, %s. Frechheit!", "Schreibt an %s wegen der Bestellung",
	"Das war %s, nicht ich", "(%s) steht in eurem System", "Erreichbar unter %s – gern abends",
}

var englishLines = []string{
	"Please get back to me: %s, thanks", "My details are %s and nothing has happened for weeks.", "%s is still waiting for an answer!",
	"You already have %s, I sent it three times", "Can you check %s?", "Charged wrongly, %s. Unbelievable!", "Write to %s about the refund",
	"That was %s, not me", "(%s) is in your system", "Reach me at %s - evenings are best",
}

var plantedNames = []string{"jana", "tom", "ayse", "piotr", "lucia", "marek", "lotte", "yusuf", "nina", "owen"}

func plantedHandle(n int) string {
	name := plantedNames[n/5%len(plantedNames)]
	forms := []string{"@%s_%d", "@%s.k%d", "@real%s%d", "u/%s_%d", "@%s%d_x", "@_%s%d"}
	return fmt.Sprintf(forms[n/5%len(forms)], name, 10+n)
}

func plantedMail(n int) string {
	name := plantedNames[n/5%len(plantedNames)]
	forms := []string{
		"%s.%d@mail.example", "%s-%d@example.com", "%s_%d+shop@example.org", "%s%d(at)example.net", "%s.%d [at] example [dot] com",
		"%s%d at example dot org", "%s.%d@büro.example", "%s%d@EXAMPLE.COM",
	}
	return fmt.Sprintf(forms[n/5%len(forms)], name, n)
}

func plantedPhone(n int) string {
	forms := []string{
		"0171 %07d", "+49 171 %07d", "0049-30-%07d", "030/%07d", "(030) %07d", "+49 (0)89 %07d", "+43 664 %07d", "+44 7700 %06d", "07700 %06d",
		"+33 6 12 %02d 56 78", "06 12 %02d 56 78", "+34 612 345 %03d", "612 345 %03d", "+48 601 234 %03d", "(555) 123-%04d", "+1 555 123 %04d",
		"+31 6 1234%04d", "+39 333 %07d", "+45 12 34 56 %02d", "+41 79 123 45 %02d",
	}
	form := forms[n/5%len(forms)]
	for _, width := range []int{2, 3, 4, 6, 7} {
		if strings.Contains(form, fmt.Sprintf("%%0%dd", width)) {
			top := 1
			for range width {
				top *= 10
			}
			return fmt.Sprintf(form, (1234567+7919*n)%top)
		}
	}
	return form
}

// plantedIBAN makes account numbers with the check of ISO 13616.
func plantedIBAN(n int) string {
	countries := []struct {
		code   string
		digits int
	}{{"DE", 18}, {"AT", 16}, {"BE", 12}, {"ES", 20}, {"NO", 11}, {"PL", 24}, {"DK", 14}, {"PT", 21}, {"CZ", 20}, {"CH", 17}}
	c := countries[n/5%len(countries)]
	account := fmt.Sprintf("%0*d", c.digits, 370400440532+int64(n)*1_000_003)
	rest := 0
	for _, r := range account + fmt.Sprintf("%d%d00", c.code[0]-'A'+10, c.code[1]-'A'+10) {
		rest = (rest*10 + int(r-'0')) % 97
	}
	solid := fmt.Sprintf("%s%02d%s", c.code, 98-rest, account)
	switch n / 5 % 3 {
	case 0:
		return solid
	case 1:
		return grouped(solid, " ")
	}
	return strings.ToLower(solid)
}

// plantedCard makes card numbers with the check of ISO/IEC 7812-1.
func plantedCard(n int) string {
	digits := fmt.Sprintf("%d%011d", 4000+n%1000, 12345678901+int64(n)*10_007)[:15]
	sum := 0
	for i, r := range digits {
		d := int(r - '0')
		if i%2 == 0 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	solid := digits + fmt.Sprint((10-sum%10)%10)
	return grouped(solid, []string{"", " ", "-"}[n/5%3])
}

func grouped(s, between string) string {
	var parts []string
	for len(s) > 4 {
		parts, s = append(parts, s[:4]), s[4:]
	}
	return strings.Join(append(parts, s), between)
}
