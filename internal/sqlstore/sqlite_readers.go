package sqlstore

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// readers are connections to read by. Whoever has waited longest gets the next one that is free; the one used last is
// used first, as what it has read is still in its cache.
type readers struct {
	file  string
	texts *texts
	turns chan struct{} // one for each connection that there may be; a channel serves those who wait in their order

	mu   sync.Mutex
	idle []*sqliteConn
}

func newReaders(file string, texts *texts, most int) *readers {
	r := &readers{file: file, texts: texts, turns: make(chan struct{}, most)}
	for range most {
		r.turns <- struct{}{}
	}
	return r
}

// read runs queries on one connection. Several are one transaction, which takes and frees SQLite's locks once for all.
func (r *readers) read(ctx context.Context, queries []query) error {
	c, err := r.take(ctx)
	if err != nil {
		return err
	}
	defer r.giveBack(c)
	return c.read(ctx, queries)
}

func (c *sqliteConn) read(ctx context.Context, queries []query) (err error) {
	if len(queries) > 1 {
		if err := c.exec(ctx, "BEGIN"); err != nil {
			return err
		}
		// There is nothing to roll back, and nobody whose leaving should keep the transaction open.
		defer func() { err = errors.Join(err, c.exec(context.Background(), "COMMIT")) }()
	}
	for _, q := range queries {
		if err := c.query(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

func (r *readers) take(ctx context.Context) (*sqliteConn, error) {
	select {
	case _, open := <-r.turns:
		if !open {
			return nil, errClosed
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if last := len(r.idle) - 1; last >= 0 {
		c := r.idle[last]
		r.idle = r.idle[:last]
		return c, nil
	}
	c, err := openSQLiteConn(r.file, r.texts, slices.Concat(sqlitePragmas, readerPragmas)...)
	if err != nil {
		r.turns <- struct{}{}
	}
	return c, err
}

func (r *readers) giveBack(c *sqliteConn) {
	r.mu.Lock()
	r.idle = append(r.idle, c)
	r.mu.Unlock()
	r.turns <- struct{}{}
}

// close waits for what is being read.
func (r *readers) close() (err error) {
	for range cap(r.turns) {
		<-r.turns
	}
	close(r.turns)
	for _, c := range r.idle {
		err = errors.Join(err, c.close())
	}
	return err
}
