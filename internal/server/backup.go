package server

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/doorward/doorward/internal/backup"
	"github.com/doorward/doorward/internal/config"
)

// BackedUp says what a backup holds.
type BackedUp struct {
	MadeAt time.Time
	Schema int64
	Rows   int64
}

// Backup writes what the store holds at one moment, while servers may run on it. It changes nothing in it, the version
// of its schema included.
func Backup(ctx context.Context, c config.Store, out io.Writer, program string, progress backup.Progress) (BackedUp, error) {
	opened, err := OpenAsItIs(ctx, c)
	if err != nil {
		return BackedUp{}, err
	}
	report, err := backUp(ctx, opened, out, backup.Header{Program: program, Engine: engineOf(c)}, progress)
	return report, errors.Join(err, opened.Store.Close())
}

func backUp(ctx context.Context, opened Opened, out io.Writer, h backup.Header, progress backup.Progress) (BackedUp, error) {
	// Read before the snapshot is taken: what happened at that time or before is in it.
	h.MadeAt = opened.Store.Now()
	contents, err := opened.Store.Snapshot(ctx)
	if err != nil {
		return BackedUp{}, err
	}
	rows, err := backup.Write(ctx, out, backup.Source{Header: h, Contents: contents, Keys: opened.Keys}, progress)
	return BackedUp{MadeAt: h.MadeAt, Schema: contents.Schema(), Rows: rows}, errors.Join(err, contents.Close())
}

func engineOf(c config.Store) string {
	if c.Database != "" {
		return "postgres"
	}
	return "sqlite"
}
