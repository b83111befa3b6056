-- +goose Up
-- Where an account is asked for news. Empty: nobody asks, the platform calls us.
ALTER TABLE channels ADD COLUMN address text NOT NULL DEFAULT '';

-- A channel that we ask, and how it does. One process at a time asks: the one whose lease
-- runs; fence counts the leases, so that a process that slept through its own writes
-- nothing. cursor says what has been taken in, and is written with it.
CREATE TABLE sources (
    brand_id      uuid NOT NULL,
    channel_id    uuid NOT NULL,
    cursor        text NOT NULL DEFAULT '',
    holder        uuid,
    fence         bigint NOT NULL DEFAULT 0,
    lease_until   timestamptz,
    state         text NOT NULL DEFAULT 'new',
    reason        text NOT NULL DEFAULT '', -- our words
    refused       bytea,       -- hash of the sealed secret that was refused; another one is tried
    ask_at        timestamptz NOT NULL DEFAULT now(), -- not before
    asked_at      timestamptz, -- last answer
    event_at      timestamptz, -- last news in one
    gap_from      timestamptz, -- since when nobody had asked, the last time that it was long
    gap_filled_at timestamptz, -- when all that was said meanwhile was taken in; NULL: not yet
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (brand_id, channel_id),
    CONSTRAINT sources_state CHECK (state IN ('new', 'listening', 'failing', 'limited', 'refused'))
);
CREATE INDEX sources_holder ON sources (holder) WHERE holder IS NOT NULL;
