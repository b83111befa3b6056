-- +goose Up
-- Brands take turns: a flood of comments of one delays the others by one job of its own, not by
-- all of them. Workers take jobs in the order of scheduled_at, so that a job's place in the line
-- is decided when it comes in (start-time fair queueing; Goyal, Vin and Cheng, 1996): behind the
-- last one of its brand by a microsecond for each of its comments, but not before the one at the
-- front. While nothing waits, the line begins a minute ago, so that no place lies ahead of the
-- clock, and no job ever waits for its time. A job that failed keeps the time that it is to be
-- tried again at.
CREATE INDEX river_job_turn ON river_job ((args->>'brand'), scheduled_at)
    WHERE kind = 'judge' AND state = 'available' AND priority = 1 AND attempt = 0;

-- +goose StatementBegin
CREATE FUNCTION judge_turn() RETURNS trigger LANGUAGE plpgsql
-- The plans are made while the table is small and kept when it is large.
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    front  timestamptz;
    behind timestamptz;
    items  text := NEW.args->>'items';
BEGIN
    SELECT j.scheduled_at INTO front FROM river_job j
    WHERE j.state = 'available' AND j.queue = NEW.queue AND j.priority = 1 AND j.scheduled_at <= now()
    ORDER BY j.scheduled_at LIMIT 1;
    SELECT j.scheduled_at INTO behind FROM river_job j
    WHERE j.kind = 'judge' AND j.state = 'available' AND j.priority = 1 AND j.attempt = 0
      AND j.args->>'brand' = NEW.args->>'brand'
    ORDER BY j.scheduled_at DESC LIMIT 1;
    NEW.scheduled_at := least(now(), greatest(
        coalesce(front, now() - interval '1 minute'),
        behind + (1 + length(items) - length(replace(items, ',', ''))) * interval '1 microsecond'));
    RETURN NEW;
END $$;
-- +goose StatementEnd

CREATE TRIGGER judge_turn BEFORE INSERT ON river_job
    FOR EACH ROW WHEN (NEW.kind = 'judge' AND NEW.state = 'available' AND NEW.priority = 1)
    EXECUTE FUNCTION judge_turn();
