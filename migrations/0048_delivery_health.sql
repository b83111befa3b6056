-- +goose Up
-- What administrators look at: the newest delivery of each endpoint, kept apart from
-- endpoints, whose every change tells all processes; deliveries with parts that could not
-- be used; notices that were given up.
CREATE TABLE endpoint_health (
    endpoint_id      uuid PRIMARY KEY,
    last_delivery_at timestamptz NOT NULL
);
-- Few deliveries are in it, so that accepting the others costs nothing more.
CREATE INDEX deliveries_quarantined ON deliveries (endpoint_id, id) WHERE quarantined > 0;
CREATE INDEX notices_dead ON notices (brand_id, id) WHERE state = 'dead';
