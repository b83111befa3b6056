-- +goose Up
-- When an endpoint's platform last let it prove that it holds the secret, and how long after
-- that it asks again at the latest. Of an endpoint that is not in it nobody asked.
CREATE TABLE endpoint_challenges (
    endpoint_id uuid PRIMARY KEY,
    answered_at timestamptz NOT NULL,
    within      interval NOT NULL
);
