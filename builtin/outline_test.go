package builtin

import "testing"

func TestAnOutlineIsWhatCopiesHaveInCommon(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, a, b string
		same       bool
	}{
		{"case, accents and punctuation are dress", "Schämt euch! Nie wieder.", "SCHAMT EUCH nie wieder!!!", true},
		{"handles and links differ between copies", "@acme gewinne jetzt https://a.example/x1", "gewinne jetzt www.b.example @jo", true},
		{"numbers and codes differ between copies", "Code SAVE20 gilt bis 12.5.", "code save35 gilt bis 1.6.", true},
		{"drawn-out letters are one", "sooooo peinlich", "soooooooo peinlich", true},
		{"look-alike letters are no disguise", "free money", "frее mоnеy", true},
		{"one more word is another outline", "nie wieder", "nie wieder hier", false},
		{"signs count when there is nothing else", "😡😡😡", "😡", true},
		{"other signs are another outline", "😡", "❤️", false},
		{"signs beside words do not count", "nie wieder 😡", "nie wieder ❤️", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if a, b := OutlineOf(c.a), OutlineOf(c.b); (a.Hash == b.Hash) != c.same {
				t.Errorf("%q and %q have the outlines %v and %v", c.a, c.b, a, b)
			}
		})
	}
}

func TestAnOutlineCountsLetters(t *testing.T) {
	t.Parallel()
	for text, letters := range map[string]int{"": 0, "❤️❤️": 0, "<3": 0, "12345": 0, "Danke!": 5, "@acme nie wieder 😡": 9} {
		if got := OutlineOf(text).Letters; got != letters {
			t.Errorf("%q has %d letters, want %d", text, got, letters)
		}
	}
	if OutlineOf("12345").Hash != 0 || OutlineOf("").Hash != 0 || OutlineOf("❤️").Hash == 0 {
		t.Error("only a text with words or signs has an outline to compare")
	}
}
