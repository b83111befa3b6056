package standardwebhooks

import (
	"os"
	"strings"
	"testing"
)

func TestTheDocumentedExamplesAreTakenWhole(t *testing.T) {
	page, err := os.ReadFile("../../docs/platforms/standard_webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := strings.Split(string(page), "```json\n")[1:]
	for _, example := range examples {
		body, _, _ := strings.Cut(example, "```")
		got := parse(t, body)
		if len(got.Events) == 0 || len(got.Rejects) > 0 || len(got.Ignored) > 0 {
			t.Errorf("%s\nwas read as %+v", body, got)
		}
	}
	if len(examples) != 4 {
		t.Errorf("%d examples", len(examples))
	}
}
