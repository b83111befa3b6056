package classifier

import (
	"embed"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"triage/builtin"
	"triage/triage"
)

// AddressesModel is why a span is evidence that a text speaks to the machine.
const AddressesModel = "addresses_model"

// The parts of a text in which that is looked for, in bytes: more than is ever sent.
const guardedHead, guardedTail = 64 << 10, 8 << 10

//go:embed rules/*.rules
var guardFiles embed.FS

var guardRules = sync.OnceValue(func() *builtin.Ruleset {
	rules, err := builtin.LoadRules(guardFiles)
	if err != nil {
		panic("classifier: " + err.Error()) // the files are part of the program
	}
	return rules
})

// Addressing returns where text speaks to a machine that reads it instead of to people:
// orders to forget its instructions, verdicts it should give, requests for its prompt, the
// form of its input or answer, and writing that people cannot see. The spans are whole
// sentences or lines, in order, apart from each other. It finds the known ways in English
// and German, the commonest in other languages, and no new ones: what it misses meets the
// closed sets and the rules.
func Addressing(text string) []triage.Span {
	if len(text) <= guardedHead+guardedTail {
		return addressing(text)
	}
	head, tail := guardedHead, len(text)-guardedTail
	for head > 0 && !utf8.RuneStart(text[head]) {
		head--
	}
	for tail < len(text) && !utf8.RuneStart(text[tail]) {
		tail++
	}
	spans := addressing(text[:head])
	for _, s := range addressing(text[tail:]) {
		spans = append(spans, triage.Span{Start: s.Start + tail, End: s.End + tail, Why: s.Why})
	}
	return spans
}

func addressing(text string) []triage.Span {
	found := ordered(text)
	for _, form := range machineForms {
		for _, at := range form.FindAllStringIndex(text, -1) {
			found = append(found, sentence(text, at[0], at[1]))
		}
	}
	found = append(found, hidden(text)...)
	found = append(found, encoded(text)...)
	found = append(found, scrambled(text)...)
	return united(found)
}

// ordered finds the sentences in which rules hold. A rule tells its first place only, so what
// it found is taken out and looked at again, a few times: the rest of such a text is not
// trusted anyway.
func ordered(text string) (found [][]int) {
	for range 4 {
		places := guardRules().Match(text)
		if len(places) == 0 {
			break
		}
		var now [][]int
		for _, f := range places {
			now = append(now, sentence(text, f.Start, f.End))
		}
		found = append(found, now...)
		text = unaddressed(text, united(now))
	}
	return found
}

// machineForms are the forms of a model's input and output, which people do not write, and
// orders in scripts that have no spaces or whose letters rules do not hold.
var machineForms = []*regexp.Regexp{
	regexp.MustCompile(`(?i)</?\s*(?:user_content|user_input|user_message|instructions?|system|system_prompt|prompt|assistant|comment|data|tool_call|function_call|context)\s*>`),
	regexp.MustCompile(`(?i)\\*["'](?:label|intent|second_intent|sentiment|urgency|confidence|queue|role|reply_expected)\\*["']\s*:\s*(?:\\*["']?\w|\[)`),
	regexp.MustCompile(`(?i)<\|(?:im_start|im_end|endoftext|system|user|assistant|eot_id|start_header_id)\|>|\[/?INST\]|<</?SYS>>`),
	regexp.MustCompile(`(?im)^[\s#*>\[("-]*(?:assistant|system (?:prompt|message|note|override|instruction)|new instructions?)\s*[\])]?\s*:`),
	regexp.MustCompile(`(?:->|=>|→)\s*(?i:label|intent|category|class|sentiment)\b`),
	regexp.MustCompile(`(?i)\b(?:label|intent|queue|urgency)\s*=\s*["']?[a-z]`),
	regexp.MustCompile(`(?i)(?:игнорируй|игнорируйте|забудь|забудьте|отмени)(?:те)?\s+(?:\p{L}+\s+){0,3}(?:инструкции|инструкций|указания|команды|правила)`),
	regexp.MustCompile(`(?i)(?:классифицируй|классифицируйте|отметь|пометь)\s+(?:\p{L}+\s+){0,3}как`),
	regexp.MustCompile(`(?:تجاهل|انس|تخط)\S*\s+(?:\S+\s+){0,3}(?:التعليمات|الأوامر|تعليمات)`),
	regexp.MustCompile(`(?:忽略|无视|忘记|忘掉)[^。！？\n]{0,12}(?:指令|指示|提示|命令)`),
	regexp.MustCompile(`(?:分类|标记|归类)(?:为|成|至)`),
	regexp.MustCompile(`(?:指示|命令|プロンプト)を?(?:すべて)?(?:無視|忘れ)`),
}

