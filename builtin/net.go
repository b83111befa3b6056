package builtin

import (
	"encoding/binary"
	"math"
)

// Hidden is the number of hidden units of a network.
const Hidden = 64

// netShift folds the hashing space for networks: two buckets share a row.
const netShift = 1

// NetRows is the number of rows that hashed features have in a network.
const NetRows = Buckets >> netShift

// NetRow returns the row of a feature in a network. Features beyond the hashing space,
// the sentence vector, have rows from NetRows on.
func NetRow(bucket uint32) int {
	if bucket >= Buckets {
		return int(bucket-Buckets) + NetRows
	}
	return int(bucket >> netShift)
}

// Net is a network with one hidden layer (rectified linear units) beside the linear
// columns: it sees what only several words together mean.
type Net struct {
	Bias  [Hidden]float32
	Scale [Hidden]float32 // hidden weight = Scale * Rows
	Rows  []byte          // NetRows rows of Hidden signed numbers
	Sense []float32       // WordDims rows of Hidden
	Out   []float32       // one row of Hidden per column
	Shift []float32       // one per column
}

func newNet(dims, columns int) Net {
	return Net{
		Rows: make([]byte, NetRows*Hidden), Sense: make([]float32, dims*Hidden),
		Out: make([]float32, columns*Hidden), Shift: make([]float32, columns),
	}
}

// hidden fills h with the activations for a text.
func (n *Net) hidden(feats []Feature, h *[Hidden]float32) {
	*h = n.Bias
	var acc [Hidden]float32
	var sum rowSum
	for _, f := range feats {
		if f.Bucket >= Buckets {
			for j, w := range (*[Hidden]float32)(n.Sense[int(f.Bucket-Buckets)*Hidden:]) {
				h[j] += f.Value * w
			}
			continue
		}
		if f.Value != sum.value || sum.rows == rowSumMost {
			sum.pour(&acc)
			sum.value = f.Value
		}
		sum.take((*[Hidden]byte)(n.Rows[int(f.Bucket>>netShift)*Hidden:]))
	}
	sum.pour(&acc)
	for j := range h {
		h[j] = max(0, h[j]+n.Scale[j]*acc[j])
	}
}

// rowSum adds rows that count alike, eight weights at a time: each is made positive and
// added into sixteen bits of its own. Features of one group have one value, so a text
// needs few multiplications.
type rowSum struct {
	even, odd [Hidden / 8]uint64
	value     float32
	rows      int
}

const (
	rowSumMost  = 256 // so many bytes surely fit into sixteen bits
	rowSumSigns = 0x8080808080808080
	rowSumLanes = 0x00FF00FF00FF00FF
)

func (s *rowSum) take(row *[Hidden]byte) {
	for i := range s.even {
		x := binary.LittleEndian.Uint64(row[8*i:]) ^ rowSumSigns
		s.even[i] += x & rowSumLanes
		s.odd[i] += x >> 8 & rowSumLanes
	}
	s.rows++
}

// pour adds the sum times its value to acc and begins again.
func (s *rowSum) pour(acc *[Hidden]float32) {
	shift := 128 * s.rows
	for i := range s.even {
		for lane := range 4 {
			at := 16 * lane
			acc[8*i+2*lane] += s.value * float32(int(s.even[i]>>at&0xFFFF)-shift)
			acc[8*i+2*lane+1] += s.value * float32(int(s.odd[i]>>at&0xFFFF)-shift)
		}
	}
	*s = rowSum{}
}

// add adds share times the network's logits for a text to z.
func (n *Net) add(z []float64, h *[Hidden]float32, share float64) {
	for c := range z {
		sum := n.Shift[c]
		for j, w := range (*[Hidden]float32)(n.Out[c*Hidden:]) {
			sum += w * h[j]
		}
		z[c] += share * float64(sum)
	}
}

// netLevels is how many steps there are to either side of zero in a hidden weight.
const netLevels = 20

// QuantiseNet stores hidden weights, rows of Hidden, in few levels, so that the file
// packs well: the outermost stands for four standard deviations and all beyond.
func QuantiseNet(w []float32) (rows []byte, scale []float32) {
	scale = make([]float32, Hidden)
	power := make([]float64, Hidden)
	for i, v := range w {
		power[i%Hidden] += float64(v) * float64(v)
	}
	for j, p := range power {
		scale[j] = float32(4 * math.Sqrt(p*Hidden/float64(len(w))) / netLevels)
	}
	rows = make([]byte, len(w))
	for i, v := range w {
		if s := float64(scale[i%Hidden]); s > 0 {
			rows[i] = byte(int8(max(-netLevels, min(netLevels, math.Round(float64(v)/s)))))
		}
	}
	return rows, scale
}
