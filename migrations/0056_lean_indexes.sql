-- +goose NO TRANSACTION
-- +goose Up
-- Whom each author was served by is asked of every candidate of a claim, and most authors
-- were served by nobody.
CREATE INDEX CONCURRENTLY IF NOT EXISTS authors_touched ON authors (brand_id, id) INCLUDE (touched_by) WHERE touched_by IS NOT NULL;
-- Most items share their terms. Merged into the index some hundred rows at a time, each term
-- is looked up once for all of them.
ALTER INDEX live_items_terms SET (fastupdate = on, gin_pending_list_limit = 512);
ALTER INDEX live_items_words SET (gin_pending_list_limit = 1024);
-- Every search reads through what is not merged yet, four megabytes by default.
ALTER INDEX documents_words SET (gin_pending_list_limit = 1024);
-- Lists in groups pass over what belongs to a group that they have met: thousands in a row
-- under a busy post, so without reading their rows.
CREATE INDEX CONCURRENTLY IF NOT EXISTS items_live_groups ON items (brand_id, queue, rank, id) INCLUDE (thread_id, author_id, wave_id, wave_outlier)
    WHERE status IN ('open', 'claimed', 'snoozed', 'waiting');
DROP INDEX CONCURRENTLY IF EXISTS items_live;
-- What is reserved for a person is asked with every claim; what they hold is much more.
CREATE INDEX CONCURRENTLY IF NOT EXISTS items_reserved ON items (brand_id, assignee_id) WHERE assignee_id IS NOT NULL AND status = 'open';
-- Claims begin at the head of an index of items, where all that was claimed before has left
-- its entries. With so many rows vacuum would come seldom and pass the indexes over.
ALTER TABLE items SET (vacuum_index_cleanup = on, autovacuum_vacuum_scale_factor = 0.02);
-- A person who says much has few live items among many that are closed.
CREATE INDEX CONCURRENTLY IF NOT EXISTS items_live_author ON items (brand_id, queue, author_id, rank, id)
    WHERE author_id IS NOT NULL AND status IN ('open', 'claimed', 'snoozed', 'waiting');
