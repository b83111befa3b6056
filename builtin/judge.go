package builtin

import (
	"cmp"
	"slices"

	"triage/triage"
)

// ruleBytes bounds the part of a text in which rules are looked for.
const ruleBytes = 100 << 10

// Classify judges one text. It draws every field from the taxonomy's closed sets, is
// deterministic, and says so with low confidence where it knows little.
func (m *Model) Classify(text string) triage.Classification {
	s := scans.Get().(*scan)
	defer scans.Put(s)
	m.look(s, text)
	lang, known := m.language(s, s.feats)

	c := m.Read(m.logits(s.feats))
	c.Language, c.Engine, c.Model = lang, "builtin", m.Name
	c.Evidence = m.evidence(s, c.Intent)
	m.doubt(&c, s, known)
	c.Unsure = m.unsure(c)
	m.raise(&c, text)
	return c
}

// Read turns the logits of all columns into answers with confidence, without rules and
// without doubt.
func (m *Model) Read(z []float64) triage.Classification {
	var c triage.Classification
	m.placeIntent(&c, z)
	m.mood(&c, z)
	m.pressing(&c, z)
	return c
}

// logits returns one number per column.
func (m *Model) logits(feats []Feature) []float64 {
	k := m.Columns
	acc := make([]float32, k)
	sense := slices.Clone(m.Bias)
	for _, f := range feats {
		if f.Bucket >= Buckets {
			for c, w := range m.Sense[int(f.Bucket-Buckets)*k:][:k] {
				sense[c] += f.Value * w
			}
			continue
		}
		for c, w := range m.Weights[int(f.Bucket)*k:][:k] {
			acc[c] += f.Value * float32(w)
		}
	}
	z := make([]float64, k)
	for c := range z {
		z[c] = float64(sense[c] + m.Scale[c]*acc[c])
	}
	return m.blend(z, feats)
}

// Grave reports whether r cannot wait: safety, self-harm, threat or legal.
func Grave(r triage.Risk) bool {
	return r == triage.RiskSafety || r == triage.RiskSelfHarm || r == triage.RiskThreat || r == triage.RiskLegal
}

// blend lets the last layer say what follows from the linear columns z and from the
// networks' mean.
func (m *Model) blend(z []float64, feats []Feature) []float64 {
	if len(m.Stack) == 0 {
		return z
	}
	k := len(z)
	both := append(z, make([]float64, k+1)...)
	both[2*k] = 1
	var h [Hidden]float32
	for i := range m.Nets {
		m.Nets[i].hidden(feats, &h)
		m.Nets[i].add(both[k:2*k], &h, 1/float64(len(m.Nets)))
	}
	out := make([]float64, k)
	for c := range out {
		for i, w := range m.Stack[c*(2*k+1):][:2*k+1] {
			out[c] += float64(w) * both[i]
		}
	}
	return out
}

func best(p []float64) int {
	top := 0
	for i := range p {
		if p[i] > p[top] {
			top = i
		}
	}
	return top
}

// placeIntent chooses the intent: first the queue, by the queue's own head together
// with the sum over the intents, then the likeliest intent inside that queue.
func (m *Model) placeIntent(c *triage.Classification, z []float64) {
	h, q := m.head("intent"), m.head("queue")
	p := h.Probabilities(z)
	intents := triage.Intents()
	content := 0.0
	for i, in := range intents {
		if in.DefaultQueue() == triage.SMM {
			content += p[i]
		}
	}
	smm := sigmoid(m.QueueMix[0] + m.QueueMix[1]*z[q.Column] + m.QueueMix[2]*Logit(content))
	for i, in := range intents {
		if in.DefaultQueue() == triage.SMM {
			p[i] *= smm / max(content, 1e-9)
		} else {
			p[i] *= (1 - smm) / max(1-content, 1e-9)
		}
	}
	want := triage.CM
	if smm >= 0.5 {
		want = triage.SMM
	}
	at := -1
	for i, in := range intents {
		if in.DefaultQueue() == want && (at < 0 || p[i]*h.lift(i) > p[at]*h.lift(at)) {
			at = i
		}
	}
	c.Intent = intents[at]
	c.Confidence.Queue = q.Curve.At(max(smm, 1-smm))
	c.Confidence.Intent = h.Curve.At(p[at])
}

// mood sets sentiment, irony and whether a reply is expected.
func (m *Model) mood(c *triage.Classification, z []float64) {
	h := m.head("sentiment")
	p := h.Probabilities(z)
	c.Sentiment = triage.Sentiments()[best(p)]
	c.Confidence.Sentiment = h.Curve.At(slices.Max(p))
	c.Ironic, c.Confidence.Ironic = m.head("ironic").yes(z)
	c.ReplyExpected, c.Confidence.ReplyExpected = m.head("reply_expected").yes(z)
}

// pressing sets urgency and risk as the model alone sees them.
func (m *Model) pressing(c *triage.Classification, z []float64) {
	h := m.head("urgency")
	p := h.Probabilities(z)
	at := 0
	if p[1] > p[0] {
		at = 1
	}
	conf := p[at]
	if press := p[2] + p[3]; press >= h.Cuts[0] {
		at, conf = 2, press
		if p[3] >= 0.5 { // alarms need good reasons; the rules know most of them
			at, conf = 3, p[3]
		}
	}
	c.Urgency = triage.Urgencies()[at]
	c.Confidence.Urgency = h.Curve.At(conf)
	c.Risks = m.flags(z)
}

