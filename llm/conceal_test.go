package llm

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestConcealTakesPrivateDetailsOut(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a mail address":                 {"Write to jana.k+shop@mail.example.de. Thanks", "Write to [mail]. Thanks"},
		"a mail address in words":        {"jana(at)example(punkt)de bitte", "[mail] bitte"},
		"a spelled mail address":         {"reach me: jana at example dot com", "reach me: [mail]"},
		"a mail address with umlauts":    {"jörg@müller.de", "[mail]"},
		"a split mail address":           {"ja\u200bna@exam\u200bple.de", "[mail]"},
		"a German mobile number":         {"Ruft an: 0171 2345678!", "Ruft an: [phone]!"},
		"a number with slash and hyphen": {"030/901820-17 geht keiner ran", "[phone] geht keiner ran"},
		"an international number":        {"+49 (0)30 901820", "[phone]"},
		"a number after 00":              {"0049-30-901820", "[phone]"},
		"a Turkish number in groups":     {"call 532 123 45 67 now", "call [phone] now"},
		"an American number":             {"(555) 123-4567", "[phone]"},
		"Arabic digits":                  {"اتصل ٠٥٠١٢٣٤٥٦٧", "اتصل [phone]"},
		"a number after another":         {"Auftrag 4711 030/1234567", "Auftrag [order] [phone]"},
		"an IBAN in groups":              {"IBAN DE89 3704 0044 0532 0130 00 bitte", "IBAN [iban] bitte"},
		"a solid IBAN in small letters":  {"de89370400440532013000", "[iban]"},
		"a mistyped IBAN":                {"GB29 NWBK 6016 1331 9268 18", "[iban]"},
		"a card number":                  {"charged 4111 1111 1111 1111 twice", "charged [card] twice"},
		"a solid card number":            {"5500005555555559", "[card]"},
		"a mistyped card number":         {"4111-1111-1111-1112", "[card]"},
		"a handle":                       {"@jana_k. hat recht, oder @tom?", "[handle]. hat recht, oder [handle 2]?"},
		"a handle with its host":         {"danke @jana@social.example", "danke [handle]"},
		"a reddit name":                  {"ask u/some_body", "ask [handle]"},
		"the same handle twice":          {"@jana, sag @Jana und @tom", "[handle], sag [handle] und [handle 2]"},
		"an account by its page":         {"instagram.com/jana_k oder t.me/janak", "instagram.com/[handle] oder t.me/[handle 2]"},
		"an account by its network":      {"Meine Insta: jana.k_93 bitte", "Meine Insta: [handle] bitte"},
		"a spelled free mail address":    {"jana.k at gmail.com", "[mail]"},
		"a mail address pulled apart":    {"jana.k [at] gmail . com", "[mail]"},
		"a French number":                {"appelez le 06 12 34 56 78", "appelez le [phone]"},
		"a Danish number in pairs":       {"ring 12 34 56 78", "ring [phone]"},
		"an Italian number":              {"chiamami 333 1234567", "chiamami [phone]"},
		"a number that is announced":     {"Tel. 171 2345678", "Tel. [phone]"},
		"a French IBAN":                  {"FR14 2004 1010 0505 0001 3M02 606 merci", "[iban] merci"},
		"an IBAN with odd gaps":          {"DE 89 3704 0044-0532 0130 00", "[iban]"},
		"an IBAN before words":           {"NL91ABNA0417164300 please pay back", "[iban] please pay back"},
		"an order number":                {"Bestellung Nr. 4711-0815 fehlt", "Bestellung Nr. [order] fehlt"},
		"an order number of a shop":      {"order 302-1234567-7654321 is lost", "order [order] is lost"},
		"a customer number":              {"meine Kundennummer: K-20394", "meine Kundennummer: [order]"},
		"a parcel number":                {"DHL 00340434161094042557", "DHL [number]"},
		"a count of orders stays":        {"order 2 of them, all 4", "order 2 of them, all 4"},
		"a street":                       {"Wohne in der Torstraße 12a, 10119 Berlin.", "Wohne in der [address]."},
		"a street with a short name":     {"Am Markt 3", "[address]"},
		"an English street":              {"221B Baker Street, London", "[address], London"},
		"a French street":                {"12 rue de la Paix, 75002 Paris", "[address]"},
		"a Spanish street":               {"Calle Mayor 5, 28013 Madrid", "[address]"},
		"a Polish street":                {"ul. Długa 5, 00-238 Warszawa", "[address]"},
		"a British postcode":             {"we live at SW1A 1AA", "we live at [address]"},
		"a name after a title":           {"Frau Dr. Weber hat geholfen", "Frau [name] hat geholfen"},
		"a name that is told":            {"Ich heiße Ayla Yıldız und warte", "Ich heiße [name] und warte"},
		"a name under a text":            {"Nichts geht!\nLG Traudl", "Nichts geht!\nLG [name]"},
		"a first name with a surname":    {"Danke an Sabine Krüger!", "Danke an [name]!"},
		"words that look like names":     {"Mark my words, May was better. Rose Gold?", "Mark my words, May was better. Rose Gold?"},
		"hidden tag characters":          {"fine\U000E0069\U000E0067", "fine"},
		"turned text":                    {"a \u202eesiarp\u202c b", "a esiarp b"},
		"a year stays":                   {"seit 2019 dabei", "seit 2019 dabei"},
		"a date stays":                   {"am 03.12.2024 und 2024-12-03", "am 03.12.2024 und 2024-12-03"},
		"a price stays":                  {"1.299,00 € für 2 Stück", "1.299,00 € für 2 Stück"},
		"a short number stays":           {"Filiale 12345", "Filiale 12345"},
		"a family of emoji stays":        {"👨‍👩‍👧 🏳️‍🌈", "👨‍👩‍👧 🏳️‍🌈"},
		"invalid bytes become marks":     {"a\xffb", "a?b"},
	} {
		if got := Conceal(c.text, 1000, 0).Text; got != c.want {
			t.Errorf("%s: %q became %q, want %q", name, c.text, got, c.want)
		}
	}
}

