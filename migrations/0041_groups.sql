-- +goose Up
-- Grouped lists find the best item of a group, and count the group, among live items only:
-- a post may have a long history that is closed.
CREATE INDEX items_live_thread ON items (brand_id, queue, thread_id, rank, id)
    WHERE thread_id IS NOT NULL AND status IN ('open', 'claimed', 'snoozed', 'waiting');
CREATE INDEX items_live_wave ON items (brand_id, queue, wave_id, rank, id)
    WHERE wave_id IS NOT NULL AND status IN ('open', 'claimed', 'snoozed', 'waiting');
