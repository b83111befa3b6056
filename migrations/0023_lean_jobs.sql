-- +goose Up
-- River's GIN indexes serve searches by arguments and metadata, which nothing here does;
-- every accepted group of comments would pay for both.
DROP INDEX IF EXISTS river_job_args_index;
DROP INDEX IF EXISTS river_job_metadata_index;
