-- +goose Up

-- Set by an operator's command and ended by one: no directory file resumes what was suspended at night.
ALTER TABLE tenants ADD COLUMN held_at BIGINT;
ALTER TABLE principals ADD COLUMN held_at BIGINT;

-- What a credential was rotated to.
ALTER TABLE credentials ADD COLUMN replaced_by BYTEA;

-- Which secret of its credential made it. NULL: made by an older version, judged by time.
ALTER TABLE login_tokens ADD COLUMN secret_at BIGINT;
ALTER TABLE sessions ADD COLUMN secret_at BIGINT;

-- When, where and from where a credential was last used; written in batches.
CREATE TABLE credential_uses (
    credential_id BYTEA NOT NULL,
    dialect       TEXT COLLATE "C" NOT NULL,
    source        TEXT COLLATE "C" NOT NULL,
    used_at       BIGINT NOT NULL,
    PRIMARY KEY (credential_id, dialect, source)
);

-- What descends from a session, to end and count it. Few have a parent: a log-in writes nothing here.
CREATE INDEX sessions_parent ON sessions (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX login_tokens_parent ON login_tokens (parent_id) WHERE parent_id IS NOT NULL;

-- +goose Down

DROP INDEX login_tokens_parent;
DROP INDEX sessions_parent;
DROP TABLE credential_uses;
ALTER TABLE sessions DROP COLUMN secret_at;
ALTER TABLE login_tokens DROP COLUMN secret_at;
ALTER TABLE credentials DROP COLUMN replaced_by;
ALTER TABLE principals DROP COLUMN held_at;
ALTER TABLE tenants DROP COLUMN held_at;
