-- +goose NO TRANSACTION
-- +goose Up
-- Accounts that may be one person are looked for by handle, without what separates words
-- in it, and by full name.
CREATE INDEX CONCURRENTLY IF NOT EXISTS authors_handle ON authors (brand_id, translate(lower(handle), '@._- ', '')) WHERE length(handle) >= 5;
CREATE INDEX CONCURRENTLY IF NOT EXISTS authors_name ON authors (brand_id, lower(name)) WHERE name LIKE '% %';
