package bench

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// databasePrefix marks the databases that a load test made and may drop.
const databasePrefix = "doorward_bench_"

// createDatabase makes an empty database on a PostgreSQL server and returns its URL.
func createDatabase(ctx context.Context, serverURL string) (string, error) {
	at, err := url.Parse(serverURL)
	if err != nil {
		return "", errors.New("--database is no URL") // which may hold a password
	}
	var random [6]byte
	_, _ = rand.Read(random[:])
	name := databasePrefix + hex.EncodeToString(random[:])
	if err := onDatabase(ctx, serverURL, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return "", err
	}
	at.Path = "/" + name
	return at.String(), nil
}

// dropDatabase removes a database that createDatabase made.
func dropDatabase(ctx context.Context, serverURL, database string) error {
	at, err := url.Parse(database)
	name := ""
	if err == nil {
		name = strings.TrimPrefix(at.Path, "/")
	}
	if !strings.HasPrefix(name, databasePrefix) {
		return errors.New("the database was not made by a load test; it stays")
	}
	return onDatabase(ctx, serverURL, "DROP DATABASE "+name+" WITH (FORCE)")
}

func onDatabase(ctx context.Context, database, statement string) error {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// storedBytes measures what a store takes: its files, or what PostgreSQL says of its database.
func storedBytes(ctx context.Context, dir string, p Population) (size int64, err error) {
	if p.Engine == "postgres" {
		return databaseSize(ctx, p.Database)
	}
	err = filepath.WalkDir(storeOf(dir, p).Data, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}

func databaseSize(ctx context.Context, database string) (size int64, err error) {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return 0, err
	}
	err = conn.QueryRow(ctx, "SELECT pg_database_size(current_database())").Scan(&size)
	return size, errors.Join(err, conn.Close(ctx))
}
