-- +goose Up
-- About how many short comments a language model is asked at once, at most.
ALTER TABLE thrift ADD COLUMN together smallint NOT NULL DEFAULT 4;
