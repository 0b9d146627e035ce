-- +goose Up

-- What a session is: 'session' for who is signed in, 'access-token' for what was made from one for one audience.
ALTER TABLE sessions ADD COLUMN kind TEXT COLLATE "C" NOT NULL DEFAULT 'session';
-- The permissions it was narrowed to (JSON). NULL: not narrowed.
ALTER TABLE sessions ADD COLUMN permissions TEXT COLLATE "C";
-- The credential of the client that asked for it. NULL: none but its own.
ALTER TABLE sessions ADD COLUMN client_id BYTEA;
-- RFC 7638 thumbprint of the key that must be proved to use it (RFC 9449); empty: a bearer.
ALTER TABLE sessions ADD COLUMN thumbprint TEXT COLLATE "C" NOT NULL DEFAULT '';

-- The identifier of RFC 8707, and how access tokens for the audience are made; empty: as the installation is configured.
ALTER TABLE audiences ADD COLUMN resource TEXT COLLATE "C";
ALTER TABLE audiences ADD COLUMN access_format TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE audiences ADD COLUMN access_algorithm TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE audiences ADD COLUMN access_lifetime BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX audiences_resource ON audiences (resource) WHERE resource IS NOT NULL;

-- The JWK set that a client of private_key_jwt signs with (RFC 7523).
ALTER TABLE credentials ADD COLUMN public_keys TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Keys that sign. The private part is sealed with the sealing key, which is kept outside, and bound to its row.
CREATE TABLE signing_keys (
    id         BYTEA PRIMARY KEY,
    algorithm  TEXT COLLATE "C" NOT NULL,
    public_key BYTEA NOT NULL,
    sealed     BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    signs_at   BIGINT NOT NULL,
    retired_at BIGINT,
    killed_at  BIGINT
);

-- What may be presented once: the ids of client assertions and proofs, until they would be too old anyway.
CREATE TABLE once (
    id         BYTEA PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
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
