package main

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// readTree takes every file below a folder as a sink.
func (h *hunt) readTree(t *testing.T, when, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // SQLite's journals come and go
		}
		h.keep(when+" "+path, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// readBackup takes what is in a backup.
func (h *hunt) readBackup(t *testing.T, file string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	packed, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(packed)
	if err != nil || len(content) < 10_000 {
		t.Fatalf("%d bytes in the backup: %v", len(content), err)
	}
	h.keep("the backup", content)
}

// cluster is a PostgreSQL as its superuser sees it, files included.
type cluster struct {
	conn  *pgx.Conn
	since string // the segment of the log that was written when the test began
}

func watchCluster(t *testing.T, url string) cluster {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	c := cluster{conn: conn}
	if err := conn.QueryRow(t.Context(), "SELECT pg_walfile_name(pg_current_wal_lsn())").Scan(&c.since); err != nil {
		t.Fatal(err)
	}
	return c
}

// read takes the rows of every table, the database's own files, the write-ahead log since then, and the server's log.
func (c cluster) read(t *testing.T, h *hunt) {
	t.Helper()
	if _, err := c.conn.Exec(t.Context(), "CHECKPOINT"); err != nil {
		t.Fatal(err)
	}
	tables := c.names(t, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
	for _, table := range tables {
		rows := c.names(t, "SELECT t::text FROM "+pgx.Identifier{table}.Sanitize()+" t")
		h.keep("the table "+table, []byte(strings.Join(rows, "\n")))
	}
	database := c.names(t, "SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()")[0]
	files := c.names(t, "SELECT '"+database+"/' || name FROM pg_ls_dir('"+database+"') AS name WHERE name ~ '^[0-9]+(\\.[0-9]+)?$'")
	files = append(files, c.names(t, "SELECT 'pg_wal/' || name FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' AND name BETWEEN '"+
		c.since+"' AND pg_walfile_name(pg_current_wal_lsn())")...)
	if len(tables) < 10 || len(files) < 50 {
		t.Fatalf("only %d tables and %d files", len(tables), len(files))
	}
	for _, file := range append(files, c.names(t, "SELECT name FROM pg_ls_dir('.') AS name WHERE name = 'server.log'")...) {
		var content []byte
		if err := c.conn.QueryRow(t.Context(), "SELECT pg_read_binary_file($1, 0, coalesce((pg_stat_file($1, true)).size, 0), true)", file).Scan(&content); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		h.keep("PostgreSQL's "+file, content)
	}
}

func (c cluster) names(t *testing.T, query string) []string {
	t.Helper()
	rows, err := c.conn.Query(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return names
}