// flags returns the risks that the model sees: those that are likely by themselves, and
// where some risk, or some grave one, is likely without saying which, the likeliest.
func (m *Model) flags(z []float64) (risks []triage.Risk) {
	r := m.head("risk")
	p := r.Probabilities(z)
	likeliest := func(in func(triage.Risk) bool) {
		top := -1
		for i, risk := range triage.Risks() {
			if in(risk) && (top < 0 || p[i] > p[top]) {
				top = i
			}
		}
		if risk := triage.Risks()[top]; !slices.Contains(risks, risk) {
			risks = append(risks, risk)
		}
	}
	for i, risk := range triage.Risks() {
		if p[i] >= r.Cuts[i] {
			risks = append(risks, risk)
		}
	}
	if len(m.Alarms) == 0 {
		return risks
	}
	some, grave := m.Alarm(z)
	if grave >= m.Alarms[1] && !slices.ContainsFunc(risks, Grave) {
		likeliest(Grave)
	}
	if some >= m.Alarms[0] && len(risks) == 0 {
		likeliest(func(triage.Risk) bool { return true })
	}
	return risks
}

// Alarm returns how likely some risk and some grave risk are: the mean of what the
// columns for these questions say and of what the single flags make together.
func (m *Model) Alarm(z []float64) (some, grave float64) {
	none, noGrave := 1.0, 1.0
	for i, p := range m.head("risk").Probabilities(z) {
		none *= 1 - p
		if Grave(triage.Risks()[i]) {
			noGrave *= 1 - p
		}
	}
	p := m.head("alarm").Probabilities(z)
	return (p[0] + 1 - none) / 2, (p[1] + 1 - noGrave) / 2
}

// doubt lowers confidence where the model has learned little, and never calls
// something spam only because it is strange.
func (m *Model) doubt(c *triage.Classification, s *scan, known float64) {
	if len(s.tokens) == 0 || s.wordless() {
		c.Intent = m.wordlessIntent(s, c.Intent)
	}
	if c.Language == "en" || c.Language == "de" {
		return
	}
	factor := m.Foreign
	if c.Language == undetermined && !s.wordless() {
		factor *= 0.5
	}
	if c.Intent == triage.Spam && c.Language == undetermined {
		c.Intent = triage.Other
	}
	for _, f := range []*float64{
		&c.Confidence.Queue, &c.Confidence.Intent, &c.Confidence.Sentiment,
		&c.Confidence.Ironic, &c.Confidence.Urgency, &c.Confidence.ReplyExpected,
	} {
		*f *= factor
	}
}

// Elsewhere is the language under which the thresholds of all other languages stand.
const Elsewhere = "other"

// unsure names the fields whose confidence is lower than what was measured to be right
// often enough in the text's language.
func (m *Model) unsure(c triage.Classification) (fields []string) {
	language := c.Language
	if language != "en" && language != "de" {
		language = Elsewhere
	}
	for _, f := range []struct {
		head string
		sure float64
	}{
		{"queue", c.Confidence.Queue}, {"intent", c.Confidence.Intent}, {"sentiment", c.Confidence.Sentiment},
		{"ironic", c.Confidence.Ironic}, {"urgency", c.Confidence.Urgency}, {"reply_expected", c.Confidence.ReplyExpected},
	} {
		if alone, known := m.head(f.head).Alone[language]; known && f.sure < alone || c.Language == undetermined {
			fields = append(fields, f.head)
		}
	}
	return fields
}

// wordless reports whether nothing was said in letters.
func (s *scan) wordless() bool { return s.caps+s.small == 0 }

// wordlessIntent keeps what emoji may say; an empty text, a bare link or a number is
// other.
func (m *Model) wordlessIntent(s *scan, seen triage.Intent) triage.Intent {
	for _, t := range s.tokens {
		if t.kind == kindEmoji {
			return seen
		}
	}
	return triage.Other
}

// raise lets the rules speak. They only add risks and only raise urgency.
func (m *Model) raise(c *triage.Classification, text string) {
	if len(text) > ruleBytes {
		text = text[:runeStart(text, ruleBytes)]
	}
	var risks []triage.Risk
	for _, f := range m.rules.Match(text) {
		risks = append(risks, f.Risks...)
		c.Urgency = c.Urgency.AtLeast(f.Urgency)
		c.Rules = append(c.Rules, f.Rule)
		c.Evidence = append(c.Evidence, triage.Span{Start: f.Start, End: f.End, Why: f.Rule})
	}
	c.Risks = triage.Union(c.Risks, risks)
}

// evidence returns up to three places whose words spoke loudest for the intent in the
// linear columns, which say so exactly, in the order of the text.
func (m *Model) evidence(s *scan, intent triage.Intent) []triage.Span {
	if len(s.tokens) == 0 {
		return nil
	}
	h := m.head("intent")
	col := h.Column + slices.Index(triage.Intents(), intent)
	votes := make([]float32, len(s.tokens))
	for _, f := range s.feats {
		if f.From > f.To || int(f.To) >= len(votes) {
			continue
		}
		v := f.Value * float32(m.Weights[int(f.Bucket)*m.Columns+col]) / float32(f.To-f.From+1)
		for i := f.From; i <= f.To; i++ {
			votes[i] += v
		}
	}
	order := make([]int, 0, len(votes))
	for i, v := range votes {
		if v > 0 && s.tokens[i].kind != kindPunct {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(votes[b], votes[a]) })
	order = order[:min(3, len(order))]
	slices.Sort(order)
	var spans []triage.Span
	for n, i := range order {
		t := s.tokens[i]
		if n > 0 && order[n-1] == i-1 {
			spans[len(spans)-1].End = t.end
			continue
		}
		spans = append(spans, triage.Span{Start: t.start, End: t.end, Why: "intent"})
	}
	return spans
}
