package evaluation

import (
	"context"
	"fmt"
	"io"
	"strings"

	"triage/triage"
)

// Point is what a cascade gives at one threshold.
type Point struct {
	Threshold float64 `json:"threshold"`
	Spend     Spend   `json:"spend"`
	Queue     float64 `json:"queue_accuracy"`
	Intent    float64 `json:"intent_accuracy"`

	// Against asking about everything, in points of 100; a plus is a loss. The interval is the
	// bootstrap's over the same comments.
	QueueLoss   float64    `json:"queue_loss_points"`
	QueueLoss95 [2]float64 `json:"queue_loss_points_95"`
	IntentLoss  float64    `json:"intent_loss_points"`
}

// Tradeoff measures the engine that at gives for each threshold against the one that asks
// about everything.
func Tradeoff(ctx context.Context, comments []Comment, all Engine, thresholds []float64, at func(float64) (Engine, error)) (whole Point, points []Point, err error) {
	asked, err := judge(ctx, all, comments)
	if err != nil {
		return whole, nil, fmt.Errorf("asking about everything: %w", err)
	}
	whole = point(comments, asked, asked, 0)
	for _, threshold := range thresholds {
		e, err := at(threshold)
		if err != nil {
			return whole, nil, err
		}
		judged, err := judge(ctx, e, comments)
		if err != nil {
			return whole, nil, fmt.Errorf("threshold %.2f: %w", threshold, err)
		}
		points = append(points, point(comments, judged, asked, threshold))
	}
	return whole, points, nil
}

func point(comments []Comment, judged, all []triage.Classification, threshold float64) Point {
	p := Point{Threshold: threshold, Spend: SpendOf(judged)}
	n := float64(max(1, len(comments)))
	lost := make([]float64, len(comments))
	right := func(said triage.Classification, c Comment) (queue, intent float64) {
		if said.Intent.DefaultQueue() == c.Queue {
			queue = 1
		}
		if said.Intent == c.Intent {
			intent = 1
		}
		return queue, intent
	}
	for i, c := range comments {
		queue, intent := right(judged[i], c)
		wholeQueue, wholeIntent := right(all[i], c)
		p.Queue, p.Intent = p.Queue+queue/n, p.Intent+intent/n
		p.IntentLoss += 100 * (wholeIntent - intent) / n
		lost[i] = 100 * (wholeQueue - queue)
		p.QueueLoss += lost[i] / n
	}
	p.QueueLoss95 = meanInterval(lost)
	return p
}

// DrawTradeoff writes an SVG of the points: how many comments the model is asked about,
// against the right queues, with a dotted line one point below asking about everything.
func DrawTradeoff(w io.Writer, whole Point, points []Point) error {
	const width, height, left, top, bottom = 560, 320, 56, 24, 44
	low := whole.Queue
	for _, p := range points {
		low = min(low, p.Queue)
	}
	from, to := float64(int(low*50))/50, 1.0
	var sb strings.Builder
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(&sb, format+"\n", args...) }
	x := func(share float64) float64 { return left + share*(width-left-24) }
	y := func(v float64) float64 { return top + (to-v)/(to-from)*(height-top-bottom) }
	p(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`, width, height, width, height)
	p(`<title>Share of comments that the model is asked about against right queues</title><rect width="100%%" height="100%%" fill="#fff"/>`)
	for v := from; v <= to+1e-9; v += 0.02 {
		p(`<path d="M%.0f %.1fH%.0f" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end" fill="#444">%.2f</text>`, x(0), y(v), x(1), left-8, y(v)+4, v)
	}
	for i := range 6 {
		p(`<text x="%.0f" y="%d" text-anchor="middle" fill="#444">%d %%</text>`, x(0.2*float64(i)), height-24, 20*i)
	}
	p(`<text x="%.0f" y="%d" text-anchor="middle" fill="#444">asked about</text><text x="8" y="14" fill="#444">right queues</text>`, x(0.5), height-6)
	p(`<path d="M%.0f %.1fH%.0f" stroke="#c30" stroke-dasharray="2 3"/>`, x(0), y(whole.Queue-0.01), x(1))
	var line []string
	for _, q := range append(points, whole) {
		line = append(line, fmt.Sprintf("%.1f,%.1f", x(q.Spend.Asked), y(q.Queue)))
	}
	p(`<polyline points="%s" fill="none" stroke="#111" stroke-width="2"/>`, strings.Join(line, " "))
	for _, q := range points {
		p(`<circle cx="%.1f" cy="%.1f" r="4" fill="#111"/><text x="%.1f" y="%.1f" fill="#111">%.2f</text>`,
			x(q.Spend.Asked), y(q.Queue), x(q.Spend.Asked)+6, y(q.Queue)+14, q.Threshold)
	}
	p(`</svg>`)
	_, err := io.WriteString(w, sb.String())
	return err
}
