-- +goose Up

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
INSERT INTO settings (name, value) VALUES ('fence', '1');

CREATE TABLE tenants (
    id          TEXT PRIMARY KEY,
    parent_id   TEXT REFERENCES tenants (id),
    name        TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('active', 'suspended')),
    position    INTEGER NOT NULL,
    portal      TEXT NOT NULL,
    portal_host TEXT UNIQUE,
    profile     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    CHECK ((parent_id IS NULL) = (id = 'installation')),
    CHECK (parent_id <> id)
) STRICT;
CREATE INDEX tenants_parent ON tenants (parent_id);

CREATE TABLE roles (
    id          TEXT PRIMARY KEY,
    permissions TEXT NOT NULL
) STRICT;

CREATE TABLE principals (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT REFERENCES tenants (id),
    email           TEXT NOT NULL,
    email_key       TEXT UNIQUE,
    username        TEXT NOT NULL,
    username_key    TEXT,
    name            TEXT NOT NULL,
    status          TEXT NOT NULL CHECK (status IN ('active', 'inactive', 'deleted')),
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    created_by      TEXT NOT NULL,
    updated_by      TEXT NOT NULL,
    UNIQUE (organisation_id, username_key)
) STRICT;

CREATE TABLE grants (
    principal_id TEXT NOT NULL REFERENCES principals (id),
    tenant_id    TEXT NOT NULL REFERENCES tenants (id),
    role         TEXT NOT NULL,
    inactive     INTEGER NOT NULL,
    is_primary   INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    PRIMARY KEY (principal_id, tenant_id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_tenant ON grants (tenant_id, role);
-- An account has one owner, whatever else goes wrong.
CREATE UNIQUE INDEX grants_one_owner ON grants (tenant_id) WHERE role = 'account.owner';

CREATE TABLE credentials (
    id            BLOB PRIMARY KEY,
    kind          TEXT NOT NULL,
    principal_id  TEXT NOT NULL REFERENCES principals (id),
    name          TEXT NOT NULL,
    public_id     TEXT NOT NULL,
    lookup        BLOB UNIQUE,
    verifier      BLOB,
    password_hash TEXT NOT NULL,
    weak          INTEGER NOT NULL,
    restriction   TEXT NOT NULL,
    limits        TEXT NOT NULL,
    audience_id   INTEGER NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
    expires_at    INTEGER,
    revoked_at    INTEGER,
    secret_at     INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    created_by    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX credentials_principal ON credentials (principal_id);
CREATE UNIQUE INDEX credentials_one_password ON credentials (principal_id) WHERE kind = 'password';
CREATE UNIQUE INDEX credentials_one_manager_key ON credentials (principal_id) WHERE kind = 'manager-key' AND revoked_at IS NULL;

CREATE TABLE audiences (
    id               INTEGER PRIMARY KEY,
    name             TEXT NOT NULL,
    kind             TEXT NOT NULL CHECK (kind IN ('portal', 'api')),
    url              TEXT NOT NULL,
    home             TEXT NOT NULL,
    lifetime_default INTEGER NOT NULL,
    lifetime_min     INTEGER NOT NULL,
    lifetime_max     INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT;

-- Rows are kept in the order of their keys, which begin with the time where the wire shape allows it:
-- a group of commits then touches few pages.
CREATE TABLE login_tokens (
    id            BLOB PRIMARY KEY,
    fingerprint   BLOB NOT NULL,
    epoch         TEXT NOT NULL,
    audience_id   INTEGER NOT NULL,
    subject_id    TEXT NOT NULL,
    account_id    TEXT NOT NULL,
    actor_id      TEXT NOT NULL,
    credential_id BLOB NOT NULL,
    parent_id     BLOB,
    dialect       TEXT NOT NULL,
    reusable      INTEGER NOT NULL,
    slot          TEXT,
    minted_at     INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    redeemed_at   INTEGER,
    redeemed_by   BLOB,
    redeem_key    BLOB,
    session_id    BLOB,
    shown         INTEGER NOT NULL DEFAULT 0,
    absorbed      INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX login_tokens_slot ON login_tokens (slot) WHERE slot IS NOT NULL;

CREATE TABLE sessions (
    id              BLOB PRIMARY KEY,
    fingerprint     BLOB NOT NULL,
    subject_id      TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    account_id      TEXT NOT NULL,
    unit_id         TEXT NOT NULL,
    audience_id     INTEGER NOT NULL,
    actor_id        TEXT NOT NULL,
    credential_id   BLOB NOT NULL,
    parent_id       BLOB,
    login_token_id  BLOB,
    dialect         TEXT NOT NULL,
    opened_at       INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    idle_lifetime   INTEGER NOT NULL,
    used_at         INTEGER NOT NULL,
    closed_at       INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    id            BLOB PRIMARY KEY,
    at            INTEGER NOT NULL,
    act           TEXT NOT NULL,
    outcome       TEXT NOT NULL,
    reason        TEXT NOT NULL,
    actor_id      TEXT NOT NULL,
    acting_for_id TEXT NOT NULL,
    credential_id BLOB,
    subject_id    TEXT NOT NULL,
    tenant_id     TEXT NOT NULL,
    audience_id   INTEGER NOT NULL,
    session_id    BLOB,
    login_token_id BLOB,
    dialect       TEXT NOT NULL,
    request       TEXT NOT NULL,
    source        TEXT NOT NULL,
    count         INTEGER NOT NULL,
    detail        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What ended or changed facts, for every node to drop what it holds in memory.
CREATE TABLE feed (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    kind     TEXT NOT NULL,
    key      TEXT NOT NULL,
    at       INTEGER NOT NULL
) STRICT;

-- +goose Down

DROP TABLE feed;
DROP TABLE events;
DROP TABLE sessions;
DROP TABLE login_tokens;
DROP TABLE audiences;
DROP TABLE credentials;
DROP TABLE grants;
DROP TABLE principals;
DROP TABLE roles;
DROP TABLE tenants;
DROP TABLE settings;
