-- +goose Up
-- When the platform told that our access to an account ended, and why in our words. Any
-- later news of the account says that it was given back.
ALTER TABLE channels ADD COLUMN ended_at timestamptz, ADD COLUMN ended_reason text NOT NULL DEFAULT '';

-- People who asked Meta to have their data deleted by us. Of who asked only a hash is kept;
-- the code is what they look the state up by.
CREATE TABLE withdrawals (
    brand_id     uuid NOT NULL, -- the endpoint's
    endpoint_id  uuid NOT NULL,
    code         text NOT NULL,
    person_hash  bytea NOT NULL,
    issued_at    timestamptz NOT NULL,
    done_at      timestamptz NOT NULL,
    PRIMARY KEY (brand_id, endpoint_id, code),
    CONSTRAINT withdrawals_once UNIQUE (brand_id, endpoint_id, person_hash, issued_at)
);
