-- +goose Up
-- A notice has a kind, a cause that all notices of one thing share, a reason why it came,
-- and a place, target: a Slack channel, or "@" and the id of a person. One about no item is
-- a test or, later, of another cause.
ALTER TABLE notices
    ALTER COLUMN item_id DROP NOT NULL,
    ALTER COLUMN engagement_id DROP NOT NULL,
    DROP CONSTRAINT notices_kind,
    ADD COLUMN cause        text NOT NULL DEFAULT '',
    ADD COLUMN why          text NOT NULL DEFAULT 'queue', -- queue, route, test
    ADD COLUMN why_name     text NOT NULL DEFAULT '',      -- of the rule
    ADD COLUMN patient      boolean NOT NULL DEFAULT false, -- waits while its place is quiet or muted
    ADD COLUMN handle       text,                          -- by which a click names it; random
    ADD COLUMN told         text,                          -- hash of how the item stood when the message was last written
    ADD COLUMN told_version bigint,                        -- and its version then
    ADD COLUMN telling      integer NOT NULL DEFAULT 0,    -- how often it was written; buttons of an older one are stale
    ADD COLUMN retell_at    timestamptz,                   -- not written again before
    ADD CONSTRAINT notices_kind CHECK (kind IN ('new', 'retract', 'test'));
CREATE UNIQUE INDEX notices_handle ON notices (handle) WHERE handle IS NOT NULL;
-- The messages that have to stay true.
CREATE INDEX notices_told ON notices (brand_id, item_id) WHERE told IS NOT NULL;
CREATE INDEX notices_newest ON notices (brand_id, id);

-- The rules by which a brand says who is told.
CREATE TABLE notice_routes (
    brand_id   uuid NOT NULL,
    id         uuid NOT NULL,
    name       text NOT NULL,
    place      text NOT NULL,
    queues     text[] NOT NULL DEFAULT '{}',
    priorities smallint[] NOT NULL DEFAULT '{}',
    risks      text[] NOT NULL DEFAULT '{}',
    languages  text[] NOT NULL DEFAULT '{}',
    platforms  text[] NOT NULL DEFAULT '{}',
    hours      jsonb,                            -- NULL: always
    urgent     boolean NOT NULL DEFAULT true,    -- what is urgent rings at any hour
    created_at timestamptz NOT NULL,
    PRIMARY KEY (brand_id, id)
);

-- Places that want no patient notice for a while.
CREATE TABLE notice_mutes (
    brand_id  uuid NOT NULL,
    place     text NOT NULL,
    until     timestamptz NOT NULL,
    person_id uuid NOT NULL, -- who asked for it
    PRIMARY KEY (brand_id, place)
);

-- How somebody is spoken to in a messenger.
ALTER TABLE people
    ADD COLUMN language text NOT NULL DEFAULT '', -- de, en; empty: the brand's
    ADD COLUMN zone     text NOT NULL DEFAULT ''; -- IANA; empty: the brand's
-- Nobody in Slack is two people here: the one who was told first stays.
UPDATE people p SET slack_user_id = NULL
WHERE EXISTS (SELECT FROM people o WHERE o.slack_user_id = p.slack_user_id AND (o.created_at, o.id) < (p.created_at, p.id));
CREATE UNIQUE INDEX people_slack ON people (slack_user_id) WHERE slack_user_id IS NOT NULL;

-- By which a person shows in Slack who they are here. Only the hash of a code is kept.
CREATE TABLE slack_codes (
    hash       bytea PRIMARY KEY,
    person_id  uuid NOT NULL,
    expires_at timestamptz NOT NULL
);

-- What people did in Slack and what is still to be done about it. Which brand it is about
-- shows only then. body goes as soon as it is done; the key stays until no copy can pass.
CREATE TABLE slack_calls (
    id          uuid PRIMARY KEY,
    key         bytea NOT NULL,
    body        jsonb,
    attempts    smallint NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT slack_calls_key_unique UNIQUE (key)
);
CREATE INDEX slack_calls_due ON slack_calls (next_at) WHERE body IS NOT NULL;
CREATE INDEX slack_calls_received ON slack_calls (received_at);
