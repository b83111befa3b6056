package postgres

// The statements that settling and erasing run for every comment, for tests of their plans.
const (
	EraseItemsSQL      = eraseItems
	KnownAuthorsSQL    = knownAuthors
	KnownThreadsSQL    = knownThreads
	PastEngagementsSQL = pastEngagements
)
