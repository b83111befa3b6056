-- +goose Up
-- One webhook call as it arrived. Partitioned by day over the time inside the UUIDv7 id;
-- partitions are made ahead by a periodic job, the default one catches the rest. raw is
-- NULL when a comment in it was erased, or when it held a delete event.
CREATE TABLE deliveries (
    id          uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    platform    text NOT NULL,
    received_at timestamptz NOT NULL,
    state       text NOT NULL,
    source      text NOT NULL DEFAULT 'webhook',
    raw         bytea,
    raw_sha256  bytea NOT NULL,
    accepted    integer NOT NULL DEFAULT 0,
    ignored     integer NOT NULL DEFAULT 0,
    quarantined integer NOT NULL DEFAULT 0,
    rejects     jsonb,   -- [{pointer, reason}], our words only
    PRIMARY KEY (id),
    CONSTRAINT deliveries_state CHECK (state IN ('accepted', 'quarantined'))
) PARTITION BY RANGE (id);
CREATE TABLE deliveries_default PARTITION OF deliveries DEFAULT;
ALTER TABLE deliveries_default ALTER COLUMN raw SET STORAGE EXTERNAL;

-- One comment, mention, reply, review or message in its newest version. There are no
-- foreign keys on the tables that every comment writes: they would cost more than the
-- row, and keys are only ever made from rows just read. A tombstone (deleted_at) keeps
-- the key only.
CREATE TABLE engagements (
    brand_id           uuid NOT NULL,
    id                 uuid NOT NULL,
    channel_id         uuid NOT NULL,
    platform           text NOT NULL,
    external_id        text COLLATE "C" NOT NULL, -- compared as bytes
    parent_external_id text NOT NULL DEFAULT '',
    form               text NOT NULL,
    author_external_id text NOT NULL DEFAULT '',
    author_handle      text NOT NULL DEFAULT '',
    author_name        text NOT NULL DEFAULT '',
    author_followers   bigint NOT NULL DEFAULT -1,
    author_verified    boolean NOT NULL DEFAULT false,
    thread_external_id text NOT NULL DEFAULT '',
    thread_text        text NOT NULL DEFAULT '',
    thread_permalink   text NOT NULL DEFAULT '',
    text               text NOT NULL DEFAULT '',
    text_altered       boolean NOT NULL DEFAULT false,
    language           text NOT NULL DEFAULT '',
    permalink          text NOT NULL DEFAULT '',
    has_media          boolean NOT NULL DEFAULT false,
    incomplete         boolean NOT NULL DEFAULT false, -- known from an edit only
    edited             boolean NOT NULL DEFAULT false,
    hidden             boolean NOT NULL DEFAULT false,
    posted_at          timestamptz,
    version_at         timestamptz NOT NULL,
    visibility_at      timestamptz, -- version of the last hide or unhide
    content_hash       bytea NOT NULL,
    received_at        timestamptz NOT NULL,
    changed_at         timestamptz NOT NULL,
    deleted_at         timestamptz,
    round              integer NOT NULL DEFAULT 1,
    delivery_id        uuid NOT NULL,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT engagements_identity UNIQUE (brand_id, channel_id, external_id)
);
CREATE INDEX engagements_changed ON engagements USING brin (changed_at) WITH (pages_per_range = 16, autosummarize = on);

-- Superseded versions of edited engagements. The newest stands in engagements.
CREATE TABLE engagement_versions (
    brand_id      uuid NOT NULL,
    engagement_id uuid NOT NULL,
    round         integer NOT NULL,
    text          text NOT NULL,
    version_at    timestamptz NOT NULL,
    received_at   timestamptz NOT NULL,
    delivery_id   uuid NOT NULL,
    PRIMARY KEY (brand_id, engagement_id, round)
);

-- Authors whose data we were told to erase: only a hash of their id is kept, so that a
-- replayed comment of theirs is not stored again.
CREATE TABLE erased_authors (
    brand_id    uuid NOT NULL,
    channel_id  uuid NOT NULL,
    author_hash bytea NOT NULL,
    erased_at   timestamptz NOT NULL,
    PRIMARY KEY (brand_id, channel_id, author_hash)
);
