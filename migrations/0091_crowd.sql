-- +goose Up
-- A flood may not keep all workers either: each of its jobs can wait for a model for as long as a
-- job may. Where a brand has two hundred comments waiting, its next ones stand in a second line,
-- which has few workers of its own, and so do all after them while one stands there: within a
-- brand the order stays.
DROP INDEX river_job_turn;
CREATE INDEX river_job_turn ON river_job ((args->>'brand'), queue, scheduled_at)
    WHERE kind = 'judge' AND state = 'available' AND priority = 1 AND attempt = 0;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION judge_turn() RETURNS trigger LANGUAGE plpgsql
-- The plans are made while the table is small and kept when it is large.
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    front  timestamptz;
    behind timestamptz;
    line   text;
    items  text := NEW.args->>'items';
BEGIN
    SELECT j.scheduled_at, j.queue INTO behind, line FROM river_job j
    WHERE j.kind = 'judge' AND j.state = 'available' AND j.priority = 1 AND j.attempt = 0
      AND j.args->>'brand' = NEW.args->>'brand'
    ORDER BY j.queue DESC, j.scheduled_at DESC LIMIT 1; -- the second line first
    NEW.queue := coalesce(line, NEW.queue);
    LOOP
        SELECT j.scheduled_at INTO front FROM river_job j
        WHERE j.state = 'available' AND j.queue = NEW.queue AND j.priority = 1 AND j.scheduled_at <= now()
        ORDER BY j.scheduled_at LIMIT 1;
        EXIT WHEN NEW.queue <> 'judge' OR behind IS NULL OR behind - front < interval '200 microseconds';
        NEW.queue := 'judge_crowd';
        behind := NULL; -- none of this brand stands there
    END LOOP;
    NEW.scheduled_at := least(now(), greatest(
        coalesce(front, now() - interval '1 minute'),
        behind + (1 + length(items) - length(replace(items, ',', ''))) * interval '1 microsecond'));
    RETURN NEW;
END $$;
-- +goose StatementEnd
