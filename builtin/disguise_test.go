package builtin

import (
	"bufio"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"triage/triage"
)

// threats are plain sentences that the rules must know, to be disguised.
var threats = []string{
	"I will kill you", "we are going to kill you all", "I will find you and hurt your family", "we know where you live", "I know where he works",
	"you deserve to die", "you are going to die", "I will stab you", "someone should shoot him", "I want to strangle you",
	"kill yourself", "go die already", "I will burn down your office", "we will bomb your store", "I will shoot up the place",
	"watch your back", "I will break your legs", "I will smash your face", "put a bullet in him", "hang yourself",
	"I hope you die", "I hope he gets shot", "they should be shot", "I will beat you to death", "we will slit your throat",
	"ich bring dich um", "wir bringen euch um", "ich werde dich töten", "ich werde dich abstechen", "ich weiß wo du wohnst",
	"wir wissen wo ihr arbeitet", "du sollst sterben", "ihr sollt verrecken", "verrecke endlich", "bring dich um",
	"häng dich auf", "ich zünde euren laden an", "ich schlag dir die zähne ein", "ich brech dir die beine", "ich polier dir die fresse",
	"ich stech dich ab", "ich knall dich ab", "ich jag dir eine kugel in den kopf", "man sollte dich erschießen", "man sollte euch aufhängen",
	"ihr gehört alle erschossen", "eine bombe in eurem büro", "wir finden euch alle", "stirb du hund", "ich will dich umbringen",
}

func threatened(m *Model, text string) bool {
	for _, f := range m.rules.Match(text) {
		for _, r := range f.Risks {
			if r == triage.RiskThreat {
				return true
			}
		}
	}
	return false
}

func TestPlainThreatsAreFound(t *testing.T) {
	m := model(t)
	for _, text := range threats {
		if !threatened(m, text) {
			t.Errorf("%q is not found", text)
		}
	}
}

// TestThreatsInOtherLettersAreFound replaces letters by the lookalikes of a public
// list, where the corpora are there.
func TestThreatsInOtherLettersAreFound(t *testing.T) {
	root := os.Getenv("TRIAGE_CORPUS")
	if root == "" {
		t.Log("TRIAGE_CORPUS is not set: threats were not disguised by the public list of lookalikes")
		return
	}
	alike := lookalikesOf(t, filepath.Join(root, "hostile", "unicode", "homoglyph-char_codes.txt"))
	m := model(t)
	rng := rand.New(rand.NewPCG(1, 1))
	tried, found := 0, 0
	missed := map[rune]int{}
	for _, text := range threats {
		for range 40 {
			var used []rune
			disguised := strings.Map(func(r rune) rune {
				if list := alike[r]; len(list) > 0 && rng.Float64() < 0.3 {
					r = list[rng.IntN(len(list))]
					used = append(used, r)
				}
				return r
			}, text)
			tried++
			if threatened(m, disguised) {
				found++
				continue
			}
			for _, r := range used {
				missed[r]++
			}
		}
	}
	recall := float64(found) / float64(tried)
	t.Logf("%.4f of %d disguised threats are found", recall, tried)
	if recall < 0.95 {
		t.Errorf("recall %.4f; letters in the missed ones: %v", recall, missed)
	}
}

// lookalikesOf reads lines of code points that look alike; the letters of the first
// are the plain ones.
func lookalikesOf(t *testing.T, path string) map[rune][]rune {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	alike := map[rune][]rune{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var group []rune
		for _, code := range strings.Split(lines.Text(), ",") {
			if r, err := strconv.ParseUint(strings.TrimSpace(code), 16, 32); err == nil {
				group = append(group, rune(r))
			}
		}
		if len(group) > 1 && group[0] < 0x80 && unicode.IsLetter(group[0]) {
			plain := unicode.ToLower(group[0])
			alike[plain] = append(alike[plain], group[1:]...)
		}
	}
	return alike
}
