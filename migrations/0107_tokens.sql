-- +goose Up
-- The token by which a platform that calls us is asked about an account as well, sealed for
-- the channel, and whom the platform says to have given it.
ALTER TABLE channels ADD COLUMN token bytea, ADD COLUMN granted_by text NOT NULL DEFAULT '';

-- Engagements that their platform told of without words or author, until it is asked for
-- them. A row is leased by moving next_at.
CREATE TABLE fetches (
    brand_id      uuid NOT NULL,
    engagement_id uuid NOT NULL,
    attempts      smallint NOT NULL DEFAULT 0,
    next_at       timestamptz NOT NULL,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (brand_id, engagement_id)
);
CREATE INDEX fetches_due ON fetches (next_at);
