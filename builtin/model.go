package builtin

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the model file
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"sync"
)

// magic opens a model file; the digit is the version of the layout.
const magic = "TRIAGE-MODEL-1\n"

// Manifest says what a model file holds. It is written as JSON at its beginning.
type Manifest struct {
	Name      string     `json:"name"`
	Trained   string     `json:"trained"` // date of the training data's reading
	Comments  int        `json:"comments"`
	Columns   int        `json:"columns"`
	Heads     []Head     `json:"heads"`
	QueueMix  [3]float64 `json:"queue_mix"` // bias, weight of the queue head, weight of the intents' sum
	Languages []string   `json:"languages"`
	WordCount int        `json:"words"`
	WordDims  int        `json:"word_dims"`
	Foreign   float64    `json:"foreign"` // what confidence is worth outside the languages it learned
	NetCount  int        `json:"nets"`
	Stack     []float32  `json:"stack"`     // the last layer: for each column one weight per linear and per networks' column, and a constant
	Alarms    []float64  `json:"alarms"`    // from which Alarm some risk, and some grave risk, is raised
	Precision float64    `json:"precision"` // how often what stands alone is to be right
}

// Model is a trained model, read-only and safe for concurrent use.
type Model struct {
	Manifest
	Bias     []float32 // one per column
	Scale    []float32 // one per column: weight = Scale * Weights
	Weights  []int8    // Buckets rows of Columns
	Sense    []float32 // WordDims rows of Columns: what the sentence vector says
	Nets     []Net     // their mean counts half of the answer, the linear columns the other half
	Words    Words
	LangBias []float32 // one per language
	LangStep float32
	LangRows []int8   // LangBuckets rows of len(Languages)
	Known    []uint64 // bitmap of words met in the unlabelled text
	Idf      []uint8  // per idfBuckets: how telling a feature is, in sixteenths

	rules *Ruleset
}

// Sizes of the smaller tables.
const (
	langBits    = 15
	LangBuckets = 1 << langBits // rows of the language table
	KnownBits   = 20            // the bitmap of known words has 1<<KnownBits places
	IdfBits     = 16            // the table of how telling features are has 1<<IdfBits entries
)

// Encode writes m in the format that Decode reads. Equal models give equal bytes.
func (m *Model) Encode(w io.Writer) error {
	if _, err := io.WriteString(w, magic); err != nil {
		return err
	}
	zip, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	head, err := json.Marshal(m.Manifest)
	if err != nil {
		return err
	}
	for _, part := range append([]any{uint32(len(head)), head}, m.parts()...) {
		if err := binary.Write(zip, binary.LittleEndian, part); err != nil {
			return err
		}
	}
	return zip.Close()
}

// Decode reads a model file.
func Decode(r io.Reader) (*Model, error) {
	start := make([]byte, len(magic))
	if _, err := io.ReadFull(r, start); err != nil || string(start) != magic {
		return nil, fmt.Errorf("model file: not one of ours, or of another version")
	}
	zip, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("model file: %w", err)
	}
	m := new(Model)
	if err := m.sections(zip); err != nil {
		return nil, fmt.Errorf("model file: %w", err)
	}
	if m.rules, err = Rules(); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Model) sections(r io.Reader) error {
	var size uint32
	if err := binary.Read(r, binary.LittleEndian, &size); err != nil {
		return err
	}
	if size > 1<<20 {
		return fmt.Errorf("manifest of %d bytes", size)
	}
	head := make([]byte, size)
	if _, err := io.ReadFull(r, head); err != nil {
		return err
	}
	if err := json.Unmarshal(head, &m.Manifest); err != nil {
		return err
	}
	m.allocate()
	for _, part := range m.parts() {
		if err := binary.Read(r, binary.LittleEndian, part); err != nil {
			return err
		}
	}
	return nil
}

// parts returns the tables of the file in their order.
func (m *Model) parts() []any {
	parts := []any{
		m.Bias, m.Scale, m.Weights, m.Sense, m.Words.Keys, m.Words.Vectors, m.Words.Pull,
		m.LangBias, &m.LangStep, m.LangRows, m.Known, m.Idf,
	}
	for i := range m.Nets {
		n := &m.Nets[i]
		parts = append(parts, n.Bias[:], n.Scale[:], n.Rows, n.Sense, n.Out, n.Shift)
	}
	return parts
}

// allocate makes room for the sections that the manifest announces.
func (m *Model) allocate() {
	cols, langs := m.Columns, len(m.Languages)
	m.Bias, m.Scale = make([]float32, cols), make([]float32, cols)
	m.Weights, m.Sense = make([]int8, Buckets*cols), make([]float32, m.WordDims*cols)
	m.Words = Words{Dims: m.WordDims, Keys: make([]uint32, m.WordCount), Vectors: make([]int8, m.WordCount*m.WordDims), Pull: make([]uint8, m.WordCount)}
	m.LangBias, m.LangRows = make([]float32, langs), make([]int8, LangBuckets*langs)
	m.Known = make([]uint64, (1<<KnownBits)/64)
	m.Idf = make([]uint8, 1<<IdfBits)
	for range m.NetCount {
		m.Nets = append(m.Nets, newNet(m.WordDims, cols))
	}
}

// Quantise stores weights as eight-bit numbers with one scale per column.
func Quantise(w []float32, columns int) (rows []int8, scale []float32) {
	scale = make([]float32, columns)
	for i, v := range w {
		c := i % columns
		scale[c] = max(scale[c], float32(math.Abs(float64(v)))/127)
	}
	rows = make([]int8, len(w))
	for i, v := range w {
		if s := scale[i%columns]; s > 0 {
			rows[i] = int8(math.Round(float64(v / s)))
		}
	}
	return rows, scale
}

//go:embed model/builtin.model
var embedded []byte

// Rules returns the rules that came with the program, read once.
var Rules = sync.OnceValues(func() (*Ruleset, error) { return LoadRules(ruleFiles) })

// Default returns the model that came with the program, read once.
var Default = sync.OnceValues(func() (*Model, error) { return Decode(bytes.NewReader(embedded)) })
