-- +goose Up
-- What makes the two queues worth working in. All defaults are constants, so that adding
-- the columns rewrites nothing.
ALTER TABLE items
    ADD COLUMN parts          jsonb NOT NULL DEFAULT '[]',      -- named parts of the rank: [{name, hours, text}]
    ADD COLUMN known          jsonb NOT NULL DEFAULT '{}',      -- what placing knew of author, thread and wave
    ADD COLUMN tags           text[] NOT NULL DEFAULT '{}',
    ADD COLUMN skills         text[] NOT NULL DEFAULT '{}',     -- what the plan asks of whoever takes it
    ADD COLUMN heavy          boolean NOT NULL DEFAULT false,   -- hurts to read: covered, and counted as exposure
    ADD COLUMN effort         smallint NOT NULL DEFAULT 2,      -- points of capacity that it takes
    ADD COLUMN wave_id        uuid,
    ADD COLUMN wave_outlier   boolean NOT NULL DEFAULT false,   -- in the wave, but needs an answer of its own
    ADD COLUMN wave_checked   boolean NOT NULL DEFAULT false,
    ADD COLUMN wake_on_author boolean NOT NULL DEFAULT false,   -- snoozed or waiting until the author writes again
    ADD COLUMN handed_by      uuid,                             -- who handed it over, until accepted or returned
    ADD COLUMN needs_lead     boolean NOT NULL DEFAULT false,
    ADD COLUMN first_due_at   timestamptz,                      -- target of the first answer; due_at is the next target to meet
    ADD COLUMN next_due_at    timestamptz,                      -- target of the next answer, after the author wrote again
    ADD COLUMN resolve_due_at timestamptz,                      -- target of closing it
    ADD COLUMN answered_at    timestamptz,                      -- first human answer
    ADD COLUMN paused_at      timestamptz,                      -- the clocks stand since then: waiting for the author
    ADD COLUMN sla            text NOT NULL DEFAULT 'fine',
    ADD COLUMN sla_at         timestamptz;                      -- when sla is to be looked at next

ALTER TABLE items ADD CONSTRAINT items_sla CHECK (sla IN ('fine', 'at_risk', 'breached')) NOT VALID;
CREATE INDEX items_held ON items (brand_id, assignee_id) WHERE assignee_id IS NOT NULL AND status IN ('open', 'claimed', 'snoozed', 'waiting');
CREATE INDEX items_sla_due ON items (sla_at) WHERE sla_at IS NOT NULL AND status IN ('open', 'claimed', 'snoozed', 'waiting');
CREATE INDEX items_wave ON items (brand_id, wave_id) WHERE wave_id IS NOT NULL;
CREATE INDEX items_wave_unchecked ON items (brand_id, id) WHERE NOT wave_checked;
CREATE INDEX items_author_time ON items (brand_id, author_id, received_at DESC, id DESC) WHERE author_id IS NOT NULL;
CREATE INDEX items_thread_time ON items (brand_id, thread_id, received_at DESC, id DESC) WHERE thread_id IS NOT NULL;
DROP INDEX items_author;
DROP INDEX items_thread;

-- How each person works for a brand.
ALTER TABLE memberships
    ADD COLUMN capacity       smallint NOT NULL DEFAULT 60,     -- points of effort in hand at once
    ADD COLUMN heavy_per_hour smallint NOT NULL DEFAULT 10,     -- heavy texts dealt within an hour
    ADD COLUMN languages      text[] NOT NULL DEFAULT '{}',     -- empty: any
    ADD COLUMN skills         text[] NOT NULL DEFAULT '{}',
    ADD COLUMN hours          jsonb,                            -- a calendar; NULL: always
    ADD COLUMN overflow       boolean NOT NULL DEFAULT false;   -- helps the other role when it is short

-- A brand's own ways that are no routing: see postgres.Settings.
ALTER TABLE brands ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';

ALTER TABLE authors
    ADD COLUMN tags       text[] NOT NULL DEFAULT '{}',
    ADD COLUMN touched_at timestamptz,                          -- last human touch
    ADD COLUMN touched_by uuid;
