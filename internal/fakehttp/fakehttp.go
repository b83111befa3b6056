// Package fakehttp is what the local servers that stand for platforms have in common. It is
// for tests.
package fakehttp

import (
	"encoding/json"
	"net/http"
	"strings"
)

// Answer writes v as JSON.
func Answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked has gone
}

// Token returns what stands behind the scheme ("Bearer", "Bot") in the request's
// authorization, or nothing.
func Token(r *http.Request, scheme string) string {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), scheme+" ")
	return token
}
