-- +goose Up
-- What people's corrections teach. A neighbour is a comment with the words of people on it,
-- what the built-in engine alone had said, and a vector of its own, so that the search for
-- labelled ones never walks the others. It follows from labels: it is made and removed with
-- them, in the same transaction.
CREATE TABLE neighbours (
    brand_id       uuid NOT NULL,
    engagement_id  uuid NOT NULL,
    round          integer NOT NULL,
    person_id      uuid NOT NULL,             -- whose word is the newest
    labelled_at    timestamptz NOT NULL,
    intent         text,                      -- as people say
    sentiment      text,
    said_intent    text,                      -- as the built-in engine alone said; NULL until it has
    said_sentiment text,
    said_model     text,
    copy           bytea NOT NULL,            -- hash of the content: copies count once
    model          text,                      -- of the vector; NULL until there is one
    vector         halfvec,
    PRIMARY KEY (brand_id, engagement_id),
    CONSTRAINT neighbours_say_something CHECK (intent IS NOT NULL OR sentiment IS NOT NULL),
    CONSTRAINT neighbours_vector_has_model CHECK ((model IS NULL) = (vector IS NULL))
);
CREATE INDEX neighbours_newest ON neighbours (brand_id, labelled_at DESC);
ALTER TABLE neighbours ALTER COLUMN vector SET STORAGE PLAIN;

-- What people closed without a word against the reading: as telling as what they corrected.
-- Only the newest of each reading are kept.
CREATE TABLE handled (
    brand_id      uuid NOT NULL,
    engagement_id uuid NOT NULL,
    said_intent   text NOT NULL,              -- as the built-in engine alone said
    intent        text NOT NULL,              -- as it stood when it was closed
    at            timestamptz NOT NULL,
    PRIMARY KEY (brand_id, engagement_id)
);
CREATE INDEX handled_newest ON handled (brand_id, said_intent, at DESC);

-- What corrections did to a judgement: {corrections, people, intent, sentiment}, the last two
-- as the engine alone said.
ALTER TABLE judgements ADD COLUMN learned jsonb;

-- Corrections of a time, for figures by week.
CREATE INDEX labels_time ON labels (brand_id, created_at);
