-- +goose Up
-- What was decided about an engagement. Written by the second transaction, never by intake.
CREATE TABLE authors (
    brand_id      uuid NOT NULL,
    id            uuid NOT NULL,
    channel_id    uuid NOT NULL,
    platform      text NOT NULL,
    external_id   text COLLATE "C" NOT NULL,
    handle        text NOT NULL DEFAULT '',
    name          text NOT NULL DEFAULT '',
    followers     bigint NOT NULL DEFAULT -1,
    verified      boolean NOT NULL DEFAULT false,
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT authors_identity UNIQUE (brand_id, channel_id, external_id)
);

CREATE TABLE threads (
    brand_id      uuid NOT NULL,
    id            uuid NOT NULL,
    channel_id    uuid NOT NULL,
    platform      text NOT NULL,
    external_id   text COLLATE "C" NOT NULL,
    text          text NOT NULL DEFAULT '',
    permalink     text NOT NULL DEFAULT '',
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT threads_identity UNIQUE (brand_id, channel_id, external_id)
);

CREATE TABLE judgements (
    brand_id       uuid NOT NULL,
    id             uuid NOT NULL,
    engagement_id  uuid NOT NULL,
    round          integer NOT NULL,
    judged_at      timestamptz NOT NULL,
    engine         text NOT NULL,
    model          text NOT NULL,
    prompt_version text NOT NULL DEFAULT '',
    provisional    boolean NOT NULL DEFAULT false,
    intent         text NOT NULL,
    sentiment      text NOT NULL,
    ironic         boolean NOT NULL,
    urgency        text NOT NULL,
    reply_expected boolean NOT NULL,
    risks          text[] NOT NULL DEFAULT '{}',
    language       text NOT NULL DEFAULT 'und',
    topics         text[] NOT NULL DEFAULT '{}',
    confidence     real[] NOT NULL,              -- queue, intent, sentiment, ironic, urgency, reply_expected
    evidence       jsonb NOT NULL DEFAULT '[]',  -- [{start, end, why}]: byte offsets into the version's text
    rules          text[] NOT NULL DEFAULT '{}',
    latency_ms     integer NOT NULL DEFAULT 0,
    cost_micro_usd bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (brand_id, id)
);
CREATE INDEX judgements_engagement ON judgements (brand_id, engagement_id, round);

-- One vector of one engagement by one model. There is one partial HNSW index per model
-- and size, over the rows marked indexed; the newest rows are searched exactly until a
-- background job marks them.
CREATE TABLE embeddings (
    brand_id      uuid NOT NULL,
    engagement_id uuid NOT NULL,
    model         text NOT NULL,
    round         integer NOT NULL,
    indexed       boolean NOT NULL DEFAULT false,
    vector        halfvec NOT NULL,
    PRIMARY KEY (brand_id, engagement_id, model)
);
CREATE INDEX embeddings_unindexed ON embeddings (brand_id, model) WHERE NOT indexed;
ALTER TABLE embeddings ALTER COLUMN vector SET STORAGE PLAIN;

-- What a person said is right.
CREATE TABLE labels (
    brand_id       uuid NOT NULL,
    id             uuid NOT NULL,
    engagement_id  uuid NOT NULL,
    round          integer NOT NULL,
    person_id      uuid NOT NULL,
    intent         text,
    sentiment      text,
    urgency        text,
    queue          text,
    reply_expected boolean,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (brand_id, id)
);
CREATE INDEX labels_engagement ON labels (brand_id, engagement_id);
