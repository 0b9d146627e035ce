package server_test

import (
	"slices"
	"strings"
)

const formType = "application/x-www-form-urlencoded"

func renderForm(fields []field) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = escape(f.name) + "=" + f.value
	}
	return strings.Join(parts, "&")
}

// testedElsewhere are forms that need more than a valid value for each of their parameters, and where they are tested.
var testedElsewhere = map[string]string{"actor_token": "internal/dialect/oauth/testdata/exchange.txtar"}

// postedForms makes forms of what were members.
func postedForms(bodies []form) (forms []form) {
	for _, body := range bodies {
		elsewhere := false
		for i := range body {
			body[i].in, body[i].pointer = "form", nil
			elsewhere = elsewhere || testedElsewhere[body[i].name] != ""
		}
		if !elsewhere {
			forms = append(forms, body)
		}
	}
	return forms
}

// proves reports whether a client proves itself in the form, and then nowhere else.
func (f form) proves() bool {
	return slices.ContainsFunc(f, func(p parameter) bool {
		return p.in == "form" && p.required && (p.name == "client_secret" || p.name == "client_assertion")
	})
}

// isPublic reports whether what is answered may be kept by anybody.
func isPublic(o operation) bool { return o.surface == "oauth" && o.method == "GET" }

// inForm is inQuery for a form, which is written in the same way.
func inForm(right string, p parameter, opaque bool) []mutation {
	found := inQuery(right, p, opaque)
	for i, m := range found {
		found[i].apply = func(d *draft) {
			d.query, d.form = d.form, d.query
			m.apply(d)
			d.query, d.form = d.form, d.query
		}
	}
	return found
}

// wrongForms make the whole form wrong; right is one that is not.
func wrongForms(right string) (found []mutation) {
	for class, text := range map[string]string{
		"no body": "", "only spaces": " \n ", "JSON": `{"a":"` + canary + `"}`, "a byte order mark": "\ufeff" + right,
		"UTF-16": utf16(right), "random bytes": "\x1f\x8b\x08\x00\xff\xfe", "a trailing NUL": right + "\x00", "the form twice": right + "&" + right,
		"an unknown parameter twice": right + "&unknown=1&unknown=2", "an unknown parameter with a broken escape": right + "&unknown=%zz",
		"an unknown parameter with NUL": right + "&unknown=%00", "an unknown parameter with invalid UTF-8": right + "&unknown=%ff",
		"an unknown name with NUL": right + "&" + canary + "%00=1", "an unknown name with invalid UTF-8": right + "&" + canary + "%ff=1",
		"64 KiB and a byte": right + strings.Repeat("&", 64<<10+1-len(right)), "1 MiB": strings.Repeat(canary, 1<<20/len(canary)),
		"an unknown parameter": right + "&unknown=" + canary, "64 KiB": right + strings.Repeat("&", 64<<10-len(right)),
	} {
		found = append(found, mutation{class, refused, func(d *draft) { d.instead = &text }})
	}
	slices.SortFunc(found, func(a, b mutation) int { return strings.Compare(a.class, b.class) })
	return found
}

func wrongFormTypes() (found []mutation) {
	for _, kind := range []string{"", "text/plain", "application/json", "multipart/form-data; boundary=x", formType + "; charset=utf-16", formType + ", text/plain", "/"} {
		found = append(found, mutation{"content type " + kind, refused, func(d *draft) { d.set("Content-Type", kind) }})
	}
	return append(found,
		mutation{"content type none", refused, func(d *draft) { d.header = without(d.header, "Content-Type") }},
		mutation{"content type twice", refused, func(d *draft) { d.header = slices.Concat(d.header, []field{{"Content-Type", formType}}) }},
		mutation{"content type right, encoding gzip", refused, func(d *draft) { d.set("Content-Encoding", "gzip") }})
}
