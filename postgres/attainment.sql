-- How targets were kept. An answer that is still owed past its target is breached and lasts
-- longer than anything, so that neither putting an item away nor leaving it improves a
-- figure; closing it late without an answer is a breach too.
WITH owed AS (
    SELECT $group AS grp, 'first_answer' AS target, i.first_due_at AS due,
           least(i.answered_at, i.closed_at) AS ended, i.answered_in AS lasted, $4::timestamptz AS seen,
           i.sla = 'at_risk' AND i.due_at = i.first_due_at AS near
    FROM items i
    WHERE i.brand_id = $1 AND i.received_at >= $2 AND i.received_at < $3 AND i.kind = 'owner'
      AND ($5 = '' OR i.platform = $5) AND ($6 = '' OR i.queue = $6)
      AND i.first_due_at IS NOT NULL AND i.outcome IS DISTINCT FROM 'deleted'
      AND NOT (i.status = 'dismissed' AND i.answered_at IS NULL AND i.closed_at <= i.first_due_at)
    UNION ALL
    SELECT $group, 'resolution', i.resolve_due_at,
           i.closed_at, i.closed_in, coalesce(i.paused_at, $4),
           i.sla = 'at_risk' AND i.due_at = i.resolve_due_at
    FROM items i
    WHERE i.brand_id = $1 AND i.received_at >= $2 AND i.received_at < $3 AND i.kind = 'owner'
      AND ($5 = '' OR i.platform = $5) AND ($6 = '' OR i.queue = $6)
      AND i.resolve_due_at IS NOT NULL AND i.outcome IS DISTINCT FROM 'deleted'
      AND NOT (i.status = 'dismissed' AND i.closed_at <= i.resolve_due_at)
    UNION ALL
    SELECT $group, 'next_answer', n.due_at,
           n.ended_at, n.ended_in, $4,
           i.sla = 'at_risk' AND i.due_at = n.due_at
    FROM next_answers n
    JOIN items i ON i.brand_id = n.brand_id AND i.id = n.item_id
    WHERE n.brand_id = $1 AND n.asked_at >= $2 AND n.asked_at < $3 AND i.kind = 'owner'
      AND ($5 = '' OR i.platform = $5) AND ($6 = '' OR i.queue = $6)
),
judged AS (
    SELECT grp, target, near, lasted, ended,
           CASE WHEN ended <= due THEN 'met' WHEN ended > due OR seen > due THEN 'breached' ELSE 'ahead' END AS state
    FROM owed
),
timed AS (
    SELECT grp, target, state, near AND state = 'ahead' AS near,
           CASE WHEN lasted IS NOT NULL THEN lasted::float8
                WHEN state = 'breached' AND ended IS NULL THEN 'Infinity'::float8 END AS seconds
    FROM judged
)
SELECT grp, target,
       count(*) FILTER (WHERE state = 'met'),
       count(*) FILTER (WHERE state = 'breached'),
       count(*) FILTER (WHERE near),
       count(*) FILTER (WHERE state = 'ahead' AND NOT near),
       coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE seconds IS NOT NULL), 'NaN'),
       coalesce(percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE seconds IS NOT NULL), 'NaN')
FROM timed
GROUP BY grp, target
ORDER BY grp, target
