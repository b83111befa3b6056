// Package secret seals small values (webhook secrets, verify tokens) for storage with
// AES-256-GCM (NIST SP 800-38D), so that a copy of the database alone gives none away. It
// knows no database and no configuration.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// version leads every sealed value, so that another format can be told apart later.
const version = 1

// ErrSealed says that a value cannot be opened: another key, another owner, or damage.
var ErrSealed = errors.New("sealed value cannot be opened with this key")

// Box seals and opens values with one key. It is safe for concurrent use.
type Box struct{ aead cipher.AEAD }

// New returns a box for a key of KeySize bytes.
func New(key []byte) (*Box, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("secret key has %d bytes, needs %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	return &Box{aead: aead}, nil
}

// ParseKey reads a key in base64 (standard or URL alphabet, padded or not).
func ParseKey(text string) ([]byte, error) {
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(strings.TrimSpace(text), "="))
	key, err := base64.RawStdEncoding.DecodeString(plain)
	if err != nil || len(key) != KeySize {
		return nil, fmt.Errorf("must be %d bytes in base64 (openssl rand -base64 %d)", KeySize, KeySize)
	}
	return key, nil
}

// Seal encrypts plain for the row named owner. A value moved to another row does not open.
func (b *Box) Seal(owner string, plain string) []byte {
	return b.aead.Seal([]byte{version}, nil, []byte(plain), []byte(owner))
}

// Open decrypts what Seal made for owner, or returns ErrSealed.
func (b *Box) Open(owner string, sealed []byte) (string, error) {
	if len(sealed) == 0 || sealed[0] != version {
		return "", ErrSealed
	}
	plain, err := b.aead.Open(nil, nil, sealed[1:], []byte(owner))
	if err != nil {
		return "", ErrSealed
	}
	return string(plain), nil
}

// LoadKey reads the key kept in file and makes one on the first call, readable by the
// owner only. Processes that start together agree on one key.
func LoadKey(file string) ([]byte, error) {
	key, err := readKey(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := writeKey(file); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	return readKey(file)
}

func readKey(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	key, err := ParseKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("secret key in %s: %w", file, err)
	}
	return key, nil
}

// writeKey puts a whole new key in place or none: it is written aside and linked, and a
// link fails with fs.ErrExist where another process was first.
func writeKey(file string) error {
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	aside, err := os.CreateTemp(dir, ".secret-*") // created with mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(aside.Name()) }() // the link keeps the content
	key := make([]byte, KeySize)
	_, _ = rand.Read(key) // never fails since Go 1.24
	_, err = aside.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err := errors.Join(err, aside.Sync(), aside.Close()); err != nil {
		return err
	}
	return os.Link(aside.Name(), file)
}
