-- +goose Up
-- Comments that a model was asked about, and what it said, to be reused for copies. A row
-- without an answer is a question under way: others wait for it instead of asking too.
CREATE TABLE asked (
    brand_id      uuid NOT NULL,
    engagement_id uuid NOT NULL,
    parent        bytea NOT NULL,       -- what it answers: copies below other posts are none
    reading       bytea NOT NULL,       -- what the built-in engine says of it: near copies agree in that
    copy          bytea NOT NULL,       -- hash of the text: copies agree in that
    vector        halfvec(256) NOT NULL,
    at            timestamptz NOT NULL,
    answer        jsonb,                -- the model's, without what belongs to this one only
    PRIMARY KEY (brand_id, engagement_id)
);
CREATE INDEX asked_parent ON asked (brand_id, parent, reading, at DESC);
CREATE INDEX asked_at ON asked (at);
