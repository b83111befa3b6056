package evaluation

import (
	"fmt"
	"io"
	"strings"
)

// Sizes of the drawing, in pixels, and the precision at its lower edge.
const (
	drawnWidth, drawnHeight = 560, 320
	drawnLeft, drawnTop     = 56, 24
	drawnRight, drawnBottom = 120, 44
	drawnFrom               = 0.7
)

// Draw writes an SVG of how many queues can be decided alone and how often they are
// right then: surest first, for all comments and each language. A dot marks where the
// engine's own thresholds stand.
func (r Report) Draw(w io.Writer) error {
	var sb strings.Builder
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(&sb, format+"\n", args...) }
	x := func(share float64) float64 { return drawnLeft + share*(drawnWidth-drawnLeft-drawnRight) }
	y := func(precision float64) float64 {
		return drawnTop + (1-max(precision, drawnFrom))/(1-drawnFrom)*(drawnHeight-drawnTop-drawnBottom)
	}
	p(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`,
		drawnWidth, drawnHeight, drawnWidth, drawnHeight)
	p(`<title>Share of queues decided alone against how often they are right</title>`)
	p(`<rect width="100%%" height="100%%" fill="#fff"/>`)
	for i := range 7 {
		precision := drawnFrom + 0.05*float64(i)
		p(`<path d="M%.0f %.1fH%.0f" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end" fill="#444">%.2f</text>`,
			x(0), y(precision), x(1), drawnLeft-8, y(precision)+4, precision)
	}
	for i := range 6 {
		share := 0.2 * float64(i)
		p(`<text x="%.0f" y="%d" text-anchor="middle" fill="#444">%.0f %%</text>`, x(share), drawnHeight-24, 100*share)
	}
	p(`<text x="%.0f" y="%d" text-anchor="middle" fill="#444">decided alone, surest first</text>`, x(0.5), drawnHeight-6)
	p(`<text x="%d" y="14" fill="#444">right queues</text>`, 8)
	for i, line := range []struct {
		name, colour, dash string
		report             Report
	}{{"all", "#111", "", r}, {"English", "#06c", "6 3", r.Groups["en"]}, {"German", "#c30", "2 3", r.Groups["de"]}} {
		if len(line.report.Decided.Curve) == 0 {
			continue
		}
		var points []string
		for _, d := range line.report.Decided.Curve {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(d.Share), y(d.Precision)))
		}
		p(`<polyline points="%s" fill="none" stroke="%s" stroke-width="2" stroke-dasharray="%s"/>`, strings.Join(points, " "), line.colour, line.dash)
		p(`<circle cx="%.1f" cy="%.1f" r="4" fill="%s"/>`, x(line.report.Decided.Share), y(line.report.Decided.Precision), line.colour)
		p(`<text x="%.0f" y="%d" fill="%s">%s</text>`, x(1)+12, drawnTop+16+18*i, line.colour, line.name)
	}
	p(`</svg>`)
	_, err := io.WriteString(w, sb.String())
	return err
}
