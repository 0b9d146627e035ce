package backup

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
)

// Source is what a backup is made of.
type Source struct {
	Header   Header // Format, Version, Schema and Keys are filled in
	Contents authority.Contents
	Keys     *secret.Keys
}

// Progress is told how many rows, or bytes of a file, are done.
type Progress func(done int64)

// Write writes a backup and returns how many rows it has. It holds one row in memory at a time.
func Write(ctx context.Context, out io.Writer, s Source, progress Progress) (rows int64, err error) {
	compressed, err := gzip.NewWriterLevel(out, gzip.BestSpeed) // fingerprints do not get smaller by more effort
	if err != nil {
		return 0, err
	}
	w := &writer{seal: s.Keys.NewSeal(sealPurpose), counts: map[string]int64{}, progress: progress}
	buffered := bufio.NewWriterSize(io.MultiWriter(compressed, w.seal), 1<<16)
	w.out = buffered
	h := s.Header
	h.Format, h.Version, h.Schema, h.Keys = format, version, s.Contents.Schema(), s.Keys.Check()
	if err := w.writeAll(ctx, h, s.Contents); err != nil {
		return w.rows, err
	}
	if err := buffered.Flush(); err != nil { // the seal is of what has gone through it
		return w.rows, err
	}
	last, err := lineOf(lastLine{w.counts, w.seal.String()})
	if err != nil {
		return w.rows, err
	}
	_, err = compressed.Write(last)
	return w.rows, errors.Join(err, compressed.Close())
}

type writer struct {
	out      io.Writer
	seal     *secret.Seal
	line     []byte
	rows     int64
	counts   map[string]int64
	progress Progress
}

func (w *writer) writeAll(ctx context.Context, h Header, c authority.Contents) error {
	if err := w.writeLine(h); err != nil {
		return err
	}
	for {
		table, err := c.NextTable(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = w.writeTable(ctx, table, c)
		}
		if err != nil {
			return fmt.Errorf("back up table %s: %w", table.Name, err)
		}
	}
}

func (w *writer) writeTable(ctx context.Context, t authority.Table, c authority.Contents) error {
	if err := w.writeLine(tableLineOf(t)); err != nil {
		return err
	}
	w.counts[t.Name] = 0
	for {
		row, err := c.NextRow(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if w.line, err = appendRow(w.line[:0], row); err != nil {
			return err
		}
		if _, err := w.out.Write(w.line); err != nil {
			return err
		}
		w.rows++
		w.counts[t.Name]++
		if w.progress != nil && w.rows%progressEvery == 0 {
			w.progress(w.rows)
		}
	}
}

// progressEvery is how many rows go by between two tellings.
const progressEvery = 1000

func (w *writer) writeLine(value any) error {
	line, err := lineOf(value)
	if err != nil {
		return err
	}
	_, err = w.out.Write(line)
	return err
}
