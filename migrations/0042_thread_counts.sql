-- +goose Up
-- Live items by thread, kept: a list of posts shows how many wait under each, and a post
-- may have tens of thousands. Changes are appended, since many transactions change the
-- counts of one busy post at once, and folded by a periodic step; the sum is always exact.
CREATE TABLE thread_counts (
    brand_id  uuid NOT NULL,
    queue     text NOT NULL,
    thread_id uuid NOT NULL,
    priority  smallint NOT NULL,
    sentiment text NOT NULL,
    unsure    boolean NOT NULL,
    n         bigint NOT NULL,
    folded    boolean NOT NULL DEFAULT false
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX thread_counts_thread ON thread_counts (brand_id, queue, thread_id);
CREATE UNIQUE INDEX thread_counts_folded ON thread_counts (brand_id, queue, thread_id, priority, sentiment, unsure) WHERE folded;
CREATE INDEX thread_counts_fresh ON thread_counts (brand_id) WHERE NOT folded;
CREATE INDEX thread_counts_empty ON thread_counts (brand_id) WHERE folded AND n = 0;

-- The first and the last of them, beside the best (0041).
CREATE INDEX items_live_thread_time ON items (brand_id, queue, thread_id, received_at)
    WHERE thread_id IS NOT NULL AND status IN ('open', 'claimed', 'snoozed', 'waiting');

-- +goose StatementBegin
CREATE FUNCTION items_by_thread() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.thread_id IS NOT NULL AND OLD.status IN ('open', 'claimed', 'snoozed', 'waiting') THEN
        INSERT INTO thread_counts (brand_id, queue, thread_id, priority, sentiment, unsure, n)
        VALUES (OLD.brand_id, OLD.queue, OLD.thread_id, OLD.priority, OLD.sentiment, OLD.unsure, -1);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.thread_id IS NOT NULL AND NEW.status IN ('open', 'claimed', 'snoozed', 'waiting') THEN
        INSERT INTO thread_counts (brand_id, queue, thread_id, priority, sentiment, unsure, n)
        VALUES (NEW.brand_id, NEW.queue, NEW.thread_id, NEW.priority, NEW.sentiment, NEW.unsure, 1);
    END IF;
    RETURN NULL;
END $$;

-- Makes the counts anew from items. It is for changes of items past the triggers.
CREATE FUNCTION count_threads_anew() RETURNS void LANGUAGE sql AS $$
    DELETE FROM thread_counts;
    INSERT INTO thread_counts (brand_id, queue, thread_id, priority, sentiment, unsure, n, folded)
    SELECT brand_id, queue, thread_id, priority, sentiment, unsure, count(*), true FROM items
    WHERE thread_id IS NOT NULL AND status IN ('open', 'claimed', 'snoozed', 'waiting')
    GROUP BY 1, 2, 3, 4, 5, 6;
$$;
-- +goose StatementEnd
SELECT count_threads_anew();
CREATE TRIGGER items_by_thread AFTER INSERT OR DELETE ON items FOR EACH ROW EXECUTE FUNCTION items_by_thread();
CREATE TRIGGER items_by_thread_update AFTER UPDATE ON items FOR EACH ROW
    WHEN ((OLD.status IN ('open', 'claimed', 'snoozed', 'waiting'), OLD.queue, OLD.thread_id, OLD.priority, OLD.sentiment, OLD.unsure)
          IS DISTINCT FROM
          (NEW.status IN ('open', 'claimed', 'snoozed', 'waiting'), NEW.queue, NEW.thread_id, NEW.priority, NEW.sentiment, NEW.unsure))
    EXECUTE FUNCTION items_by_thread();
