package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/doorward/doorward/internal/backup"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/server"
)

type backupCommand struct {
	config.Store
	File  string `arg:"" name:"file" help:"File to write; - writes to standard output."`
	Force bool   `env:"-" help:"Replace the file if it is there."`
	JSON  bool   `name:"json" help:"Print one JSON object about the backup."`
}

// Help is shown by doorward backup --help.
func (backupCommand) Help() string {
	return `Examples:
  doorward backup /backups/doorward-$(date +%F).backup --data /var/lib/doorward
  doorward backup - --database postgres://doorward@db/doorward --keys /etc/doorward/keys | ssh elsewhere 'cat > doorward.backup'

The file has what the store holds at one moment, while servers run on it, and restores into either kind of store. The
keys directory is NOT in it: without the keys no backup can be restored. docs/backup.md is the operator's guide.`
}

// backedUp is the report of a backup.
type backedUp struct {
	File    string    `json:"file"`
	MadeAt  time.Time `json:"made_at"`
	Schema  int64     `json:"schema"`
	Rows    int64     `json:"rows"`
	Bytes   int64     `json:"bytes"`
	Seconds float64   `json:"seconds"`
}

// Run writes the backup and says how large it is.
func (c *backupCommand) Run(ctx context.Context, _ *slog.Logger) error {
	if err := c.Check(); err != nil {
		return usage{err}
	}
	if c.File == "-" && term.IsTerminal(int(os.Stdout.Fd())) {
		return usagef("a backup is no text for a terminal: name a file, or send standard output to one")
	}
	started := time.Now()
	var done server.BackedUp
	out := &countingWriter{}
	write := func(to io.Writer) (err error) {
		out.to = to
		done, err = server.Backup(ctx, c.Store, out, version(), rowsShown())
		return err
	}
	var err error
	if c.File == "-" {
		err = write(os.Stdout)
	} else {
		err = backup.Create(c.File, c.Force, write)
	}
	if err != nil {
		return err
	}
	return c.report(backedUp{c.File, done.MadeAt, done.Schema, done.Rows, out.written, time.Since(started).Seconds()})
}

func (c *backupCommand) report(b backedUp) error {
	fmt.Fprintf(os.Stderr, "The keys in %s are NOT in the backup: keep a copy of them apart from it; without them it cannot be restored.\n", c.Keys)
	if c.File == "-" {
		fmt.Fprintf(os.Stderr, "%d rows, %d bytes, %.1f s\n", b.Rows, b.Bytes, b.Seconds)
		return nil
	}
	if c.JSON {
		return printJSON(b)
	}
	fmt.Printf("%s: %d rows, %d bytes, %.1f s\n", b.File, b.Rows, b.Bytes, b.Seconds)
	return nil
}

// rowsShown shows on a terminal how many rows have been written; how many there are is not known.
func rowsShown() backup.Progress {
	show := progress(os.Stderr, "backing up")
	if show == nil {
		return nil
	}
	return func(rows int64) { show("rows", int(rows), -1) }
}

// countingWriter counts what goes through it.
type countingWriter struct {
	to      io.Writer
	written int64
}

func (w *countingWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	w.written += int64(n)
	return n, err
}
