package server_test

import (
	"encoding/json"
)

// right fills in a request with what is valid, or says for which parameter nothing says so.
func (w *world) right(o operation, f form) (d draft, missing string) {
	d = draft{method: o.method, path: o.path, wildcards: map[string]string{}, values: map[string]string{}}
	for _, p := range f {
		if p.in == "form" {
			d.set("Content-Type", formType)
		}
		if p.in == "body" && d.body == nil {
			d.body = &member{object: true}
			d.set("Content-Type", "application/json")
		}
		if p.in == "body" && p.kind() == "object" && (len(p.schema.Properties) > 0 || len(p.schema.AnyOf) > 0 || len(p.schema.OneOf) > 0) {
			continue // made of its members
		}
		value, ok := w.valueOf(o, p)
		if !ok {
			return d, p.name
		}
		p.fill(&d, value)
	}
	return d, ""
}

func (p parameter) fill(d *draft, value string) {
	d.values[p.in+p.name] = value
	switch p.in {
	case "path":
		d.wildcards[p.name] = escapeSegment(value)
	case "query":
		d.query = append(d.query, field{p.name, escape(value)})
	case "form":
		d.form = append(d.form, field{p.name, escape(value)})
	case "header":
		d.set(p.name, value)
	case "bearer", "basic":
		d.set("Authorization", p.authorization(value))
	case "body":
		if p.kind() == "string" {
			value = quote(value)
		}
		d.body.add(p.pointer, value)
	}
}

// valueOf returns what is valid for a parameter: what the table has, or else openapi.yaml.
func (w *world) valueOf(o operation, p parameter) (string, bool) {
	if v, ok := validOf(o, p); ok {
		value := v.make(w)
		if v.secret {
			w.secrets[value] = true
		}
		return value, true
	}
	for _, said := range append([]any{p.schema.Example, p.schema.Default, p.schema.Const}, append(p.schema.Examples, p.schema.Enum...)...) {
		if text, isText := said.(string); isText && p.kind() == "string" {
			return text, true
		}
		if encoded, err := json.Marshal(said); said != nil && err == nil {
			return string(encoded), true
		}
	}
	return "", false
}

func validOf(o operation, p parameter) (valid, bool) {
	for _, name := range []string{o.surface + " " + o.id + " " + p.name, o.surface + " " + p.name} {
		for _, table := range []map[string]valid{validValues, nativeValues, directoryValues} {
			if v, ok := table[name]; ok {
				return v, true
			}
		}
	}
	return valid{}, false
}

func (p parameter) isOpaque(o operation) bool {
	v, ok := validOf(o, p)
	return ok && v.opaque
}

// blank is a request that is only good for finding the operation again.
func (o operation) blank() draft {
	d := draft{method: o.method, path: o.path, wildcards: map[string]string{}}
	for _, p := range o.forms[0] {
		if p.in == "path" {
			d.wildcards[p.name] = "1"
		}
	}
	return d
}
