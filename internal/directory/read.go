package directory

import (
	"github.com/goccy/go-yaml/ast"

	"github.com/doorward/doorward/internal/authority"
)

// MaxSize bounds a directory file, in bytes. About 130,000 people fit; reading takes some 10 times its size in memory, and 60 times
// where it has to be parsed whole: with anchors, block scalars or tags, or to tell its problems.
const MaxSize = 64 << 20

// reader collects the directory and the problems of one file.
type reader struct {
	file      string
	problems  []Problem
	anchors   anchors
	directory authority.Directory
	firstLine map[string]int // of everything that must be unique, by kind and key
	position  int64

	organisations map[string]*organisation

	cutFrom int
	cut     map[string]piece // long lists that were cut out and not read yet
	cuts    int
	broken  bool // a piece cannot be parsed alone
}

func newReader(file string) *reader {
	return &reader{file: file, firstLine: map[string]int{}, organisations: map[string]*organisation{}, cut: map[string]piece{}}
}

// Read reads a directory file. Its error is an *Error with every problem found; then the directory is of no use.
// The text is YAML 1.2 in UTF-8, one document of at most MaxSize bytes. fileName is only for the error.
func Read(fileName string, text []byte) (authority.Directory, error) {
	if len(text) > 16*cutFrom && len(text) <= MaxSize {
		if r, ok := readCut(text, cutFrom); ok {
			return r.directory, nil
		}
	}
	return readWhole(fileName, text)
}

func readWhole(fileName string, text []byte) (authority.Directory, error) {
	r := newReader(fileName)
	root, ok := r.parse(text)
	if !ok {
		return authority.Directory{}, r.err()
	}
	r.document(root)
	if err := r.err(); err != nil {
		return authority.Directory{}, err
	}
	return r.directory, nil
}

func (r *reader) document(root item) {
	m, ok := r.mapping(root, "the file", "version", "without_secrets", "audiences", "organisations")
	if !ok {
		return
	}
	if m.require("version") {
		r.version(m.values["version"])
	}
	r.directory.WithoutSecrets = m.flag("without_secrets")
	for one := range m.list("audiences") {
		r.audience(one)
	}
	for one := range m.list("organisations") {
		r.organisation(one)
	}
}

func (r *reader) version(v item) {
	if n, ok := v.node.(*ast.IntegerNode); !ok || n.Token.Value != "1" {
		r.problem(v.line, "version must be the number 1, which is the only one there is; write version: 1")
	}
}

// next returns the position of the next entry: the order of the file.
func (r *reader) next() int64 {
	r.position++
	return r.position
}

// unique notes that something must be unique and reports whether it is so far. shown is how a problem names it.
func (r *reader) unique(line int, kind, key, shown, remedy string) bool {
	first, taken := r.firstLine[kind+" "+key]
	if taken {
		r.problem(line, "%s is already on line %d; %s", shown, first, remedy)
		return false
	}
	r.firstLine[kind+" "+key] = line
	return true
}
