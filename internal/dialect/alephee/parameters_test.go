package alephee

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

// request is one for account 1200 with a query exactly as written.
func request(account, query string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL.RawQuery = query
	r.SetPathValue(parameterAccount, account)
	return r
}

func TestParametersMeanWhatTheDocumentSays(t *testing.T) {
	for query, want := range map[string]mintParameters{
		"":                               {account: 1200, audience: 1},
		"userEmail=a%40b&module=1&ttl=5": {account: 1200, audience: 1, email: "a@b", lifetime: 5 * time.Second},
		"USEREMAIL=a@b&Module=2&TTL=60":  {account: 1200, audience: 2, email: "a@b", lifetime: time.Minute},
		"accountId=1200&account=1201&unknown=%20": {account: 1200, audience: 1},
		"accountid=1200&userEmail=":               {account: 1200, audience: 1},
	} {
		got, err := parseMint(request("1200", query))
		if err != nil || got.account != want.account || got.audience != want.audience || got.email != want.email || got.lifetime != want.lifetime {
			t.Errorf("%q means %+v, %v", query, got, err)
		}
	}
}

func TestTheKeyIsInTheQueryInAnyLetterCaseOrInTheHeader(t *testing.T) {
	for _, name := range []string{"API_KEY", "api_key", "Api_Key"} {
		if p, err := parseMint(request("1", name+"=k+%2B")); err != nil || p.key.Reveal() != "k +" {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := request("1", "")
	r.Header.Set("x-api-key", "k +")
	if p, err := parseMint(r); err != nil || p.key.Reveal() != "k +" {
		t.Error(err)
	}
}

func TestOnlyASCIILettersHaveCaseInNames(t *testing.T) {
	// To Unicode the Kelvin sign is a K and a dotted capital I an i.
	for _, query := range []string{"API_%E2%84%AAEY=k", "AP%C4%B0_KEY=k"} {
		if p, err := parseMint(request("1", query)); err != nil || !p.key.IsZero() {
			t.Errorf("%s was taken for the key: %v", query, err)
		}
	}
}

func TestWhatIsGivenTwiceIsMalformedInAnyLetterCase(t *testing.T) {
	for _, query := range []string{
		"ttl=30&ttl=30", "ttl=30&TTL=30", "ttl=30&tt%6C=31", "module=1&Module=1", "userEmail=a@b&useremail=a@b",
		"API_KEY=a&api_key=a", "API_KEY=a&API_KEY=b", "accountId=1200&ACCOUNTID=1200", "other=1&OTHER=2", "ttl&ttl",
	} {
		if _, err := parseMint(request("1200", query)); fault.KindOf(err) != fault.Malformed {
			t.Errorf("%q: %v", query, err)
		}
	}
	for _, headers := range [][]string{{"a", "a"}, {"a", "b"}} {
		r := request("1200", "")
		r.Header["X-Api-Key"] = headers
		if _, err := parseMint(r); fault.KindOf(err) != fault.Malformed {
			t.Errorf("%q: %v", headers, err)
		}
	}
}

// badNumbers are what strconv.Atoi, ParseFloat or a trimming parser might take.
var badNumbers = []string{
	"%2B30", "+30", "030", "30.0", "30.", "3e1", "%2030", "30%20", "%0930", "30%0A", "%D9%A3%D9%A0", "-5", "-0", "0", "00",
	"9223372036854775808", "99999999999999999999999", "", "30%00", "0x1e", "3_0", "30,0", "%EF%BC%93%EF%BC%90", "1%FF", "%zz", "null",
}

func TestNumbersAreWrittenInOneWay(t *testing.T) {
	out := map[string][]string{parameterTTL: {"4", "61", "1", "300"}, parameterModule: {"3", "4", "61", "30"}}
	for _, parameter := range []string{parameterTTL, parameterModule, parameterAccount} {
		for _, bad := range append(out[parameter], badNumbers...) {
			_, err := parseMint(request("1200", parameter+"="+bad))
			if f := fault.As(err); f.Kind != fault.Malformed || f.Parameter != parameter {
				t.Errorf("%s=%s: %v", parameter, bad, err)
			}
		}
	}
	for _, bad := range badNumbers {
		clear, err := url.PathUnescape(bad)
		if err != nil {
			continue
		}
		if _, err := parseMint(request(clear, "")); fault.As(err).Parameter != parameterAccount {
			t.Errorf("account %q in the path: %v", clear, err)
		}
	}
	if p, err := parseMint(request("9223372036854775807", "")); err != nil || p.account != 1<<63-1 {
		t.Errorf("the largest account: %v", err)
	}
}

func FuzzParameters(f *testing.F) {
	f.Add("1200", "API_KEY=6F96&userEmail=owner%40acme.test&module=1&ttl=30&accountId=1200", "")
	f.Add("1200", "api_key=k&TTL=60", "")
	f.Add("1", "ttl=030&ttl=%00", "k")
	f.Add("0", "=%", "")
	f.Fuzz(func(t *testing.T, account, query, header string) {
		r := request(account, query)
		if header != "" {
			r.Header.Set(keyHeader, header)
		}
		p, err := parseMint(r)
		if err != nil {
			if f := fault.As(err); f.Kind != fault.Malformed || f.Message == "" {
				t.Fatalf("%q %q: %v", account, query, err)
			}
			return
		}
		checkAccepted(t, p, account, query)
	})
}

// checkAccepted takes an accepted request apart in another way: nothing in it may have been read leniently.
func checkAccepted(t *testing.T, p mintParameters, account, query string) {
	t.Helper()
	values, err := url.ParseQuery(strings.ReplaceAll(query, ";", "%3B"))
	if err != nil {
		t.Fatalf("%q was accepted: %v", query, err)
	}
	said := map[string]string{}
	for name, given := range values {
		folded := foldName(name)
		if _, twice := said[folded]; twice || len(given) != 1 {
			t.Fatalf("%q was accepted with %s twice", query, name)
		}
		said[folded] = given[0]
	}
	canonical := map[string]string{
		parameterModule: p.audience.String(), parameterAccount: strconv.FormatInt(p.account, 10),
		parameterTTL: strconv.Itoa(int(p.lifetime / time.Second)), parameterEmail: p.email,
	}
	for name, want := range canonical {
		if text, ok := said[name]; ok && text != want {
			t.Fatalf("%q was accepted with %s as %q", query, name, want)
		}
	}
	if account != canonical[parameterAccount] || p.account < 1 || p.audience < 1 || p.audience > 2 ||
		p.lifetime != 0 && (p.lifetime < 5*time.Second || p.lifetime > time.Minute) {
		t.Fatalf("%q %q was accepted as %+v", account, query, p)
	}
}
