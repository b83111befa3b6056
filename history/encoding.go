package history

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Encoding is how the characters of a file are written.
type Encoding string

// The encodings. Windows1252 is what older programs write in western Europe.
const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
)

// Encodings returns all encodings.
func Encodings() []Encoding { return []Encoding{UTF8, UTF16LE, UTF16BE, Windows1252} }

// reader decodes r to UTF-8, without a byte order mark.
func (e Encoding) reader(r io.Reader) io.Reader {
	switch e {
	case UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(r)
	case UTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Reader(r)
	case Windows1252:
		return charmap.Windows1252.NewDecoder().Reader(r)
	case UTF8:
	}
	return &markless{r: r}
}

// markless leaves out the byte order mark of UTF-8.
type markless struct {
	r     io.Reader
	begun bool
}

const mark = "\ufeff"

func (m *markless) Read(p []byte) (int, error) {
	if !m.begun {
		m.begun = true
		head := make([]byte, len(mark))
		n, err := io.ReadFull(m.r, head)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, err
		}
		if head = head[:n]; string(head) != mark {
			m.r = io.MultiReader(bytes.NewReader(head), m.r)
		}
	}
	return m.r.Read(p)
}

// Content is what a file is, whatever its name.
type Content struct {
	SHA256   [32]byte
	Bytes    int64
	Encoding Encoding
}

// EncodingError says that no encoding fits all of a file.
type EncodingError struct{ Line int }

func (e *EncodingError) Error() string {
	return fmt.Sprintf("line %d is not UTF-8, although others are: save the file as UTF-8, or say how it is written", e.Line)
}

// Inspect reads a whole file and finds out how it is written: by its byte order mark; as
// UTF-16 where every other byte is zero; as UTF-8 where all of it is; as Windows-1252 where
// nothing looks like UTF-8. What is partly UTF-8 is an *EncodingError, since reading it
// either way would spoil words.
func Inspect(r io.Reader) (Content, error) {
	hash, look := sha256.New(), &looker{}
	n, err := io.Copy(io.MultiWriter(hash, look), r)
	if err != nil {
		return Content{}, fmt.Errorf("read file: %w", err)
	}
	c := Content{SHA256: [32]byte(hash.Sum(nil)), Bytes: n}
	c.Encoding, err = look.encoding()
	return c, err
}

// looker gathers what tells encodings apart.
type looker struct {
	head      []byte // the beginning
	rest      []byte // of a character that goes on
	line      int    // lines that have ended
	bad       int    // the first line that is not UTF-8, from 1; 0: none
	wide      bool   // there are characters of several bytes in UTF-8
	undefined bool   // there are bytes that Windows-1252 does not have
}

// headSize is how much of the beginning tells UTF-16 apart.
const headSize = 4 << 10

// noCharacter are the bytes that Windows-1252 gives no character.
const noCharacter = "\x81\x8d\x8f\x90\x9d"

func (l *looker) Write(p []byte) (int, error) {
	if missing := headSize - len(l.head); missing > 0 {
		l.head = append(l.head, p[:min(missing, len(p))]...)
	}
	l.undefined = l.undefined || containsByte(p, noCharacter)
	l.look(append(l.rest, p...), false)
	return len(p), nil
}

func containsByte(p []byte, any string) bool {
	for i := range len(any) {
		if bytes.IndexByte(p, any[i]) >= 0 {
			return true
		}
	}
	return false
}

// look goes through the characters of p. What may go on is kept for the next time.
func (l *looker) look(p []byte, all bool) {
	for len(p) > 0 {
		if p[0] < utf8.RuneSelf {
			if p[0] == '\n' {
				l.line++
			}
			p = p[1:]
			continue
		}
		if !all && !utf8.FullRune(p) {
			break
		}
		r, size := utf8.DecodeRune(p)
		switch {
		case r == utf8.RuneError && size == 1 && l.bad == 0:
			l.bad = l.line + 1
		case size > 1:
			l.wide = true
		}
		p = p[size:]
	}
	l.rest = append([]byte(nil), p...)
}

func (l *looker) encoding() (Encoding, error) {
	l.look(l.rest, true)
	switch {
	case bytes.HasPrefix(l.head, []byte(mark)):
		return UTF8, nil
	case bytes.HasPrefix(l.head, []byte{0xff, 0xfe}):
		return UTF16LE, nil
	case bytes.HasPrefix(l.head, []byte{0xfe, 0xff}):
		return UTF16BE, nil
	case l.zeros(1):
		return UTF16LE, nil
	case l.zeros(0):
		return UTF16BE, nil
	case l.bad == 0:
		return UTF8, nil
	case l.wide || l.undefined:
		return "", &EncodingError{Line: l.bad}
	}
	return Windows1252, nil
}

// zeros reports whether most bytes at every other place from the first on are zero, as in
// UTF-16 of western words, and hardly any of the others.
func (l *looker) zeros(first int) bool {
	var here, there int
	for i, b := range l.head {
		switch {
		case b != 0:
		case i%2 == first:
			here++
		default:
			there++
		}
	}
	return len(l.head) >= 4 && here > len(l.head)/4 && there < len(l.head)/16+1
}

// EncodingNamed returns the encoding with that name.
func EncodingNamed(name string) (Encoding, bool) {
	for _, e := range Encodings() {
		if strings.EqualFold(name, string(e)) {
			return e, true
		}
	}
	return "", false
}
