package postgres_test

import (
	"strings"
	"testing"

	"triage/postgres"
	"triage/triage"
)

func TestGroupsReadNoMoreThanTheyShow(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.fill(30_000)
	in.exec(`UPDATE items SET thread_id = md5('t' || (hashtext(id::text) % 40))::uuid, author_id = md5('a' || (hashtext(id::text) % 900))::uuid,
		wave_id = CASE WHEN hashtext(id::text) % 10 = 0 THEN md5('w' || (hashtext(id::text) % 70))::uuid END`)
	in.exec(`SELECT count_threads_anew()`)
	in.exec(`VACUUM ANALYZE items`)
	in.exec(`VACUUM ANALYZE thread_counts`)
	after := &postgres.Position{Rank: 29_000, ID: in.channel}
	keys := []triage.ID{postgres.NewID(), postgres.NewID(), postgres.NewID()}
	for by, indexes := range map[postgres.Grouping]map[string]string{
		postgres.ByThread: {
			"walk": "Index Only Scan using items_live_groups on", "earlier": "items_live_thread on", "kept": "thread_counts_thread", "span": "items_live_thread_time",
		},
		postgres.ByAuthor: {"walk": "Index Only Scan using items_live_groups on", "earlier": "items_live_author"},
		postgres.ByWave:   {"walk": "Index Only Scan using items_live_groups on", "earlier": "items_live_wave"},
	} {
		for name, index := range indexes {
			statement := postgres.GroupSQL(in.brand, by, after, keys)[name]
			if plan := in.explain(statement.SQL, statement.Args...); !strings.Contains(plan, index) {
				t.Errorf("%s by %s does not use %s:\n%s", name, by, index, plan)
			}
		}
	}
}
