-- +goose Up
-- River's schema, version 8: its own SQL, one file per version because a later one uses enum values of an earlier one.
-- +goose StatementBegin
-- No-op. Postgres sequences already prevent automatically generated job IDs
-- from being reused.
SELECT 1;

-- +goose StatementEnd
