package history_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"triage/history"
	"triage/internal/corpus"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// told reads a file and says of each line what it is, in one row.
func told(t *testing.T, body string, change func(*history.Options)) string {
	t.Helper()
	content, err := history.Inspect(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	o := history.Options{Format: history.CSV, Encoding: content.Encoding, Zone: berlin(t), Account: "brand", Now: now}
	if change != nil {
		change(&o)
	}
	f, err := history.Open(strings.NewReader(body), o)
	if err != nil {
		return err.Error()
	}
	var rows []string
	for {
		line, err := f.Next()
		if errors.Is(err, io.EOF) {
			return strings.Join(rows, " | ")
		}
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case line.Reject != nil:
			rows = append(rows, fmt.Sprintf("%d %s %s", line.Number, line.Reject.Field, line.Reject.Code))
		case line.Own:
			rows = append(rows, fmt.Sprintf("%d own", line.Number))
		default:
			e := line.Event.Engagement
			rows = append(rows, fmt.Sprintf("%d %s %q %s", line.Number, e.ExternalID, e.Text, e.PostedAt.Format("0102T1504")))
		}
	}
}

func in(encoding history.Encoding) func(*history.Options) {
	return func(o *history.Options) { o.Encoding = encoding }
}

func utf16Of(text string, high, low int) string {
	var b bytes.Buffer
	for _, unit := range utf16.Encode([]rune(text)) {
		pair := [2]byte{}
		pair[high], pair[low] = byte(unit>>8), byte(unit)
		b.Write(pair[:])
	}
	return b.String()
}

func TestFilesAreReadAsTheirWritersMeantThem(t *testing.T) {
	const german = "id;text;datum\n1;Schöne Grüße;04.05.2026 12:30\n"
	const read = `2 1 "Schöne Grüße" 0504T1030`
	for _, c := range []struct{ rule, body, want string }{
		{"a spreadsheet that speaks German writes semicolons and its own times", german, read},
		{"a byte order mark is none of the first name", "\ufeff" + german, read},
		{"UTF-16 with a mark, little end first", "\xff\xfe" + utf16Of(german, 1, 0), read},
		{"UTF-16 with a mark, big end first", "\xfe\xff" + utf16Of(german, 0, 1), read},
		{"UTF-16 without a mark", utf16Of(german, 1, 0), read},
		{"Windows-1252", strings.NewReplacer("ö", "\xf6", "ü", "\xfc", "ß", "\xdf").Replace(german), read},
		{"a line that names the separator", "sep=|\r\nid|text|date\r\n1|a;b,c|2026-05-04 12:30\r\n", `3 1 "a;b,c" 0504T1030`},
		{"tabs", "id\ttext\tdate\n1\ta\t2026-05-04 12:30\n", `2 1 "a" 0504T1030`},
		{"line ends inside quotes stay in the text", "id,text,date\n1,\"a\nb \"\"c\"\"\",2026-05-04 12:30\n2,d,2026-05-04 12:31\n",
			`2 1 "a\nb \"c\"" 0504T1030 | 4 2 "d" 0504T1031`},
		{"names in any case, with what people put between words", "Comment-ID,Message,Created Time\n1,a,2026-05-04T12:30:00+02:00\n", `2 1 "a" 0504T1030`},
		{"blank lines and empty rows are passed over", "id,text,date\n\n,,\n1,a,2026-05-04 12:30\n\n", `4 1 "a" 0504T1030`},
		{"the last line needs no end", "id,text,date\n1,a,2026-05-04 12:30", `2 1 "a" 0504T1030`},
		{"a quote that never closes costs its own line", "id,text,date\n1,\"a,2026-05-04 12:30\n2,b,2026-05-04 12:31\n", `2  quotes | 3 2 "b" 0504T1031`},
		{"a quote in the middle is refused", "id,text,date\n1,5\" screen,2026-05-04 12:30\n2,b,2026-05-04 12:31\n", `2  quotes | 3 2 "b" 0504T1031`},
		{"too many columns and too few", "id,text,date\n1,a,b,2026-05-04\n2,a\n", "2  columns | 3  columns"},
		{"ids that a spreadsheet has spoilt, or saved as formulas", "id,text,date\n1.78957E+16,a,2026-05-04\n\"1,7E+16\",a,2026-05-04\n\"=\"\"17895695668004550\"\"\",a,2026-05-04 12:30\n",
			`2 id id_rounded | 3 id id_rounded | 4 17895695668004550 "a" 0504T1030`},
		{"what is needed and not there", "id,text,date\n,a,2026-05-04\n1,,2026-05-04\n1,a,\n", "2 id id_missing | 3 text text_missing | 4 written_at time_missing"},
		{"the brand's own words", "id,text,date,user_id\n1,a,2026-05-04,brand\n", "2 own"},
		{"a formula is a text like any other", "id,text,date\n1,=1+1,2026-05-04 12:30\n", `2 1 "=1+1" 0504T1030`},
		{"a column that is missing", "id,wort,date\n1,a,2026-05-04\n", "no column for text among: id, wort, date"},
		{"nothing at all", "\n\n", "the file is empty"},
	} {
		if got := told(t, c.body, nil); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.rule, got, c.want)
		}
	}
}

