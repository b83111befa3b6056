-- +goose Up
-- What is open, in the order in which it is dealt, with all that decides whether it fits
-- somebody: what fits nobody present gathers at the head, and is passed over without
-- reading its rows.
CREATE INDEX items_open ON items (brand_id, queue, rank, id)
    INCLUDE (language, skills, effort, heavy, needs_lead, priority, risks, assignee_id, author_id, thread_id)
    WHERE status = 'open';
CREATE INDEX items_open_urgent ON items (brand_id, queue, rank, id) WHERE status = 'open' AND priority = 1;

-- Where each person stands with being dealt. Claims of one person wait for this row, so
-- that no two of them count the same capacity.
CREATE TABLE desks (
    brand_id   uuid NOT NULL,
    person_id  uuid NOT NULL,
    last_queue text NOT NULL DEFAULT '',
    streak     integer NOT NULL DEFAULT 0,            -- items in a row of last_queue
    lean       double precision NOT NULL DEFAULT 0,   -- items of smm dealt beyond the brand's share
    smm        bigint NOT NULL DEFAULT 0,             -- items dealt, by queue
    cm         bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (brand_id, person_id)
) WITH (fillfactor = 50);

-- When somebody is away.
CREATE TABLE leaves (
    brand_id   uuid NOT NULL,
    id         uuid NOT NULL,
    person_id  uuid NOT NULL,
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT leaves_in_order CHECK (ends_at > starts_at)
);
CREATE INDEX leaves_person ON leaves (brand_id, person_id, ends_at);

-- Each time somebody was given a text that hurts to read, or asked to see it. The ids go
-- when the comment is erased, the count stays.
CREATE TABLE exposures (
    brand_id      uuid NOT NULL,
    id            uuid NOT NULL,
    person_id     uuid NOT NULL,
    at            timestamptz NOT NULL,
    kind          text NOT NULL,
    engagement_id uuid,
    thread_id     uuid,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT exposures_kind CHECK (kind IN ('dealt', 'uncovered'))
);
CREATE INDEX exposures_person ON exposures (brand_id, person_id, at);
CREATE INDEX exposures_engagement ON exposures (brand_id, engagement_id) WHERE engagement_id IS NOT NULL;

-- What a lead is told before it becomes too much: once for each cause, subject and hour.
CREATE TABLE alerts (
    brand_id uuid NOT NULL,
    hour     timestamptz NOT NULL,
    cause    text NOT NULL,
    subject  text NOT NULL,  -- a queue, or the id of a person
    at       timestamptz NOT NULL,
    detail   jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (brand_id, hour, cause, subject)
);
