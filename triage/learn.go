package triage

// Neighbour is a comment on which people said what is right, near in meaning to one that
// is being judged.
type Neighbour struct {
	Distance      float64   // cosine distance of the two texts, 0 to 2
	Intent        Intent    // as people say; empty when they said nothing of it
	Sentiment     Sentiment // likewise
	SaidIntent    Intent    // as the built-in engine alone read it; empty when that is not known
	SaidSentiment Sentiment // likewise
	Person        ID        // who said it
	Copy          string    // the same for copies of one text, and for all of one wave
}

// Neighbourhood is what people taught about comments like one that is being judged.
type Neighbourhood struct {
	Neighbours []Neighbour // nearest first

	// Handled is how many of the newest comments people handled that the engine alone had
	// read as it reads this one; Corrected is on how many of them they left another intent.
	Handled, Corrected int
}

// Learned says that corrections of similar comments had a say in a classification, and
// what the engine alone had answered.
type Learned struct {
	Corrections int // how many spoke for what now stands
	People      int // of how many people
	Intent      Intent
	Sentiment   Sentiment
}

// Lesson is a labelled comment of the same brand, near in meaning to one that a model is asked
// about, with what decides whether it may be an example.
type Lesson struct {
	Example
	Distance float64 // cosine distance of the two texts, 0 to 2
	Person   ID      // who said what is right
	Author   string  // who wrote it, the same for all of one author's; empty when that is hidden
	Copy     string  // the same for copies of one text, and for all of one wave
}
