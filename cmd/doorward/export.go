package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/directory"
)

type exportCommand struct {
	operation
	Directory string `arg:"" optional:"" name:"file" default:"-" help:"Directory file to write, readable by its owner only; - (default) writes to standard output."`
	Force     bool   `env:"-" help:"Write over a file that exists."`
}

// exportedReport is what was written where, in JSON; written to standard output, the file itself is all there is.
type exportedReport struct {
	File    string     `json:"file"`
	Omitted []leftover `json:"omitted"`
}

// Help is shown by doorward export --help.
func (exportCommand) Help() string {
	return `Examples:
  doorward export directory.yaml --data /var/lib/doorward
  doorward export --database postgres://doorward@db/doorward --keys /etc/doorward/keys | less

No secret is in the file: applied to the same store it changes nothing. A server may run on the store meanwhile.
docs/directory.md says what is left out.`
}

// Run reads the store and writes it as a directory file.
func (c *exportCommand) Run(ctx context.Context, log *slog.Logger) error {
	if err := c.Check(); err != nil {
		return usage{err}
	}
	out, err := c.create()
	if err != nil {
		return err
	}
	err = c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		d, omitted, err := a.Export(ctx, by)
		if err != nil {
			return err
		}
		if err := directory.Write(out, d, directory.Heading{Source: c.source(), At: a.Now(), Omitted: omitted}); err != nil {
			return err
		}
		if c.JSON && c.Directory != "-" {
			return printJSON(exportedReport{c.Directory, leftovers(omitted)})
		}
		printLeftovers(os.Stderr, "not in the file, because it cannot be written there", omitted)
		return nil
	})
	return errors.Join(err, out.finish(err == nil))
}

// source names the store without the password that its URL may have.
func (c *exportCommand) source() string {
	if c.Database == "" {
		return c.Data
	}
	at, err := url.Parse(c.Database)
	if err != nil {
		return "a PostgreSQL database"
	}
	return (&url.URL{Scheme: at.Scheme, Host: at.Host, Path: at.Path}).String()
}

// output is where an export goes: a file that is there as a whole or not at all, or standard output.
type output struct {
	io.Writer
	file *os.File // nil: standard output
	name string   // what it becomes when it is whole
	made bool     // the name was made for this: nothing is kept under it when this fails
}

// create fails at once where a file would be written over.
func (c *exportCommand) create() (output, error) {
	if c.Directory == "-" {
		return output{Writer: os.Stdout}, nil
	}
	flags := os.O_CREATE | os.O_WRONLY
	if !c.Force {
		flags |= os.O_EXCL
	}
	_, err := os.Lstat(c.Directory)
	made := errors.Is(err, fs.ErrNotExist)
	reserved, err := os.OpenFile(c.Directory, flags, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return output{}, fmt.Errorf("%s exists; choose another name, or write over it with --force", c.Directory)
	}
	if err != nil {
		return output{}, err
	}
	file, err := os.CreateTemp(filepath.Dir(c.Directory), ".doorward-export-*") // mode 0600
	return output{Writer: file, file: file, name: c.Directory, made: made}, errors.Join(err, reserved.Close())
}

// finish gives the file its name, or removes what there is of it.
func (o output) finish(whole bool) error {
	if o.file == nil {
		return nil
	}
	defer os.Remove(o.file.Name())
	err := o.file.Sync()
	if err = errors.Join(err, o.file.Close()); err != nil || !whole {
		if o.made {
			_ = os.Remove(o.name)
		}
		return err
	}
	return os.Rename(o.file.Name(), o.name)
}
