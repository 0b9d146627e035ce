package alephee

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/fault"
)

// lists are how the requests of both are read.
var lists = map[string]func(*http.Request) (page, error){
	accountsPath: func(r *http.Request) (page, error) { p, err := parseAccounts(r); return p.page, err },
	usersPath:    func(r *http.Request) (page, error) { p, err := parseUsers(r); return p.page, err },
}

func TestPagesMeanWhatTheDocumentSays(t *testing.T) {
	for path, parse := range lists {
		for query, want := range map[string]page{
			"":                           {limit: 100, order: orders[0]},
			"offset=0&limit=1":           {limit: 1, order: orders[0]},
			"OFFSET=7&Limit=10":          {offset: 7, limit: 10, order: orders[0]},
			"limit=1000&x=1":             {limit: 1000, order: orders[0]},
			"SORT=name_desc":             {limit: 100, order: orders[3]},
			"accountId=1200&y=0":         {limit: 100, order: orders[0]},
			"offset=9223372036854775807": {offset: 1<<63 - 1, limit: 100, order: orders[0]},
		} {
			if got, err := parse(request("1200", query)); err != nil || got != want {
				t.Errorf("%s?%s means %+v, %v", path, query, got, err)
			}
		}
	}
}

func TestTheNumbersOfAPageAreWrittenInOneWayToo(t *testing.T) {
	out := map[string][]string{
		parameterLimit:   {"1001", "100000"},
		parameterOffset:  nil,
		parameterAccount: nil,
		parameterSort:    {"", "id", "ID_ASC", "id_asc,name_asc", "id_asc ", "Id%2C%20ascending"},
	}
	for path, parse := range lists {
		for parameter, bad := range out {
			for _, text := range append(bad, badNumbers...) {
				if parameter == parameterOffset && text == "0" {
					continue
				}
				_, err := parse(request("1200", parameter+"="+text))
				if f := fault.As(err); f.Kind != fault.Malformed || f.Parameter != parameter {
					t.Errorf("%s?%s=%s: %v", path, parameter, text, err)
				}
			}
		}
	}
}

func TestWhatIsGivenTwiceOnAListIsMalformedToo(t *testing.T) {
	for path, parse := range lists {
		for _, query := range []string{
			"limit=1&limit=1", "limit=1&LIMIT=1", "offset=0&Offset=0", "sort=id_asc&SORT=id_asc", "token=a&Token=a",
			"API_KEY=a&api_key=a", "accountId=1200&ACCOUNTID=1200", "documentNumber=a&documentnumber=b", "other=1&OTHER=2",
		} {
			if _, err := parse(request("1200", query)); fault.KindOf(err) != fault.Malformed {
				t.Errorf("%s?%s: %v", path, query, err)
			}
		}
	}
	if _, err := parseAccounts(request("", "documentNumber=")); fault.As(err).Parameter != parameterNumber {
		t.Errorf("an empty documentNumber: %v", err)
	}
	if _, err := parseUsers(request("1200", "accountId=1201")); fault.As(err).Parameter != parameterAccount {
		t.Errorf("another account in the query: %v", err)
	}
}

func FuzzPages(f *testing.F) {
	f.Add("offset=0&limit=100&sort=id_asc&token=x")
	f.Add("OFFSET=9223372036854775807&limit=1000&Sort=name_desc&accountId=1200&documentNumber=x")
	f.Add("limit=+1&offset=00")
	f.Fuzz(func(t *testing.T, query string) {
		for path, parse := range lists {
			p, err := parse(request("1200", query))
			if err != nil {
				if f := fault.As(err); f.Kind != fault.Malformed || f.Message == "" {
					t.Fatalf("%s?%q: %v", path, query, err)
				}
				continue
			}
			values, err := url.ParseQuery(strings.ReplaceAll(query, ";", "%3B"))
			if err != nil {
				t.Fatalf("%s?%q was accepted: %v", path, query, err)
			}
			said := map[string]string{}
			for name, given := range values {
				if _, twice := said[foldName(name)]; twice || len(given) != 1 {
					t.Fatalf("%s?%q was accepted with %s twice", path, query, name)
				}
				said[foldName(name)] = given[0]
			}
			for name, want := range map[string]string{
				parameterOffset: strconv.FormatInt(p.offset, 10), parameterLimit: strconv.Itoa(p.limit), parameterSort: p.order.id,
			} {
				if text, ok := said[name]; ok && text != want {
					t.Fatalf("%s?%q was accepted with %s as %q", path, query, name, want)
				}
			}
			if p.offset < 0 || p.limit < 1 || p.limit > maxLimit || p.order.id == "" {
				t.Fatalf("%s?%q was accepted as %+v", path, query, p)
			}
		}
	})
}
