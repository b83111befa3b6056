-- +goose Up
-- Lists of closed items; those of live ones are in 0013.
CREATE INDEX items_closed ON items (brand_id, queue, rank, id) WHERE status IN ('resolved', 'dismissed');
