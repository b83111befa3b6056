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
	return z
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
	r := m.head("risk")
	for i, risk := range r.Probabilities(z) {
		if risk >= r.Cuts[i] {
			c.Risks = append(c.Risks, triage.Risks()[i])
		}
	}
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

// evidence returns up to three places whose words spoke loudest for the intent, in the
// order of the text.
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
