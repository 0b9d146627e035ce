package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

func TestABodyIsReadUpToItsLimit(t *testing.T) {
	for size, ok := range map[int]bool{0: true, web.MaxBody: true, web.MaxBody + 1: false} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", size)))
		body, err := web.ReadBody(r)
		if ok && (err != nil || len(body) != size) {
			t.Errorf("%d bytes: %d, %v", size, len(body), err)
		}
		if !ok && fault.KindOf(err) != fault.TooLarge {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestABodyThatBreaksOffIsMalformed(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", brokenBody{})
	if _, err := web.ReadBody(r); fault.KindOf(err) != fault.Malformed {
		t.Error(err)
	}
}

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, http.ErrBodyReadAfterClose }

// decoded is what the cases below read into.
type decoded struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
	Deep  any    `json:"deep"`
}

func TestJSONIsTakenStrictly(t *testing.T) {
	deep := func(n int) string { return `{"deep":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}` }
	for name, c := range map[string]struct {
		body, parameter string
		ok, okLenient   bool
	}{
		"as it should be":          {`{"name":"a","count":1}`, "", true, true},
		"white space around":       {" {\"name\":\"a\"} \n", "", true, true},
		"a duplicate member":       {`{"name":"a","name":"b"}`, "name", false, false},
		"a duplicate by an escape": {`{"name":"a","n\u0061me":"b"}`, "name", false, false},
		"a duplicate unknown":      {`{"x":1,"x":1}`, "body", false, false},
		"another letter case":      {`{"Name":"a"}`, "body", false, true},
		"an unknown member":        {`{"other":1}`, "body", false, true},
		"a wrong type":             {`{"count":"1"}`, "count", false, false},
		"a fraction":               {`{"count":1.5}`, "count", false, false},
		"bytes that are not UTF-8": {"{\"name\":\"\xff\"}", "name", false, false},
		"half a surrogate pair":    {`{"name":"\ud800"}`, "name", false, false},
		"data behind it":           {`{"name":"a"}{}`, "body", false, false},
		"a comma too many":         {`{"name":"a",}`, "", false, false},
		"a comment":                {`{"name":"a"/**/}`, "", false, false},
		"nothing":                  {``, "body", false, false},
		"another kind of value":    {`[]`, "body", false, false},
		"deep enough":              {deep(web.MaxDepth - 1), "", true, true},
		"too deep":                 {deep(web.MaxDepth), "body", false, false},
		"NUL":                      {`{"name":"a\u0000"}`, "name", false, false},
		"a line break":             {`{"name":"a\nb"}`, "name", false, false},
		"the last control":         {`{"name":"\u009f"}`, "name", false, false},
		"NUL raw":                  {"{\"name\":\"\x00\"}", "name", false, false},
		"NUL in a list":            {`{"deep":["a",{"b":"\u0000"}]}`, "deep", false, false},
		"NUL in an unknown member": {`{"other":"\u0000"}`, "body", false, false},
		"NUL in a name":            {`{"n\u0000":1}`, "body", false, false},
		"NUL behind an escape":     {`{"name":"\\u0000"}`, "", true, true},
		"NUL, and then no JSON":    {`{"name":"\u0000"`, "name", false, false},
		"brackets within a string": {`{"name":"` + strings.Repeat("[", 100) + `\"` + strings.Repeat("{", 100) + `"}`, "", true, true},
	} {
		for strict, ok := range map[bool]bool{true: c.ok, false: c.okLenient} {
			var into decoded
			err := web.DecodeJSON([]byte(c.body), &into, strict)
			if ok && err != nil {
				t.Errorf("%s (strict %t): %v", name, strict, err)
			}
			if ok {
				continue
			}
			f := fault.As(err)
			if err == nil || f.Kind != fault.Malformed || c.parameter != "" && f.Parameter != c.parameter {
				t.Errorf("%s (strict %t): %+v", name, strict, f)
			}
		}
	}
}

func TestAnErrorInJSONNamesNoMemberThatTheClientMadeUp(t *testing.T) {
	var into struct {
		Inner *struct {
			Name string `json:"name"`
		} `json:"inner"`
		List []decoded `json:"list"`
		Deep any       `json:"deep"`
	}
	for body, want := range map[string]string{
		`{"a\u0000\nb":1}`:                    "body",
		`{"a-secret":1}`:                      "body",
		`{"a-secret":{"inner":"\u0000"}}`:     "body",
		`{"a-secret":1,"a-secret":2}`:         "body",
		`{"Inner":1}`:                         "body",
		`{"inner":{"a-secret":1}}`:            "inner",
		`{"inner":{"name":1}}`:                "inner/name",
		`{"inner":{"name":{"a-secret":1}}}`:   "inner/name",
		`{"list":[{},{"name":"","name":""}]}`: "list/1/name",
		`{"list":[{},{"a-secret":1}]}`:        "list/1",
		`{"deep":{"a-secret":"\u0000"}}`:      "deep",
	} {
		f := fault.As(web.DecodeJSON([]byte(body), &into, true))
		if f.Kind != fault.Malformed || f.Parameter != want {
			t.Errorf("%s: %q, not %q", body, f.Parameter, want)
		}
		if text := f.Parameter + f.Message; strings.Contains(text, "a-secret") {
			t.Errorf("%s: %s", body, text)
		}
	}
}
