package youtube

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"

	"triage/connector"
	"triage/connector/wire"
)

// errFeed says that a delivery is no Atom feed.
var errFeed = errors.New("no feed")

// The names of what a feed tells (RFC 4287 and RFC 6721).
var (
	feed    = xml.Name{Space: "http://www.w3.org/2005/Atom", Local: "feed"}
	entry   = xml.Name{Space: "http://www.w3.org/2005/Atom", Local: "entry"}
	deleted = xml.Name{Space: "http://purl.org/atompub/tombstones/1.0", Local: "deleted-entry"}
)

// Parse reads what Poll and Recheck made. Of a feed it counts the videos as "video" and those
// that are gone as "video_removed"; none is an engagement.
func (Connector) Parse(d connector.Delivery) (connector.Parsed, error) {
	if answered(d.Body) {
		return parseAnswer(d.Body)
	}
	var out connector.Parsed
	kinds := map[xml.Name]string{entry: "video", deleted: "video_removed"}
	told := 0
	err := walk(d.Body, func(depth int, name xml.Name) error {
		switch {
		case depth == 0 && name != feed:
			return errFeed
		case depth != 1 || kinds[name] == "":
			return nil
		}
		if told++; told > wire.MaxItems {
			return wire.ErrLimits
		}
		out.Ignore(kinds[name], 1)
		return nil
	})
	if err != nil {
		return connector.Parsed{}, err
	}
	if told == 0 {
		out.Ignore("unknown", 1)
	}
	return out, nil
}

// walk shows every element with its depth, in order. A document has one root, nothing but
// space beside it, and no declaration of its own entities, which the decoder refuses.
func walk(body []byte, see func(depth int, name xml.Name) error) error {
	dec := xml.NewDecoder(bytes.NewReader(body))
	depth, roots := 0, 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			if roots != 1 {
				return errFeed
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			if depth >= wire.MaxDepth || roots > 1 {
				return wire.ErrLimits
			}
			if err := see(depth, token.Name); err != nil {
				return err
			}
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(token)) > 0 {
				return errFeed
			}
		}
	}
}
