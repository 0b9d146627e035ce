package directory

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// A large file is read in pieces, because the syntax tree of all of it takes 60 times its size in memory: what is in a
// long list is cut out, and each piece of it is parsed when its entries are read, and forgotten after it. That is done
// only where lines and their indentation say all there is to know; and whatever goes wrong on the way, the file is
// parsed whole, which is also how every problem is found and told.

// cutFrom is how many bytes a list has that is cut out, and about how many of its entries are parsed together.
const cutFrom = 64 << 10

// stand begins the only entry of a list that was cut out; a number follows.
const stand = "doorward-cut-list-"

// uncuttable is text whose meaning may reach across lines in ways that indentation does not tell: anchors, aliases,
// tags, block scalars, directives, tabs and further documents.
var uncuttable = regexp.MustCompile(`(?m)[\[{,][ ]*[&*!]|[:?-][ ]+[&*!|>]|^[ ]*[&*!|>%]|\t|^---|^\.\.\.|` + stand)

// cutLists are the lists that may be cut out: the reader goes through each exactly once, entry by entry.
var cutLists = map[string]bool{
	"people": true, "accounts": true, "resellers": true, "members": true, "units": true, "roles": true, "managers": true, "api_keys": true,
}

// piece is a part of the text and the line before its first one.
type piece struct {
	text  []byte
	lines int
}

// readCut reads in pieces; ok is false when the file has to be read whole.
func readCut(text []byte, from int) (r *reader, ok bool) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if bytes.IndexByte(text, '\r') >= 0 {
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	}
	if _, bad := firstUnreadable(text); bad || uncuttable.Match(text) {
		return nil, false
	}
	r = newReader("")
	r.cutFrom = from
	root, ok := r.parsePiece(piece{text: text})
	if !ok {
		return nil, false
	}
	r.document(item{node: root, line: lineOf(root)})
	return r, !r.broken && len(r.problems) == 0 && len(r.cut) == 0
}

// parsePiece parses a piece without the long lists in it.
func (r *reader) parsePiece(p piece) (ast.Node, bool) {
	tokens := lexer.Tokenize(string(r.cutOut(p)))
	if tooNested(tokens) > 0 {
		return nil, false
	}
	for _, t := range tokens {
		t.Position.Line += p.lines
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil || len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, false
	}
	return file.Docs[0].Body, true
}

// cutOut replaces the entries of each long list by one that stands for it, and keeps the number of lines.
func (r *reader) cutOut(p piece) []byte {
	if len(p.text) < r.cutFrom {
		return p.text
	}
	var out bytes.Buffer
	lines := p.lines
	for rest := p.text; len(rest) > 0; {
		line, after := cutLine(rest)
		out.Write(line)
		rest, lines = after, lines+1
		if !cutLists[listKey(line)] {
			continue
		}
		entries := leadingList(rest, indentation(line))
		if len(entries) < r.cutFrom {
			continue
		}
		number := strconv.Itoa(r.cuts)
		r.cuts++
		r.cut[stand+number] = piece{entries, lines}
		out.WriteString(strings.Repeat(" ", indentation(entries)) + "- " + stand + number)
		n := bytes.Count(entries, []byte("\n"))
		out.Write(bytes.Repeat([]byte("\n"), n))
		rest, lines = rest[len(entries):], lines+n
	}
	return out.Bytes()
}

func cutLine(text []byte) (line, after []byte) {
	if at := bytes.IndexByte(text, '\n'); at >= 0 {
		return text[:at+1], text[at+1:]
	}
	return text, nil
}

// keyShapeOnly is a key with nothing but a comment after it, in an entry that may begin on the same line.
var keyShapeOnly = regexp.MustCompile(`^ *(?:- +)?([a-z_]+): *(?:#.*)?\n$`)

func listKey(line []byte) string {
	if len(line) > 200 {
		return ""
	}
	if found := keyShapeOnly.FindSubmatch(line); found != nil {
		return string(found[1])
	}
	return ""
}

// indentation returns where a line begins; in the first line of an entry that is after the dash.
func indentation(line []byte) int {
	n := 0
	for n < len(line) && line[n] == ' ' {
		n++
	}
	return n
}

func isEntry(line []byte) bool {
	trimmed := bytes.TrimLeft(line, " ")
	return bytes.HasPrefix(trimmed, []byte("- ")) || bytes.Equal(trimmed, []byte("-\n"))
}

func isBlank(line []byte) bool {
	trimmed := bytes.TrimLeft(line, " ")
	return len(trimmed) == 0 || trimmed[0] == '\n' || trimmed[0] == '#'
}

// leadingList returns the entries that a text begins with, deeper than the key before them; nothing when it begins with
// anything else.
func leadingList(text []byte, key int) []byte {
	first, _ := cutLine(text)
	at := indentation(first)
	if !isEntry(first) || at <= key {
		return nil
	}
	end := 0
	for rest := text; len(rest) > 0; {
		line, after := cutLine(rest)
		if !isBlank(line) && indentation(line) <= at && (indentation(line) < at || !isEntry(line)) {
			break
		}
		end, rest = end+len(line), after
	}
	if !bytes.HasSuffix(text[:end], []byte("\n")) {
		return nil // the number of lines would not be the same
	}
	return text[:end]
}

// standsFor returns the piece that a list's only entry stands for.
func (r *reader) standsFor(sequence *ast.SequenceNode) (piece, bool) {
	if len(r.cut) == 0 || len(sequence.Values) != 1 {
		return piece{}, false
	}
	text, ok := sequence.Values[0].(*ast.StringNode)
	if !ok {
		return piece{}, false
	}
	p, ok := r.cut[text.Value]
	delete(r.cut, text.Value)
	return p, ok
}

// entries goes through a list that was cut out, some of its entries at a time.
func (r *reader) entries(list piece, yield func(item) bool) {
	for len(list.text) > 0 && !r.broken {
		group := list.firstEntries(r.cutFrom)
		node, ok := r.parsePiece(group)
		sequence, isList := node.(*ast.SequenceNode)
		if !ok || !isList {
			r.broken = true
			return
		}
		for _, value := range sequence.Values {
			if !yield(item{node: value, line: lineOf(value)}) {
				return
			}
		}
		list = piece{list.text[len(group.text):], list.lines + bytes.Count(group.text, []byte("\n"))}
	}
}

// firstEntries returns as many of the first entries as are about so many bytes, at least one.
func (p piece) firstEntries(size int) piece {
	at, end := indentation(p.text), 0
	for rest := p.text; len(rest) > 0; {
		line, after := cutLine(rest)
		if end > 0 && indentation(line) == at && isEntry(line) && (end >= size || end+entryLength(rest, at) > size) {
			break
		}
		end, rest = end+len(line), after
	}
	return piece{p.text[:end], p.lines}
}

// entryLength returns the length of the entry that a text begins with.
func entryLength(text []byte, at int) int {
	line, rest := cutLine(text)
	n := len(line)
	for len(rest) > 0 {
		line, after := cutLine(rest)
		if indentation(line) == at && isEntry(line) {
			break
		}
		n, rest = n+len(line), after
	}
	return n
}
