-- +goose Up
-- A place is interrupted a few times an hour. What would be more is gathered in a message that
-- stands, which is written again as it grows.
ALTER TABLE notices
    ADD COLUMN ring_at    timestamptz,                -- since when it may ring; NULL: not yet
    ADD COLUMN lead_id    uuid,                       -- whose message tells of it, too
    ADD COLUMN grown      integer NOT NULL DEFAULT 0, -- how often what it gathers has changed
    ADD COLUMN told_grown integer NOT NULL DEFAULT 0; -- and when its message was last written
UPDATE notices SET ring_at = next_at WHERE kind = 'new' AND state IN ('pending', 'sent');
CREATE INDEX notices_gathered ON notices (brand_id, lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX notices_place ON notices (brand_id, target, sent_at DESC) WHERE lead_id IS NULL AND kind <> 'retract';

-- How often a place may be interrupted within an hour; 0: as often as there is something.
CREATE TABLE notice_budgets (
    brand_id uuid NOT NULL,
    place    text NOT NULL,
    per_hour smallint NOT NULL CHECK (per_hour BETWEEN 0 AND 60),
    PRIMARY KEY (brand_id, place)
);

-- What people at a place said not to be worth a ping, by kind of notice.
CREATE TABLE notice_thresholds (
    brand_id   uuid NOT NULL,
    place      text NOT NULL,
    kind       text NOT NULL,     -- a risk or an intent
    level      smallint NOT NULL CHECK (level BETWEEN 1 AND 2),
    said       integer NOT NULL,  -- how often
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (brand_id, place, kind)
);
-- Each of them counts once for a notice.
CREATE TABLE notice_votes (
    brand_id  uuid NOT NULL,
    notice_id uuid NOT NULL,
    person_id uuid NOT NULL,
    said_at   timestamptz NOT NULL,
    PRIMARY KEY (brand_id, notice_id, person_id)
);
