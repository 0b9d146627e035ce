package sqlstore

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

// Feed returns all entries within gaps and up to limit entries after a sequence number. What has ended is read first:
// what it published is in sight of the statements after it.
func (v view) Feed(ctx context.Context, after int64, limit int, gaps []authority.FeedRange) (page authority.FeedPage, err error) {
	err = v.run(ctx, feedQueries(after, limit, gaps, &page)...)
	return page, err
}

func feedQueries(after int64, limit int, gaps []authority.FeedRange, page *authority.FeedPage) []query {
	*page = authority.FeedPage{}
	settled := ask(`SELECT {epoch}, {settled}`, nil, func(scan func(...any) error) error { return scan(&page.Epoch, &page.Settled) })
	return append([]query{settled}, entryQueries(after, limit, gaps, page)...)
}

func entryQueries(after int64, limit int, gaps []authority.FeedRange, page *authority.FeedPage) (queries []query) {
	entry := func(scan func(...any) error) error {
		var f authority.FeedEntry
		err := (&row{}).plain(&f.Sequence, &f.Kind, &f.Key).time(&f.At).scan(scan)
		page.Entries = append(page.Entries, f)
		return err
	}
	for _, gap := range gaps {
		queries = append(queries, askCommon(`SELECT sequence, kind, key, at FROM feed WHERE sequence BETWEEN ? AND ? ORDER BY sequence`,
			[]any{gap.From, gap.To}, entry))
	}
	return append(queries, askCommon(`SELECT sequence, kind, key, at FROM feed WHERE sequence > ? ORDER BY sequence LIMIT ?`,
		[]any{after, limit}, entry))
}

// FeedMark returns a mark that is over that of every change which has taken a sequence number.
func (v view) FeedMark(ctx context.Context) (mark int64, err error) {
	err = v.run(ctx, ask(`SELECT {mark}`, nil, func(scan func(...any) error) error { return scan(&mark) }))
	return mark, err
}

// Publish adds to the feed what this change ended or changed. On PostgreSQL the transaction must have its own number
// before it takes one of the feed's: FeedMark tells by it whether it may still be under way.
func (t *tx) Publish(kind authority.FeedKind, key string) {
	t.queue(`INSERT INTO feed (kind, key, at) SELECT ?, ?, {now} WHERE {numbered}`, string(kind), key, t.now)
}

// SweepFeed drops those of the lowest entries that are older than a time.
func (t *tx) SweepFeed(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = t.run(ctx, ask(`
		DELETE FROM feed WHERE at < ? AND sequence < (SELECT MAX(sequence) FROM feed)
			AND sequence IN (SELECT sequence FROM feed ORDER BY sequence LIMIT ?) RETURNING sequence`,
		[]any{micros(before), limit}, func(scan func(...any) error) error {
			var sequence int64
			n++
			return scan(&sequence)
		}))
	return n, err
}
