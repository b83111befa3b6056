-- +goose Up
-- What was written before we listened, and came from a file: it is kept for what it tells of
-- people and threads, and rings nobody. An edit that comes later makes it news.
ALTER TABLE engagements ADD COLUMN history boolean NOT NULL DEFAULT false;

-- How far a file has been taken in. digest is of the file's content and of how it is read,
-- so that the same file goes on where it stopped, whatever its name. position is written
-- in the transaction that takes its lines in; whoever finds another one than they left
-- knows that somebody else reads the same file. Nothing here comes from the file's words.
CREATE TABLE imports (
    brand_id    uuid NOT NULL,
    channel_id  uuid NOT NULL,
    digest      bytea NOT NULL,
    id          uuid NOT NULL,
    position    bigint NOT NULL DEFAULT 0, -- records that were dealt with
    accepted    bigint NOT NULL DEFAULT 0,
    duplicate   bigint NOT NULL DEFAULT 0,
    own         bigint NOT NULL DEFAULT 0,
    rejected    bigint NOT NULL DEFAULT 0,
    unstorable  bigint[] NOT NULL DEFAULT '{}', -- numbers of lines that the database refused
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (brand_id, channel_id, digest)
);
