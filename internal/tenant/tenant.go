// Package tenant is the tenant tree: what a tenant is called, who is above it,
// and whether one is within another. It is pure: it reads no store and no clock.
//
// Kinds: the installation is the root; below it organisations; below those
// resellers, nested to any depth up to MaxDepth, accounts and units.
package tenant

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxDepth bounds the tree, the installation being depth 0.
const MaxDepth = 32

// Kind is one of the five kinds of tenant.
type Kind string

// The kinds of tenant.
const (
	KindInstallation Kind = "installation"
	KindOrganisation Kind = "organisation"
	KindReseller     Kind = "reseller"
	KindAccount      Kind = "account"
	KindUnit         Kind = "unit"
)

// ID names one tenant as "kind:key", for example "account:1200"; keys are unique per kind.
type ID string

// Installation is the root of the tree.
const Installation ID = "installation"

// Organisation returns the ID of the organisation of that name, compared exactly.
func Organisation(name string) ID { return ID(string(KindOrganisation) + ":" + name) }

// Reseller returns the ID of the reseller with that number.
func Reseller(number int64) ID { return numbered(KindReseller, number) }

// Account returns the ID of the account with that number.
func Account(number int64) ID { return numbered(KindAccount, number) }

// Unit returns the ID of the unit with that key (32 upper-case hex digits in CRM.COM).
func Unit(key string) ID { return ID(string(KindUnit) + ":" + key) }

func numbered(kind Kind, number int64) ID {
	return ID(string(kind) + ":" + strconv.FormatInt(number, 10))
}

// Kind returns the tenant's kind.
func (id ID) Kind() Kind {
	kind, _, _ := strings.Cut(string(id), ":")
	return Kind(kind)
}

// Key returns what names the tenant among those of its kind.
func (id ID) Key() string {
	_, key, _ := strings.Cut(string(id), ":")
	return key
}

// Number returns the key as the integer that resellers and accounts are known by, or 0.
func (id ID) Number() int64 {
	n, err := strconv.ParseInt(id.Key(), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Node is what the tree needs to know of a tenant.
type Node struct {
	ID        ID
	Parent    ID // empty for the installation only
	Suspended bool
}

// Path is a tenant and all above it, nearest first, the installation last.
type Path []Node

// Climb builds the path of id from nodes, and fails on a gap, a cycle or too great a depth.
func Climb(id ID, nodes map[ID]Node) (Path, error) {
	return ClimbInto(make(Path, 0, 8), id, func(id ID) (Node, bool) { // deep enough for most
		node, ok := nodes[id]
		return node, ok
	})
}

// ClimbInto is Climb for nodes that are found one by one, and for who has room for the path, on its stack for one.
func ClimbInto(path Path, id ID, find func(ID) (Node, bool)) (Path, error) {
	for at := id; ; {
		node, ok := find(at)
		if !ok {
			return nil, fmt.Errorf("tenant %s: its ancestor %s is missing", id, at)
		}
		path = append(path, node)
		if node.Parent == "" {
			return path, nil
		}
		if len(path) > MaxDepth {
			return nil, fmt.Errorf("tenant %s: more than %d levels deep, or a cycle", id, MaxDepth)
		}
		at = node.Parent
	}
}

// Within reports whether the path leads through ancestor, itself included.
func (p Path) Within(ancestor ID) bool {
	for _, node := range p {
		if node.ID == ancestor {
			return true
		}
	}
	return false
}

// From returns the part of the path that begins at ancestor, which is that tenant's own path, or nil when it is not on it.
func (p Path) From(ancestor ID) Path {
	for i, node := range p {
		if node.ID == ancestor {
			return p[i:]
		}
	}
	return nil
}

// Suspended returns the nearest suspended tenant on the path; ok is false when there is none.
func (p Path) Suspended() (id ID, ok bool) {
	for _, node := range p {
		if node.Suspended {
			return node.ID, true
		}
	}
	return "", false
}

// Nearest returns the closest tenant of a kind on the path, itself included.
func (p Path) Nearest(kind Kind) (id ID, ok bool) {
	for _, node := range p {
		if node.ID.Kind() == kind {
			return node.ID, true
		}
	}
	return "", false
}

// ID returns the tenant the path belongs to, or "" for the empty path.
func (p Path) ID() ID {
	if len(p) == 0 {
		return ""
	}
	return p[0].ID
}
