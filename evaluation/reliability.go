package evaluation

import (
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
)

// Bin is one group of answers of about equal confidence: what was promised, what was kept.
type Bin struct {
	Answers    int     `json:"answers"`
	Confidence float64 `json:"confidence"` // mean
	Right      float64 `json:"right"`      // share
}

// reliability cuts the answers, least sure first, into ten groups of equal size.
func reliability(answers []answer) []Bin {
	sorted := slices.Clone(answers)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].confidence < sorted[j].confidence })
	var bins []Bin
	for g := range 10 {
		group := sorted[g*len(sorted)/10 : (g+1)*len(sorted)/10]
		if len(group) == 0 {
			continue
		}
		b := Bin{Answers: len(group), Right: accuracy(group)}
		for _, a := range group {
			b.Confidence += a.confidence / float64(len(group))
		}
		bins = append(bins, b)
	}
	return bins
}

// confusion counts what was said for each right answer.
func confusion(answers []answer) map[string]map[string]int {
	counts := map[string]map[string]int{}
	for _, a := range answers {
		if counts[a.want] == nil {
			counts[a.want] = map[string]int{}
		}
		counts[a.want][a.got]++
	}
	return counts
}

// DrawReliability writes an SVG of what queue and intent promised against what they kept. On
// the diagonal the promise is true, below it is too bold.
func (r Report) DrawReliability(w io.Writer) error {
	const size, edge = 320, 48
	var sb strings.Builder
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(&sb, format+"\n", args...) }
	x := func(v float64) float64 { return edge + v*(size-edge-12) }
	y := func(v float64) float64 { return 12 + (1-v)*(size-edge-12) }
	p(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`, size+90, size, size+90, size)
	p(`<title>Confidence against the share of right answers</title><rect width="100%%" height="100%%" fill="#fff"/>`)
	for i := range 6 {
		v := float64(i) / 5
		p(`<path d="M%.0f %.1fH%.0f" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end" fill="#444">%.1f</text>`, x(0), y(v), x(1), edge-8, y(v)+4, v)
		p(`<text x="%.0f" y="%d" text-anchor="middle" fill="#444">%.1f</text>`, x(v), size-edge+16, v)
	}
	p(`<path d="M%.0f %.0fL%.0f %.0f" stroke="#999" stroke-dasharray="3 3"/>`, x(0), y(0), x(1), y(1))
	p(`<text x="%.0f" y="%d" text-anchor="middle" fill="#444">confidence</text>`, x(0.5), size-10)
	p(`<text x="14" y="%.0f" text-anchor="middle" fill="#444" transform="rotate(-90 14 %.0f)">share right</text>`, y(0.5), y(0.5))
	for i, line := range []struct {
		name, colour, dash string
		bins               []Bin
	}{{"queue", "#111", "", r.Queue.Reliability}, {"intent", "#06c", "6 3", r.Intent.Reliability}} {
		var points []string
		for _, b := range line.bins {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(b.Confidence), y(b.Right)))
			p(`<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`, x(b.Confidence), y(b.Right), line.colour)
		}
		p(`<polyline points="%s" fill="none" stroke="%s" stroke-width="2" stroke-dasharray="%s"/>`, strings.Join(points, " "), line.colour, line.dash)
		p(`<text x="%d" y="%d" fill="%s">%s</text>`, size+12, 24+18*i, line.colour, line.name)
	}
	p(`</svg>`)
	_, err := io.WriteString(w, sb.String())
	return err
}
