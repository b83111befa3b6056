-- Engagements $1 to $2 of $3 with their items: of all, $4 are live; there are $5 authors
-- and $6 threads in each channel. The newest number is of now, the first a year old; what
-- is live thins out with age. A tenth of all stands under posts that went around the world.
WITH drawn AS MATERIALIZED (
    SELECT n, floor(bench.u(n, 1) ^ 2 * $5::bigint)::bigint AS a,
        bench.now() - ((1 - n::double precision / $3::bigint) * 365 + bench.u(n, 3) * 0.02) * interval '1 day' AS at,
        CASE WHEN bench.u(n, 2) < 0.1 THEN ceil((n::double precision / $3::bigint) * 40) * $6::bigint / 40
             ELSE greatest(1, ceil(n::double precision / $3::bigint * $6::bigint) - floor(bench.u(n, 4) ^ 3 * 100)) END::bigint AS t,
        bench.pick(bench.u(n, 5), '{content_reaction,content_request,ugc,brand_mention,partnership,complaint,support_request,product_question,praise,product_suggestion,community_talk,abuse,spam,other}',
            '{0.16,0.19,0.22,0.26,0.27,0.37,0.47,0.60,0.70,0.72,0.85,0.87,0.95}') AS intent,
        bench.u(n, 6) AS u6, bench.u(n, 7) AS u7, bench.u(n, 8) AS u8, bench.u(n, 9) AS u9, bench.u(n, 10) AS u10, bench.u(n, 11) AS u11,
        (1 - n::double precision / $3::bigint) AS age
    FROM generate_series($1::bigint, $2::bigint) n),
told AS MATERIALIZED (
    SELECT d.*, c.brand_id, c.id AS channel_id, c.platform, bench.id('7e00', n, at) AS id,
        bench.author(a) AS author_id, bench.thread(c.brand, c.slot, t) AS thread_id,
        bench.pick(u6, '{de,en,fr,tr,es,it,pl,ar,nl,und}', '{0.55,0.85,0.88,0.91,0.935,0.955,0.965,0.975,0.98}') AS language,
        CASE WHEN intent IN ('complaint', 'support_request', 'abuse') THEN bench.pick(u7, '{negative,neutral,positive}', '{0.8,0.97}')
             WHEN intent IN ('praise', 'ugc') THEN bench.pick(u7, '{negative,neutral,positive}', '{0.01,0.1}')
             ELSE bench.pick(u7, '{negative,neutral,positive}', '{0.15,0.75}') END AS sentiment,
        CASE WHEN intent IN ('complaint', 'support_request', 'abuse') THEN bench.pick(u8, '{1,2,3,4}', '{0.03,0.25,0.95}')
             WHEN intent IN ('community_talk', 'spam', 'other', 'praise') THEN bench.pick(u8, '{1,2,3,4}', '{0.001,0.01,0.2}')
             ELSE bench.pick(u8, '{1,2,3,4}', '{0.005,0.08,0.7}') END::smallint AS priority,
        CASE WHEN intent IN ('complaint', 'support_request', 'abuse', 'brand_mention') AND u9 < 0.06 THEN ARRAY[bench.pick(u9 / 0.06, '{safety,self_harm,threat,legal,privacy,discrimination,boycott,misinformation,minor}', '{0.2,0.22,0.3,0.5,0.6,0.75,0.85,0.97}')] ELSE '{}' END AS risks,
        CASE WHEN u10 > exp(-age * $3::bigint / $4::bigint) THEN CASE WHEN intent = 'spam' OR u11 < 0.2 THEN 'dismissed' ELSE 'resolved' END
             ELSE bench.pick(u11, '{open,snoozed,waiting}', '{0.92,0.97}') END AS status
    FROM drawn d
    JOIN bench.channels c ON c.brand = bench.brand_of(d.a) AND c.slot = bench.slot_of(d.a)),
due AS MATERIALIZED (
    SELECT o.*, at + (ARRAY['15 minutes', '1 hour', '8 hours', '24 hours'])[priority]::interval AS due_at,
        'K' || floor(bench.u(n, 35) ^ 2 * 40000)::int AS code, s.text, s.config, s.tsv
    FROM told o JOIN bench.texts s ON s.de = (o.language IN ('de', 'tr', 'nl')) AND s.k = floor(bench.u(n, 31) * 9600)::int),
found AS (
    INSERT INTO documents (brand_id, engagement_id, round, config, tsv, thread_id, root)
    SELECT brand_id, id, 1, config, array_to_tsvector(ARRAY['brand:' || brand_id, 'config:' || config, to_char(at AT TIME ZONE 'UTC', '"day:"YYYY-MM-DD'), to_char(at AT TIME ZONE 'UTC', '"week:"IYYY-IW'), lower(code)]) || tsv, thread_id, true FROM due),
kept AS (
    INSERT INTO engagements (brand_id, id, channel_id, platform, external_id, form, author_external_id, author_handle, author_name,
        author_followers, thread_external_id, text, language, permalink, posted_at, version_at, content_hash, received_at, changed_at, delivery_id)
    SELECT brand_id, id, channel_id, platform, 'comment-' || n, 'comment', 'author-' || a, 'author' || a, 'Author ' || a,
        floor(50 / (bench.u(a, 41) + 0.0001))::bigint, 'post-' || t, text || ' ' || code, language, 'https://example.com/c/' || n, at, at,
        decode(md5(n::text), 'hex'), at, at, channel_id
    FROM due)
INSERT INTO items (brand_id, id, engagement_id, queue, status, priority, due_at, rank, unsure, round, plan_version, reasons, parts, known,
    platform, channel_id, author_id, thread_id, intent, sentiment, urgency, language, risks, reply_expected, snoozed_until, outcome,
    heavy, wave_checked, first_due_at, resolve_due_at, received_at, created_at, changed_at, closed_at, answered_at)
SELECT brand_id, bench.id('7100', n, at), id, CASE WHEN intent IN ('content_reaction', 'content_request', 'ugc', 'brand_mention', 'partnership') THEN 'smm' ELSE 'cm' END,
    status, priority, due_at, extract(epoch FROM due_at) - 3600 * (CASE WHEN risks <> '{}' THEN 6 ELSE 0 END + floor(u9 * 4)), u8 > 0.93, 1, 1,
    jsonb_build_array(jsonb_build_object('rule', 'intent', 'text', 'Read as ' || intent || '.')),
    jsonb_build_array(jsonb_build_object('name', 'risk', 'hours', CASE WHEN risks <> '{}' THEN 6 ELSE 0 END, 'text', ''), jsonb_build_object('name', 'reach', 'hours', floor(u9 * 4), 'text', '')), '{}',
    platform, channel_id, author_id, thread_id, intent, sentiment, (ARRAY['urgent', 'high', 'normal', 'low'])[priority], language, risks, priority < 4,
    CASE WHEN status = 'snoozed' THEN bench.now() + u7 * interval '3 days' END, CASE status WHEN 'resolved' THEN 'answered' WHEN 'dismissed' THEN 'spam' END,
    intent = 'abuse', true, due_at, due_at + interval '2 days', at, at, at,
    CASE WHEN status IN ('resolved', 'dismissed') THEN at + u10 * interval '1 day' END, CASE WHEN status = 'resolved' THEN at + u10 * interval '1 day' END
FROM due
