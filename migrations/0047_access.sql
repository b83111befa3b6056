-- +goose Up
-- How people come in. Accounts, identities and sessions are global tables: one person may
-- work for several brands, and memberships say for which.
CREATE TABLE accounts (
    person_id   uuid PRIMARY KEY,
    mail        text COLLATE "C" NOT NULL, -- what people sign in with, in lower case
    password    text,                      -- argon2id as a PHC string; NULL: only a provider lets them in
    password_at timestamptz,
    created_at  timestamptz NOT NULL,
    CONSTRAINT accounts_mail_unique UNIQUE (mail)
);

-- Who a person is to an OpenID Connect provider.
CREATE TABLE identities (
    issuer     text COLLATE "C" NOT NULL,
    subject    text COLLATE "C" NOT NULL,
    person_id  uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_person ON identities (person_id);

-- One browser that is signed in. Only the SHA-256 of the cookie is kept.
CREATE TABLE sessions (
    id           uuid PRIMARY KEY,
    person_id    uuid NOT NULL,
    hash         bytea NOT NULL,
    means        text NOT NULL,
    agent        text NOT NULL DEFAULT '', -- the browser's own name, to recognise it in a list
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    CONSTRAINT sessions_hash_unique UNIQUE (hash),
    CONSTRAINT sessions_means CHECK (means IN ('password', 'oidc'))
);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- An invitation names its brand, like a token, so that it is found by (brand_id, hash).
CREATE TABLE invitations (
    brand_id    uuid NOT NULL,
    id          uuid NOT NULL,
    mail        text COLLATE "C" NOT NULL,
    role        text NOT NULL,
    hash        bytea NOT NULL,
    invited_by  uuid,                      -- NULL: from the command line
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    accepted_at timestamptz,
    accepted_by uuid,
    revoked_at  timestamptz,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT invitations_hash_unique UNIQUE (brand_id, hash),
    CONSTRAINT invitations_role CHECK (role IN ('smm', 'cm', 'hybrid', 'lead', 'admin', 'viewer'))
);

-- What a token may be used for, within its role. Tokens made before may be used for all.
ALTER TABLE tokens ADD COLUMN scopes text[] NOT NULL DEFAULT '{read,work,lead,admin}';
ALTER TABLE tokens ADD CONSTRAINT tokens_scopes
    CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['read', 'work', 'lead', 'admin']) NOT VALID;

CREATE INDEX memberships_person ON memberships (person_id);
