-- +goose Up
-- What people can take back for a minute. The state before holds ids, times, numbers and
-- words of closed sets, and the tags, but no text.
CREATE TABLE undos (
    brand_id   uuid NOT NULL,
    id         uuid NOT NULL,
    person_id  uuid NOT NULL,
    action     text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (brand_id, id)
);
CREATE INDEX undos_expired ON undos (expires_at);

CREATE TABLE undo_items (
    brand_id      uuid NOT NULL,
    undo_id       uuid NOT NULL,
    item_id       uuid NOT NULL,
    engagement_id uuid NOT NULL,
    version       bigint NOT NULL,                         -- the item's after the action
    before        jsonb NOT NULL,
    PRIMARY KEY (brand_id, undo_id, item_id)
);
CREATE INDEX undo_items_engagement ON undo_items (brand_id, engagement_id);
