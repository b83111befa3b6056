package api

import (
	"strings"

	"triage/postgres"
	"triage/triage"
)

// covers are the words of the neutral line that stands for a text that may hurt, in the
// language of the text where we have one of our own.
var covers = map[string]struct {
	line  string
	abuse string
	risks map[triage.Risk]string
}{
	"en": {"This text is covered because it may hurt to read", "abusive words", map[triage.Risk]string{
		triage.RiskSelfHarm: "somebody may harm themselves", triage.RiskThreat: "a threat", triage.RiskDiscrimination: "discrimination",
		triage.RiskSafety: "an injury or danger", triage.RiskMinor: "a child is involved",
	}},
	"de": {"Dieser Text ist verdeckt, weil er verletzen kann", "Beschimpfung", map[triage.Risk]string{
		triage.RiskSelfHarm: "jemand könnte sich etwas antun", triage.RiskThreat: "eine Drohung", triage.RiskDiscrimination: "Diskriminierung",
		triage.RiskSafety: "eine Verletzung oder Gefahr", triage.RiskMinor: "ein Kind ist betroffen",
	}},
}

// coverOf returns one neutral line about a text that may hurt: what kind it is, and none
// of its words.
func coverOf(i postgres.Item) string {
	language, _, _ := strings.Cut(languageOf(i), "-")
	words, ok := covers[language]
	if !ok {
		words = covers["en"]
	}
	var kinds []string
	if i.Intent == triage.Abuse {
		kinds = append(kinds, words.abuse)
	}
	for _, risk := range i.Risks {
		if word, ok := words.risks[risk]; ok {
			kinds = append(kinds, word)
		}
	}
	if len(kinds) == 0 {
		return words.line + "."
	}
	return words.line + ": " + strings.Join(kinds, ", ") + "."
}

// uncovered is an item whose text is shown, because somebody asked to read it.
func uncovered(i postgres.Item) postgres.Item {
	i.Heavy = false
	return i
}
