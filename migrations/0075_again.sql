-- +goose Up
-- Owner items that wait for a better judgement, since a model was away or money was spent.
-- Whoever sees that it is back takes them from here and has them judged again: urgent ones
-- first, then those that the engine was not sure of, then by time.
CREATE TABLE again (
    brand_id      uuid NOT NULL,
    engagement_id uuid NOT NULL,
    round         integer NOT NULL,
    pressing      smallint NOT NULL,    -- 0 urgent, 1 unsure, 2 neither
    short         text NOT NULL,        -- what was missing
    since         timestamptz NOT NULL, -- of the first provisional judgement of the round
    due_at        timestamptz NOT NULL, -- not before
    tried_at      timestamptz,          -- when a job was last enqueued for it
    PRIMARY KEY (brand_id, engagement_id)
);
CREATE INDEX again_order ON again (brand_id, pressing, since);

-- How fast an endpoint of a model may be asked, for all processes together: what it said
-- itself. All of it is over within minutes, so it need not survive a crash.
CREATE UNLOGGED TABLE paces (
    endpoint           text PRIMARY KEY,
    held_until         timestamptz,   -- nobody asks before
    held_since         timestamptz,
    code               text NOT NULL DEFAULT '',
    remaining_requests bigint,        -- in the endpoint's window, NULL when it does not say
    requests_reset_at  timestamptz,
    remaining_tokens   bigint,
    tokens_reset_at    timestamptz
);
