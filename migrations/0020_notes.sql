-- +goose Up
-- What people write down about an item while they work on it. It goes when its engagement
-- is erased.
CREATE TABLE notes (
    brand_id      uuid NOT NULL,
    id            uuid NOT NULL,
    engagement_id uuid NOT NULL,
    item_id       uuid NOT NULL,
    person_id     uuid NOT NULL,
    action        text NOT NULL, -- what it was written for: resolved, handed_over
    text          text NOT NULL,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (brand_id, id)
);
CREATE INDEX notes_engagement ON notes (brand_id, engagement_id);
