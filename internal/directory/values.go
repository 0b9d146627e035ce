package directory

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/goccy/go-yaml/ast"
)

// The longest texts, in bytes.
const (
	maxText   = authority.MaxNameLength
	maxURL    = authority.MaxURLLength
	maxJWKS   = 32 << 10
	maxSecret = 1024
)

// scalar returns a text as it is written. A number or a truth value without quotes is none: other readers of the same
// file would see something else in 007 or no.
func (r *reader) scalar(v item, what string) (string, bool) {
	switch n := v.node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		r.problem(v.line, "%s must be text; put it in quotes", what)
	case *ast.TagNode:
		r.problem(v.line, "%s has a tag; remove the ! and what follows it", what)
	default:
		r.problem(v.line, "%s must be text; write one value after the colon", what)
	}
	return "", false
}

// plain checks and normalises a text that is no secret.
func (r *reader) plain(v item, what string, longest int) (string, bool) {
	text, ok := r.scalar(v, what)
	if !ok {
		return "", false
	}
	text, wrong := authority.CheckText(text, longest)
	if wrong != "" {
		r.problem(v.line, "%s %s", what, wrong)
		return "", false
	}
	return text, true
}

func (m mapping) text(key string) (string, bool) { return m.textUpTo(key, maxText) }

func (m mapping) textUpTo(key string, longest int) (string, bool) {
	v, ok := m.values[key]
	if !ok {
		return "", false
	}
	return m.plain(v, key, longest)
}

// name returns a text where absence is no problem.
func (m mapping) optional(key string) string {
	text, _ := m.text(key)
	return text
}

// secret returns a secret exactly as it is written.
func (m mapping) secret(key string) (secret.Text, bool) {
	v, ok := m.values[key]
	if !ok {
		return secret.Text{}, false
	}
	text, ok := m.scalar(v, key)
	switch {
	case !ok:
		return secret.Text{}, false
	case text == "":
		m.problem(v.line, "%s is empty; write it, or remove the key", key)
	case len(text) > maxSecret:
		m.problem(v.line, "%s is longer than %d bytes; use a shorter one", key, maxSecret)
	case strings.ContainsFunc(text, unicode.IsControl) || strings.ContainsRune(text, unicode.ReplacementChar):
		m.problem(v.line, "%s has a control character; remove it", key)
	default:
		return secret.Of(text), true
	}
	return secret.Text{}, false
}

var numberShape = regexp.MustCompile(`^[1-9][0-9]*$`)

// wholeNumber reads a positive integer in decimal, up to 2^63-1.
func (r *reader) wholeNumber(v item, what string) (int64, bool) {
	if n, ok := v.node.(*ast.IntegerNode); ok && numberShape.MatchString(n.Token.Value) {
		if number, err := strconv.ParseInt(n.Token.Value, 10, 64); err == nil {
			return number, true
		}
	}
	r.problem(v.line, "%s must be a whole number from 1 to 9223372036854775807; write its digits without quotes", what)
	return 0, false
}

func (m mapping) number(key string) (int64, bool) {
	v, ok := m.values[key]
	if !ok {
		return 0, false
	}
	return m.wholeNumber(v, key)
}

func (m mapping) flag(key string) bool {
	v, ok := m.values[key]
	if !ok {
		return false
	}
	b, ok := v.node.(*ast.BoolNode)
	if !ok {
		m.problem(v.line, "%s must be true or false; write it without quotes", key)
		return false
	}
	return b.Value
}

// choice reads one of a few words.
func (m mapping) choice(key string, words ...string) (string, bool) {
	v, ok := m.values[key]
	if !ok {
		return "", false
	}
	return m.word(v, key, words)
}

func (r *reader) word(v item, what string, words []string) (string, bool) {
	text, ok := r.scalar(v, what)
	if !ok {
		return "", false
	}
	if slices.Contains(words, text) {
		return text, true
	}
	if meant := closest(text, words); meant != "" {
		r.problem(v.line, "%s %s is not known; did you mean %q?", what, shown(text), meant)
	} else {
		r.problem(v.line, "%s %s is not known; it is one of %s", what, shown(text), strings.Join(words, ", "))
	}
	return "", false
}

// shown quotes a text of the file that is no secret, cut to what fits a line.
func shown(text string) string {
	const longest = 64
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return strconv.Quote(text)
}

// status returns what is written, or active.
func (m mapping) status(words ...authority.Status) authority.Status {
	names := make([]string, len(words))
	for i, word := range words {
		names[i] = string(word)
	}
	if word, ok := m.choice("status", names...); ok {
		return authority.Status(word)
	}
	return authority.Active
}

// duration reads a whole number of seconds, such as 30s, 5m or 1m30s.
func (m mapping) duration(key string) (time.Duration, bool) {
	v, ok := m.values[key]
	if !ok {
		return 0, false
	}
	if n, isText := v.node.(*ast.StringNode); isText {
		d, err := time.ParseDuration(n.Value)
		if err == nil && d > 0 && d%time.Second == 0 && n.Value[0] != '+' {
			return d, true
		}
	}
	m.problem(v.line, "%s must be a time in whole seconds; write it with a unit, such as 30s or 5m", key)
	return 0, false
}

// instant reads a date and time of RFC 3339, such as 2027-01-31T00:00:00Z.
func (m mapping) instant(key string) time.Time {
	v, ok := m.values[key]
	if !ok {
		return time.Time{}
	}
	if n, isText := v.node.(*ast.StringNode); isText {
		if at, err := time.Parse(time.RFC3339, n.Value); err == nil {
			return at.UTC().Truncate(time.Microsecond)
		}
	}
	m.problem(v.line, "%s must be a date and time; write it as 2027-01-31T00:00:00Z", key)
	return time.Time{}
}

// words reads a list of texts that must not be empty when it is written: a restriction to nothing is a mistake.
func (m mapping) words(key string, read func(v item) (string, bool)) (words []string, ok bool) {
	if !m.has(key) {
		return nil, true
	}
	before := len(m.problems)
	lines := map[string]int{}
	for v := range m.list(key) {
		word, ok := read(v)
		if !ok {
			continue
		}
		if first, twice := lines[word]; twice {
			m.problem(v.line, "%s is already in %s on line %d; remove one", shown(word), key, first)
			continue
		}
		lines[word] = v.line
		words = append(words, word)
	}
	if len(words) == 0 && len(m.problems) == before {
		m.problem(m.at(key), "%s is an empty list; name at least one, or remove the key", key)
	}
	return words, len(m.problems) == before
}

func (m mapping) networks(key string) (networks []netip.Prefix) {
	m.words(key, func(v item) (string, bool) {
		text, ok := m.scalar(v, key)
		if !ok {
			return "", false
		}
		network, err := netip.ParsePrefix(text)
		if err != nil || network != network.Masked() {
			m.problem(v.line, "%s is not a network; write it as 192.0.2.0/24 or 2001:db8::/32", shown(text))
			return "", false
		}
		networks = append(networks, network)
		return network.String(), true
	})
	return networks
}
