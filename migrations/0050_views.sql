-- +goose Up
-- Saved filters of a queue: a person's own, or shared by all of the brand when person_id
-- is NULL. A filter holds words of ours, ids, and what somebody of ours searches for.
CREATE TABLE views (
    brand_id   uuid NOT NULL,
    id         uuid NOT NULL,
    person_id  uuid,
    name       text NOT NULL,
    queue      text NOT NULL,
    filter     jsonb NOT NULL DEFAULT '{}',
    position   integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT views_queue CHECK (queue IN ('smm', 'cm'))
);
CREATE UNIQUE INDEX views_name ON views (brand_id, coalesce(person_id, '00000000-0000-0000-0000-000000000000'), lower(name));

-- Rows of the audit that people made are few beside those of the machine.
CREATE INDEX audit_person ON audit (brand_id, actor_id, id) WHERE actor_id IS NOT NULL;
