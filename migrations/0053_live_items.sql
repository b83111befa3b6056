-- +goose Up
-- What lists and counts read: one narrow row per live item, kept by triggers on items.
-- items is wide, grows for ever and is vacuumed seldom; this table stays small, so that a
-- list with any filter finds its rows without reading what it does not show.
--
-- terms holds a hash of each facet of the item (status:open, intent:praise, …), seeded by
-- brand and queue: one term stands for one facet in one queue of one brand. PostgreSQL
-- keeps hashtextextended over major versions, since hash partitions depend on it.
CREATE TABLE live_items (
    brand_id    uuid NOT NULL,
    id          uuid NOT NULL,
    rank        double precision NOT NULL,
    due_at      timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    priority    smallint NOT NULL,
    queue       text NOT NULL,
    terms       bigint[] NOT NULL,
    PRIMARY KEY (brand_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05, parallel_workers = 0);

-- Live items by the hour in which they are due, as differences like queue_counts.
CREATE TABLE due_counts (
    brand_id uuid NOT NULL,
    queue    text NOT NULL,
    hour     timestamptz NOT NULL,
    n        bigint NOT NULL
);
CREATE INDEX due_counts_brand ON due_counts (brand_id, queue, hour);

-- +goose StatementBegin
CREATE FUNCTION item_term(brand uuid, queue text, facet text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT hashtextextended(facet, uuid_hash_extended(brand, ascii(queue)))
$$;

CREATE FUNCTION item_terms_of(brand uuid, queue text, facet text, words text[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(item_term(brand, queue, facet || w)), '{}') FROM unnest(words) w
$$;

-- All facets of an item. A list can filter by what stands here.
CREATE FUNCTION item_terms(i items) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    seed bigint := uuid_hash_extended(i.brand_id, ascii(i.queue));
BEGIN
    RETURN ARRAY[
        hashtextextended('status:' || i.status, seed),
        hashtextextended('priority:' || i.priority, seed),
        hashtextextended('intent:' || i.intent, seed),
        hashtextextended('sentiment:' || i.sentiment, seed),
        hashtextextended('language:' || i.language, seed),
        hashtextextended('platform:' || i.platform, seed),
        hashtextextended('channel:' || i.channel_id, seed),
        hashtextextended('unsure:' || i.unsure, seed),
        hashtextextended('assignee:' || coalesce(i.assignee_id::text, ''), seed)]
    || CASE WHEN i.author_id IS NULL THEN '{}' ELSE ARRAY[hashtextextended('author:' || i.author_id, seed)] END
    || CASE WHEN i.thread_id IS NULL THEN '{}' ELSE ARRAY[hashtextextended('thread:' || i.thread_id, seed)] END
    || CASE WHEN i.wave_id IS NULL THEN '{}' ELSE ARRAY[hashtextextended('wave:' || i.wave_id, seed)] END
    || CASE WHEN i.sla = 'fine' THEN '{}' ELSE ARRAY[hashtextextended('sla:' || i.sla, seed)] END
    || CASE WHEN i.needs_lead THEN ARRAY[hashtextextended('needs_lead:true', seed)] ELSE '{}' END
    || CASE WHEN i.risks = '{}' THEN '{}' ELSE item_terms_of(i.brand_id, i.queue, 'risk:', i.risks) END
    || CASE WHEN i.tags = '{}' THEN '{}' ELSE item_terms_of(i.brand_id, i.queue, 'tag:', i.tags) END;
END $$;

-- Makes both tables anew from items. It is for changes of items past the triggers.
CREATE FUNCTION list_items_anew() RETURNS void LANGUAGE sql AS $$
    DELETE FROM live_items;
    DELETE FROM due_counts;
    INSERT INTO live_items (brand_id, id, rank, due_at, received_at, priority, queue, terms)
    SELECT brand_id, id, rank, due_at, received_at, priority, queue, item_terms(i)
    FROM items i WHERE status IN ('open', 'claimed', 'snoozed', 'waiting');
    INSERT INTO due_counts (brand_id, queue, hour, n)
    SELECT brand_id, queue, date_trunc('hour', due_at, 'UTC'), count(*) FROM live_items GROUP BY 1, 2, 3;
$$;

CREATE FUNCTION items_listed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before boolean := TG_OP <> 'INSERT' AND OLD.status IN ('open', 'claimed', 'snoozed', 'waiting');
    after  boolean := TG_OP <> 'DELETE' AND NEW.status IN ('open', 'claimed', 'snoozed', 'waiting');
BEGIN
    IF before AND after AND (OLD.brand_id, OLD.id) = (NEW.brand_id, NEW.id) THEN
        UPDATE live_items SET rank = NEW.rank, due_at = NEW.due_at, received_at = NEW.received_at,
            priority = NEW.priority, queue = NEW.queue, terms = item_terms(NEW)
        WHERE brand_id = NEW.brand_id AND id = NEW.id;
        IF OLD.queue = NEW.queue AND date_trunc('hour', OLD.due_at, 'UTC') = date_trunc('hour', NEW.due_at, 'UTC') THEN
            RETURN NULL;
        END IF;
    ELSE
        IF before THEN
            DELETE FROM live_items WHERE brand_id = OLD.brand_id AND id = OLD.id;
        END IF;
        IF after THEN
            INSERT INTO live_items (brand_id, id, rank, due_at, received_at, priority, queue, terms)
            VALUES (NEW.brand_id, NEW.id, NEW.rank, NEW.due_at, NEW.received_at, NEW.priority, NEW.queue, item_terms(NEW));
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
CREATE INDEX live_items_order ON live_items (brand_id, queue, rank, id);
CREATE INDEX live_items_priority ON live_items (brand_id, queue, priority, rank, id);
CREATE INDEX live_items_due ON live_items (brand_id, queue, due_at);
CREATE INDEX live_items_received ON live_items (brand_id, queue, received_at) INCLUDE (rank, id);
CREATE INDEX live_items_terms ON live_items USING gin (terms) WITH (fastupdate = off);

CREATE TRIGGER items_listed AFTER INSERT OR DELETE ON items FOR EACH ROW EXECUTE FUNCTION items_listed();
CREATE TRIGGER items_listed_update AFTER UPDATE ON items FOR EACH ROW
    WHEN ((OLD.brand_id, OLD.id, OLD.rank, OLD.due_at, OLD.received_at, OLD.priority, OLD.queue, OLD.status, OLD.intent,
           OLD.sentiment, OLD.language, OLD.platform, OLD.channel_id, OLD.unsure, OLD.assignee_id, OLD.author_id,
           OLD.thread_id, OLD.wave_id, OLD.sla, OLD.needs_lead, OLD.risks, OLD.tags)
          IS DISTINCT FROM
          (NEW.brand_id, NEW.id, NEW.rank, NEW.due_at, NEW.received_at, NEW.priority, NEW.queue, NEW.status, NEW.intent,
           NEW.sentiment, NEW.language, NEW.platform, NEW.channel_id, NEW.unsure, NEW.assignee_id, NEW.author_id,
           NEW.thread_id, NEW.wave_id, NEW.sla, NEW.needs_lead, NEW.risks, NEW.tags))
    EXECUTE FUNCTION items_listed();

-- They served the figures that come from the tables above now.
DROP INDEX items_live_due;
DROP INDEX items_live_received;
