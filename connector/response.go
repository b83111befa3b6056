package connector

// Response is what a webhook call is answered, in a platform's own words.
type Response struct {
	Status int
	Type   string // of the body's content; empty when there is no body
	Body   string // never more of the delivery than a challenge that is safe to echo
}

// Responder is a platform that wants to hear something of its own. All others are answered
// with the counts of what became of the delivery.
type Responder interface {
	// Respond returns what to answer to a delivery that is stored, when refused is nil, or
	// that was refused with one of the errors of Verify. False leaves the answer to the
	// service. It is not asked when nothing could be stored, so that the platform repeats.
	Respond(d Delivery, refused error) (Response, bool)
}

// MediaTyped is a platform that sends other types than application/json.
type MediaTyped interface {
	// MediaTypes returns the types of its deliveries, in lower case, without parameters.
	MediaTypes() []string
}
