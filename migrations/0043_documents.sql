-- +goose Up
-- What is found of an engagement: its words, and where it hangs in its thread. Written when
-- an engagement is settled, never by intake, and gone when it is erased.
--
-- tsv holds the lexeme of the brand (so that the index never walks another brand's rows),
-- the stems of config without positions, and every word as folded by the program with its
-- position.
CREATE TABLE documents (
    brand_id           uuid NOT NULL,
    engagement_id      uuid NOT NULL,
    round              integer NOT NULL,
    config             text NOT NULL,
    tsv                tsvector NOT NULL,
    thread_id          uuid,
    parent_external_id text COLLATE "C" NOT NULL DEFAULT '',
    root               boolean NOT NULL,  -- replies to nothing that we hold
    PRIMARY KEY (brand_id, engagement_id),
    CONSTRAINT documents_config CHECK (config IN ('german', 'english', 'simple'))
);
CREATE INDEX documents_words ON documents USING gin (tsv);
CREATE INDEX documents_roots ON documents (brand_id, thread_id, engagement_id) WHERE root AND thread_id IS NOT NULL;
CREATE INDEX documents_replies ON documents (brand_id, thread_id, parent_external_id, engagement_id) WHERE NOT root;
CREATE INDEX documents_orphans ON documents (brand_id, thread_id, parent_external_id) WHERE root AND parent_external_id <> '';
