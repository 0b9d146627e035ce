package web

import (
	"reflect"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// memberAt names a member of what dst is read from, as far as dst knows the names on the way to it, or the body. A name
// that a client made up is never repeated: it may be a secret in the wrong place.
func memberAt(pointer jsontext.Pointer, dst any) string {
	var known []string
	at := reflect.TypeOf(dst)
	for name := range pointer.Tokens() {
		if at = memberOf(at, name); at == nil {
			break
		}
		known = append(known, name)
	}
	if len(known) == 0 {
		return "body"
	}
	return strings.Join(known, "/")
}

// memberOf returns the type of the member or item that has a name in values of type t, or nil.
func memberOf(t reflect.Type, name string) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return t.Elem() // the name is its number
	case reflect.Struct:
		for _, field := range reflect.VisibleFields(t) {
			if tag, _, _ := strings.Cut(field.Tag.Get("json"), ","); tag == name {
				return field.Type
			}
		}
	}
	return nil
}
