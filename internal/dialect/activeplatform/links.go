package activeplatform

import (
	"net/url"
	"strconv"

	"github.com/doorward/doorward/internal/authority"
)

// linksOf leads from one page to the others. A page beyond the end has the last one before it and none after it.
// The host is the configured one, never the request's, which anybody can write.
func (p platform) linksOf(path string, page authority.Page, total int64) pageLinks {
	last := page.Last(total)
	link := func(number int64) string {
		page := url.Values{
			pageSize:   {strconv.FormatInt(page.Size, 10)},
			pageNumber: {strconv.FormatInt(number, 10)},
		}
		return p.options.PublicURL + path + "?" + page.Encode()
	}
	links := pageLinks{Self: link(page.Number), First: link(1), Last: link(last)}
	if page.Number > 1 {
		links.Prev = new(link(min(page.Number-1, last)))
	}
	if page.Number < last {
		links.Next = new(link(page.Number + 1))
	}
	return links
}
