-- +goose Up
-- What is looked up again, because its platform does not tell that it was edited, removed or
-- deleted. absent: the platform did not know it any more the last time.
CREATE TABLE rechecks (
    brand_id      uuid NOT NULL,
    engagement_id uuid NOT NULL,
    channel_id    uuid NOT NULL,
    due_at        timestamptz NOT NULL,
    absent        boolean NOT NULL DEFAULT false,
    PRIMARY KEY (brand_id, engagement_id)
);
CREATE INDEX rechecks_due ON rechecks (brand_id, channel_id, due_at);

-- Up to when the channel's engagements have been entered there, and the last look.
ALTER TABLE sources ADD COLUMN entered_at timestamptz, ADD COLUMN checked_at timestamptz;
