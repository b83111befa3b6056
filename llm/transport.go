package llm

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The response caps. A chat answer of ours has a few hundred bytes. Embeddings come as
// decimal text, about 32 bytes a number, and MaxEmbeddingValues keeps a request below
// its cap.
const (
	maxChatBytes      = 1 << 20
	maxEmbeddingBytes = 8 << 20

	// MaxEmbeddingValues is how many numbers one embedding request may ask for, texts
	// times dimensions.
	MaxEmbeddingValues = maxEmbeddingBytes / 32
)

var (
	errRedirect    = errors.New("redirect refused")
	errForeignHost = errors.New("foreign host refused")
	errTooLarge    = errors.New("response too large")
)

// newHTTPClient returns a client that reaches base's host only. go-openai's own has no
// time limit, no cap and follows redirects, which would send texts to another host.
func newHTTPClient(base *url.URL, timeout time.Duration, concurrent int) *http.Client {
	return &http.Client{
		Timeout: timeout,
		Transport: &guarded{
			scheme: base.Scheme,
			host:   base.Host,
			next: &http.Transport{
				Proxy:                  http.ProxyFromEnvironment,
				DialContext:            (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
				TLSHandshakeTimeout:    3 * time.Second,
				ResponseHeaderTimeout:  timeout,
				IdleConnTimeout:        90 * time.Second,
				MaxIdleConns:           concurrent,
				MaxIdleConnsPerHost:    concurrent,
				MaxResponseHeaderBytes: 64 << 10,
				ForceAttemptHTTP2:      true,
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return errRedirect },
	}
}

// guarded refuses other hosts and caps response bodies, after decompression.
type guarded struct {
	scheme, host string
	next         http.RoundTripper
}

func (g *guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != g.scheme || r.URL.Host != g.host {
		return nil, errForeignHost
	}
	limit := int64(maxChatBytes)
	if strings.HasSuffix(r.URL.Path, "/embeddings") {
		limit = maxEmbeddingBytes
	}
	if r.Context().Value(noStore{}) != nil {
		var err error
		if r, err = refusingStorage(r); err != nil {
			return nil, err
		}
	}
	resp, err := g.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = &capped{body: resp.Body, left: limit}
	return resp, nil
}

// capped is a body that fails, rather than ends, past its limit: a cut answer must not
// look like a whole one.
type capped struct {
	body io.ReadCloser
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left < 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.body.Read(p)
	c.left -= int64(n)
	if c.left < 0 {
		return n, errTooLarge
	}
	return n, err
}

func (c *capped) Close() error { return c.body.Close() }

// noStore marks the context of a call whose endpoint is told to keep nothing.
type noStore struct{}

func (d dialect) keepingNothing(ctx context.Context) context.Context {
	if !d.noStore {
		return ctx
	}
	return context.WithValue(ctx, noStore{}, true)
}

// refusingStorage writes the member store into the body. go-openai leaves a plain false out,
// and what an account's own default is then decides.
func refusingStorage(r *http.Request) (*http.Request, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if err := r.Body.Close(); err != nil {
		return nil, err
	}
	body = append([]byte(`{"store":false,`), bytes.TrimPrefix(bytes.TrimSpace(body), []byte("{"))...)
	out := r.Clone(r.Context())
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return out, nil
}
