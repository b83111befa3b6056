package notify

// Dialog asks somebody for words about an item.
type Dialog struct {
	Title  string
	Token  string // comes back with the words
	Fields []Field
	Keep   string
	Cancel string
}

// Field is one thing that a dialog asks for. None must be filled in.
type Field struct {
	Name  string
	Label string
	Most  int // characters
}

// The fields of a dialog about an item.
const (
	FieldNote  = "note"
	FieldDraft = "draft"
)

// maxWords bounds what somebody writes into a field, in characters.
const maxWords = 2000

// Write asks for a note or the draft of a reply.
func (v Voice) Write(token string) Dialog {
	w := v.words()
	return Dialog{
		Title: w.dialog, Token: token, Keep: w.keep, Cancel: w.cancel,
		Fields: []Field{{FieldNote, w.labelNote, maxWords}, {FieldDraft, w.labelDraft, maxWords}},
	}
}
