// Package migrations holds the numbered, forward-only SQL that makes the schema, the
// job library's included. It is applied by postgres.Migrate with goose.
package migrations

import "embed"

// FS holds every migration file.
//
//go:embed *.sql
var FS embed.FS
