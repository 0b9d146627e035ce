package dialecttest

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// bare marks a placeholder that stands outside of quotes, for a number or literal.
const bare = "\uE000"

// value is a JSON value with its numbers as they are written.
type value struct {
	kind     jsontext.Kind
	text     string // of a string, number or literal
	members  map[string]value
	elements []value
}

// matchJSON says where got is not the JSON value that want describes, or nothing.
func (k kept) matchJSON(want, got string) error {
	described, err := parseJSON(quoteBare(want))
	if err != nil {
		return fmt.Errorf("the transcript's body is not JSON: %w", err)
	}
	answered, err := parseJSON(got)
	if err != nil {
		return fmt.Errorf("the answer's body is not JSON: %w", err)
	}
	return k.matchValue("$", described, answered)
}

func (k kept) matchValue(at string, want, got value) error {
	if pattern, ok := strings.CutPrefix(want.text, bare); ok {
		if got.kind == '{' || got.kind == '[' || got.kind == '"' || !k.match(pattern, got.text) {
			return fmt.Errorf("%s is not %s", at, pattern)
		}
		return nil
	}
	switch {
	case want.kind != got.kind:
		return fmt.Errorf("%s is %s, not %s", at, got.kind, want.kind)
	case want.kind == '{':
		return k.matchMembers(at, want.members, got.members)
	case want.kind == '[' && len(want.elements) != len(got.elements):
		return fmt.Errorf("%s has %d elements, not %d", at, len(got.elements), len(want.elements))
	case want.kind == '"' && !k.match(want.text, got.text), want.kind != '"' && want.text != got.text:
		return fmt.Errorf("%s is %q, not %q", at, got.text, want.text)
	}
	for i := range want.elements {
		if err := k.matchValue(at+"["+strconv.Itoa(i)+"]", want.elements[i], got.elements[i]); err != nil {
			return err
		}
	}
	return nil
}

func (k kept) matchMembers(at string, want, got map[string]value) error {
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; !ok {
			return fmt.Errorf("%s has a member %q too many", at, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		answered, ok := got[name]
		if !ok {
			return fmt.Errorf("%s lacks the member %q", at, name)
		}
		if err := k.matchValue(at+"."+name, want[name], answered); err != nil {
			return err
		}
	}
	return nil
}

// quoteBare makes JSON of a template in which placeholders stand for numbers and literals.
func quoteBare(template string) string {
	var b strings.Builder
	quoted, rest := false, template
	for rest != "" {
		if at := placeholder.FindStringIndex(rest); !quoted && at != nil && at[0] == 0 {
			b.WriteString(`"` + bare + rest[:at[1]] + `"`)
			rest = rest[at[1]:]
			continue
		}
		length := 1
		if quoted && rest[0] == '\\' && len(rest) > 1 {
			length = 2
		}
		if rest[0] == '"' {
			quoted = !quoted
		}
		b.WriteString(rest[:length])
		rest = rest[length:]
	}
	return b.String()
}

func parseJSON(text string) (value, error) {
	d := jsontext.NewDecoder(strings.NewReader(text))
	v, err := readValue(d)
	if err != nil {
		return value{}, err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return value{}, fmt.Errorf("something follows it")
	}
	return v, nil
}

func readValue(d *jsontext.Decoder) (value, error) {
	token, err := d.ReadToken()
	if err != nil {
		return value{}, err
	}
	v := value{kind: token.Kind(), text: token.String()}
	switch v.kind {
	case '[':
		for err == nil && d.PeekKind() != ']' {
			var element value
			element, err = readValue(d)
			v.elements = append(v.elements, element)
		}
	case '{':
		v.members = map[string]value{}
		for err == nil && d.PeekKind() != '}' {
			var name, member value
			if name, err = readValue(d); err == nil {
				member, err = readValue(d)
			}
			v.members[name.text] = member
		}
	default:
		return v, nil
	}
	if err == nil {
		_, err = d.ReadToken()
	}
	return v, err
}
