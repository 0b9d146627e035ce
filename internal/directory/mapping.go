package directory

import (
	"cmp"
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// item is a value of the file and the line it is on.
type item struct {
	node ast.Node
	line int
}

// mapping is an entry of the file: values by key, and what problems call it.
type mapping struct {
	*reader
	what   string
	line   int
	values map[string]item
}

// mapping reads an entry that has these keys and no others. what names it in problems, with its article.
func (r *reader) mapping(from item, what string, keys ...string) (mapping, bool) {
	m := mapping{reader: r, what: what, line: from.line, values: map[string]item{}}
	pairs, ok := pairsOf(r.anchors.resolve(from.node))
	if !ok {
		r.problem(from.line, "%s must be a list of keys and values; write %s", what, cmp.Or(inlineExamples[what], "lines such as "+keys[0]+": …"))
		return m, false
	}
	lines := map[string]int{}
	for _, pair := range pairs {
		key, line := keyOf(pair), lineOf(pair.Key)
		if first, twice := lines[key]; twice {
			r.problem(line, "%s is written twice in %s, first on line %d; remove one", quoteKey(key), what, first)
			continue
		}
		lines[key] = line
		if !slices.Contains(keys, key) {
			r.unknownKey(line, key, pair, what, keys)
			continue
		}
		if value := r.anchors.resolve(pair.Value); value != nil && value.Type() != ast.NullType {
			m.values[key] = item{node: value, line: line}
		}
	}
	if len(pairs) > 0 {
		m.line = lineOf(pairs[0].Key)
	}
	return m, true
}

// inlineExamples are of the entries that are usually written on one line.
var inlineExamples = map[string]string{
	"lifetime":         "{default: 30s, min: 5s, max: 60s}",
	"limits":           "{logintoken: 30/min}",
	"customer_service": `{phone: "+1 555 0100", email: help@example.com}`,
}

func pairsOf(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func keyOf(pair *ast.MappingValueNode) string {
	switch key := pair.Key.(type) {
	case *ast.StringNode:
		return key.Value
	case *ast.MergeKeyNode:
		return "<<"
	}
	return pair.Key.GetToken().Value
}

// keyShape is what a key can look like that was meant to be one. Anything else may be a secret in the wrong place.
var keyShape = regexp.MustCompile(`^[a-zA-Z][a-zA-Z_-]{0,31}$`)

func quoteKey(key string) string {
	if keyShape.MatchString(key) {
		return `"` + key + `"`
	}
	return "a key"
}

func (r *reader) unknownKey(line int, key string, pair *ast.MappingValueNode, what string, keys []string) {
	name := "a key"
	if _, empty := pair.Value.(*ast.NullNode); !empty && pair.Value != nil {
		name = quoteKey(key)
	}
	if meant := closest(key, keys); meant != "" {
		r.problem(line, "%s is not a key of %s; did you mean %q?", quoteKey(key), what, meant)
		return
	}
	r.problem(line, "%s is not a key of %s; its keys are %s", name, what, strings.Join(keys, ", "))
}

// has reports whether a value is written.
func (m mapping) has(key string) bool {
	_, ok := m.values[key]
	return ok
}

// at returns the line of a value, or of the entry without it.
func (m mapping) at(key string) int {
	if v, ok := m.values[key]; ok {
		return v.line
	}
	return m.line
}

// require notes the keys that are missing and reports whether none is.
func (m mapping) require(keys ...string) bool {
	complete := true
	for _, key := range keys {
		if !m.has(key) {
			m.problem(m.line, "%s has no %s; add it", m.what, key)
			complete = false
		}
	}
	return complete
}

// exclusive notes that two keys cannot be together.
func (m mapping) exclusive(key, other string) bool {
	if m.has(key) && m.has(other) {
		m.problem(max(m.at(key), m.at(other)), "%s has both %s and %s; remove one", m.what, key, other)
		return false
	}
	return true
}

// list goes through the values of a list; one that is not written is empty.
func (m mapping) list(key string) iter.Seq[item] {
	return func(yield func(item) bool) {
		value, ok := m.values[key]
		if !ok {
			return
		}
		sequence, ok := value.node.(*ast.SequenceNode)
		if !ok {
			m.problem(value.line, "%s must be a list; write [ ] around it or a - before each", key)
			return
		}
		if cut, ok := m.standsFor(sequence); ok {
			m.entries(cut, yield)
			return
		}
		for _, node := range sequence.Values {
			// A list that an alias stands for is read at each place, and its problems are on its own lines.
			if !yield(item{node: m.anchors.resolve(node), line: lineOf(node)}) {
				return
			}
		}
	}
}

func lineOf(node ast.Node) int {
	switch n := node.(type) {
	case nil:
		return 1
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return lineOf(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return lineOf(n.Key)
	}
	if t := node.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 1
}