// hidden finds writing that people cannot see: tag characters that spell no flag, and text
// turned around by a control for the other direction.
func hidden(text string) [][]int {
	var found [][]int
	for _, at := range tagText.FindAllStringIndex(text, -1) {
		// Emoji flags are spelled in tag characters after a black flag (UTS #51, "ED-14a").
		if !strings.HasSuffix(text[:at[0]], "\U0001F3F4") || utf8.RuneCountInString(text[at[0]:at[1]]) > 8 {
			found = append(found, at)
		}
	}
	return append(found, turnedText.FindAllStringIndex(text, -1)...)
}

var (
	tagText    = regexp.MustCompile(`[\x{E0001}-\x{E007F}]{2,}`)
	turnedText = regexp.MustCompile(`[\x{202D}\x{202E}][^\x{202C}\n]*[A-Za-z]{3,}[^\x{202C}\n]*\x{202C}?`)
	base64Text = regexp.MustCompile(`[A-Za-z0-9+/_-]{24,}={0,2}`)
)

// encoded finds base64 (RFC 4648) that holds readable words.
func encoded(text string) [][]int {
	var found [][]int
	for _, at := range base64Text.FindAllStringIndex(text, -1) {
		run := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text[at[0]:at[1]], "="))
		words, err := base64.RawStdEncoding.DecodeString(run[:len(run)-len(run)%4])
		if err == nil && readable(string(words)) {
			found = append(found, sentence(text, at[0], at[1]))
		}
	}
	return found
}

func readable(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return false
		}
	}
	return strings.Count(s, " ") >= 2
}

// scrambledWords are words that orders to a machine are made of. People read them when the
// letters between the first and the last are mixed up, and so do models.
var scrambledWords = func() map[string]string {
	keys := map[string]string{}
	for _, w := range []string{
		"ignore", "disregard", "previous", "instruction", "instructions", "prompt", "system", "output", "classify",
		"ignoriere", "vorherigen", "anweisungen",
	} {
		keys[mixed(w)] = w
	}
	return keys
}()

// mixed returns what stays the same when the letters inside a word change places, the last
// two apart: "outptu" is "output".
func mixed(word string) string {
	letters := []byte(word)
	slices.Sort(letters[1:])
	return string(letters)
}

// scrambled finds two such words near each other of which at least one is mixed up.
func scrambled(text string) [][]int {
	words := builtin.Skeleton(text)
	const near = 6
	last, lastMixed := -1, false
	for i, w := range words {
		if len(w.Text) < 6 {
			continue
		}
		word, known := scrambledWords[mixed(w.Text)]
		if !known {
			continue
		}
		odd := word != w.Text
		if last >= 0 && i-last <= near && (odd || lastMixed) {
			return [][]int{sentence(text, words[last].Start, w.End)}
		}
		last, lastMixed = i, odd
	}
	return nil
}

// sentence widens [start, end) to the sentence or line around it.
func sentence(text string, start, end int) []int {
	from := 0
	for i, r := range text[:start] {
		size := utf8.RuneLen(r)
		if r == '\n' || strings.ContainsRune(".!?。！？", r) && i+size < len(text) && !inWord(text[i+size:]) {
			from = i + size
		}
	}
	to := len(text)
	for i, r := range text[end:] {
		size := utf8.RuneLen(r)
		if r == '\n' || strings.ContainsRune(".!?。！？", r) && !inWord(text[end+i+size:]) {
			to = end + i + size
			break
		}
	}
	return []int{from, to}
}

// inWord reports whether a mark before rest stands inside a number or an address.
func inWord(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// united returns the ranges in order, those that touch as one.
func united(ranges [][]int) []triage.Span {
	slices.SortFunc(ranges, func(a, b []int) int { return a[0] - b[0] })
	var spans []triage.Span
	for _, r := range ranges {
		if n := len(spans); n > 0 && r[0] <= spans[n-1].End {
			spans[n-1].End = max(spans[n-1].End, r[1])
			continue
		}
		spans = append(spans, triage.Span{Start: r[0], End: r[1], Why: AddressesModel})
	}
	return spans
}

// unaddressed returns text with spaces in place of spans, so that what is left keeps its
// place, byte for byte.
func unaddressed(text string, spans []triage.Span) string {
	if len(spans) == 0 {
		return text
	}
	left := []byte(text)
	for _, s := range spans {
		for i := s.Start; i < s.End; i++ {
			left[i] = ' '
		}
	}
	return string(left)
}
