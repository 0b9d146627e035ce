package server_test

import (
	"encoding/json"
	"slices"
	"strings"
)

// member is a JSON value with its name in the object around it, as text, so that it can be wrong in any way.
type member struct {
	name    string // as written between quotes
	text    string // of what is no object
	members []*member
	object  bool
}

func (m *member) clone() *member {
	if m == nil {
		return nil
	}
	c := *m
	c.members = nil
	for _, child := range m.members {
		c.members = append(c.members, child.clone())
	}
	return &c
}

func (m *member) render() string {
	if !m.object {
		return m.text
	}
	parts := make([]string, len(m.members))
	for i, child := range m.members {
		parts[i] = `"` + child.name + `":` + child.render()
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// at returns the object that the last name of a pointer is in, and where; -1 when it is not there.
func (m *member) at(pointer []string) (object *member, i int) {
	i = slices.IndexFunc(m.members, func(child *member) bool { return child.name == pointer[0] })
	if len(pointer) == 1 || i < 0 {
		return m, i
	}
	return m.members[i].at(pointer[1:])
}

// add puts a value in at a pointer, with the objects on the way.
func (m *member) add(pointer []string, text string) {
	if len(pointer) == 1 {
		m.members = append(m.members, &member{name: pointer[0], text: text})
		return
	}
	_, i := m.at(pointer[:1])
	if i < 0 {
		m.members = append(m.members, &member{name: pointer[0], object: true})
		i = len(m.members) - 1
	}
	m.members[i].add(pointer[1:], text)
}

// replace makes the member at a pointer any text, or takes it out when there is none.
func (m *member) replace(pointer []string, text string) {
	object, i := m.at(pointer)
	if text == "" {
		object.members = slices.Delete(object.members, i, i+1)
		return
	}
	object.members[i] = &member{name: object.members[i].name, text: text}
}

// repeat gives the member at a pointer once more, under a name that may be spelled differently; "" is the same value.
func (m *member) repeat(pointer []string, name, text string) {
	object, i := m.at(pointer)
	again := object.members[i].clone()
	again.name = name
	if text != "" {
		again = &member{name: name, text: text}
	}
	object.members = append(object.members, again)
}

// quote writes a string as JSON; bytes that are no UTF-8 stay, control characters become escapes.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(text) {
		switch {
		case c < ' ':
			escaped, _ := json.Marshal(string(rune(c)))
			b.Write(escaped[1 : len(escaped)-1])
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(rune(c)))
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + `"`
}
