-- +goose Up
-- Who we are and who works here. brand_id leads every key but those of the global tables
-- (people, endpoints, deliveries, the job tables), so that brands can be sharded.
CREATE TABLE brands (
    id          uuid PRIMARY KEY,
    slug        text NOT NULL,
    name        text NOT NULL,
    goal        real NOT NULL DEFAULT 0.5, -- 0 loyalty, 1 visibility
    context     text NOT NULL DEFAULT '',  -- a few words on the brand for the classifier
    slack_smm   text NOT NULL DEFAULT '',  -- Slack channel of the content queue
    slack_cm    text NOT NULL DEFAULT '',  -- Slack channel of the relationship queue
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT brands_slug_unique UNIQUE (slug),
    CONSTRAINT brands_slug_form CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    CONSTRAINT brands_goal_range CHECK (goal >= 0 AND goal <= 1)
);

CREATE TABLE people (
    id            uuid PRIMARY KEY,
    name          text NOT NULL,
    email         text,
    slack_user_id text,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE memberships (
    brand_id   uuid NOT NULL,
    person_id  uuid NOT NULL,
    role       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (brand_id, person_id),
    CONSTRAINT memberships_role CHECK (role IN ('smm', 'cm', 'hybrid', 'lead', 'admin', 'viewer'))
);

-- A token names its brand, so that it is found by (brand_id, hash). Only its SHA-256 is kept.
CREATE TABLE tokens (
    brand_id     uuid NOT NULL,
    id           uuid NOT NULL,
    person_id    uuid NOT NULL,
    role         text NOT NULL,
    hash         bytea NOT NULL,
    hint         text NOT NULL, -- the first characters, to recognise it in a list
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT tokens_hash_unique UNIQUE (brand_id, hash),
    CONSTRAINT tokens_role CHECK (role IN ('smm', 'cm', 'hybrid', 'lead', 'admin', 'viewer'))
);

-- One webhook address. Secrets are encrypted with TRIAGE_SECRET_KEY.
CREATE TABLE endpoints (
    id                  uuid PRIMARY KEY,
    brand_id            uuid NOT NULL, -- the owner; channels may belong to other brands
    platform            text NOT NULL,
    secret              bytea NOT NULL,
    previous_secret     bytea,
    previous_expires_at timestamptz,
    verify_token        bytea,
    disabled_at         timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE channels (
    brand_id    uuid NOT NULL,
    id          uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    platform    text NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    name        text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (brand_id, id),
    CONSTRAINT channels_account_unique UNIQUE (brand_id, endpoint_id, external_id)
);
CREATE INDEX channels_endpoint ON channels (endpoint_id);

-- The routing plan of a brand, versioned. A brand without a row uses the default plan.
CREATE TABLE plans (
    brand_id   uuid NOT NULL,
    version    integer NOT NULL,
    body       jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid,
    PRIMARY KEY (brand_id, version)
);

-- Small facts that exist once for the whole installation (watermarks of periodic work).
CREATE TABLE facts (
    name       text PRIMARY KEY,
    value      jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- Endpoint secrets are cached by every process; a change tells them all.
-- +goose StatementBegin
CREATE FUNCTION endpoints_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('triage_endpoints', '');
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER endpoints_changed AFTER INSERT OR UPDATE OR DELETE ON endpoints
    FOR EACH STATEMENT EXECUTE FUNCTION endpoints_changed();
CREATE TRIGGER channels_changed AFTER INSERT OR UPDATE OR DELETE ON channels
    FOR EACH STATEMENT EXECUTE FUNCTION endpoints_changed();
