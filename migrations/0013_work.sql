-- +goose Up
-- One engagement's place in one queue. version is the ETag, fence the fencing number of
-- the lease: it grows with every claim and a write with an older one is refused.
CREATE TABLE items (
    brand_id       uuid NOT NULL,
    id             uuid NOT NULL,
    engagement_id  uuid NOT NULL,
    kind           text NOT NULL DEFAULT 'owner',
    queue          text NOT NULL,
    status         text NOT NULL DEFAULT 'open',
    priority       smallint NOT NULL,
    due_at         timestamptz NOT NULL,
    rank           double precision NOT NULL,  -- lower is dealt first
    unsure         boolean NOT NULL DEFAULT false,
    provisional    boolean NOT NULL DEFAULT false,
    round          integer NOT NULL,           -- the engagement's round that was placed
    plan_version   integer NOT NULL DEFAULT 0,
    reasons        jsonb NOT NULL DEFAULT '[]',
    judgement_id   uuid,

    platform       text NOT NULL,
    channel_id     uuid NOT NULL,
    author_id      uuid,
    thread_id      uuid,
    intent         text NOT NULL DEFAULT 'other',
    sentiment      text NOT NULL DEFAULT 'neutral',
    urgency        text NOT NULL DEFAULT 'normal',
    language       text NOT NULL DEFAULT 'und',
    risks          text[] NOT NULL DEFAULT '{}',
    reply_expected boolean NOT NULL DEFAULT false,

    assignee_id    uuid,
    lease_until    timestamptz,
    fence          bigint NOT NULL DEFAULT 0,
    version        bigint NOT NULL DEFAULT 1,
    snoozed_until  timestamptz,
    outcome        text,
    handovers      smallint NOT NULL DEFAULT 0,

    received_at    timestamptz NOT NULL,
    created_at     timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL,
    closed_at      timestamptz,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT items_kind CHECK (kind IN ('owner', 'companion')),
    CONSTRAINT items_queue CHECK (queue IN ('smm', 'cm')),
    CONSTRAINT items_status CHECK (status IN ('open', 'claimed', 'snoozed', 'waiting', 'resolved', 'dismissed')),
    CONSTRAINT items_priority CHECK (priority BETWEEN 1 AND 4),
    CONSTRAINT items_claimed_has_holder CHECK (status <> 'claimed' OR (assignee_id IS NOT NULL AND lease_until IS NOT NULL))
);
CREATE UNIQUE INDEX items_one_owner ON items (brand_id, engagement_id) WHERE kind = 'owner';
CREATE UNIQUE INDEX items_one_companion ON items (brand_id, engagement_id) WHERE kind = 'companion';
CREATE INDEX items_live ON items (brand_id, queue, rank, id) WHERE status IN ('open', 'claimed', 'snoozed', 'waiting');
CREATE INDEX items_live_due ON items (brand_id, queue, due_at) WHERE status IN ('open', 'claimed', 'snoozed', 'waiting');
CREATE INDEX items_live_received ON items (brand_id, queue, received_at) WHERE status IN ('open', 'claimed', 'snoozed', 'waiting');
CREATE INDEX items_leases ON items (lease_until) WHERE status = 'claimed';
CREATE INDEX items_snoozes ON items (snoozed_until) WHERE status = 'snoozed';
CREATE INDEX items_author ON items (brand_id, author_id);
CREATE INDEX items_thread ON items (brand_id, thread_id);

-- Kept counters: every statement on items appends its differences, a periodic job folds
-- them. Appending never waits for another transaction; the sum is always exact.
CREATE TABLE queue_counts (
    brand_id uuid NOT NULL,
    queue    text NOT NULL,
    status   text NOT NULL,
    priority smallint NOT NULL,
    unsure   boolean NOT NULL,
    n        bigint NOT NULL
);
CREATE INDEX queue_counts_brand ON queue_counts (brand_id, queue);

-- +goose StatementBegin
CREATE FUNCTION items_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO queue_counts (brand_id, queue, status, priority, unsure, n)
        SELECT brand_id, queue, status, priority, unsure, count(*) FROM new_rows GROUP BY 1, 2, 3, 4, 5;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO queue_counts (brand_id, queue, status, priority, unsure, n)
        SELECT brand_id, queue, status, priority, unsure, -count(*) FROM old_rows GROUP BY 1, 2, 3, 4, 5;
    ELSE
        INSERT INTO queue_counts (brand_id, queue, status, priority, unsure, n)
        SELECT brand_id, queue, status, priority, unsure, sum(n) FROM (
            SELECT brand_id, queue, status, priority, unsure, 1 AS n FROM new_rows
            UNION ALL
            SELECT brand_id, queue, status, priority, unsure, -1 FROM old_rows
        ) d GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER items_counted_insert AFTER INSERT ON items
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION items_counted();
CREATE TRIGGER items_counted_update AFTER UPDATE ON items
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION items_counted();
CREATE TRIGGER items_counted_delete AFTER DELETE ON items
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION items_counted();

-- Who or what did what, when, why. Rows hold ids, never text. They are written with the
-- change and sealed into the brand's hash chain in batches by one elected writer.
CREATE TABLE audit (
    brand_id   uuid NOT NULL,
    id         uuid NOT NULL,
    at         timestamptz NOT NULL,
    actor_kind text NOT NULL,  -- machine, person
    actor_id   uuid,
    action     text NOT NULL,
    subject    text NOT NULL,  -- item, engagement, brand, endpoint, token, …
    subject_id uuid NOT NULL,
    detail     jsonb NOT NULL DEFAULT '{}',
    seq        bigint,
    hash       bytea,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT audit_actor CHECK (actor_kind IN ('machine', 'person')),
    CONSTRAINT audit_sealed_together CHECK ((seq IS NULL) = (hash IS NULL))
);
CREATE UNIQUE INDEX audit_chain ON audit (brand_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_unsealed ON audit (brand_id, id) WHERE seq IS NULL;
CREATE INDEX audit_subject ON audit (brand_id, subject_id, id);

-- +goose StatementBegin
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.seq IS NULL AND NEW.seq IS NOT NULL
       AND (OLD.brand_id, OLD.id, OLD.at, OLD.actor_kind, OLD.actor_id, OLD.action, OLD.subject, OLD.subject_id, OLD.detail)
           IS NOT DISTINCT FROM
           (NEW.brand_id, NEW.id, NEW.at, NEW.actor_kind, NEW.actor_id, NEW.action, NEW.subject, NEW.subject_id, NEW.detail) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit rows are append-only' USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();

-- What goes out to Slack: an outbox with its own retries.
CREATE TABLE notices (
    brand_id      uuid NOT NULL,
    id            uuid NOT NULL,
    item_id       uuid NOT NULL,
    engagement_id uuid NOT NULL,
    kind          text NOT NULL,                    -- new, retract
    target        text NOT NULL,                    -- Slack channel
    state         text NOT NULL DEFAULT 'pending',
    attempts      smallint NOT NULL DEFAULT 0,
    next_at       timestamptz NOT NULL,
    message_ref   text,                             -- Slack channel id and ts once posted
    error         text,                             -- our word for the last failure
    created_at    timestamptz NOT NULL,
    sent_at       timestamptz,
    PRIMARY KEY (brand_id, id),
    CONSTRAINT notices_state CHECK (state IN ('pending', 'sent', 'cancelled', 'dead')),
    CONSTRAINT notices_kind CHECK (kind IN ('new', 'retract'))
);
CREATE INDEX notices_due ON notices (next_at) WHERE state = 'pending';
CREATE INDEX notices_item ON notices (brand_id, item_id);