func TestTimesThatCanBeMistakenAreRefused(t *testing.T) {
	for said, want := range map[string]string{
		"2026-05-04T12:30:00Z":      "0504T1230",
		"2026-05-04T12:30:00+0200":  "0504T1030",
		"2026-05-04 12:30:00 +0200": "0504T1030",
		"2026-05-04 12:30:00 UTC":   "0504T1230",
		"1777890600":                "0504T1030",
		"1777890600123":             "0504T1030",
		"04.05.2026, 12:30 Uhr":     "0504T1030",
		"4.5.26 12:30":              "0504T1030",
		"04.01.2026 12:30":          "0104T1130", // in winter
		"29.03.2026 02:30":          string(history.TimeSkipped),
		"26.10.2025 02:30":          "1026T0030", // it came twice
		"04/05/2026":                string(history.TimeUnread),
		"yesterday":                 string(history.TimeUnread),
		"04.05.2099":                string(history.TimeAhead),
		"-1":                        string(history.TimeUnread),
		"31.02.2026":                string(history.TimeUnread),
	} {
		if got := told(t, "id;text;date\n1;a;"+said+"\n", nil); !strings.HasSuffix(got, " "+want) {
			t.Errorf("%s: %s, want %s", said, got, want)
		}
	}
	without := func(o *history.Options) { o.Zone = nil }
	if got := told(t, "id;text;date\n1;a;04.05.2026 12:30\n", without); got != "2 written_at time_without_zone" {
		t.Errorf("without a zone: %s", got)
	}
}

func TestLinesOfJSONAreReadByTheirUsualAndByChosenNames(t *testing.T) {
	jsonl := func(o *history.Options) { o.Format = history.JSONL }
	chosen := func(o *history.Options) {
		o.Format, o.Columns = history.JSONL, map[history.Field]string{history.ID: "meta.key", history.Text: "said"}
	}
	for _, c := range []struct {
		rule, body string
		change     func(*history.Options)
		want       string
	}{
		{"the shape of the generic webhook", `{"id":"c1","author":{"id":"u"},"text":"a\nb","created_at":"2026-05-04T10:30:00Z"}` + "\n", jsonl, `1 c1 "a\nb" 0504T1030`},
		{"every digit of a number counts", `{"id":17895695668004550123,"text":"a","created_at":1777890600}`, jsonl, `1 17895695668004550123 "a" 0504T1030`},
		{"names that the caller chose", `{"meta":{"key":7},"said":"a","created_at":1777890600}`, chosen, `1 7 "a" 0504T1030`},
		{"what is no object, and what follows", "[1]\n{\n\n{\"id\":1,\"text\":\"a\",\"created_at\":1777890600}\n", jsonl, `1  malformed_json | 2  malformed_json | 4 1 "a" 0504T1030`},
		{"no text is no text, whatever stands there", `{"id":1,"text":{"a":1},"created_at":1777890600}`, jsonl, "1 text text_missing"},
		{"a kind that is none", `{"id":1,"kind":"shout","text":"a","created_at":1777890600}`, jsonl, "1 kind kind_unknown"},
		{"a line longer than any comment", `{"id":1,"text":"` + strings.Repeat("x", 3<<20) + "\"}\n" + `{"id":2,"text":"a","created_at":1777890600}`, jsonl,
			`1  line_too_long | 2 2 "a" 0504T1030`},
		{"bytes that are no text", "{\"id\":1,\"text\":\"\xff\",\"created_at\":1}\n", in(history.UTF8), "1  not_utf8"},
	} {
		change := func(o *history.Options) { o.Encoding = history.UTF8; c.change(o); o.Format = history.JSONL }
		if got := told(t, c.body, change); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.rule, got, c.want)
		}
	}
}

