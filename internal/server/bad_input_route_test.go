package server_test

import (
	"net/http"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/dialect"
)

// methods are all that a client may come up with.
var methods = []string{
	"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW", "get", "post", "PROPFIND", "M-SEARCH",
}

// wrongMethods are those that the route's path does not have.
func wrongMethods(allowed []string) (found []mutation) {
	if slices.Contains(allowed, dialect.AnyMethod) {
		return nil
	}
	for _, method := range methods {
		if !slices.Contains(allowed, method) {
			found = append(found, mutation{"method " + method, notAllowed, func(d *draft) { d.method = method }})
		}
	}
	return found
}

// inPlaceOfSlash puts text in place of the second slash, or behind a path that has only one.
func inPlaceOfSlash(path, text string) string {
	if !strings.Contains(path[1:], "/") {
		return path + text
	}
	return "/" + strings.Replace(path[1:], "/", text, 1)
}

// wrongPaths are near the right one.
func wrongPaths() []mutation {
	to := func(change func(path string) string) func(d *draft) {
		return func(d *draft) {
			target := d.requestTarget()
			path, query, asked := strings.Cut(target, "?")
			if d.target = change(path); asked {
				d.target += "?" + query
			}
		}
	}
	add := func(text string) func(d *draft) {
		return to(func(path string) string { return path + text })
	}
	return []mutation{
		{"slash behind", elsewhere, add("/")},
		{"segment behind", elsewhere, add("/" + canary)},
		{"NUL behind", elsewhere, add("%00")},
		{"invalid UTF-8 behind", elsewhere, add("%ff")},
		{"line break behind", elsewhere, add("%0d%0aX-Injected:%20" + canary)},
		{"semicolon behind", elsewhere, add(";a=b")},
		{"space behind", elsewhere, add("%20")},
		{"dot behind", elsewhere, add("/.")},
		{"broken escape behind", elsewhere, add("%zz")},
		{"escape cut short", elsewhere, add("%2")},
		{"a NUL byte", elsewhere, add("\x00")},
		{"a byte over 127", elsewhere, add("\xff")},
		{"a suffix", elsewhere, add(".json")},
		{"escaped question mark", elsewhere, add("%3fa=b")},
		{"two slashes before", elsewhere, to(func(path string) string { return "/" + path })},
		{"escaped slash", elsewhere, to(func(path string) string { return inPlaceOfSlash(path, "%2f") })},
		{"backslash", elsewhere, to(func(path string) string { return inPlaceOfSlash(path, "%5c") })},
		{"up and down", elsewhere, to(func(path string) string { return "/x/.." + path })},
		{"escaped up and down", elsewhere, to(func(path string) string { return "/x/%2e%2e" + path })},
		{"other letter case", elsewhere, to(swapCase)},
		{"no slash before", elsewhere, to(func(path string) string { return path[1:] })},
		{"absolute form", refused, to(func(path string) string { return "http://evil.test" + path })},
		{"a letter in an escape", refused, to(func(path string) string {
			if path == "/" {
				return path
			}
			return "/%" + hex(path[1]) + path[2:]
		})},
	}
}

// behind are the classes of paths that go on where the right one ends, with a slash between.
var behind = []string{"slash behind", "segment behind", "dot behind"}

// openEnded lets a path go on where the route is for any that begins like it.
func openEnded(mutations []mutation) []mutation {
	for i, m := range mutations {
		if slices.Contains(behind, m.class) {
			mutations[i].want = free
		}
	}
	return mutations
}

// wrongQueries are about the query as a whole; taken says whether the route takes any parameter.
func wrongQueries(taken bool) []mutation {
	add := func(fields ...field) func(d *draft) {
		return func(d *draft) { d.query = append(slices.Clone(d.query), fields...) }
	}
	found := []mutation{
		{"an unknown parameter", refused, add(field{"unknown", canary})},
		{"an unknown parameter twice", refused, add(field{"unknown", "1"}, field{"unknown", "2"})},
		{"an unknown parameter with a broken escape", refused, add(field{"unknown", "%zz"})},
		{"an unknown parameter with NUL", refused, add(field{"unknown", "%00"})},
		{"an unknown parameter with invalid UTF-8", refused, add(field{"unknown", "%ff"})},
		{"an unknown name with invalid UTF-8", refused, add(field{canary + "\xff", "1"})},
		{"an unknown name with NUL", refused, add(field{canary + "\x00", "1"})},
		{"a long query", refused, add(field{"unknown", strings.Repeat(canary, 400)})},
		{"a second question mark", free, func(d *draft) { d.target = d.requestTarget() + "?" + canary + "=1" }},
	}
	if taken {
		found = append(found, mutation{"the query twice", refused, func(d *draft) { d.query = append(d.query, d.query...) }})
	}
	return found
}

// oddHeaders ask for another method or host than the request line, which nobody should believe, or send what a GET has not.
func oddHeaders(method string) []mutation {
	add := func(name, value string) func(d *draft) {
		return func(d *draft) { d.header = append(slices.Clone(d.header), field{name, value}) }
	}
	found := []mutation{
		{"a method override", refused, add("X-HTTP-Method-Override", "DELETE")},
		{"another host forwarded", refused, add("X-Forwarded-Host", "evil.test")},
		{"an unacceptable answer", refused, add("Accept", "image/png")},
		{"a long header", refused, add("X-Unknown", strings.Repeat(canary, 800))},
	}
	if method != http.MethodGet {
		return found
	}
	body := func(text string) func(d *draft) { return func(d *draft) { d.instead = &text } }
	return append(found,
		mutation{"a body", refused, body(`{"unknown":"` + canary + `"`)},
		mutation{"a body of 64 KiB and a byte", refused, body(strings.Repeat("a", 64<<10+1))})
}
