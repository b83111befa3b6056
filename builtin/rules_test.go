package builtin

import (
	"slices"
	"strings"
	"testing"

	"triage/triage"
)

func TestRulesRaise(t *testing.T) {
	m := model(t)
	for _, tt := range []struct {
		text    string
		risk    triage.Risk
		urgency triage.Urgency
	}{
		{"The charger caught fire in my kitchen", triage.RiskSafety, triage.UrgencyUrgent},
		{"My son ended up in hospital after eating this", triage.RiskSafety, triage.UrgencyUrgent},
		{"I want to kill myself", triage.RiskSelfHarm, triage.UrgencyUrgent},
		{"i don't want to live anymore", triage.RiskSelfHarm, triage.UrgencyUrgent},
		{"We know where you live, we will kill you", triage.RiskThreat, triage.UrgencyUrgent},
		{"My lawyer is going to sue you", triage.RiskLegal, triage.UrgencyUrgent},
		{"This is a data breach, I see other people's addresses", triage.RiskPrivacy, triage.UrgencyUrgent},
		{"Your staff discriminated against my wife", triage.RiskDiscrimination, triage.UrgencyUrgent},
		{"Everybody boycott this shop", triage.RiskBoycott, triage.UrgencyUrgent},
		{"Das Ladegerät ist explodiert", triage.RiskSafety, triage.UrgencyUrgent},
		{"Ich will nicht mehr leben", triage.RiskSelfHarm, triage.UrgencyUrgent},
		{"Ich bring dich um", triage.RiskThreat, triage.UrgencyUrgent},
		{"Ich weiss wo du wohnst", triage.RiskThreat, triage.UrgencyUrgent},
		{"Das geht jetzt an meinen Rechtsanwalt", triage.RiskLegal, triage.UrgencyUrgent},
		{"Mein Konto wurde gehackt", triage.RiskPrivacy, triage.UrgencyUrgent},
		{"Wegen meiner Hautfarbe wurde ich nicht bedient", triage.RiskDiscrimination, triage.UrgencyUrgent},
	} {
		c := m.Classify(tt.text)
		if !slices.Contains(c.Risks, tt.risk) || c.Urgency != tt.urgency || len(c.Rules) == 0 {
			t.Errorf("%q: risks %v, urgency %s, rules %v", tt.text, c.Risks, c.Urgency, c.Rules)
		}
	}
}

func TestRulesLeaveHarmlessTextAlone(t *testing.T) {
	m := model(t)
	for _, text := range []string{
		"I am not going to sue you, relax", "This song is fire", "Lovely shoes, I want them", "We had a great time in court yard cafe",
		"Die KI in der App ist gut", "Ich habe keine Anzeige geschaltet", "Danke, alles wieder gut", "No lawyer needed, all fine", "That joke killed me haha",
	} {
		if found := m.rules.Match(text); len(found) > 0 {
			t.Errorf("%q: %+v", text, found)
		}
	}
}

func TestDisguisedThreatsAreFound(t *testing.T) {
	m := model(t)
	for _, text := range []string{
		"I will k\u200bi\u200bl\u200bl you", "I will kіll уou", "I wi11 k1ll y0u", "I will KILL YOU!!!", "I will kiiiill you", "I will k i l l you",
		"I will k.i.l.l you", "𝐈 𝐰𝐢𝐥𝐥 𝐤𝐢𝐥𝐥 𝐲𝐨𝐮", "Ｉ ｗｉｌｌ ｋｉｌｌ ｙｏｕ", "I will k\u0336i\u0336l\u0336l\u0336 you", "Ι will κill you", "I will ki\u00adll you", "I will kiII you", "I will |<ill you and kill you",
	} {
		found := m.rules.Match(text)
		if !slices.ContainsFunc(found, func(f Found) bool { return f.Rule == "threat" }) {
			t.Errorf("%q: found %v in %v", text, found, bareWords(nil, text))
			continue
		}
		for _, f := range found {
			if f.Start < 0 || f.End > len(text) || !strings.Contains(text[f.Start:f.End], text[len(text)-1:]) && f.End < len(text)-4 {
				t.Errorf("%q: span %d to %d", text, f.Start, f.End)
			}
		}
	}
}

func TestRuleFilesAreRefusedWhenWrong(t *testing.T) {
	for _, line := range []string{"rule nameless", "rule a: dragons", "a phrase without a rule"} {
		rs := &Ruleset{negations: map[string]bool{}}
		if err := rs.line(line); err == nil {
			t.Errorf("%q is accepted", line)
		}
	}
}
