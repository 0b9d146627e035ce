package backup

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/doorward/doorward/internal/fault"
)

// Create makes a file that only its owner can read, and that is there whole or not at all: what write writes goes to
// a temporary file beside it, which takes its name once it is on the disk. A file that is there is kept, unless replace.
func Create(path string, replace bool, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil && !replace {
		return isThere(path) // known before hours of work
	}
	// CreateTemp makes it 0600.
	partial, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".partial-*")
	if err != nil {
		return err
	}
	err = write(partial)
	if err == nil {
		err = partial.Sync()
	}
	if err = errors.Join(err, partial.Close()); err == nil {
		err = name(partial.Name(), path, replace)
	}
	if removed := os.Remove(partial.Name()); !errors.Is(removed, fs.ErrNotExist) {
		err = errors.Join(err, removed)
	}
	return err
}

// name gives the finished file its name and waits until the directory has it.
func name(partial, path string, replace bool) error {
	var err error
	if !replace {
		err = os.Link(partial, path) // unlike a rename, it fails when the name is taken
	}
	if errors.Is(err, fs.ErrExist) {
		return isThere(path)
	}
	if replace || err != nil { // not every file system has links
		err = os.Rename(partial, path)
	}
	if err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func isThere(path string) error {
	return fault.New(fault.Conflict, "file-exists", fmt.Sprintf("%s is there already: write to another file, or add --force to replace it.", path))
}
