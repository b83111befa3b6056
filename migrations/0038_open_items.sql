-- +goose Up
-- Dealing asks for (status = 'open') IS TRUE, which no other index answers: otherwise the
-- planner may walk items_live, and so over everything that is held, put away or waiting.
DROP INDEX items_open;
CREATE INDEX items_open ON items (brand_id, queue, rank, id)
    INCLUDE (language, skills, effort, heavy, needs_lead, priority, risks, assignee_id, author_id, thread_id)
    WHERE (status = 'open') IS TRUE;
