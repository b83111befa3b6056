-- +goose Up
-- Fields of which the engine itself says that it has not measured to be right often enough
-- with such confidence.
ALTER TABLE judgements ADD COLUMN unsure text[] NOT NULL DEFAULT '{}';
