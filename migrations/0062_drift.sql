-- +goose Up
-- How each week of a brand went for the engine. Counts and words of closed sets only: no word
-- of a comment is kept here, so that nothing of it has to be erased.
CREATE TABLE drift_weeks (
    brand_id  uuid NOT NULL,
    week      date NOT NULL,            -- its Monday, UTC
    placed    integer NOT NULL,
    unsure    integer NOT NULL,
    intents   jsonb NOT NULL,           -- {intent: {judged, corrected}}, by what was placed
    comments  integer NOT NULL,         -- of which the words were looked at
    new_words integer,                  -- uses of words that no comment of the weeks before held; NULL without such weeks
    moved     text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (brand_id, week)
);
