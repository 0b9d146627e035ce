package web_test

import (
	"math"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

func TestAQueryIsTakenStrictly(t *testing.T) {
	for raw, parameter := range map[string]string{
		"a=1&b=2": "", "a=": "", "a": "", "": "", "a=1&&b=2": "", "a=1;b=2": "", "a=%C3%A9": "", "a=x+y": "",
		"a=1&a=2": "a", "a=1&a=1": "a", "a=1&%61=1": "a", "A=1&a=1": "a",
		"a=%": "a", "a=%zz": "a", "a=%ff": "a", "a=%00": "a", "a=%0d%0a": "a", "a=%7f": "a",
		"%00=1": "query", "%ff=1": "query", "%=1": "query",
		"secret=%": "query", "secret=1&secret=1": "query", "secret=1&SECRET=1": "query", "secret=1&x=2": "",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.RawQuery = raw
		q, err := web.ParseQuery(r, strings.ToLower, "a", "b")
		if parameter == "" {
			if err != nil {
				t.Errorf("%q: %v", raw, err)
			}
			continue
		}
		if f := fault.As(err); err == nil || f.Kind != fault.Malformed || f.Parameter != parameter || q != nil {
			t.Errorf("%q: %+v, %v", raw, f, q)
		}
	}
}

func TestAnEmptyParameterIsThereAndAnAbsentOneIsNot(t *testing.T) {
	q, err := web.ParseQuery(httptest.NewRequest("GET", "/?a=&b=x+%2B", nil), nil)
	if err != nil || !q.Has("a") || q["a"] != "" || q.Has("c") || q["b"] != "x +" {
		t.Errorf("%v, %v", q, err)
	}
}

func TestANumberHasOneSpelling(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1": 1, "30": 30, "9223372036854775807": math.MaxInt64,
		"": -1, "+30": -1, "-1": -1, "030": -1, "00": -1, "30.0": -1, "1e1": -1, " 30": -1, "30 ": -1, "3_0": -1, "0x1e": -1,
		"9223372036854775808": -1, "\u0663": -1, "30\x00": -1,
	} {
		if n, ok := web.ParseNumber(text); ok != (want >= 0) || ok && n != want {
			t.Errorf("%q: %d, %t", text, n, ok)
		}
	}
}

func FuzzANumberIsWrittenAsItWasRead(f *testing.F) {
	for _, seed := range []string{"0", "030", "+1", "9223372036854775807", "1e1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, ok := web.ParseNumber(text); ok && strconv.FormatInt(n, 10) != text {
			t.Fatalf("%q is %d", text, n)
		}
	})
}
