package history

import (
	"encoding/json"
	"slices"
	"strings"

	"triage/connector/wire"
)

// Field is what a column can hold.
type Field string

// The fields.
const (
	ID           Field = "id"
	Text         Field = "text"
	WrittenAt    Field = "written_at"
	EditedAt     Field = "edited_at"
	Kind         Field = "kind"
	ParentID     Field = "parent_id"
	AuthorID     Field = "author_id"
	AuthorHandle Field = "author_handle"
	AuthorName   Field = "author_name"
	Followers    Field = "followers"
	Verified     Field = "verified"
	ThreadID     Field = "thread_id"
	ThreadText   Field = "thread_text"
	ThreadURL    Field = "thread_url"
	URL          Field = "url"
	Language     Field = "language"
	Media        Field = "media"
)

// Known is a field with what people are told of it and the names that it is usually found
// under. A dot leads into an object of JSON. Case, spaces, hyphens and underscores do not
// matter in the header of CSV.
type Known struct {
	Field Field
	What  string
	Names []string
}

// Fields returns all fields.
func Fields() []Known {
	return []Known{
		{ID, "the platform's id of the comment; needed in every line", []string{"id", "comment_id", "external_id", "kommentar_id"}},
		{Text, "what was written; needed unless there is media", []string{"text", "message", "comment", "body", "content", "kommentar", "nachricht", "inhalt"}},
		{WrittenAt, "when it was written; needed in every line", []string{"created_at", "written_at", "posted_at", "created_time", "created", "date", "time", "timestamp", "datum", "zeitpunkt", "erstellt_am", "erstellt"}},
		{EditedAt, "when it was last edited", []string{"updated_at", "edited_at", "bearbeitet_am"}},
		{Kind, "comment, reply, mention, review or message", []string{"kind", "form", "type", "art"}},
		{ParentID, "the comment that it answers", []string{"parent_id", "parent", "parent.id", "reply_to", "antwort_auf"}},
		{AuthorID, "the platform's id of who wrote it", []string{"author_id", "author.id", "user_id", "from.id", "from_id", "autor_id"}},
		{AuthorHandle, "the handle of who wrote it", []string{"author_handle", "author.handle", "handle", "username", "user_name", "benutzername"}},
		{AuthorName, "the name of who wrote it", []string{"author_name", "author.name", "author", "name", "from.name", "autor", "verfasser"}},
		{Followers, "a whole number", []string{"followers", "author.followers", "follower"}},
		{Verified, "true or yes", []string{"verified", "author.verified", "verifiziert"}},
		{ThreadID, "the post that it hangs from", []string{"thread_id", "thread.id", "post_id", "media_id", "beitrag_id"}},
		{ThreadText, "what was published there", []string{"thread_text", "thread.text", "post_text", "post", "beitrag"}},
		{ThreadURL, "where the post can be read", []string{"thread_url", "thread.permalink", "post_url", "beitrag_url"}},
		{URL, "where it can be read", []string{"url", "permalink", "link"}},
		{Language, "a language tag such as de or en-GB", []string{"language", "lang", "sprache"}},
		{Media, "true, yes or an address: a picture or video hangs on it", []string{"media", "has_media", "attachment", "anhang"}},
	}
}

// FieldNamed returns the field of that name.
func FieldNamed(name string) (Field, bool) {
	for _, k := range Fields() {
		if string(k.Field) == name {
			return k.Field, true
		}
	}
	return "", false
}

// needed are the fields without which no line can be used.
var needed = []Field{ID, WrittenAt}

// headerOf returns which field each column holds: the one that the caller names, else the one
// of whose usual names its own comes first.
func headerOf(names []string, chosen map[Field]string) ([]Field, error) {
	header := make([]Field, len(names))
	for _, k := range Fields() {
		wanted := k.Names
		if name, ok := chosen[k.Field]; ok {
			wanted = []string{name}
		}
		at := -1
		for _, name := range wanted {
			at = slices.IndexFunc(names, func(n string) bool { return fold(n) == fold(name) })
			if at >= 0 && header[at] == "" {
				header[at] = k.Field
				break
			}
		}
		if _, ok := chosen[k.Field]; at < 0 && (ok || slices.Contains(needed, k.Field)) {
			return nil, &MissingColumnError{Field: k.Field, Found: names}
		}
	}
	if !slices.Contains(header, Text) && !slices.Contains(header, Media) {
		return nil, &MissingColumnError{Field: Text, Found: names}
	}
	return header, nil
}

// fold makes names equal that people would call the same.
func fold(name string) string {
	return strings.NewReplacer(" ", "_", "-", "_", ".", "_").Replace(strings.ToLower(strings.Trim(name, " \t\ufeff\u00a0")))
}

// csvItem makes a document of the cells that mean something to us, by field.
func csvItem(header []Field, cells []string) wire.Value {
	fields := make(map[Field]string, len(header))
	for i, field := range header {
		if field != "" && cells[i] != "" {
			fields[field] = cells[i]
		}
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return wire.Value{} // of texts there is always a document
	}
	item, err := wire.Parse(body)
	if err != nil {
		return wire.Value{}
	}
	return item
}

// jsonItem reads one line as a document.
func jsonItem(text string) (item wire.Value, reject *Reject, empty bool) {
	if strings.TrimSpace(text) == "" {
		return item, nil, true
	}
	item, err := wire.Parse([]byte(text))
	switch {
	case err != nil || item.Kind != wire.Object:
		return item, &Reject{Code: NotJSON, Value: cut(text)}, false
	case item.TooDeep():
		return item, &Reject{Code: TooDeep, Value: cut(text)}, false
	}
	return item, nil, false
}

// at returns a field of an item: by its own name in CSV, else under the name that the caller
// chose or the first of its usual names that says something.
func (o Options) at(item wire.Value, k Field) wire.Value {
	if o.Format != JSONL {
		return item.Get(string(k))
	}
	names := []string{o.Columns[k]}
	if names[0] == "" {
		names = namesOf[k]
	}
	for _, name := range names {
		found := item.Get(name)
		if !found.Present() {
			found = item.At(strings.Split(name, ".")...)
		}
		if found.Present() && found.Kind != wire.Object {
			return found
		}
	}
	return wire.Value{}
}

// namesOf are the usual names of each field.
var namesOf = func() map[Field][]string {
	names := map[Field][]string{}
	for _, k := range Fields() {
		names[k.Field] = k.Names
	}
	return names
}()
