package train

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	if _, err := zip.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const labelHead = "key\tintent\tsentiment\turgency\treply_expected\trisk\tironic\tambiguous\tchosen\n"

func TestLabelsFindTheirCommentByKeyAndMissingOnesAreCounted(t *testing.T) {
	dir, text := t.TempDir(), "The kettle burned my hand."
	lines := "another\n" + text + "\n" + text + "\n"
	if err := os.WriteFile(filepath.Join(dir, unlabelledFile), zipped(t, lines), 0o600); err != nil {
		t.Fatal(err)
	}
	labels, err := ownLabels(zipped(t, labelHead+
		labelKey([]byte(text))+"\tcomplaint\tnegative\turgent\tyes\tsafety,legal\tno\tyes\trandom\n"+
		"0000000000000000\tpraise\tpositive\tlow\tno\t-\tno\tno\tunsure\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, missing, err := readChosen(dir, labels)
	if err != nil || missing != 1 || len(got) != 1 {
		t.Fatalf("%d comments, %d missing, %v", len(got), missing, err)
	}
	c := got[0]
	if c.Text != text || c.Queue != "cm" || c.Urgency != "urgent" || !c.ReplyExpected || !c.Ambiguous || c.Ironic ||
		!slices.Equal(c.Risk, []string{"safety", "legal"}) || c.Chosen != byChance {
		t.Errorf("joined to %+v", c)
	}
}

func TestALabelOutsideTheTaxonomyIsRefused(t *testing.T) {
	for name, row := range map[string]string{
		"intent":    "k\trant\tnegative\tlow\tno\t-\tno\tno\trandom",
		"sentiment": "k\tpraise\tglad\tlow\tno\t-\tno\tno\trandom",
		"urgency":   "k\tpraise\tpositive\tsoon\tno\t-\tno\tno\trandom",
		"risk":      "k\tpraise\tpositive\tlow\tno\tfire\tno\tno\trandom",
		"columns":   "k\tpraise",
	} {
		if _, err := ownLabels(zipped(t, labelHead+row+"\n")); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("a wrong %s: %v", name, err)
		}
	}
}

func TestTheCommittedLabelsFollowTheTaxonomy(t *testing.T) {
	labels, err := ownLabels(labelFile)
	if err != nil {
		t.Fatal(err)
	}
	if len(labels) < 10_000 {
		t.Errorf("only %d labels", len(labels))
	}
	for key := range labels {
		if len(key) != 16 {
			t.Fatalf("key %q", key)
		}
	}
}

func TestAChosenCommentCountsLessAndItsNormalUrgencyNothing(t *testing.T) {
	for name, c := range map[string]struct {
		question string
		comment  Comment
		want     float32
	}{
		"a labelled comment counts in full":        {"intent", Comment{Urgency: "normal"}, 1},
		"a chosen one counts half":                 {"intent", Comment{Chosen: byChance, Urgency: "normal"}, chosenWeight},
		"its risks count in full":                  {"risk", Comment{Chosen: byChance, Urgency: "normal"}, 1},
		"its normal urgency says nothing":          {"urgency", Comment{Chosen: byChance, Urgency: "normal"}, 0},
		"its low urgency counts half":              {"urgency", Comment{Chosen: byChance, Urgency: "low"}, chosenWeight},
		"its high urgency counts in full":          {"urgency", Comment{Chosen: byChance, Urgency: "high"}, 1},
		"a labelled comment's normal urgency does": {"urgency", Comment{Urgency: "normal"}, 1},
	} {
		if got := trust(c.question, c.comment); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
