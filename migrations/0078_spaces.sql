-- +goose Up
-- The models whose vectors are kept. Searches and waves use the one in force. Another one is
-- filled beside it, engagement by engagement, and is put in force when a whole pass has found
-- nothing missing. It is the installation's, not a brand's: one model reads for all of them.
CREATE TABLE vector_spaces (
    model         text PRIMARY KEY,
    dimensions    integer NOT NULL,
    state         text NOT NULL CHECK (state IN ('filling', 'in force', 'left')),
    at_brand      uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    at_engagement uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    found         boolean NOT NULL DEFAULT false, -- this pass has found something missing
    whole         boolean NOT NULL DEFAULT false, -- nothing is missing since it is in force
    total         bigint NOT NULL DEFAULT 0,      -- engagements when it began
    done          bigint NOT NULL DEFAULT 0,      -- of them looked at in the first pass
    leased_until  timestamptz NOT NULL DEFAULT '-infinity',
    started_at    timestamptz NOT NULL,
    finished_at   timestamptz
);
CREATE UNIQUE INDEX vector_spaces_in_force ON vector_spaces ((true)) WHERE state = 'in force';
