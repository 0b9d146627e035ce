package main

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
)

// asking is a request as it goes over the wire, right or not.
type asking struct{ method, path, query, host, header, body string }

func (a asking) write(source string) string {
	target := a.path
	if a.query != "" {
		target += "?" + a.query
	}
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nX-Forwarded-For: %s\r\nContent-Length: %d\r\n%s\r\n%s",
		a.method, target, a.host, source, len(a.body), a.header, a.body)
}

func (a asking) with(name, value string) asking {
	a.header += name + ": " + value + "\r\n"
	return a
}

func (a asking) asked(more string) asking {
	a.query = strings.Trim(a.query+"&"+more, "&")
	return a
}

func (a asking) saying(body string) asking {
	a.body = body
	return a
}

func basic(credentials string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(credentials))
}

// route is one of the server's, with values for what is open in its path.
type route struct {
	asking
	pattern, surface string
}

var pathValues = strings.NewReplacer("{reseller_id}", "1", "{account_id}", "505", "{accountId}", "1200", "{manager_id}", "8",
	"{id}", "01bb99b9c2002e0efd541cdeb187c745", "{code}", "denied", "{landing}", "login", "…", "nothing")

// allRoutes are those of the server's golden list, so that none is forgotten.
func allRoutes(t *testing.T) (routes []route) {
	t.Helper()
	list, err := os.ReadFile("../../internal/server/testdata/routes.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(list)) {
		fields := strings.Fields(line)
		r := route{asking{method: fields[1], path: pathValues.Replace(fields[0]), host: "acme.localhost:8080"}, fields[0], fields[2]}
		if r.method == "*" {
			r.method = "GET"
		}
		routes = append(routes, r)
	}
	if len(routes) < 40 {
		t.Fatalf("only %d routes", len(routes))
	}
	return routes
}

// misplacement puts a secret where it does not belong, or does, in a request that is wrong otherwise.
type misplacement struct {
	name string
	put  func(r route, secret string) asking
}

// misplacements are every way that a client has been seen to get it wrong; with GET no body is read.
func misplacements(method string) (all []misplacement) {
	add := func(name string, put func(r route, secret string) asking) { all = append(all, misplacement{name, put}) }
	for _, name := range []string{
		"token", "API_KEY", "userEmail", "module", "ttl", "accountId", "account_id", "user_email", "user_token", "page[size]",
		"sort", "offset", "documentNumber", "unknown",
	} {
		add("query "+name, func(r route, s string) asking { return r.asked(name + "=" + url.QueryEscape(s)) })
	}
	for _, form := range []string{
		"$=1", "$", "$=1&$=2", "$=%zz", "$%zz=1", "$=%00", "filter[$]=1", "page[$]=1", "token=$%zz", "token=$&token=$", "API_KEY=$&api_key=$", "API_KEY=$%00",
	} {
		add("query "+form, func(r route, s string) asking { return r.asked(strings.ReplaceAll(form, "$", url.QueryEscape(s))) })
	}
	for _, form := range []string{"%[1]s/%[2]s", "/%[2]s%[1]s", "%[1]s//%[2]s", "%[1]s/%%zz%[2]s", "%[1]s/%[2]s%%00", "http://%[2]s/%[1]s"} {
		add("path "+form, func(r route, s string) asking {
			r.path = fmt.Sprintf(form, r.path, url.PathEscape(s))
			return r.asking
		})
	}
	add("path wildcard", func(r route, s string) asking {
		if begin := strings.IndexByte(r.pattern, '{'); begin >= 0 {
			r.path = pathValues.Replace(r.pattern[:begin]) + url.PathEscape(s) + pathValues.Replace(r.pattern[strings.IndexByte(r.pattern, '}')+1:])
		}
		return r.asking
	})
	for _, header := range []string{
		"X-Api-Token: $", "X-API-Key: $", "X-Account-ID: $", "Cookie: __Host-doorward-session=$; doorward-session=$; __Host-doorward-attempt=$", "Cookie: $",
		"User-Agent: $", "Referer: https://x.test/?token=$", "Idempotency-Key: $", "Idempotency-Key: $ $", "Origin: https://$.test", "Content-Type: $", "Accept: $",
		"X-Request-Id: $", "X-HTTP-Method-Override: $", "X-Forwarded-For: $", "Forwarded: for=$", "traceparent: $", "$: 1", "Authorization: $", "Authorization: Bearer $", "Authorization: Bearer $ $",
		"Authorization: Basic $", "Authorization: Digest username=\"$\"", "Expect: $", "Transfer-Encoding: $",
	} {
		add("header "+header, func(r route, s string) asking {
			name, value, _ := strings.Cut(header, ": ")
			return r.with(strings.ReplaceAll(name, "$", s), strings.ReplaceAll(value, "$", s))
		})
	}
	for _, credentials := range []string{"$", "$:", "$:$", "u:$", ":$", "$\x00:"} {
		add("basic "+credentials, func(r route, s string) asking {
			return r.with("Authorization", basic(strings.ReplaceAll(credentials, "$", s)))
		})
	}
	for _, method := range []string{"HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "$", "$/"} {
		add("method "+method, func(r route, s string) asking {
			r.method = strings.ReplaceAll(method, "$", strings.Trim(s, "+/="))
			return r.asked("token=" + url.QueryEscape(s))
		})
	}
	add("host", func(r route, s string) asking { r.host = s + ".test"; return r.asking })
	add("version", func(r route, s string) asking { r.method = s + "\r\nGET"; return r.asking })
	if method == "GET" || method == "HEAD" {
		return all
	}
	return append(all, misplacedInBodies()...)
}

