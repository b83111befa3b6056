-- Threads $1 to $2 of $3 in each channel of all brands, spread over a year that ends now.
INSERT INTO threads (brand_id, id, channel_id, platform, external_id, text, permalink, first_seen_at, last_seen_at)
SELECT c.brand_id, bench.thread(c.brand, c.slot, t), c.id, c.platform, 'post-' || t, 'Our post number ' || t,
    'https://example.com/p/' || t, bench.now() - (1 - t::double precision / $3::bigint) * interval '365 days', bench.now()
FROM generate_series($1::bigint, $2::bigint) t CROSS JOIN bench.channels c
