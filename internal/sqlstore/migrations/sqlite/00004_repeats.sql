-- +goose Up

-- What requests with an idempotency key have made, so that repeating one makes nothing more.
CREATE TABLE repeats (
    id         BLOB PRIMARY KEY, -- of principal, route and key
    request    BLOB NOT NULL, -- what came with the key
    seed       BLOB NOT NULL, -- of the secrets that it made, which the pepper leads to
    made       TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX repeats_expires ON repeats (expires_at);

-- +goose Down

DROP TABLE repeats;
