package server_test

import (
	"slices"
	"strings"
)

// wrongTypes are JSON values of every type, to be taken away those that a member may have.
var wrongTypes = []struct{ class, text, kind string }{
	{"a string", quote(canary), "string"},
	{"a number", "1", "number"},
	{"a fraction", "30.5", "number"},
	{"true", "true", "boolean"},
	{"a list", "[" + "1" + "]", "array"},
	{"an empty list", "[]", "array"},
	{"an object", `{"a":1}`, "object"},
	{"an empty object", "{}", "object"},
}

// inBody makes one member wrong.
func inBody(right string, p parameter, opaque bool) []mutation {
	optional := freeIf(!p.required)
	set := func(text string) func(d *draft) { return func(d *draft) { d.body.replace(p.pointer, text) } }
	repeat := func(name, text string) func(d *draft) { return func(d *draft) { d.body.repeat(p.pointer, name, text) } }
	name := p.last()
	found := []mutation{
		{"missing", optional, set("")},
		{"null", optional, set("null")},
		{"twice", refused, repeat(name, "")},
		{"twice, the second another", refused, repeat(name, quote(canary))},
		{"twice, the second null", refused, repeat(name, "null")},
		{"twice, once in escapes", refused, repeat(`\u00`+hex(name[0])+name[1:], "")},
		{"other letter case of the name", optional, func(d *draft) {
			d.body.repeat(p.pointer, swapCase(name), "")
			d.body.replace(p.pointer, "")
		}},
		{"beside it in other letter case", refused, repeat(swapCase(name), quote(canary))},
	}
	for _, w := range wrongTypes {
		if w.kind != p.kind() && (p.kind() != "integer" || w.class != "a number") {
			found = append(found, mutation{w.class, refused, set(w.text)})
		}
	}
	switch p.kind() {
	case "string":
		return append(found, inString(right, p, opaque, set)...)
	case "integer", "number":
		for _, s := range notANumber(right, p) {
			// Those are of another type, and tried as such; spaces mean nothing in JSON, and there is one zero.
			if !slices.Contains([]string{"true", "null", "a list", "space before", "space after", "negative zero"}, s.class) {
				found = append(found, mutation{s.class, s.want, set(s.text)})
			}
		}
		return append(found, mutation{"in quotes", refused, set(quote(right))})
	case "array":
		return append(found, inList(p, set)...)
	}
	return found
}

func hex(c byte) string { return string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15]) }

func inString(right string, p parameter, opaque bool, set func(string) func(d *draft)) []mutation {
	found := []mutation{
		{"empty", emptyIs(p), set(`""`)},
		{"half a surrogate pair", refused, set(`"` + right + `\ud800"`)},
		{"a bare control character", refused, set("\"" + right + "\n\"")},
		{"an unknown escape", refused, set(`"` + right + `\x00"`)},
		{"in single quotes", refused, set("'" + right + "'")},
		{"without quotes", refused, set(canary)},
	}
	for _, s := range wrongTexts(right, p, opaque) {
		found = append(found, mutation{s.class, s.want, set(quote(s.text))})
	}
	return found
}

func inList(p parameter, set func(string) func(d *draft)) []mutation {
	found := []mutation{
		{"empty list", freeIf(p.schema.MinItems == 0), set("[]")},
		{"a list of null", refused, set("[null]")},
		{"a list of lists", refused, set("[[]]")},
		{"a list of objects", refused, set("[{}]")},
		{"a list not closed", refused, set("[")},
		{"a long list", free, set("[" + strings.Repeat(quote(canary)+",", 1000) + quote(canary) + "]")},
	}
	if p.schema.Items != nil && p.schema.Items.Value.Type.Is("string") {
		found = append(found, mutation{"a list of numbers", refused, set("[1]")})
		for _, s := range malformed("x") {
			found = append(found, mutation{"a list with " + s.class, refused, set("[" + quote(s.text) + "]")})
		}
		found = append(found, mutation{"a list of the unknown", free, set("[" + quote(canary) + "]")})
	}
	return found
}

