-- +goose Up
-- Status and assignee change with every claim. As plain columns that no index holds they
-- change in place; as terms each claim wrote the row into every index again. Lists of what
-- is held or put away alone are few enough to go by items.
ALTER TABLE live_items
    ADD COLUMN status      text NOT NULL DEFAULT 'open',
    ADD COLUMN assignee_id uuid;
ALTER TABLE live_items SET (fillfactor = 75);
CREATE INDEX items_put_away ON items (brand_id, queue, rank, id) WHERE status IN ('claimed', 'snoozed', 'waiting');

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION item_terms(i items) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    seed bigint := uuid_hash_extended(i.brand_id, ascii(i.queue));
BEGIN
    RETURN ARRAY[
        hashtextextended('priority:' || i.priority, seed),
        hashtextextended('intent:' || i.intent, seed),
        hashtextextended('sentiment:' || i.sentiment, seed),
        hashtextextended('language:' || i.language, seed),
        hashtextextended('platform:' || i.platform, seed),
        hashtextextended('channel:' || i.channel_id, seed),
        hashtextextended('unsure:' || i.unsure, seed)]
    || CASE WHEN i.author_id IS NULL THEN '{}' ELSE ARRAY[hashtextextended('author:' || i.author_id, seed)] END
    || CASE WHEN i.thread_id IS NULL THEN '{}' ELSE ARRAY[hashtextextended('thread:' || i.thread_id, seed)] END
    || CASE WHEN i.wave_id IS NULL THEN '{}' ELSE ARRAY[hashtextextended('wave:' || i.wave_id, seed)] END
    || CASE WHEN i.sla = 'fine' THEN '{}' ELSE ARRAY[hashtextextended('sla:' || i.sla, seed)] END
    || CASE WHEN i.needs_lead THEN ARRAY[hashtextextended('needs_lead:true', seed)] ELSE '{}' END
    || CASE WHEN i.risks = '{}' THEN '{}' ELSE item_terms_of(i.brand_id, i.queue, 'risk:', i.risks) END
    || CASE WHEN i.tags = '{}' THEN '{}' ELSE item_terms_of(i.brand_id, i.queue, 'tag:', i.tags) END;
END $$;

CREATE OR REPLACE FUNCTION list_items_anew() RETURNS void LANGUAGE sql AS $$
    DELETE FROM live_items;
    DELETE FROM due_counts;
    INSERT INTO live_items (brand_id, id, rank, due_at, received_at, priority, queue, terms, engagement_id, words, status, assignee_id)
    SELECT i.brand_id, i.id, i.rank, i.due_at, i.received_at, i.priority, i.queue, item_terms(i), i.engagement_id,
        live_words(d), i.status, i.assignee_id
    FROM items i LEFT JOIN documents d ON d.brand_id = i.brand_id AND d.engagement_id = i.engagement_id
    WHERE i.status IN ('open', 'claimed', 'snoozed', 'waiting');
    INSERT INTO due_counts (brand_id, queue, hour, n)
    SELECT brand_id, queue, date_trunc('hour', due_at, 'UTC'), count(*) FROM live_items GROUP BY 1, 2, 3;
$$;

CREATE OR REPLACE FUNCTION items_listed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before boolean := TG_OP <> 'INSERT' AND OLD.status IN ('open', 'claimed', 'snoozed', 'waiting');
    after  boolean := TG_OP <> 'DELETE' AND NEW.status IN ('open', 'claimed', 'snoozed', 'waiting');
BEGIN
    IF before AND after AND (OLD.brand_id, OLD.id) = (NEW.brand_id, NEW.id) THEN
        IF (OLD.rank, OLD.due_at, OLD.received_at, OLD.priority, OLD.queue, OLD.intent, OLD.sentiment, OLD.language,
            OLD.platform, OLD.channel_id, OLD.unsure, OLD.author_id, OLD.thread_id, OLD.wave_id, OLD.sla, OLD.needs_lead, OLD.risks, OLD.tags)
           IS NOT DISTINCT FROM
           (NEW.rank, NEW.due_at, NEW.received_at, NEW.priority, NEW.queue, NEW.intent, NEW.sentiment, NEW.language,
            NEW.platform, NEW.channel_id, NEW.unsure, NEW.author_id, NEW.thread_id, NEW.wave_id, NEW.sla, NEW.needs_lead, NEW.risks, NEW.tags) THEN
            UPDATE live_items SET status = NEW.status, assignee_id = NEW.assignee_id WHERE brand_id = NEW.brand_id AND id = NEW.id;
            RETURN NULL;
        END IF;
        UPDATE live_items SET rank = NEW.rank, due_at = NEW.due_at, received_at = NEW.received_at, priority = NEW.priority,
            queue = NEW.queue, terms = item_terms(NEW), status = NEW.status, assignee_id = NEW.assignee_id
        WHERE brand_id = NEW.brand_id AND id = NEW.id;
        IF OLD.queue = NEW.queue AND date_trunc('hour', OLD.due_at, 'UTC') = date_trunc('hour', NEW.due_at, 'UTC') THEN
            RETURN NULL;
        END IF;
    ELSE
        IF before THEN
            DELETE FROM live_items WHERE brand_id = OLD.brand_id AND id = OLD.id;
        END IF;
        IF after THEN
            INSERT INTO live_items (brand_id, id, rank, due_at, received_at, priority, queue, terms, engagement_id, words, status, assignee_id)
            SELECT NEW.brand_id, NEW.id, NEW.rank, NEW.due_at, NEW.received_at, NEW.priority, NEW.queue, item_terms(NEW), NEW.engagement_id,
                live_words(d), NEW.status, NEW.assignee_id
            FROM (SELECT) one LEFT JOIN documents d ON d.brand_id = NEW.brand_id AND d.engagement_id = NEW.engagement_id;
        END IF;
    END IF;
    IF before THEN
        INSERT INTO due_counts (brand_id, queue, hour, n) VALUES (OLD.brand_id, OLD.queue, date_trunc('hour', OLD.due_at, 'UTC'), -1);
    END IF;
    IF after THEN
        INSERT INTO due_counts (brand_id, queue, hour, n) VALUES (NEW.brand_id, NEW.queue, date_trunc('hour', NEW.due_at, 'UTC'), 1);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
SELECT list_items_anew();
