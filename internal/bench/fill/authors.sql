-- Authors $1 to $2 of all. Each belongs to one channel.
INSERT INTO authors (brand_id, id, channel_id, platform, external_id, handle, name, followers, verified, first_seen_at, last_seen_at)
SELECT c.brand_id, bench.author(a), c.id, c.platform, 'author-' || a, 'author' || a, 'Author ' || a,
    floor(50 / (bench.u(a, 41) + 0.0001))::bigint, bench.u(a, 42) < 0.002, bench.now() - interval '1 year', bench.now()
FROM generate_series($1::bigint, $2::bigint) a
JOIN bench.channels c ON c.brand = bench.brand_of(a) AND c.slot = bench.slot_of(a)