func TestConcealTakesKnownNamesOutWhereverTheyStand(t *testing.T) {
	for text, want := range map[string]string{
		"hat kiki_92 recht? Kiki_92!":       "hat [name] recht? [name]!",
		"Mira sagt, Sander Mira weiß es":    "[name] sagt, [name 2] [name] weiß es",
		"mira mira on the wall, miracle":    "mira mira on the wall, miracle",
		"Mira Sander war da, mira sander ":  "[name] war da, [name] ",
		"İstanbul'da Kiki_92 yok, kiki_92!": "İstanbul'da [name] yok, [name]!",
	} {
		if got := Conceal(text, 1000, 0, "@kiki_92", "Mira Sander", "X").Text; got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestConcealShortensBetweenRunes(t *testing.T) {
	for _, unit := range []string{"a", "ß", "漢", "😀"} {
		c := Conceal(strings.Repeat(unit, 5000), 3072, 1024)
		if !c.Shortened || !utf8.ValidString(c.Text) || !strings.Contains(c.Text, cut) || len(c.Text) > 3072+1024+len(cut) {
			t.Errorf("%s: %d bytes, valid %v", unit, len(c.Text), utf8.ValidString(c.Text))
		}
	}
	if c := Conceal("short", 3072, 1024); c.Shortened || c.Text != "short" {
		t.Errorf("a short text became %q", c.Text)
	}
}

func TestFindLeadsBackToTheOriginal(t *testing.T) {
	text := "Grüße von @jana: \u200bkaputt, ruft 0171 2345678 an. " + strings.Repeat("x", 5000) + " Ende 😀"
	c := Conceal(text, 3072, 1024)
	for quote, want := range map[string]string{
		"kaputt":                 "kaputt",
		"Grüße von":              "Grüße von",
		"ruft [phone] an":        "ruft 0171 2345678 an",
		"von [handle]: kaputt":   "von @jana: \u200bkaputt",
		"Ende 😀":                 "Ende 😀",
		"[phone]":                "0171 2345678",
		"not there":              "",
		"":                       "",
		strings.TrimSpace(cut):   "",
		"x" + cut + "x":          "",
		"0171 2345678":           "",
		"Grüße von [handle] the": "",
	} {
		start, end, ok := c.Find(quote)
		if ok != (want != "") || ok && text[start:end] != want {
			t.Errorf("quote %q: %v %q, want %q", quote, ok, text[start:end], want)
		}
	}
}

func FuzzConceal(f *testing.F) {
	f.Add("a@b.de 0171 2345678 @x", 20, 5)
	f.Fuzz(func(t *testing.T, text string, head, tail int) {
		head, tail = max(0, min(head, 4096)), max(0, min(tail, 4096))
		c := Conceal(text, head, tail)
		if !utf8.ValidString(c.Text) || len(c.from) != len(c.Text) || len(c.to) != len(c.Text) {
			t.Fatalf("%q: %d bytes, %d origins", c.Text, len(c.Text), len(c.from))
		}
		if start, end, ok := c.Find(c.Text); ok && (start < 0 || end > len(text) || start > end) {
			t.Fatalf("span %d to %d of %d bytes", start, end, len(text))
		}
	})
}
