package directory

import (
	"math"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/doorward/doorward/internal/authority"
)

// What a whitelabel may hold: it is answered as it is, but nobody needs a book in it.
const (
	maxWhitelabelValues = authority.MaxWhitelabelValues
	maxWhitelabelDepth  = authority.MaxWhitelabelDepth
)

// freeValue reads values whose keys are the platform's own.
type freeValue struct {
	*reader
	left int // values that may still come; aliases multiply
}

func (o *organisation) whitelabel(m mapping) map[string]any {
	v, ok := m.values["whitelabel"]
	if !ok {
		return nil
	}
	free := freeValue{reader: o.reader, left: maxWhitelabelValues}
	value, ok := free.read(v.node, 0)
	settings, isMapping := value.(map[string]any)
	switch {
	case free.left < 0:
		o.problem(v.line, "whitelabel has more than %d values; remove some", maxWhitelabelValues)
	case ok && !isMapping:
		o.problem(v.line, "whitelabel must be a list of keys and values; write lines such as theme: dark")
	}
	return settings
}

func (f *freeValue) read(node ast.Node, depth int) (any, bool) {
	node = f.anchors.resolve(node)
	if f.left--; f.left < 0 {
		return nil, false
	}
	if depth > maxWhitelabelDepth {
		f.problem(lineOf(node), "whitelabel has more than %d levels; make it flatter", maxWhitelabelDepth)
		return nil, false
	}
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return nil, true
	case *ast.BoolNode:
		return n.Value, true
	case *ast.StringNode:
		return f.text(n.Value, node)
	case *ast.LiteralNode:
		return f.text(n.Value.Value, node)
	case *ast.IntegerNode:
		return f.number(n.Value, node)
	case *ast.FloatNode:
		return f.number(n.Value, node)
	case *ast.SequenceNode:
		return f.list(n, depth)
	case *ast.MappingNode, *ast.MappingValueNode:
		return f.mapping(node, depth)
	}
	f.problem(lineOf(node), "a whitelabel value cannot be read; write a text, number, true or false")
	return nil, false
}

func (f *freeValue) text(text string, node ast.Node) (any, bool) {
	if len(text) > maxURL || strings.ContainsFunc(text, authority.Disturbs) {
		f.problem(lineOf(node), "a whitelabel text is longer than %d bytes or has a control character; change it", maxURL)
		return nil, false
	}
	return text, true
}

// number is a float64, as JSON readers have it: what is stored and read back is then the same.
func (f *freeValue) number(value any, node ast.Node) (any, bool) {
	var n float64
	switch v := value.(type) {
	case int64:
		n = float64(v)
	case uint64:
		n = float64(v)
	case float64:
		n = v
	}
	if math.Abs(n) >= 1<<53 || math.IsNaN(n) {
		f.problem(lineOf(node), "a whitelabel number is too large; put it in quotes")
		return nil, false
	}
	return n, true
}

func (f *freeValue) list(n *ast.SequenceNode, depth int) (any, bool) {
	values := make([]any, 0, len(n.Values))
	for _, node := range n.Values {
		value, ok := f.read(node, depth+1)
		if !ok {
			return nil, false
		}
		values = append(values, value)
	}
	return values, true
}

func (f *freeValue) mapping(node ast.Node, depth int) (any, bool) {
	pairs, _ := pairsOf(node)
	values := make(map[string]any, len(pairs))
	for _, pair := range pairs {
		key := keyOf(pair)
		if _, twice := values[key]; twice {
			f.problem(lineOf(pair.Key), "%s is written twice in whitelabel; remove one", quoteKey(key))
			return nil, false
		}
		if _, ok := f.text(key, pair.Key); !ok {
			return nil, false
		}
		value, ok := f.read(pair.Value, depth+1)
		if !ok {
			return nil, false
		}
		values[key] = value
	}
	return values, true
}
