-- +goose Up
-- Live items arrive about in the order of their lists, and rows that stand beside each other
-- are read together. Made anew they stand in that order too.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION list_items_anew() RETURNS void LANGUAGE sql AS $$
    DELETE FROM live_items;
    DELETE FROM due_counts;
    INSERT INTO live_items (brand_id, id, rank, due_at, received_at, priority, queue, terms, engagement_id, words, status, assignee_id)
    SELECT i.brand_id, i.id, i.rank, i.due_at, i.received_at, i.priority, i.queue, item_terms(i), i.engagement_id,
        live_words(d), i.status, i.assignee_id
    FROM items i LEFT JOIN documents d ON d.brand_id = i.brand_id AND d.engagement_id = i.engagement_id
    WHERE i.status IN ('open', 'claimed', 'snoozed', 'waiting')
    ORDER BY i.received_at, i.id;
    INSERT INTO due_counts (brand_id, queue, hour, n)
    SELECT brand_id, queue, date_trunc('hour', due_at, 'UTC'), count(*) FROM live_items GROUP BY 1, 2, 3;
$$;
-- +goose StatementEnd
