package secret

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func newBox(t *testing.T, fill byte) *Box {
	t.Helper()
	box, err := New(bytes.Repeat([]byte{fill}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestSealedValues(t *testing.T) {
	const plain = "whsec_übersecret"
	box := newBox(t, 1)
	sealed := box.Seal("endpoint-1", plain)
	damaged := bytes.Clone(sealed)
	damaged[len(damaged)-1] ^= 1

	for name, c := range map[string]struct {
		box    *Box
		owner  string
		sealed []byte
		opens  bool
	}{
		"opens with its key and owner":    {box, "endpoint-1", sealed, true},
		"stays shut for another owner":    {box, "endpoint-2", sealed, false},
		"stays shut for another key":      {newBox(t, 2), "endpoint-1", sealed, false},
		"stays shut when damaged":         {box, "endpoint-1", damaged, false},
		"stays shut when cut short":       {box, "endpoint-1", sealed[:8], false},
		"stays shut when empty":           {box, "endpoint-1", nil, false},
		"stays shut in an unknown format": {box, "endpoint-1", append([]byte{9}, sealed[1:]...), false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.box.Open(c.owner, c.sealed)
			if c.opens && (err != nil || got != plain) {
				t.Fatalf("got %q, %v", got, err)
			}
			if !c.opens && (!errors.Is(err, ErrSealed) || got != "") {
				t.Fatalf("opened: %q, %v", got, err)
			}
		})
	}
	if bytes.Contains(sealed, []byte("secret")) {
		t.Fatal("the sealed value shows the plain one")
	}
	if bytes.Equal(sealed, box.Seal("endpoint-1", plain)) {
		t.Fatal("sealing twice gives the same bytes")
	}
}

func TestKeys(t *testing.T) {
	key := bytes.Repeat([]byte{0xfb, 0xff}, KeySize/2)
	for name, text := range map[string]string{
		"standard base64":           base64.StdEncoding.EncodeToString(key),
		"URL base64 without pad":    base64.RawURLEncoding.EncodeToString(key),
		"surrounded by white space": " " + base64.StdEncoding.EncodeToString(key) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := ParseKey(text); err != nil || !bytes.Equal(got, key) {
				t.Fatalf("got %x, %v", got, err)
			}
		})
	}
	for name, text := range map[string]string{
		"an empty key": "", "a short key": "c2hvcnQ=", "not base64": strings.Repeat("!", 44),
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			if _, err := ParseKey(text); err == nil || (text != "" && strings.Contains(err.Error(), text)) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestLoadKey(t *testing.T) {
	t.Run("processes that start together agree on one key only the owner can read", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "data", "secret.key")
		keys := make([][]byte, 8)
		var wg sync.WaitGroup
		for i := range keys {
			wg.Go(func() { keys[i], _ = LoadKey(file) })
		}
		wg.Wait()
		for _, k := range keys {
			if len(k) != KeySize || !bytes.Equal(k, keys[0]) {
				t.Fatalf("keys differ: %x and %x", k, keys[0])
			}
		}
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("mode %v, %v", info.Mode(), err)
		}
		rest, _ := os.ReadDir(filepath.Dir(file))
		if len(rest) != 1 {
			t.Fatalf("%d files left in the folder, want the key alone", len(rest))
		}
	})
	t.Run("a broken key file is reported and kept", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "secret.key")
		if err := os.WriteFile(file, []byte("oops"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadKey(file); err == nil {
			t.Fatal("a broken key was accepted")
		}
		if kept, _ := os.ReadFile(file); string(kept) != "oops" {
			t.Fatal("the broken key was replaced")
		}
	})
}
