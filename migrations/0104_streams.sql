-- +goose Up
-- What of an account is listened to, where the platform divides it (the channels of a Discord
-- server). Empty: all that we may see.
ALTER TABLE channels ADD COLUMN rooms text[] NOT NULL DEFAULT '{}';
-- Where an account's stream is, when it is not where the platform has it. Empty: there.
ALTER TABLE channels ADD COLUMN stream_address text NOT NULL DEFAULT '';

-- stream_cursor says where a stream goes on, and is written with what came before it; notice
-- what is wrong although the channel answers, in our words.
ALTER TABLE sources ADD COLUMN stream_cursor text NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN notice text NOT NULL DEFAULT '';
