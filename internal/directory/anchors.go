package directory

import (
	"github.com/goccy/go-yaml/ast"
)

// anchors are the named pieces of a file, which an alias stands for.
type anchors map[string]ast.Node

// anchorWalk goes through a file in its order, because an alias stands for what came before it.
type anchorWalk struct {
	*reader
	found anchors
	open  map[string]bool // anchors we are inside of
}

// findAnchors returns the anchors of a file. An alias of what it is itself a part of would have no end; one of an
// anchor that is not there means nothing.
func (r *reader) findAnchors(root ast.Node) anchors {
	w := anchorWalk{reader: r, found: anchors{}, open: map[string]bool{}}
	w.walk(root)
	return w.found
}

func (w anchorWalk) walk(node ast.Node) {
	switch n := node.(type) {
	case *ast.AnchorNode:
		name := n.Name.GetToken().Value
		if _, twice := w.found[name]; twice || w.open[name] {
			w.problem(lineOf(n), "the anchor &%s is written twice; give one another name", name)
			return
		}
		w.open[name] = true
		w.walk(n.Value)
		delete(w.open, name)
		w.found[name] = n.Value
	case *ast.AliasNode:
		w.alias(n)
	case *ast.MappingNode:
		for _, pair := range n.Values {
			w.walk(pair)
		}
	case *ast.MappingValueNode:
		w.walk(n.Key)
		w.walk(n.Value)
	case *ast.SequenceNode:
		for _, value := range n.Values {
			w.walk(value)
		}
	case *ast.TagNode:
		w.walk(n.Value)
	}
}

func (w anchorWalk) alias(n *ast.AliasNode) {
	name := n.Value.GetToken().Value
	switch {
	case w.open[name]:
		w.problem(lineOf(n), "the alias *%s is a part of what it stands for: a cycle; write the value out", name)
	case w.found[name] == nil:
		w.problem(lineOf(n), "there is no anchor &%s before this alias; write the value out", name)
	}
}

// resolve follows aliases and anchors to the value itself.
func (a anchors) resolve(node ast.Node) ast.Node {
	for range maxNesting {
		switch n := node.(type) {
		case *ast.AnchorNode:
			node = n.Value
		case *ast.AliasNode:
			node = a[n.Value.GetToken().Value]
		default:
			return node
		}
	}
	return node
}
