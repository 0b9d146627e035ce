-- +goose Up

-- What a session is: 'session' for who is signed in, 'access-token' for what was made from one for one audience.
ALTER TABLE sessions ADD COLUMN kind TEXT NOT NULL DEFAULT 'session';
-- The permissions it was narrowed to (JSON). NULL: not narrowed.
ALTER TABLE sessions ADD COLUMN permissions TEXT;
-- The credential of the client that asked for it. NULL: none but its own.
ALTER TABLE sessions ADD COLUMN client_id BLOB;
-- RFC 7638 thumbprint of the key that must be proved to use it (RFC 9449); empty: a bearer.
ALTER TABLE sessions ADD COLUMN thumbprint TEXT NOT NULL DEFAULT '';

-- The identifier of RFC 8707, and how access tokens for the audience are made; empty: as the installation is configured.
ALTER TABLE audiences ADD COLUMN resource TEXT;
ALTER TABLE audiences ADD COLUMN access_format TEXT NOT NULL DEFAULT '';
ALTER TABLE audiences ADD COLUMN access_algorithm TEXT NOT NULL DEFAULT '';
ALTER TABLE audiences ADD COLUMN access_lifetime INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX audiences_resource ON audiences (resource) WHERE resource IS NOT NULL;

-- The JWK set that a client of private_key_jwt signs with (RFC 7523).
ALTER TABLE credentials ADD COLUMN public_keys TEXT NOT NULL DEFAULT '';

-- Keys that sign. The private part is sealed with the sealing key, which is kept outside, and bound to its row.
CREATE TABLE signing_keys (
    id         BLOB PRIMARY KEY,
    algorithm  TEXT NOT NULL,
    public_key BLOB NOT NULL,
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    signs_at   INTEGER NOT NULL,
    retired_at INTEGER,
    killed_at  INTEGER
) STRICT, WITHOUT ROWID;

-- What may be presented once: the ids of client assertions and proofs, until they would be too old anyway.
CREATE TABLE once (
    id         BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX once_expires ON once (expires_at);

-- +goose Down

DROP TABLE once;
DROP TABLE signing_keys;
ALTER TABLE credentials DROP COLUMN public_keys;
DROP INDEX audiences_resource;
ALTER TABLE audiences DROP COLUMN access_lifetime;
ALTER TABLE audiences DROP COLUMN access_algorithm;
ALTER TABLE audiences DROP COLUMN access_format;
ALTER TABLE audiences DROP COLUMN resource;
ALTER TABLE sessions DROP COLUMN thumbprint;
ALTER TABLE sessions DROP COLUMN client_id;
ALTER TABLE sessions DROP COLUMN permissions;
ALTER TABLE sessions DROP COLUMN kind;
