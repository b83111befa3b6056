-- +goose Up
-- What is known of authors beside what they wrote. All of it goes with the author, whoever
-- deletes that: the references cascade. None of these tables is hot.
CREATE TABLE author_notes (
    brand_id   uuid NOT NULL,
    id         uuid NOT NULL,
    author_id  uuid NOT NULL,
    person_id  uuid NOT NULL,
    text       text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT author_notes_author FOREIGN KEY (brand_id, author_id) REFERENCES authors (brand_id, id) ON DELETE CASCADE
);
CREATE INDEX author_notes_of ON author_notes (brand_id, author_id, id);

-- Two accounts that may be one person. evidence names kinds and holds no text. a < b, so
-- that a pair stands once.
CREATE TABLE author_links (
    brand_id   uuid NOT NULL,
    id         uuid NOT NULL,
    a          uuid NOT NULL,
    b          uuid NOT NULL,
    state      text NOT NULL DEFAULT 'suggested',
    evidence   jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by uuid,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT author_links_pair UNIQUE (brand_id, a, b),
    CONSTRAINT author_links_order CHECK (a < b),
    CONSTRAINT author_links_state CHECK (state IN ('suggested', 'confirmed', 'rejected')),
    CONSTRAINT author_links_a FOREIGN KEY (brand_id, a) REFERENCES authors (brand_id, id) ON DELETE CASCADE,
    CONSTRAINT author_links_b FOREIGN KEY (brand_id, b) REFERENCES authors (brand_id, id) ON DELETE CASCADE
);
CREATE INDEX author_links_of_b ON author_links (brand_id, b);

-- What a person promised an author by a date. raised_at is when its item came up for it.
CREATE TABLE promises (
    brand_id      uuid NOT NULL,
    id            uuid NOT NULL,
    engagement_id uuid,
    author_id     uuid,
    person_id     uuid NOT NULL,
    text          text NOT NULL,
    due_at        timestamptz NOT NULL,
    state         text NOT NULL DEFAULT 'open',
    created_at    timestamptz NOT NULL,
    raised_at     timestamptz,
    closed_at     timestamptz,
    closed_by     uuid,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT promises_subject CHECK (engagement_id IS NOT NULL OR author_id IS NOT NULL),
    CONSTRAINT promises_state CHECK (state IN ('open', 'kept', 'withdrawn')),
    CONSTRAINT promises_author FOREIGN KEY (brand_id, author_id) REFERENCES authors (brand_id, id) ON DELETE CASCADE
);
CREATE INDEX promises_author ON promises (brand_id, author_id) WHERE author_id IS NOT NULL;
CREATE INDEX promises_engagement ON promises (brand_id, engagement_id) WHERE engagement_id IS NOT NULL;
CREATE INDEX promises_due ON promises (due_at) WHERE state = 'open' AND raised_at IS NULL;

-- What follows from what an author wrote (advocate, creator, at_risk), as of their last
-- comment: beside tags, which people set.
ALTER TABLE authors ADD COLUMN signs text[] NOT NULL DEFAULT '{}';
