package meta

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"triage/connector"
	"triage/triage"
)

const secret = "0123456789abcdef0123456789abcdef"

func TestOnlyTheDocumentedFormOfTheHeaderPasses(t *testing.T) {
	body := []byte(`{"object":"page","entry":[]}`)
	good := Sign(secret, body)
	digits := strings.TrimPrefix(good, "sha256=")
	for _, c := range []struct {
		form   string
		header []string
		want   error
	}{
		{"as documented", []string{good}, nil},
		{"upper-case digits", []string{"sha256=" + strings.ToUpper(digits)}, nil},
		{"upper-case prefix", []string{"SHA256=" + digits}, connector.ErrSignatureInvalid},
		{"no prefix", []string{digits}, connector.ErrSignatureInvalid},
		{"the older prefix", []string{"sha1=" + digits}, connector.ErrSignatureInvalid},
		{"twice in one header", []string{good + "," + good}, connector.ErrSignatureInvalid},
		{"two headers, both right", []string{good, good}, connector.ErrSignatureInvalid},
		{"two headers, the first wrong", []string{"sha256=" + strings.Repeat("0", 64), good}, connector.ErrSignatureInvalid},
		{"a space before", []string{" " + good}, connector.ErrSignatureInvalid},
		{"a space after", []string{good + " "}, connector.ErrSignatureInvalid},
		{"a digit less", []string{good[:len(good)-1]}, connector.ErrSignatureInvalid},
		{"a byte less", []string{good[:len(good)-2]}, connector.ErrSignatureInvalid},
		{"a byte more", []string{good + "00"}, connector.ErrSignatureInvalid},
		{"not hex", []string{"sha256=" + strings.Repeat("zz", 32)}, connector.ErrSignatureInvalid},
		{"base64", []string{"sha256=" + base64.StdEncoding.EncodeToString(connector.MAC(secret, sha256.New, body))}, connector.ErrSignatureInvalid},
		{"empty", []string{""}, connector.ErrSignatureInvalid},
		{"only the prefix", []string{"sha256="}, connector.ErrSignatureInvalid},
		{"made with an empty secret", []string{Sign("", body)}, connector.ErrSignatureInvalid},
		{"none", nil, connector.ErrSignatureMissing},
	} {
		d := connector.Delivery{Header: http.Header{Header: c.header}, Body: body}
		if err := Verify(d, []string{"", "another secret of ours", secret}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.form, err, c.want)
		}
	}
}

func TestEachSpellingOfAnEventNeedsItsOwnSignature(t *testing.T) {
	spellings := []string{
		`{"text":"\u00e4\/"}`, `{"text":"ä/"}`, `{"text": "ä/"}`, "{\"text\":\"ä/\"}\n", "{\r\n\"text\":\"ä/\"}", `{"text":"\u00E4/"}`,
	}
	for _, signed := range spellings {
		for _, sent := range spellings {
			d := connector.Delivery{Header: http.Header{Header: {Sign(secret, []byte(signed))}}, Body: []byte(sent)}
			if err := Verify(d, []string{secret}); (err == nil) != (signed == sent) {
				t.Errorf("%q with the signature of %q: %v", sent, signed, err)
			}
		}
	}
}

func TestSecretsThatCanBeGuessedAreRefused(t *testing.T) {
	for candidate, good := range map[string]bool{
		secret: true, "meta-app-secret-0123456789abcdef": true,
		"0123456789abcdef": false, strings.Repeat("a", 32): false, "changeme-changeme-changeme-12": false,
		" " + secret: false, secret + "\n": false,
	} {
		err := CheckSecret(candidate)
		if (err == nil) != good {
			t.Errorf("%q: %v", candidate, err)
		}
		if err != nil && (strings.Contains(err.Error(), strings.TrimSpace(candidate)) || triage.KindOf(err) != triage.Invalid) {
			t.Errorf("the refusal %q tells the secret or has the kind %s", err, triage.KindOf(err))
		}
	}
}

