package postgres

import (
	"strings"
	"time"

	"triage/triage"
)

// columns holds engagements column by column, as unnest takes them.
type columns struct {
	now                                  time.Time
	brands, ids, channels, deliveries    []triage.ID
	platforms, externals, parents, forms []string
	authors, handles, names              []string
	followers                            []int64
	verified, altered, media, history    []bool
	threads, threadTexts, threadLinks    []string
	contexts                             []*string
	texts, languages, permalinks         []string
	posted, visibility                   []*time.Time
	versions, received                   []time.Time
	hashes, authorHashes                 [][]byte
	edited, incomplete, hidden           []bool
}

// add appends e as held says it is known.
func (c *columns) add(e triage.Engagement, h triage.Held, delivery triage.ID) {
	c.brands, c.ids = append(c.brands, e.BrandID), append(c.ids, e.ID)
	c.channels, c.deliveries = append(c.channels, e.ChannelID), append(c.deliveries, delivery)
	c.platforms, c.externals = append(c.platforms, string(e.Platform)), append(c.externals, e.ExternalID)
	c.parents, c.forms = append(c.parents, e.ParentExternalID), append(c.forms, string(e.Form))
	c.authors, c.handles = append(c.authors, e.Author.ExternalID), append(c.handles, e.Author.Handle)
	c.names, c.followers = append(c.names, e.Author.Name), append(c.followers, e.Author.Followers)
	c.verified, c.altered = append(c.verified, e.Author.Verified), append(c.altered, e.TextAltered)
	c.threads, c.threadTexts = append(c.threads, e.Thread.ExternalID), append(c.threadTexts, e.Thread.Text)
	c.threadLinks, c.texts = append(c.threadLinks, e.Thread.Permalink), append(c.texts, e.Text)
	c.languages, c.permalinks = append(c.languages, e.Language), append(c.permalinks, e.Permalink)
	c.media, c.posted = append(c.media, e.HasMedia), append(c.posted, orNull(e.PostedAt))
	c.versions, c.hashes = append(c.versions, h.Version.At), append(c.hashes, h.Version.Hash[:])
	c.received, c.authorHashes = append(c.received, e.ReceivedAt), append(c.authorHashes, authorHash(e.Author.ExternalID))
	c.edited, c.incomplete = append(c.edited, h.Version.Edited), append(c.incomplete, h.Incomplete)
	c.hidden, c.visibility = append(c.hidden, h.Hidden), append(c.visibility, orNull(h.VisibilityAt))
	c.history, c.contexts = append(c.history, e.History), append(c.contexts, contextOf(e.Thread))
}

func (c *columns) args() []any {
	return []any{
		uuids(c.brands), uuids(c.ids), uuids(c.channels), c.platforms, c.externals, c.parents, c.forms,
		c.authors, c.handles, c.names, c.followers, c.verified,
		c.threads, c.threadTexts, c.threadLinks, c.texts, c.altered, c.languages, c.permalinks, c.media,
		c.posted, c.versions, c.hashes, c.received, uuids(c.deliveries), c.authorHashes,
		c.edited, c.incomplete, c.hidden, c.visibility, c.now, c.history, c.contexts,
	}
}

// insertEngagements inserts those whose author was not erased since their version, and
// returns the ids of those inserted. A key that is taken fails the whole statement: that
// is rare, and looking first, or inserting speculatively, costs every comment a third
// more. Retrying then repeats the group with insertFree.
const insertEngagements = `
	INSERT INTO engagements (brand_id, id, channel_id, platform, external_id, parent_external_id, form,
	    author_external_id, author_handle, author_name, author_followers, author_verified,
	    thread_external_id, thread_text, thread_permalink, text, text_altered, language, permalink, has_media,
	    posted_at, version_at, content_hash, received_at, delivery_id,
	    edited, incomplete, hidden, visibility_at, changed_at, history, thread_context)
	SELECT brand, id, channel, platform, external, parent, form, author, handle, name, followers, verified,
	    thread, thread_text, thread_link, body, altered, lang, link, media, posted, version, hash, received, delivery,
	    edited, incomplete, hidden, visibility, $31, history, context::jsonb
	FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
	    $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bool[],
	    $13::text[], $14::text[], $15::text[], $16::text[], $17::bool[], $18::text[], $19::text[], $20::bool[],
	    $21::timestamptz[], $22::timestamptz[], $23::bytea[], $24::timestamptz[], $25::uuid[], $26::bytea[],
	    $27::bool[], $28::bool[], $29::bool[], $30::timestamptz[], $32::bool[], $33::text[])
	  AS r (brand, id, channel, platform, external, parent, form, author, handle, name, followers, verified,
	    thread, thread_text, thread_link, body, altered, lang, link, media, posted, version, hash, received, delivery,
	    author_hash, edited, incomplete, hidden, visibility, history, context)
	WHERE NOT EXISTS (SELECT FROM erased_authors x
	                  WHERE x.brand_id = r.brand AND x.channel_id = r.channel AND x.author_hash = r.author_hash
	                    AND x.erased_at >= r.version)` + returningID

const returningID = ` RETURNING id`

// insertFree does the same for those whose key is free, and passes over the others.
var insertFree = strings.TrimSuffix(insertEngagements, returningID) +
	` ON CONFLICT ON CONSTRAINT engagements_identity DO NOTHING` + returningID