func TestAMixOfEncodingsIsRefusedWithItsLine(t *testing.T) {
	_, err := history.Inspect(strings.NewReader("id,text\n1,Grüße\n2,Gr\xfc\xdfe\n"))
	var unclear *history.EncodingError
	if !errors.As(err, &unclear) || unclear.Line != 3 {
		t.Errorf("got %v", err)
	}
}

// A report is opened in the spreadsheet that the file came from.
func TestNothingInAReportIsRunByASpreadsheet(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	values := strings.Split(string(corpus.Read(t, dir, "hostile", "own", "csv-formula.txt")), "\n")
	values = append(values, strings.Split(string(corpus.Read(t, dir, "hostile", "csv", "payloadbox-csv-payload.txt")), "\n")...)
	var out bytes.Buffer
	report := history.NewReport(&out)
	for i, v := range values {
		report.Add(i+1, history.Reject{Field: history.ID, Code: history.IDUnusable, Value: v})
	}
	if err := report.Flush(); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(out.Bytes(), []byte("\ufeff")))).ReadAll()
	if err != nil || len(rows) != len(values)+1 {
		t.Fatalf("%d rows of %d values: %v", len(rows), len(values), err)
	}
	for _, row := range rows[1:] {
		if len(row) != 5 || strings.ContainsAny(row[4][:min(1, len(row[4]))], "=+-@\t\r") {
			t.Errorf("a spreadsheet could run %q", row)
		}
	}
}

// Whatever the columns hold, the cells arrive as their own writers say they should.
func TestCellsArriveAsWritten(t *testing.T) {
	dir, ok := corpus.Dir(t)
	if !ok {
		return
	}
	cells := 0
	for name, body := range corpus.Files(t, filepath.Join(dir, "hostile", "csv", "spectrum"), "*.csv") {
		var want []map[string]string
		wanted := corpus.Read(t, dir, "hostile", "csv", "spectrum", strings.TrimSuffix(name, ".csv")+".json")
		if name == "location_coordinates.csv" { // no UTF-8, and its answer is of another number
			continue
		}
		if err := json.Unmarshal(wanted, &want); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		header, _, _ := strings.Cut(string(body), "\n")
		for column := range want[0] {
			// The column stands as the text of lines that an id and a time are added to.
			end := "\n"
			if strings.HasSuffix(header, "\r") {
				end = "\r\n"
			}
			f, err := history.Open(strings.NewReader(withEnds(t, string(body), end)), history.Options{
				Format: history.CSV, Encoding: history.UTF8, Columns: map[history.Field]string{history.Text: column, history.ID: "row no", history.WrittenAt: "row time"}, Now: now,
			})
			if err != nil {
				t.Fatalf("%s, %s: %v", name, column, err)
			}
			for _, row := range want {
				line, err := f.Next()
				if err != nil {
					t.Fatalf("%s, %s: %v", name, column, err)
				}
				text := ""
				if line.Event != nil {
					text = line.Event.Engagement.Text
				}
				if strings.ReplaceAll(text, "\r\n", "\n") != strings.ReplaceAll(row[column], "\r\n", "\n") {
					t.Errorf("%s: %s is %q, want %q", name, column, text, row[column])
				}
				cells++
			}
		}
	}
	if cells < 30 {
		t.Errorf("only %d cells", cells)
	}
}

// withEnds adds an id and a time in front of each record of a table.
func withEnds(t *testing.T, table, end string) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for i, row := range rows {
		lead := fmt.Sprintf("r%d,1777890600,", i)
		if i == 0 {
			lead = "row no,row time,"
		}
		for n := range row {
			row[n] = `"` + strings.ReplaceAll(row[n], `"`, `""`) + `"`
		}
		out.WriteString(lead + strings.Join(row, ",") + end)
	}
	return out.String()
}
