package activeplatform

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

const defaultPageSize = 50

const (
	pageSize   = "page[size]"
	pageNumber = "page[number]"
)

// queryNames are the query parameters of this dialect.
var queryNames = []string{"account_id", pageSize, pageNumber}

// parsePage reads which page is asked for. What would change the answer in a way not spoken here is refused: who filters
// and is shown everything takes it for the filtered.
func parsePage(r *http.Request) (authority.Page, error) {
	page := authority.Page{Size: defaultPageSize, Number: 1}
	query, err := web.ParseQuery(r, nil, queryNames...)
	if err != nil {
		return page, err
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		family, _, _ := strings.Cut(name, "[")
		switch {
		case name == pageSize, name == pageNumber:
		case family == "page", family == "filter", family == "include", family == "sort":
			return page, fault.BadParameter(family, "The parameter is not supported here.")
		}
	}
	if query.Has(pageSize) {
		if page.Size, err = parsePositive(pageSize, query[pageSize], authority.MaxPageSize); err != nil {
			return page, err
		}
	}
	if query.Has(pageNumber) {
		page.Number, err = parseID(pageNumber, query[pageNumber])
	}
	return page, err
}

// writeList answers one page of a list of so many entries.
func (p platform) writeList(c *dialect.Call, entries []resource, page authority.Page, total int64) error {
	if entries == nil {
		entries = []resource{}
	}
	return web.WriteJSON(c.ResponseWriter, http.StatusOK, mediaType, list{
		Data: entries, Links: p.linksOf(c.Request.URL.Path, page, total),
		Meta: listMeta{Total: total, Pages: page.Last(total)},
	})
}

func writeOne(c *dialect.Call, status int, one resource) error {
	return web.WriteJSON(c.ResponseWriter, status, mediaType, single{Data: one})
}
