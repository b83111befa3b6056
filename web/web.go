// Package web serves the console: the pages that people work in, built by Vite from the
// sources beside this file and embedded. It knows nothing of what the pages show; they ask
// the REST interface like any other program.
package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"io/fs"
	"mime"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
)

//go:embed all:build
var files embed.FS

// Built returns the console as Vite wrote it. It is empty in a program that was built
// without it.
func Built() fs.FS {
	dist, err := fs.Sub(files, "build/dist")
	if err != nil {
		panic(err) // the path is a constant
	}
	return dist
}

// policy is what a page of the console may do: run our scripts and speak to this host, and
// nothing else. Mantine sets styles inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// missing is the page of a program that was built without the console.
const missing = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Triage</title></head>
<body><h1>The console is not in this program</h1>
<p>It was built without it. With Node 20.19 or later, <code>make build</code> builds both; the image has it already.</p>
<p>Everything else works: the interface for programs is described at <a href="/docs">/docs</a>.</p></body></html>
`

// others are the first parts of paths that belong to programs: what is unknown below them
// is answered as an error, never with a page.
var others = []string{"v1", "webhooks", "docs", "healthz", "readyz", "metrics", "openapi.json", "openapi.yaml", "openapi-3.0.json", "openapi-3.0.yaml"}

// Serve adds the console to an application, after all of its other routes. Every path that
// a browser asks for as a page is answered with the console, which finds its way by itself.
func Serve(app *fiber.App, built fs.FS) error {
	files, err := read(built)
	if err != nil {
		return err
	}
	app.Use(func(c *fiber.Ctx) error {
		if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead || isForPrograms(c.Path()) {
			return c.Next()
		}
		if f, ok := files[strings.TrimPrefix(c.Path(), "/")]; ok && f.name != index {
			return f.send(c)
		}
		if !strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMETextHTML) || path.Ext(c.Path()) != "" {
			return c.Next()
		}
		return sendPage(c, files[index])
	})
	return nil
}

func isForPrograms(p string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	return slices.Contains(others, first)
}

// index is the page that starts the console.
const index = "index.html"

// file is one file of the build.
type file struct {
	name    string
	content []byte
	packed  func() []byte // as gzip, made when it is first asked for
}

func read(built fs.FS) (map[string]file, error) {
	files := map[string]file{}
	err := fs.WalkDir(built, ".", func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == "." {
			return nil // built without the console
		}
		if err != nil || entry.IsDir() || strings.HasPrefix(path.Base(name), "manifest") {
			return err
		}
		content, err := fs.ReadFile(built, name)
		files[name] = file{name: name, content: content, packed: sync.OnceValue(func() []byte { return pack(content) })}
		return err
	})
	return files, err
}

// pack returns content as gzip. Writing to memory does not fail.
func pack(content []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = w.Write(content)
	_ = w.Close()
	return out.Bytes()
}

// send answers with the file. Those in assets bear a hash of their content in their names,
// so what a name means never changes.
func (f file) send(c *fiber.Ctx) error {
	cache := "no-cache"
	if strings.HasPrefix(f.name, "assets/") {
		cache = "public, max-age=31536000, immutable"
	}
	c.Set(fiber.HeaderCacheControl, cache)
	c.Set(fiber.HeaderContentType, mediaOf(f.name))
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if strings.HasPrefix(path.Ext(f.name), ".woff") || !strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		return c.Send(f.content)
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(f.packed())
}

// mediaOf does not rely on what the machine knows of media types.
func mediaOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".html":
		return fiber.MIMETextHTMLCharsetUTF8
	}
	if media := mime.TypeByExtension(path.Ext(name)); media != "" {
		return media
	}
	return "application/octet-stream"
}

func sendPage(c *fiber.Ctx, page file) error {
	c.Set(fiber.HeaderContentSecurityPolicy, policy)
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if page.content == nil {
		c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		return c.Status(fiber.StatusServiceUnavailable).SendString(missing)
	}
	return page.send(c)
}
