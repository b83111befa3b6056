package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// said is one comment of the day.
type said struct {
	id, post, author, text, language string
	followers                        int
}

// crowd invents a day of comments. The same seed says the same.
type crowd struct {
	rand *rand.Rand
	n    int
}

func newCrowd() *crowd { return &crowd{rand: rand.New(rand.NewPCG(2026, 11))} }

func (c *crowd) pick(words []string) string { return words[c.rand.IntN(len(words))] }

func (c *crowd) say(post, author, language, text string) said {
	c.n++
	return said{id: fmt.Sprintf("day%04d", c.n), post: post, author: author, language: language, text: text, followers: c.rand.IntN(900)}
}

// tongue is what people say in one language: any opening fits any matter and any ending.
type tongue struct{ openings, matters, endings []string }

var tongues = map[string]tongue{
	"de": {
		openings: []string{"Hallo zusammen,", "Moin,", "Servus,", "Guten Abend,", "Kurze Sache:", "Also ehrlich,", "Liebes Team,", "Mal nebenbei:", "Hey,", "Sagt mal,"},
		matters: []string{
			"passt der Gepäckträger auch an das alte Tourenrad?", "was kostet der große Kindersitz bei euch im Laden?",
			"mein Bremskabel ist nach zwei Wochen gerissen und niemand meldet sich.", "die Werkstatt in der Oderstraße war gestern super freundlich.",
			"das Video vom Fluss ist richtig stark geschnitten.", "könnt ihr mal zeigen, wie man eine Kette pflegt?",
			"wann macht ihr wieder eine Nachtfahrt durch die Stadt?", "meine Bestellung hängt seit neun Tagen in Leipzig fest.",
			"die Klingel in Grün gefällt meiner Tochter am besten.", "habt ihr am Samstag bis achtzehn Uhr geöffnet?",
			"der Sattel drückt nach einer Stunde, da muss ein anderer her.", "ich habe euer Lastenrad heute am Kanal gesehen.",
			"bitte bringt den Korb wieder in Weide heraus.", "die Musik im Beitrag passt überhaupt nicht zum Bild.",
			"@nele, das wäre doch etwas für unsere Tour!", "ihr habt mir zweimal denselben Betrag abgebucht.",
			"wo finde ich die Anleitung für das Faltschloss?", "danke für den schnellen Ersatz der Pumpe.",
			"seit dem Update zeigt der Tacho nur Striche.", "ein Leihrad für Große fehlt mir in eurem Angebot.",
		},
		endings: []string{"Danke euch.", "Viele Grüße aus Köln.", "🙂", "Bin gespannt.", "Schönen Tag noch.", "Lg, Öznur", "👍", "Bis bald.", "Mehr sage ich dazu nicht.", "Grüße vom Deich."},
	},
	"en": {
		openings: []string{"Hi there,", "Hello team,", "Quick one:", "Honestly,", "Good morning,", "Just wondering,", "Hey,", "So,", "One more thing:", "Evening all,"},
		matters: []string{
			"does the rear rack fit the older touring frame?", "how much is the big child seat in your shop?",
			"my brake cable snapped after two weeks and nobody answers.", "the people in your workshop were lovely yesterday.",
			"the river clip is beautifully edited.", "could you show how to look after a chain?",
			"when is the next night ride through town?", "my order has been stuck in Leipzig for nine days.",
			"the green bell is my daughter's favourite.", "are you open until six on Saturday?",
			"the saddle hurts after an hour, it needs another one.", "I saw your cargo bike by the canal today.",
			"please bring back the basket made of willow.", "the music in this post does not fit the pictures at all.",
			"@nell this would be perfect for our trip!", "you charged me the same amount twice.",
			"where do I find the manual for the folding lock?", "thanks for replacing the pump so fast.",
			"since the update the speedometer shows only dashes.", "I miss a rental bike for tall people.",
		},
		endings: []string{"Thanks!", "Greetings from Leeds.", "🙂", "Curious to hear.", "Have a good day.", "Cheers, Sam", "👍", "See you soon.", "That is all.", "Take care."},
	},
}

// talk is n ordinary comments, spread over posts and people.
func (c *crowd) talk(n int) []said {
	all := make([]said, n)
	for i := range all {
		language := c.pick([]string{"de", "en"})
		t := tongues[language]
		text := strings.Join([]string{c.pick(t.openings), c.pick(t.matters), c.pick(t.endings)}, " ")
		all[i] = c.say(fmt.Sprintf("post%02d", c.rand.IntN(40)), fmt.Sprintf("guest%03d", c.rand.IntN(700)), language, text)
	}
	return all
}

// chorus is n people who say nearly the same on one post, each in their own spelling.
func (c *crowd) chorus(n int, post, language, text string, tails ...string) []said {
	all := make([]said, n)
	for i := range all {
		own := text
		if i%3 == 1 {
			own = strings.ToLower(own)
		}
		if i%4 == 2 {
			own = strings.TrimRight(own, ".!") + "!!"
		}
		all[i] = c.say(post, fmt.Sprintf("chorus-%s-%03d", post, i), language, strings.TrimSpace(own+" "+c.pick(append(tails, ""))))
	}
	return all
}

// wire is what the platform sends of it.
func (s said) wire(at time.Time) map[string]any {
	return map[string]any{
		"id": s.id, "account": "page", "thread": map[string]any{"id": s.post, "text": "Post " + s.post},
		"author":   map[string]any{"id": s.author, "handle": "@" + s.author, "name": s.author, "followers": s.followers},
		"language": s.language, "text": s.text, "created_at": at.UTC(),
	}
}
