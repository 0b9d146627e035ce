package directory

import (
	"github.com/doorward/doorward/internal/authority"
)

// MaxSize bounds a directory file, in bytes. About 130,000 people fit; reading takes some 50 times its size in memory.
const MaxSize = 64 << 20

// reader collects the directory and the problems of one file.
type reader struct {
	file      string
	problems  []Problem
	anchors   anchors
	directory authority.Directory
	firstLine map[string]int // of everything that must be unique, by kind and key
	position  int64
}

// Read reads a directory file. Its error is an *Error with every problem found; then the directory is of no use.
// The text is YAML 1.2 in UTF-8, one document of at most MaxSize bytes. fileName is only for the error.
func Read(fileName string, text []byte) (authority.Directory, error) {
	r := &reader{file: fileName, firstLine: map[string]int{}}
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
	m, ok := r.mapping(root, "the file", "version", "audiences", "organisations")
	if !ok {
		return
	}
	if m.require("version") {
		if version, ok := m.number("version"); ok && version != 1 {
			r.problem(m.at("version"), "version %d is not known here; write version: 1", version)
		}
	}
	for _, one := range m.list("audiences") {
		r.audience(one)
	}
	for _, one := range m.list("organisations") {
		r.organisation(one)
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
