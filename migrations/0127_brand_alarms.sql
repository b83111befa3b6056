-- +goose Up
-- What is wrong with a brand's day: a crisis, a wave of anger, money that runs out. One
-- message, notice_id, tells of those that came together, and is written again when one ends.
CREATE TABLE brand_alarms (
    brand_id   uuid NOT NULL,
    id         uuid NOT NULL,
    cause      text NOT NULL,
    subject    text NOT NULL DEFAULT '', -- which risk, queue or span of money
    n          integer NOT NULL,         -- how many, or of money how many percent
    usual      integer NOT NULL DEFAULT 0,
    since      timestamptz NOT NULL,
    cleared_at timestamptz,
    notice_id  uuid,
    PRIMARY KEY (brand_id, id)
);
CREATE UNIQUE INDEX brand_alarms_open ON brand_alarms (brand_id, cause, subject) WHERE cleared_at IS NULL;
CREATE INDEX brand_alarms_since ON brand_alarms (brand_id, since);
CREATE INDEX brand_alarms_notice ON brand_alarms (brand_id, notice_id);
-- What is only rewritten has no item.
CREATE INDEX notices_told_alarms ON notices (brand_id, id) WHERE told IS NOT NULL AND item_id IS NULL;
