-- +goose Up
-- How each channel lives: its newest news by any way, the newest that its platform told by
-- itself, whether the platform says that it still calls us, and the last silence. expect is
-- how long a channel may be silent, where people have set it; NULL: its own past says.
CREATE TABLE heartbeats (
    brand_id        uuid NOT NULL,
    channel_id      uuid NOT NULL,
    event_at        timestamptz,
    called_at       timestamptz,
    expect          interval,
    subscription    text NOT NULL DEFAULT '', -- our words; empty: not known
    subscription_at timestamptz,
    gap_from        timestamptz,
    gap_until       timestamptz, -- when news came again; NULL: not yet
    gap_filled_at   timestamptz, -- when all that was said meanwhile had been asked for
    PRIMARY KEY (brand_id, channel_id)
);

-- The hours in which a platform told something of a channel, for as long as they say
-- something of its rhythm.
CREATE TABLE active_hours (
    brand_id   uuid NOT NULL,
    channel_id uuid NOT NULL,
    hour       timestamptz NOT NULL,
    PRIMARY KEY (brand_id, channel_id, hour)
);

-- What is wrong with a channel, each cause once until it is over.
CREATE TABLE alarms (
    brand_id   uuid NOT NULL,
    channel_id uuid NOT NULL,
    cause      text NOT NULL,
    since      timestamptz NOT NULL,
    cleared_at timestamptz,
    PRIMARY KEY (brand_id, channel_id, cause, since)
);
CREATE UNIQUE INDEX alarms_open ON alarms (brand_id, channel_id, cause) WHERE cleared_at IS NULL;
