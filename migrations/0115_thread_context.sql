-- +goose Up
-- Who published what engagements hang from, and how many it reached, as far as the platform
-- says so. An engagement carries it as it was told with it; NULL: nothing was.
ALTER TABLE engagements ADD COLUMN thread_context jsonb;
ALTER TABLE threads
    ADD COLUMN author_external_id text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN author_handle      text NOT NULL DEFAULT '',
    ADD COLUMN author_name        text NOT NULL DEFAULT '',
    ADD COLUMN audience           bigint NOT NULL DEFAULT 0, -- 0 is not told
    ADD COLUMN views              bigint NOT NULL DEFAULT 0,
    ADD COLUMN reactions          bigint NOT NULL DEFAULT 0;
CREATE INDEX threads_author ON threads (brand_id, channel_id, author_external_id) WHERE author_external_id <> '';
-- What is kept for hours only.
CREATE INDEX threads_kept_short ON threads (last_seen_at) WHERE platform = 'linkedin';
