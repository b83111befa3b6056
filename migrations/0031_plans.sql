-- +goose Up
-- A plan is written as a draft, put in force, and retired by the next one. Its body never
-- changes: another body is another version.
ALTER TABLE plans
    ADD COLUMN state        text NOT NULL DEFAULT 'draft',
    ADD COLUMN note         text NOT NULL DEFAULT '',
    ADD COLUMN activated_at timestamptz,
    ADD CONSTRAINT plans_state CHECK (state IN ('draft', 'active', 'retired')),
    ADD CONSTRAINT plans_version CHECK (version > 0);
CREATE UNIQUE INDEX plans_one_active ON plans (brand_id) WHERE state = 'active';
