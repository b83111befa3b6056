-- +goose Up
-- Lists filter live items by words too. The words of what is closed are many times as many,
-- so those of live items have an index of their own. They are copied from documents with a
-- lexeme for the configuration, and stand outside the narrow row.
ALTER TABLE live_items
    ADD COLUMN engagement_id uuid,
    ADD COLUMN words         tsvector NOT NULL DEFAULT '';
ALTER TABLE live_items SET (toast_tuple_target = 256);
ALTER TABLE live_items ALTER COLUMN terms SET STORAGE MAIN, ALTER COLUMN words SET STORAGE EXTERNAL;

-- +goose StatementBegin
CREATE FUNCTION live_words(d documents) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(d.tsv || array_to_tsvector(ARRAY['config:' || coalesce(d.config, '')]), '')
$$;

CREATE OR REPLACE FUNCTION list_items_anew() RETURNS void LANGUAGE sql AS $$
    DELETE FROM live_items;
    DELETE FROM due_counts;
    INSERT INTO live_items (brand_id, id, rank, due_at, received_at, priority, queue, terms, engagement_id, words)
    SELECT i.brand_id, i.id, i.rank, i.due_at, i.received_at, i.priority, i.queue, item_terms(i), i.engagement_id,
        live_words(d)
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
            INSERT INTO live_items (brand_id, id, rank, due_at, received_at, priority, queue, terms, engagement_id, words)
            SELECT NEW.brand_id, NEW.id, NEW.rank, NEW.due_at, NEW.received_at, NEW.priority, NEW.queue, item_terms(NEW), NEW.engagement_id,
                live_words(d)
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

CREATE FUNCTION documents_listed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE live_items SET words = live_words(NEW)
    WHERE brand_id = NEW.brand_id AND engagement_id = NEW.engagement_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd

SELECT list_items_anew();
ALTER TABLE live_items ALTER COLUMN engagement_id SET NOT NULL;
CREATE INDEX live_items_engagement ON live_items (brand_id, engagement_id);
-- What is written is first appended, a part at a time: claims rewrite rows, never words.
CREATE INDEX live_items_words ON live_items USING gin (words) WITH (gin_pending_list_limit = 256);

CREATE TRIGGER documents_listed AFTER INSERT ON documents FOR EACH ROW EXECUTE FUNCTION documents_listed();
CREATE TRIGGER documents_listed_update AFTER UPDATE ON documents FOR EACH ROW
    WHEN ((OLD.config, OLD.tsv) IS DISTINCT FROM (NEW.config, NEW.tsv)) EXECUTE FUNCTION documents_listed();

-- The hours are summed without their rows.
DROP INDEX due_counts_brand;
CREATE INDEX due_counts_brand ON due_counts (brand_id, queue, hour) INCLUDE (n);
