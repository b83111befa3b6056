package triage

import "slices"

// Field is one part of a question to a language model that a brand may keep to itself. The
// comment is no Field: without it there is no question.
type Field string

// The fields.
const (
	FieldLanguage    Field = "language"        // as the platform says
	FieldPlatform    Field = "platform"        // with the form
	FieldPost        Field = "post"            // what was published
	FieldParent      Field = "in_reply_to"     // the comment this one answers
	FieldBrand       Field = "brand"           // its name
	FieldDescription Field = "about_the_brand" // the brand's words on itself
	FieldVoice       Field = "brand_voice"
	FieldExamples    Field = "examples" // labelled comments of the same brand
)

// FieldComment names the comment among what was sent.
const FieldComment Field = "comment"

// OutsideFields returns all fields that can be kept back.
func OutsideFields() []Field {
	return []Field{
		FieldLanguage, FieldPlatform, FieldPost, FieldParent, FieldBrand, FieldDescription, FieldVoice, FieldExamples,
	}
}

// Valid reports whether f is one of the fields that can be kept back.
func (f Field) Valid() bool { return slices.Contains(OutsideFields(), f) }

// Outflow is what a brand lets out of the house to the endpoints of language models. The
// zero value lets everything out, masked.
type Outflow struct {
	Nothing  bool    // no text leaves: the built-in engines do everything
	Withheld []Field // kept back when texts leave
}

// Lets reports whether f may leave.
func (o Outflow) Lets(f Field) bool { return !o.Nothing && !slices.Contains(o.Withheld, f) }

// Outside is the part of a receipt that says what left the house for one judgement.
type Outside struct {
	Nothing   bool     // the brand lets nothing out
	Fields    []Field  // what was sent to be judged, empty when nothing was
	Embedded  bool     // the comment, masked, was sent to be embedded
	Masked    []string // kinds of private details that were taken out before
	Shortened bool     // a part of the comment was left out
	Examples  int      // how many labelled comments went along
	NoStore   bool     // the endpoint was told to keep nothing
}
