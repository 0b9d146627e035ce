package directory

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxNesting bounds brackets within brackets and indicators in a row: the parser calls itself for each.
const maxNesting = 160

// parse returns the one document of a text; ok is false when there is nothing to read in it.
func (r *reader) parse(text []byte) (root item, ok bool) {
	if len(text) > MaxSize {
		r.problem(1, "the file has more than %d MiB; split it by organisation", MaxSize>>20)
		return item{}, false
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if at, bad := firstUnreadable(text); bad {
		r.problem(1+bytes.Count(text[:at], []byte("\n")), "a character that is not UTF-8 text; save the file as UTF-8")
		return item{}, false
	}
	// The scanner counts a carriage return as a line of its own.
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	tokens := lexer.Tokenize(string(text))
	if line := tooNested(tokens); line > 0 {
		r.problem(line, "more than %d levels within each other; a directory needs far fewer", maxNesting)
		return item{}, false
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntaxProblem(err)
		return item{}, false
	}
	return r.onlyDocument(file)
}

// firstUnreadable finds what is no text: bytes that are not UTF-8, and control characters but tab and line breaks.
func firstUnreadable(text []byte) (at int, bad bool) {
	for at := 0; at < len(text); {
		c, size := utf8.DecodeRune(text[at:])
		if c == utf8.RuneError && size <= 1 || c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return at, true
		}
		at += size
	}
	return 0, false
}

// tooNested returns the line where the text nests too deeply, or 0.
func tooNested(tokens token.Tokens) int {
	open, row := 0, 0
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			open++
		case token.SequenceEndType, token.MappingEndType:
			open--
		}
		switch t.Type {
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType, token.MappingValueType:
			row++
		default:
			if t.Type != token.StringType || row == 0 || t.Prev == nil || t.Prev.Type != token.AnchorType {
				row = 0
			}
		}
		if open > maxNesting || row > maxNesting {
			return t.Position.Line
		}
	}
	return 0
}

// syntaxProblem says where the text stops being YAML. What the parser quotes of the text may be a piece of a secret,
// so its message is not repeated from there on.
func (r *reader) syntaxProblem(err error) {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil {
		r.problem(1, "this is not YAML; check the indentation and the quotes")
		return
	}
	message, _, _ := strings.Cut(at.GetMessage(), `"`)
	if strings.Contains(message, `'\t'`) || strings.Contains(message, "'\t'") {
		message = "a tab where only spaces can be"
	}
	r.problem(at.GetToken().Position.Line, "this is not YAML (%s); check the indentation and the quotes", strings.TrimSpace(message))
}

func (r *reader) onlyDocument(file *ast.File) (item, bool) {
	var bodies []ast.Node
	for _, document := range file.Docs {
		switch document.Body.(type) {
		case nil, *ast.CommentGroupNode, *ast.NullNode, *ast.DirectiveNode:
		default:
			bodies = append(bodies, document.Body)
		}
	}
	if len(bodies) == 0 {
		r.problem(1, "the file is empty; it begins with version: 1")
		return item{}, false
	}
	if len(bodies) > 1 {
		r.problem(lineOf(bodies[1]), "a second document begins here; remove the line --- between them")
		return item{}, false
	}
	before := len(r.problems)
	r.anchors = r.findAnchors(bodies[0])
	return item{node: bodies[0], line: lineOf(bodies[0])}, len(r.problems) == before
}
