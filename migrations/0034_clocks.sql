-- +goose Up
-- The clocks behind the targets. Times in open time are counted by the brand's calendar
-- when something happens, so that figures need no calendar later.
ALTER TABLE items
    ADD COLUMN answered_in integer,                        -- seconds of open time to the first answer
    ADD COLUMN closed_in   integer,                        -- seconds of open time until it was closed, pauses apart
    ADD COLUMN paused_for  integer NOT NULL DEFAULT 0;     -- seconds of open time that we waited for the author

CREATE INDEX items_follow_ups ON items (snoozed_until) WHERE status = 'waiting';
CREATE INDEX items_wake_on_author ON items (brand_id, author_id) WHERE wake_on_author AND status IN ('snoozed', 'waiting');
CREATE INDEX items_received ON items (brand_id, received_at);

-- One row for every time that an author wrote again after an answer. ended_at is when the
-- next answer came, or when somebody closed the item without one.
CREATE TABLE next_answers (
    brand_id      uuid NOT NULL,
    item_id       uuid NOT NULL,
    engagement_id uuid NOT NULL,
    asked_at      timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    ended_at      timestamptz,
    ended_in      integer,                                 -- seconds of open time
    PRIMARY KEY (brand_id, item_id, asked_at)
);
CREATE INDEX next_answers_asked ON next_answers (brand_id, asked_at);
CREATE INDEX next_answers_engagement ON next_answers (brand_id, engagement_id);
