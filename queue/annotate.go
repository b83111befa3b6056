package queue

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"triage/postgres"
	"triage/triage"
)

// Note keeps what who writes down about the item. Everybody who works for the brand may,
// whoever holds it, also when it is closed.
func (d *Desk) Note(ctx context.Context, who postgres.Caller, id triage.ID, given Given, text string) (postgres.Item, error) {
	return d.write(ctx, who, id, given, "item.noted", text)
}

// Draft keeps the draft of a reply, as Note keeps a note. Nothing is sent.
func (d *Desk) Draft(ctx context.Context, who postgres.Caller, id triage.ID, given Given, text string) (postgres.Item, error) {
	return d.write(ctx, who, id, given, "item.drafted", text)
}

func (d *Desk) write(ctx context.Context, who postgres.Caller, id triage.ID, given Given, action, text string) (postgres.Item, error) {
	return d.changeAny(ctx, who, id, given, func(c *change) error {
		c.action = action
		if text, err := cleanNote(text); err != nil || text == "" {
			return triage.Errorf(triage.Invalid, "A note is text of at most %d characters.", maxNote)
		}
		return c.note("note", text)
	})
}

// Bounds of tags.
const (
	maxTags      = 20 // of one item
	tagsAtOnce   = 20
	tagForm      = `^[\pL\pN][\pL\pN_-]{0,39}$`
	tagFormWords = "A tag is up to 40 letters, digits, hyphens and underscores."
)

var tagShape = regexp.MustCompile(tagForm)

// Tag adds tags to the item and removes others. Tags are kept in lower case, without the
// space around them.
func (d *Desk) Tag(ctx context.Context, who postgres.Caller, id triage.ID, given Given, add, remove []string) (postgres.Item, error) {
	return d.change(ctx, who, id, given, acting("item.tagged", tag(add, remove)))
}

func tag(add, remove []string) work {
	return func(c *change) error {
		add, err := cleanTags(add)
		if err != nil {
			return err
		}
		remove, err := cleanTags(remove)
		if err != nil {
			return err
		}
		if len(add)+len(remove) == 0 {
			return triage.Errorf(triage.Invalid, "Name a tag to add or to remove.")
		}
		tags := slices.DeleteFunc(append(slices.Clone(c.item.Tags), add...), func(t string) bool { return slices.Contains(remove, t) })
		slices.Sort(tags)
		tags = slices.Compact(tags)
		if len(tags) > maxTags {
			return triage.Errorf(triage.Invalid, "An item has at most %d tags.", maxTags)
		}
		had := slices.Clone(c.item.Tags)
		slices.Sort(had)
		if c.kept = slices.Equal(had, tags); c.kept {
			return nil
		}
		c.undone = true
		c.item.Tags = tags
		c.detail["added"], c.detail["removed"] = len(add), len(remove)
		return nil
	}
}

func cleanTags(tags []string) ([]string, error) {
	if len(tags) > tagsAtOnce {
		return nil, triage.Errorf(triage.Invalid, "At most %d tags at once.", tagsAtOnce)
	}
	out := make([]string, len(tags))
	for n, t := range tags {
		out[n] = strings.ToLower(strings.TrimSpace(t))
		if !tagShape.MatchString(out[n]) {
			return nil, triage.Errorf(triage.Invalid, tagFormWords)
		}
	}
	return out, nil
}
