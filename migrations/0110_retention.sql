-- +goose Up
-- What is kept for hours only: few rows are in these, so that all others cost nothing more.
CREATE INDEX engagements_kept_short ON engagements (received_at) WHERE platform = 'linkedin' AND deleted_at IS NULL;
CREATE INDEX deliveries_kept_short ON deliveries (id) WHERE platform = 'linkedin' AND raw IS NOT NULL;
