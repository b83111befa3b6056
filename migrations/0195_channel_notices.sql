-- +goose Up
-- Teams are told of channels, too: what is wrong (cause) and since when.
ALTER TABLE notices
    ADD COLUMN channel_id  uuid,
    ADD COLUMN cause_since timestamptz,
    DROP CONSTRAINT notices_kind,
    ADD CONSTRAINT notices_kind CHECK (kind IN ('new', 'retract', 'test', 'alarm', 'calm'));
