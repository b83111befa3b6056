package standardwebhooks

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"triage/connector"
	"triage/triage"
)

var now = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// with returns the signed headers of body, changed by one header.
func with(body []byte, name string, values ...string) http.Header {
	h := sign(secret, now, body)
	h[name] = values
	return h
}

func TestOnlyTheDocumentedFormOfTheHeadersPasses(t *testing.T) {
	body := []byte(whole)
	good := sign(secret, now, body).Get(HeaderSignature)
	bare := strings.TrimPrefix(good, "v1,")
	stamp := fmt.Sprint(now.Unix())
	const other = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	invalid, missing := connector.ErrSignatureInvalid, connector.ErrSignatureMissing
	for _, c := range []struct {
		form   string
		header http.Header
		want   error
	}{
		{"as documented", with(body, HeaderSignature, good), nil},
		{"second of two", with(body, HeaderSignature, other+" "+good), nil},
		{"behind versions of the future", with(body, HeaderSignature, "v2,"+bare+" v9 "+good), nil},
		{"last of eight", with(body, HeaderSignature, strings.Repeat(other+" ", 7)+good), nil},
		{"first of nine", with(body, HeaderSignature, good+strings.Repeat(" "+other, 8)), invalid},
		{"ten thousand", with(body, HeaderSignature, strings.Repeat(other+" ", 10_000)+good), invalid},
		{"another version", with(body, HeaderSignature, "v2,"+bare), invalid},
		{"the asymmetric version", with(body, HeaderSignature, "v1a,"+bare), invalid},
		{"no version", with(body, HeaderSignature, bare), invalid},
		{"upper-case version", with(body, HeaderSignature, "V1,"+bare), invalid},
		{"commas for spaces", with(body, HeaderSignature, other+","+good), invalid},
		{"without padding", with(body, HeaderSignature, strings.TrimRight(good, "=")), invalid},
		{"URL alphabet", with(body, HeaderSignature, "v1,"+strings.NewReplacer("+", "-", "/", "_").Replace(bare)+"="), invalid},
		{"hex", with(body, HeaderSignature, "v1,"+strings.Repeat("0f", 32)), invalid},
		{"empty digest", with(body, HeaderSignature, "v1,"), invalid},
		{"empty header", with(body, HeaderSignature, ""), missing},
		{"two signature headers", with(body, HeaderSignature, good, good), invalid},
		{"two ids", with(body, HeaderID, "msg_1", "msg_1"), invalid},
		{"two timestamps", with(body, HeaderTimestamp, stamp, stamp), invalid},
		{"another id", with(body, HeaderID, "msg_2"), invalid},
		{"no id", with(body, HeaderID), missing},
		{"no timestamp", with(body, HeaderTimestamp), missing},
		{"a second later", with(body, HeaderTimestamp, fmt.Sprint(now.Unix()+1)), invalid},
		{"a sign before the timestamp", with(body, HeaderTimestamp, "+"+stamp), invalid},
		{"a timestamp in words", with(body, HeaderTimestamp, "now"), invalid},
		{"a timestamp without end", with(body, HeaderTimestamp, strings.Repeat("9", 40)), invalid},
	} {
		d := connector.Delivery{Header: c.header, Body: body, ReceivedAt: now}
		if err := (Connector{}).Verify(d, []string{secret}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.form, err, c.want)
		}
	}
}

func TestTheClockMayBeFiveMinutesOffEitherWay(t *testing.T) {
	body := []byte(whole)
	for skew, want := range map[time.Duration]error{
		0: nil, 5 * time.Minute: nil, -5 * time.Minute: nil,
		5*time.Minute + time.Second: connector.ErrTimestamp, -5*time.Minute - time.Second: connector.ErrTimestamp,
	} {
		d := connector.Delivery{Header: sign(secret, now, body), Body: body, ReceivedAt: now.Add(skew)}
		if err := (Connector{}).Verify(d, []string{secret}); !errors.Is(err, want) {
			t.Errorf("received %s off: %v, want %v", skew, err, want)
		}
	}
}

