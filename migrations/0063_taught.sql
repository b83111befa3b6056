-- +goose Up
-- What a neighbour was taught by, so that those taught by other models than the ones in use
-- are found without looking at all.
ALTER TABLE neighbours ADD COLUMN taught text NOT NULL
    GENERATED ALWAYS AS (coalesce(model, '') || ' ' || coalesce(said_model, '')) STORED;
CREATE INDEX neighbours_taught ON neighbours (taught);
