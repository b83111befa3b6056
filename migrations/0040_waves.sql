-- +goose Up
-- Near-duplicates in time. A row holds figures and ids; the centre is the mean of many
-- vectors and is forgotten whenever a member is.
CREATE TABLE waves (
    brand_id          uuid NOT NULL,
    id                uuid NOT NULL,
    kind              text NOT NULL,
    state             text NOT NULL DEFAULT 'open',   -- open to newcomers, or closed
    model             text NOT NULL,                  -- of the vectors
    centre            halfvec,                        -- NULL until the next count
    thread_id         uuid,                           -- NULL when it runs across threads
    language          text NOT NULL DEFAULT 'und',
    intent            text NOT NULL DEFAULT 'other',  -- what most members were judged to be
    urgency           text NOT NULL DEFAULT 'normal',
    reply_expected    boolean NOT NULL DEFAULT false,
    risks             text[] NOT NULL DEFAULT '{}',   -- those that at least half of the members carry
    representative_id uuid,
    count             integer NOT NULL,
    authors           integer NOT NULL DEFAULT 0,
    threads           integer NOT NULL DEFAULT 0,
    outliers          integer NOT NULL DEFAULT 0,
    peak_per_minute   integer NOT NULL DEFAULT 0,
    counted           integer NOT NULL DEFAULT 0,     -- count when the figures were made
    counted_at        timestamptz NOT NULL DEFAULT '-infinity',
    told              integer NOT NULL DEFAULT 0,     -- count when the audit last said how it grew
    dirty             boolean NOT NULL DEFAULT true,  -- the figures are to be made again
    started_at        timestamptz NOT NULL,
    last_at           timestamptz NOT NULL,
    dismissed_at      timestamptz,                    -- the machine closed it as spam
    closed_at         timestamptz,
    closed_by         uuid,                           -- NULL when it went quiet
    PRIMARY KEY (brand_id, id),
    CONSTRAINT waves_kind CHECK (kind IN ('spam', 'reaction', 'problem', 'question', 'praise')),
    CONSTRAINT waves_state CHECK (state IN ('open', 'closed')),
    CONSTRAINT waves_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX waves_last ON waves (brand_id, state DESC, last_at DESC, id DESC);
CREATE INDEX waves_dirty ON waves (brand_id) WHERE dirty;

-- What the search remembers: items of the last minutes that are in no wave, and the
-- members of open waves.
CREATE TABLE wave_traces (
    brand_id      uuid NOT NULL,
    engagement_id uuid NOT NULL,
    item_id       uuid NOT NULL,
    wave_id       uuid,
    author_id     uuid,
    thread_id     uuid,
    received_at   timestamptz NOT NULL,
    outline       bigint NOT NULL,   -- hash of the text's outline, 0 for none
    letters       smallint NOT NULL,
    spam          boolean NOT NULL,
    PRIMARY KEY (brand_id, engagement_id)
);
CREATE INDEX wave_traces_outline ON wave_traces (brand_id, outline, thread_id) WHERE outline <> 0;
CREATE INDEX wave_traces_recent ON wave_traces (brand_id, received_at DESC) WHERE wave_id IS NULL;
CREATE INDEX wave_traces_wave ON wave_traces (brand_id, wave_id) WHERE wave_id IS NOT NULL;

CREATE INDEX items_wave_time ON items (brand_id, wave_id, received_at DESC, id DESC) WHERE wave_id IS NOT NULL;
DROP INDEX items_wave;

-- The wave that a person took the item out of: it joins none again.
ALTER TABLE items ADD COLUMN wave_left uuid;

-- What is judged anew is looked at anew.
-- +goose StatementBegin
CREATE FUNCTION items_wave_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.wave_checked := false;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER items_wave_again BEFORE UPDATE ON items FOR EACH ROW
    WHEN (OLD.wave_checked AND (NEW.round, NEW.judgement_id) IS DISTINCT FROM (OLD.round, OLD.judgement_id))
    EXECUTE FUNCTION items_wave_again();