func TestPublicKeysVerify(t *testing.T) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	public := "whpk_" + base64.StdEncoding.EncodeToString(private.Public().(ed25519.PublicKey))
	body := []byte(whole)
	signature := ed25519.Sign(private, content("msg_1", fmt.Sprint(now.Unix()), body))
	header := with(body, HeaderSignature, "v1,AAAA v1a,"+base64.StdEncoding.EncodeToString(signature))
	d := connector.Delivery{Header: header, Body: body, ReceivedAt: now}
	if err := (Connector{}).Verify(d, []string{secret, public}); err != nil {
		t.Error(err)
	}
	for what, secrets := range map[string][]string{
		"as a symmetric secret": {strings.TrimPrefix(public, "whpk_")}, "no key": {"whpk_"}, "half a key": {public[:30]},
	} {
		if err := (Connector{}).Verify(d, secrets); !errors.Is(err, connector.ErrSignatureInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	d.Body = append(d.Body, ' ')
	if err := (Connector{}).Verify(d, []string{public}); !errors.Is(err, connector.ErrSignatureInvalid) {
		t.Errorf("tampered: %v", err)
	}
}

func TestTheSecretsPrefixMayBeMissing(t *testing.T) {
	body := []byte(whole)
	d := connector.Delivery{Header: sign(secret, now, body), Body: body, ReceivedAt: now}
	if err := (Connector{}).Verify(d, []string{strings.TrimPrefix(secret, "whsec_")}); err != nil {
		t.Error(err)
	}
}

func TestSecrets(t *testing.T) {
	for candidate, good := range map[string]bool{
		secret: true, strings.TrimPrefix(secret, "whsec_"): true,
		"whpk_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)): true,
		"whpk_AAAA": false, "whsk_" + strings.TrimPrefix(secret, "whsec_"): false,
		"whsec_" + base64.StdEncoding.EncodeToString([]byte("twenty-three bytes long")):    false,
		"whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("ab"), 16)):       false,
		"whsec_" + base64.StdEncoding.EncodeToString([]byte("changeme, please, changeme")): false,
		"not base64 at all, but long enough":                                               false, secret + "\n": false,
	} {
		err := (Connector{}).CheckSecret(candidate)
		if (err == nil) != good {
			t.Errorf("%q: %v", candidate, err)
		}
		if err != nil && (strings.Contains(err.Error(), candidate) || triage.KindOf(err) != triage.Invalid) {
			t.Errorf("the refusal %q tells the secret or has the kind %s", err, triage.KindOf(err))
		}
	}
	if _, err := Sign("whsec_", "msg_1", now, nil); err == nil {
		t.Error("signed with an empty secret")
	}
}

// kilobyte is a delivery of about 1 kB, as the benchmark of the whole door uses them.
var kilobyte = []byte(`{"type":"comment.created","timestamp":"2026-05-04T11:59:58Z","data":{"account":"forum","id":"c-4711",
	"author":{"id":"u-7","handle":"@joerg","name":"Jörg Müller","followers":12000,"verified":false},
	"thread":{"id":"p-3","text":"Unser neuer Rucksack ist da","permalink":"https://forum.example/p/3"},
	"text":"` + strings.Repeat("Wann gibt es den in Grün? ", 22) + `","language":"de","permalink":"https://forum.example/p/3#c-4711",
	"created_at":"2026-05-04T11:59:57Z"}}`)

func BenchmarkReadAKilobyte(b *testing.B) {
	d := connector.Delivery{Header: sign(secret, now, kilobyte), Body: kilobyte, ReceivedAt: now}
	for name, run := range map[string]func() error{
		"verify": func() error { return (Connector{}).Verify(d, []string{secret}) },
		"parse":  func() error { _, err := (Connector{}).Parse(d); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(kilobyte)))
			b.ReportAllocs()
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
