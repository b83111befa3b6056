-- +goose Up
-- What a platform allows in a day, and how much of it is used; quota_until ends the day.
-- expected_at is when the next answer was to be expected.
ALTER TABLE sources
    ADD COLUMN quota_limit integer NOT NULL DEFAULT 0,
    ADD COLUMN quota_spent integer NOT NULL DEFAULT 0,
    ADD COLUMN quota_until timestamptz,
    ADD COLUMN expected_at timestamptz;
