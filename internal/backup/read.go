package backup

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// File reads a backup. It is the contents of a store: the end of them is only told when the seal is right.
type File struct {
	from     io.ReadSeeker
	keys     *secret.Keys
	header   Header
	progress Progress

	source *counted
	gzip   *gzip.Reader
	lines  *bufio.Scanner
	seal   *secret.Seal
	at     int // line number
	rows   *rowReader
	table  authority.Table
	counts map[string]int64
	next   []byte // a line that begins the next table, read while looking for rows
}

var _ authority.Contents = (*File)(nil)

// Open reads the header of a backup. It fails with Unmet when from is none, is of a newer format, or belongs to other keys.
func Open(from io.ReadSeeker, keys *secret.Keys, progress Progress) (*File, error) {
	f := &File{from: from, keys: keys, progress: progress, rows: newRowReader()}
	return f, f.Begin(context.Background())
}

// Header returns what the backup says it is of.
func (f *File) Header() Header { return f.header }

// Schema returns the schema version of its tables.
func (f *File) Schema() int64 { return f.header.Schema }

// Close has nothing to release: the file belongs to who opened it.
func (f *File) Close() error { return nil }

// Verify reads all of it and fails with Unmet unless every byte is as it was written, by who has the keys.
func (f *File) Verify(ctx context.Context) error {
	if err := f.Begin(ctx); err != nil {
		return err
	}
	for {
		_, err := f.NextTable(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		for err == nil {
			_, err = f.NextRow(ctx)
		}
		if !errors.Is(err, io.EOF) {
			return err
		}
	}
}

// Begin goes to the beginning and reads the header.
func (f *File) Begin(context.Context) error {
	if _, err := f.from.Seek(0, io.SeekStart); err != nil {
		return err
	}
	f.source = &counted{Reader: bufio.NewReaderSize(f.from, 1<<16)}
	f.seal, f.counts, f.next, f.at = f.keys.NewSeal(sealPurpose), map[string]int64{}, nil, 0
	var err error
	if f.gzip, err = gzip.NewReader(f.source); err != nil {
		return notABackup(err)
	}
	f.gzip.Multistream(false)
	f.lines = bufio.NewScanner(f.gzip)
	f.lines.Buffer(make([]byte, 1<<16), longestLine)
	f.lines.Split(wholeLines)
	line, err := f.line()
	if err != nil {
		return notABackup(err)
	}
	f.header = Header{}
	if err := json.Unmarshal(line, &f.header); err != nil || f.header.Format != format {
		return notABackup(err)
	}
	if f.header.Version > version {
		return unmet("backup-newer", fmt.Sprintf("The backup was made by Doorward %s, which is newer than this one: restore it with that version or later.", f.header.Program))
	}
	return f.keys.Matches(f.header.Keys)
}

// NextTable goes on to the next table, or says io.EOF when the backup ends as it was sealed.
func (f *File) NextTable(ctx context.Context) (authority.Table, error) {
	for f.next == nil {
		if _, err := f.NextRow(ctx); err != nil && !errors.Is(err, io.EOF) {
			return authority.Table{}, err
		}
	}
	var line tableLine
	if bytes.HasPrefix(f.next, []byte(`{"rows":`)) {
		return authority.Table{}, f.end()
	}
	err := json.Unmarshal(f.next, &line, json.RejectUnknownMembers(true))
	if err == nil {
		f.table, err = line.table()
	}
	if err != nil {
		return authority.Table{}, f.damaged(err)
	}
	f.next = nil
	f.counts[f.table.Name] = 0
	return f.table, nil
}

// NextRow returns the next row of the table, or io.EOF after its last.
func (f *File) NextRow(ctx context.Context) ([]any, error) {
	if f.next != nil {
		return nil, io.EOF
	}
	if f.at%progressEvery == 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if f.progress != nil {
			f.progress(f.source.read)
		}
	}
	line, err := f.line()
	switch {
	case err != nil:
		return nil, f.damaged(err)
	case line[0] == '[' && f.table.Name != "":
		row, err := f.rows.read(line, f.table.Columns)
		if err != nil {
			return nil, f.damaged(err)
		}
		f.counts[f.table.Name]++
		return row, nil
	}
	f.next = bytes.Clone(line)
	return nil, io.EOF
}

// line returns the next line with its end. All but the last go into the seal before they are looked at any further.
func (f *File) line() ([]byte, error) {
	if !f.lines.Scan() {
		return nil, errors.Join(io.ErrUnexpectedEOF, f.lines.Err())
	}
	f.at++
	line := f.lines.Bytes()
	if !bytes.HasPrefix(line, []byte(`{"rows":`)) {
		_, _ = f.seal.Write(line)
	}
	return line, nil
}

// end demands the one last line that there can be after all that was read, and nothing behind it.
func (f *File) end() error {
	want, err := lineOf(lastLine{f.counts, f.seal.String()})
	if err != nil {
		return err
	}
	if !bytes.Equal(want, f.next) {
		return f.damaged(errors.New("the seal is not that of what is in it"))
	}
	if f.lines.Scan() || f.lines.Err() != nil {
		return f.damaged(errors.Join(errors.New("it goes on after its end"), f.lines.Err()))
	}
	if _, err := f.source.ReadByte(); !errors.Is(err, io.EOF) {
		return f.damaged(errors.New("it goes on after its end"))
	}
	return io.EOF
}

func (f *File) damaged(cause error) error {
	return &fault.Error{
		Kind: fault.Unmet, Reason: "backup-damaged", Cause: cause,
		Message: fmt.Sprintf("The backup is not as it was written (line %d): it is damaged or somebody has changed it. Take another one; nothing was restored.", f.at),
	}
}

func notABackup(cause error) error {
	return &fault.Error{Kind: fault.Unmet, Reason: "not-a-backup", Cause: cause, Message: "The file is not a backup of Doorward, or its beginning is damaged."}
}

func unmet(reason, message string) error { return fault.New(fault.Unmet, reason, message) }

// wholeLines splits lines and keeps their ends; a last one without is an error.
func wholeLines(data []byte, atEnd bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i+1], nil
	}
	if atEnd && len(data) > 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return 0, nil, nil
}

// counted counts the bytes read from the file. It hands out single bytes, so that gzip takes none beyond its end.
type counted struct {
	*bufio.Reader
	read int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += int64(n)
	return n, err
}

func (c *counted) ReadByte() (byte, error) {
	b, err := c.Reader.ReadByte()
	if err == nil {
		c.read++
	}
	return b, err
}