func TestSignedRequestsAreBelievedOnlyWhole(t *testing.T) {
	form := func(payload string) string {
		encoded := base64.RawURLEncoding.EncodeToString([]byte(payload))
		return base64.RawURLEncoding.EncodeToString(connector.MAC(secret, sha256.New, []byte(encoded))) + "." + encoded
	}
	good := form(`{"algorithm":"HMAC-SHA256","issued_at":1777896000,"user_id":218471}`)
	for _, c := range []struct {
		what  string
		field []string
		want  error
	}{
		{"right", []string{good}, nil},
		{"no field", nil, connector.ErrSignatureMissing},
		{"two fields", []string{good, good}, connector.ErrSignatureInvalid},
		{"another algorithm", []string{form(`{"algorithm":"none","user_id":"1"}`)}, connector.ErrSignatureInvalid},
		{"no algorithm", []string{form(`{"user_id":"1"}`)}, connector.ErrSignatureInvalid},
		{"no document", []string{form(`{`)}, connector.ErrSignatureInvalid},
		{"padded", []string{strings.Replace(good, ".", "=.", 1)}, connector.ErrSignatureInvalid},
		{"no dot", []string{strings.ReplaceAll(good, ".", "")}, connector.ErrSignatureInvalid},
		{"no signature", []string{good[strings.Index(good, "."):]}, connector.ErrSignatureInvalid},
		{"another payload", []string{good + "A"}, connector.ErrSignatureInvalid},
	} {
		request, err := ParseSignedRequest(secret, url.Values{"signed_request": c.field})
		if !errors.Is(err, c.want) || err == nil && (request.UserID != "218471" || request.IssuedAt.Unix() != 1777896000 || !request.Expires.IsZero()) {
			t.Errorf("%s: %+v, %v", c.what, request, err)
		}
	}
	if _, err := ParseSignedRequest("", url.Values{"signed_request": {good}}); err == nil {
		t.Error("an empty secret believed a request")
	}
}

// page is a delivery of n changes.
func page(n int) []byte {
	changes := strings.TrimSuffix(strings.Repeat(`{"field":"feed","value":{}},`, n), ",")
	return []byte(`{"object":"page","entry":[{"id":"1","time":1777896000,"changes":[` + changes + `]}]}`)
}

func TestADeliveryHasAtMostAThousandParts(t *testing.T) {
	count := func(out *connector.Parsed, _ Part) string {
		out.Ignore("seen", 1)
		return ""
	}
	if got, err := Read(page(1000), "page", count); err != nil || got.Ignored["seen"] != 1000 {
		t.Errorf("a full batch: %v, %v", got.Ignored, err)
	}
	if got, err := Read(page(1001), "page", count); err == nil || len(got.Ignored) > 0 {
		t.Errorf("one more: %v, %v", got.Ignored, err)
	}
}

func TestWhatIsTooDeepIsRefusedWhereItStands(t *testing.T) {
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	body := `{"object":"page","entry":[{"id":"1","changes":[{"field":"a","value":{"x":%s}},{"field":"b","value":{}}]}],"y":%s}`
	seen := ""
	read := func(_ *connector.Parsed, p Part) string {
		seen += p.Field
		return ""
	}
	got, err := Read(fmt.Appendf(nil, body, deep, "1"), "page", read)
	if err != nil || seen != "b" || len(got.Rejects) != 1 || got.Rejects[0] != (connector.Reject{Pointer: "/entry/0/changes/0", Reason: connector.TooDeep}) {
		t.Errorf("in a change: saw %q, %+v, %v", seen, got, err)
	}
	if got, err := Read(fmt.Appendf(nil, body, "1", deep), "page", read); err != nil || len(got.Rejects) != 1 || got.Rejects[0].Pointer != "" {
		t.Errorf("beside the entries: %+v, %v", got, err)
	}
}

func TestAnotherObjectIsIgnored(t *testing.T) {
	got, err := Read([]byte(`{"object":"user","entry":[{"id":"1"},{"id":"2"}]}`), "page", nil)
	if err != nil || got.Ignored["other_object"] != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("sha256="+strings.Repeat("0", 64), []byte("{}"))
	f.Add("sha256=", []byte{})
	f.Add(Sign("another secret", nil), []byte{})
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		if Verify(connector.Delivery{Header: http.Header{Header: {header}}, Body: body}, []string{secret}) == nil {
			t.Fatal("a made-up signature was believed")
		}
	})
}

func FuzzParseSignedRequest(f *testing.F) {
	f.Add("a.b")
	f.Add(strings.Repeat("A", 43) + ".e30")
	f.Fuzz(func(t *testing.T, field string) {
		if _, err := ParseSignedRequest(secret, url.Values{"signed_request": {field}}); err == nil {
			t.Fatal("a made-up request was believed")
		}
	})
}
