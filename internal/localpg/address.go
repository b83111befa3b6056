package localpg

import (
	"net/url"
	"strings"
)

// WithDatabase points a connection string, in either of libpq's two forms, at another
// database.
func WithDatabase(connection, name string) string {
	u, err := url.Parse(connection)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return connection + " dbname=" + name
	}
	u.Path = "/" + name
	q := u.Query()
	q.Del("dbname")
	u.RawQuery = q.Encode()
	return u.String()
}
