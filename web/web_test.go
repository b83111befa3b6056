package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gofiber/fiber/v2"
)

var built = fstest.MapFS{
	"index.html":            {Data: []byte("<!doctype html><title>Triage</title>")},
	"icon.svg":              {Data: []byte("<svg/>")},
	"manifest.json":         {Data: []byte("{}")},
	"assets/index-Ab12.js":  {Data: []byte(strings.Repeat("console.log(1);", 100))},
	"assets/index-Ab12.css": {Data: []byte("body{}")},
}

func ask(t *testing.T, app *fiber.App, method, path string, header ...string) *http.Response {
	t.Helper()
	req := httptest.NewRequest(method, path, nil)
	for n := 0; n < len(header); n += 2 {
		req.Header.Set(header[n], header[n+1])
	}
	res, err := app.Test(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func TestTheConsoleIsServed(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	app.Get("/v1/me", func(c *fiber.Ctx) error { return c.SendString("me") })
	if err := Serve(app, built); err != nil {
		t.Fatal(err)
	}
	page := []string{"Accept", "text/html,*/*;q=0.8"}
	for name, c := range map[string]struct {
		method, path string
		header       []string
		status       int
		media, cache string
	}{
		"the start page is asked for anew each time":   {"GET", "/", page, 200, "text/html", "no-cache"},
		"a deep link leads to the console":             {"GET", "/content/0198-abc?status=open", page, 200, "text/html", "no-cache"},
		"what has a hash in its name is kept for good": {"GET", "/assets/index-Ab12.js", nil, 200, "text/javascript", "immutable"},
		"the icon is asked for anew":                   {"GET", "/icon.svg", nil, 200, "image/svg+xml", "no-cache"},
		"an asset of an older build is not a page":     {"GET", "/assets/index-old.js", page, 404, "", ""},
		"a program gets no page":                       {"GET", "/content", []string{"Accept", "application/json"}, 404, "", ""},
		"an unknown route of the interface is no page": {"GET", "/v1/unknown", page, 404, "", ""},
		"a known route of the interface answers":       {"GET", "/v1/me", page, 200, "text/plain", ""},
		"nothing is posted to a page":                  {"POST", "/content", page, 404, "", ""},
		"the list of what was built is nobody's":       {"GET", "/manifest.json", page, 404, "", ""},
		"no path leads out of the build":               {"GET", "/assets/../../web.go", page, 404, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res := ask(t, app, c.method, c.path, c.header...)
			if res.StatusCode != c.status || c.status == 200 &&
				(!strings.HasPrefix(res.Header.Get("Content-Type"), c.media) || !strings.Contains(res.Header.Get("Cache-Control"), c.cache)) {
				t.Errorf("answered %d %v", res.StatusCode, res.Header)
			}
		})
	}
}

func TestAPageMayRunOurScriptsOnly(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	if err := Serve(app, built); err != nil {
		t.Fatal(err)
	}
	got := ask(t, app, "GET", "/relationship", "Accept", "text/html").Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "connect-src 'self';", "frame-ancestors 'none'"} {
		if !strings.Contains(got, want) {
			t.Errorf("policy %q lacks %q", got, want)
		}
	}
}

func TestScriptsTravelCompressed(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	if err := Serve(app, built); err != nil {
		t.Fatal(err)
	}
	const script = "assets/index-Ab12.js"
	res := ask(t, app, "GET", "/"+script, "Accept-Encoding", "br, gzip")
	if res.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(res.Header.Get("Vary"), "Accept-Encoding") {
		t.Fatalf("headers %v", res.Header)
	}
	unpacked, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(unpacked); err != nil || string(text) != string(built[script].Data) {
		t.Errorf("unpacked %d bytes, %v", len(text), err)
	}
	plain := ask(t, app, "GET", "/"+script)
	if text, err := io.ReadAll(plain.Body); err != nil || string(text) != string(built[script].Data) || plain.Header.Get("Content-Encoding") != "" {
		t.Errorf("plain: %d bytes, %v, %v", len(text), err, plain.Header)
	}
}

func TestAProgramBuiltWithoutTheConsoleSaysHowToBuildIt(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	if err := Serve(app, fstest.MapFS{}); err != nil {
		t.Fatal(err)
	}
	res := ask(t, app, "GET", "/", "Accept", "text/html")
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(text), "make build") {
		t.Errorf("%d %s, %v", res.StatusCode, text, err)
	}
}
