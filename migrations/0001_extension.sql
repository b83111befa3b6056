-- +goose Up
-- pgvector 0.8 or later. Creating the extension needs a superuser on most servers: an
-- administrator may create it beforehand, this statement then does nothing.
CREATE EXTENSION IF NOT EXISTS vector;
