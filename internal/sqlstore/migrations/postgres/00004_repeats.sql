-- +goose Up

-- What requests with an idempotency key have made, so that repeating one makes nothing more.
CREATE TABLE repeats (
    id         BYTEA PRIMARY KEY, -- of principal, route and key
    request    BYTEA NOT NULL, -- what came with the key
    seed       BYTEA NOT NULL, -- of the secrets that it made, which the pepper leads to
    made       TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX repeats_expires ON repeats (expires_at);

-- +goose Down

DROP TABLE repeats;
