-- +goose Up
-- What a brand lets out of its house to language models, how it speaks, and what left for
-- each judgement.
ALTER TABLE brands
    ADD COLUMN voice          text NOT NULL DEFAULT '',
    ADD COLUMN nothing_leaves boolean NOT NULL DEFAULT false,
    ADD COLUMN withheld       text[] NOT NULL DEFAULT '{}'; -- fields that are kept back when texts leave

-- The text speaks to the machine that judges it.
ALTER TABLE judgements ADD COLUMN addresses_model boolean NOT NULL DEFAULT false;

-- {nothing, fields, embedded, masked, shortened, examples, no_store}: words of closed sets and
-- counts only. NULL for what was judged before this was kept.
ALTER TABLE judgements ADD COLUMN outside jsonb;
