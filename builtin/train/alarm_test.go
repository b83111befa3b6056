package train

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestAlarmsAreRaisedAsLongAsEnoughOfThemAreRight(t *testing.T) {
	b := &bench{stream: 6}
	scores := []float64{0.9, 0.8, 0.7, 0.6, 0.5, 0.4}
	yes := []bool{true, false, true, false, false, false}
	cut := b.lowest(0.5, func(i int) bool { return yes[i] }, func(i int) float64 { return scores[i] })
	if cut != 0.6 {
		t.Errorf("cut %v: two of four are right at 0.6, two of five at 0.5", cut)
	}
	if cut := b.lowest(0.5, func(int) bool { return false }, func(i int) float64 { return scores[i] }); cut <= 1 {
		t.Errorf("without a right one the alarm rings from %v", cut)
	}
}

func TestAnswersStandAloneWhereTheyAreRightOftenEnough(t *testing.T) {
	var answers []point
	for i := range 200 {
		answers = append(answers, point{float64(i) / 200, i >= 100}) // the upper half is right
	}
	threshold, share := standing(answers)
	if threshold > 0.5 || threshold < 0.4 || share < 0.5 {
		t.Errorf("alone from %v, a share of %v", threshold, share)
	}
	if threshold, _ := standing(answers[10:50]); threshold <= 1 {
		t.Errorf("40 right answers are believed already: alone from %v", threshold)
	}
}

func TestAHoleTakesAThirdOfTheWordsInOnePiece(t *testing.T) {
	words := strings.Fields("one two three four five six seven eight nine")
	rest, cut := hole(words, rand.New(rand.NewPCG(1, 1)))
	if len(strings.Fields(cut)) != 3 || len(strings.Fields(rest)) != 6 || !strings.Contains(strings.Join(words, " "), cut) {
		t.Errorf("%q was cut out and %q left", cut, rest)
	}
	if rest, cut := hole(nil, nil); rest != "" || cut != "" {
		t.Errorf("an empty text gives %q and %q", rest, cut)
	}
}
