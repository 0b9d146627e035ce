package directory

import "github.com/doorward/doorward/internal/authority"

// ReadInPieces reads as a large file is read, with lists of so many bytes cut out; ok is false when it has to be read whole.
func ReadInPieces(text []byte, from int) (authority.Directory, bool) {
	r, ok := readCut(text, from)
	if !ok {
		return authority.Directory{}, false
	}
	return r.directory, true
}
