-- +goose Up
-- How a brand wants its comments judged for little money. A brand without a row has said
-- nothing.
CREATE TABLE thrift (
    brand_id        uuid PRIMARY KEY,
    reuse_exact     boolean NOT NULL,
    reuse_near      boolean NOT NULL,
    near_distance   real NOT NULL,
    reuse_seconds   integer NOT NULL,
    builtin         boolean NOT NULL,
    sure            real NOT NULL,
    model           boolean NOT NULL,
    day_micro_usd   bigint NOT NULL, -- 0 is no bound
    month_micro_usd bigint NOT NULL
);

-- The ledger: one row for each engagement and step that cost money, for ever. Prices are
-- those of the price file of that date.
CREATE TABLE ledger (
    brand_id      uuid NOT NULL,
    id            uuid NOT NULL,
    engagement_id uuid,                     -- NULL for several, and after erasure
    at            timestamptz NOT NULL,
    step          text NOT NULL,
    engine        text NOT NULL,
    model         text NOT NULL,
    calls         integer NOT NULL,
    prompt        bigint NOT NULL,
    cached        bigint NOT NULL,
    completion    bigint NOT NULL,
    micro_usd     bigint NOT NULL,
    unpriced      integer NOT NULL,
    prices_as_of  date,
    PRIMARY KEY (brand_id, id)
);
CREATE INDEX ledger_engagement ON ledger (brand_id, engagement_id) WHERE engagement_id IS NOT NULL;

-- The ledger summed up by day (UTC), with the steps that cost nothing.
CREATE TABLE spending (
    brand_id   uuid NOT NULL,
    day        date NOT NULL,
    step       text NOT NULL,
    engine     text NOT NULL,
    model      text NOT NULL,
    items      bigint NOT NULL DEFAULT 0,
    calls      bigint NOT NULL DEFAULT 0,
    prompt     bigint NOT NULL DEFAULT 0,
    cached     bigint NOT NULL DEFAULT 0,
    completion bigint NOT NULL DEFAULT 0,
    micro_usd  bigint NOT NULL DEFAULT 0,
    unpriced   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (brand_id, day, step, engine, model)
);

-- Money that calls under way may cost. A hold that nobody settles ends by itself.
CREATE TABLE holds (
    brand_id  uuid NOT NULL,
    id        uuid NOT NULL,
    micro_usd bigint NOT NULL,
    until     timestamptz NOT NULL,
    PRIMARY KEY (brand_id, id)
);

-- How a judgement came about.
ALTER TABLE judgements ADD COLUMN step text NOT NULL DEFAULT '';
ALTER TABLE judgements ADD COLUMN short text NOT NULL DEFAULT '';
ALTER TABLE judgements ADD COLUMN reused_from uuid;