func misplacedInBodies() (all []misplacement) {
	forms := []string{
		`$`, `"$"`, `["$"]`, `{"$":1}`, `{"$":1,"$":2}`, `{"$":"\u0000"}`, `{"$\u0000":1}`, "{\"$\":\"\xff\"}", `{"$":`, `{"x":"$"`, `{"x":"$"}$`, `{"email":"$","password":"$"}`,
		`{"apiKey":"$","apiSecret":"$"}`, `{"apiKey":"$","email":"$"}`, `{"username":"$","password":"$","organisation":"$"}`, `{"username":"$","password":"$","organisation":"CRMDEMO","unit":"$"}`,
		`{"access_token_identifier":{"$":1,"authentication_code":"$"},"organisation":"CRMDEMO"}`, `{"access_token_identifier":{"identifier":"$","pass_code":"$"},"organisation":"CRMDEMO"}`,
		`{"login_token":"$"}`, `{"login_token":"$","email":"$"}`, `{"login_token":"$","$":1}`, `{"token":"$"}`, `{"name":"x","permissions":["$"]}`, `{"permissions":{"$":1}}`, `{"active":"$"}`,
	}
	for _, name := range []string{"apiKey", "apiSecret", "email", "password", "username", "organisation", "unit", "access_token_identifier", "token", "login_token", "permissions", "active"} {
		forms = append(forms, `{"`+name+`":{"$":"$"}}`, `{"`+name+`":"$","`+name+`":"$"}`, `{"`+name+`":"$\u0000"}`)
	}
	for _, form := range forms {
		all = append(all, misplacement{"body " + form, func(r route, s string) asking {
			return r.saying(strings.ReplaceAll(form, "$", s))
		}})
	}
	for _, form := range []string{"token=$", "token=$&token=$", "$=1", "token=%zz$", "user_email=$&user_token=$", "token=$&doorward-audience=$&doorward-session=$"} {
		all = append(all, misplacement{"form " + form, func(r route, s string) asking {
			return r.with("Content-Type", "application/x-www-form-urlencoded").saying(strings.ReplaceAll(form, "$", url.QueryEscape(s)))
		}})
	}
	return append(all, misplacement{"a body over 64 KiB", func(r route, s string) asking {
		return r.saying(`{"x":` + strconv.Quote(strings.Repeat(s, 3000)) + `}`)
	}})
}
