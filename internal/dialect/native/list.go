package native

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

const (
	standardLimit = 50
	maxLimit      = 200
)

// part is which part of a list is wanted.
type part struct {
	limit    int
	position string // where the part before ended; "" at the beginning
	list     string // what is listed: the route and its filter, to which every cursor is bound
}

// parseQuery reads a query strictly: only known parameters, each once and not empty.
func parseQuery(c *dialect.Call, known ...string) (web.Query, error) {
	q, err := web.ParseQuery(c.Request, nil, known...)
	if err != nil {
		return nil, err
	}
	for name, value := range q {
		switch {
		case !slices.Contains(known, name):
			return nil, fault.BadParameter(meant(name, known), "The query has a parameter that is not known here.")
		case value == "":
			return nil, fault.BadParameter(name, "The parameter must not be empty.")
		}
	}
	return q, nil
}

// meant returns the parameter that a name is another spelling of; what is none of ours is not repeated, as it may be a
// secret in the wrong place.
func meant(name string, known []string) string {
	if i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, name) }); i >= 0 {
		return known[i]
	}
	return "query"
}

// parseList reads the query of a list: cursor, limit, and the filter's parameters.
func (n native) parseList(c *dialect.Call, filter ...string) (web.Query, part, error) {
	q, err := parseQuery(c, append(filter, "cursor", "limit")...)
	if err != nil {
		return nil, part{}, err
	}
	p := part{limit: standardLimit, list: listName(c, q, filter)}
	if q.Has("limit") {
		limit, ok := web.ParseNumber(q["limit"])
		if !ok || limit < 1 || limit > maxLimit {
			return nil, part{}, fault.BadParameter("limit", "The parameter must be a number from 1 to 200.")
		}
		p.limit = int(limit)
	}
	if q.Has("cursor") {
		var ok bool
		if p.position, ok = n.authority.CursorPosition(p.list, q["cursor"]); !ok {
			return nil, part{}, fault.BadParameter("cursor", "The parameter must be a next_cursor of this very list and filter.")
		}
	}
	return q, p, nil
}

func listName(c *dialect.Call, q web.Query, filter []string) string {
	values := url.Values{}
	for _, name := range filter {
		if q.Has(name) {
			values.Set(name, q[name])
		}
	}
	return web.RecordOf(c.Context()).Route + "?" + values.Encode()
}

// listAnswer is a part of a list; next_cursor is null at its end.
type listAnswer[T any] struct {
	Items      []T     `json:"items"`
	NextCursor *string `json:"next_cursor"`
}

// writeList answers a part of a list of which one more than the limit was read, if there are so many. positionOf says
// where an entry lies, show how it looks.
func writeList[E, T any](n native, c *dialect.Call, p part, entries []E, positionOf func(E) string, show func(E) T) error {
	a := listAnswer[T]{Items: make([]T, 0, len(entries))}
	if len(entries) > p.limit {
		entries = entries[:p.limit]
		next := n.authority.Cursor(p.list, positionOf(entries[p.limit-1]))
		a.NextCursor = &next
	}
	for _, e := range entries {
		a.Items = append(a.Items, show(e))
	}
	return answer(c, http.StatusOK, a)
}

// answer writes a value as JSON.
func answer[T any](c *dialect.Call, status int, v T) error {
	return web.WriteJSON(c.ResponseWriter, status, "application/json", v)
}