// deep is an unknown member that is nested so deep that the whole is levels deep.
func deep(levels int) *member {
	return &member{name: "unknown", text: strings.Repeat("[", levels-1) + strings.Repeat("]", levels-1)}
}

// wrongBodies make the whole body wrong; right is a body that is not.
func wrongBodies(right string) []mutation {
	whole := func(text string) func(d *draft) { return func(d *draft) { d.instead = &text } }
	more := func(m *member) func(d *draft) {
		return func(d *draft) { d.body.members = append(d.body.members, m) }
	}
	open := strings.TrimSuffix(right, "}")
	found := []mutation{
		{"no body", refused, whole("")},
		{"only spaces", refused, whole(" \n ")},
		{"null", refused, whole("null")},
		{"a list", refused, whole("[" + right + "]")},
		{"a string", refused, whole(quote(right))},
		{"a number", refused, whole("30")},
		{"trailing data", refused, whole(right + right)},
		{"a trailing bracket", refused, whole(right + "}")},
		{"a trailing NUL", refused, whole(right + "\x00")},
		{"a trailing comma", refused, whole(open + ",}")},
		{"a byte order mark", refused, whole("\ufeff" + right)},
		{"UTF-16", refused, whole(utf16(right))},
		{"a comment", refused, whole(strings.Replace(right, "{", "{/**/", 1))},
		{"a form", refused, whole("a=" + canary)},
		{"XML", refused, whole("<a>" + canary + "</a>")},
		{"random bytes", refused, whole("\x1f\x8b\x08\x00\xff\xfe")},
		{"33 levels deep", refused, more(deep(33))},
		{"10,000 levels deep", refused, more(deep(10_000))},
		{"10,000 levels deep and not closed", refused, whole(strings.Repeat(`{"a":`, 10_000))},
		{"invalid UTF-8 in an unknown member", refused, more(&member{name: "unknown", text: "\"\xff\""})},
		{"invalid UTF-8 in an unknown name", refused, more(&member{name: canary + "\xff", text: "1"})},
		{"NUL in an unknown member", refused, more(&member{name: "unknown", text: `"\u0000"`})},
		{"NUL in an unknown name", refused, more(&member{name: canary + `\u0000`, text: "1"})},
		{"an unknown member", refused, more(&member{name: "unknown", text: quote(canary)})},
		{"32 levels deep", refused, more(deep(32))},
		{"an unknown member twice", refused, func(d *draft) {
			more(&member{name: "unknown", text: "1"})(d)
			more(&member{name: "unknown", text: "2"})(d)
		}},
		{"64 KiB", refused, whole(right + strings.Repeat(" ", 64<<10-len(right)))},
		{"64 KiB and a byte", refused, whole(right + strings.Repeat(" ", 64<<10+1-len(right)))},
		{"1 MiB", refused, whole(strings.Repeat(canary, 1<<20/len(canary)))},
	}
	for _, length := range []int{1, len(right) / 2, len(right) - 1} {
		found = append(found, mutation{"cut to " + fraction(length, len(right)), refused, whole(right[:length])})
	}
	return found
}

func fraction(length, of int) string {
	switch length {
	case 1:
		return "one byte"
	case of - 1:
		return "all but a byte"
	}
	return "half"
}

func utf16(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.WriteByte(c)
		b.WriteByte(0)
	}
	return b.String()
}

// contentTypes are none that a JSON body should have.
var contentTypes = []string{
	"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
	"application/jsn", "application/json; charset=utf-16", "application/json, text/plain", "/", "application/octet-stream",
}

func wrongContentTypes() (found []mutation) {
	for _, kind := range contentTypes {
		found = append(found, mutation{"content type " + kind, refused, func(d *draft) { d.set("Content-Type", kind) }})
	}
	return append(found,
		mutation{"content type none", refused, func(d *draft) { d.header = without(d.header, "Content-Type") }},
		mutation{"content type twice", refused, func(d *draft) { d.header = slices.Concat(d.header, []field{{"Content-Type", "text/plain"}}) }},
		mutation{"content type right, encoding gzip", refused, func(d *draft) { d.set("Content-Encoding", "gzip") }})
}
