package alephee

import (
	"net/http"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// The pages of a list (WIRE.md §1, lists; the largest is what public client code bounds itself to).
const (
	defaultLimit = 100
	maxLimit     = 1000
)

// order is one of the sorts of a list.
type order struct {
	id, name           string
	byName, descending bool
}

// orders are what AvailableSorts tells, the default first.
var orders = []order{
	{id: "id_asc", name: "Id, ascending"},
	{id: "id_desc", name: "Id, descending", descending: true},
	{id: "name_asc", name: "Name, ascending", byName: true},
	{id: "name_desc", name: "Name, descending", byName: true, descending: true},
}

// page is which part of a list is asked for, and in which order.
type page struct {
	offset int64
	limit  int
	order  order
}

// parsePage reads offset (0 and more; default 0), limit (1 to 1000; default 100) and sort (an Id of AvailableSorts).
// It fails with Malformed, naming the parameter; nothing is clamped.
func parsePage(query web.Query) (p page, err error) {
	p = page{limit: defaultLimit, order: orders[0]}
	if text, ok := query[parameterOffset]; ok {
		if p.offset, ok = web.ParseNumber(text); !ok {
			return p, wants(parameterOffset, "0 or more")
		}
	}
	if text, ok := query[parameterLimit]; ok {
		n, ok := web.ParseNumber(text)
		if !ok || n < 1 || n > maxLimit {
			return p, wants(parameterLimit, "a number from 1 to 1000")
		}
		p.limit = int(n)
	}
	if text, ok := query[parameterSort]; ok {
		i := slices.IndexFunc(orders, func(o order) bool { return o.id == text })
		if i < 0 {
			return p, fault.BadParameter(parameterSort, "It must be one of "+strings.Join(orderIDs(), ", ")+".")
		}
		p.order = orders[i]
	}
	return p, nil
}

func orderIDs() []string {
	ids := make([]string, len(orders))
	for i, o := range orders {
		ids[i] = o.id
	}
	return ids
}

// of returns the page's part of a whole list.
func of[T any](p page, whole []T) []T {
	from := min(p.offset, int64(len(whole)))
	return whole[from:min(from+int64(p.limit), int64(len(whole)))]
}

// writeList answers one page of a list of total items in the envelope of all lists.
func writeList[T any](w http.ResponseWriter, p page, total int64, results []T) error {
	l := list[T]{
		Total: total, Paging: paging{Limit: p.limit, Offset: p.offset, Total: total},
		SortBy: sortOf(p.order), Results: results,
	}
	for _, o := range orders {
		l.AvailableSorts = append(l.AvailableSorts, sortOf(o))
	}
	return web.WriteJSON(w, http.StatusOK, mediaType, l)
}

func sortOf(o order) sort { return sort{ID: o.id, Name: o.name} }
