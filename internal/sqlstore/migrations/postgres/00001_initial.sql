-- +goose Up

-- Text compares by bytes, as on SQLite, whatever the locale of the database.

CREATE TABLE settings (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);
INSERT INTO settings (name, value) VALUES ('fence', '1');

CREATE TABLE tenants (
    id          TEXT COLLATE "C" PRIMARY KEY,
    parent_id   TEXT COLLATE "C" REFERENCES tenants (id),
    name        TEXT COLLATE "C" NOT NULL,
    status      TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'suspended')),
    position    BIGINT NOT NULL,
    portal      TEXT COLLATE "C" NOT NULL,
    portal_host TEXT COLLATE "C" UNIQUE,
    profile     TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    CHECK ((parent_id IS NULL) = (id = 'installation')),
    CHECK (parent_id <> id)
);
CREATE INDEX tenants_parent ON tenants (parent_id);

CREATE TABLE roles (
    id          TEXT COLLATE "C" PRIMARY KEY,
    permissions TEXT COLLATE "C" NOT NULL
);

CREATE TABLE principals (
    id              TEXT COLLATE "C" PRIMARY KEY,
    organisation_id TEXT COLLATE "C" REFERENCES tenants (id),
    email           TEXT COLLATE "C" NOT NULL,
    email_key       TEXT COLLATE "C" UNIQUE,
    username        TEXT COLLATE "C" NOT NULL,
    username_key    TEXT COLLATE "C",
    name            TEXT COLLATE "C" NOT NULL,
    status          TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'inactive', 'deleted')),
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    created_by      TEXT COLLATE "C" NOT NULL,
    updated_by      TEXT COLLATE "C" NOT NULL,
    UNIQUE (organisation_id, username_key)
);

CREATE TABLE grants (
    principal_id TEXT COLLATE "C" NOT NULL REFERENCES principals (id),
    tenant_id    TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    role         TEXT COLLATE "C" NOT NULL,
    inactive     BIGINT NOT NULL,
    is_primary   BIGINT NOT NULL,
    position     BIGINT NOT NULL,
    PRIMARY KEY (principal_id, tenant_id, role)
);
CREATE INDEX grants_tenant ON grants (tenant_id, role);
-- An account has one owner, whatever else goes wrong.
CREATE UNIQUE INDEX grants_one_owner ON grants (tenant_id) WHERE role = 'account.owner';

CREATE TABLE credentials (
    id            BYTEA PRIMARY KEY,
    kind          TEXT COLLATE "C" NOT NULL,
    principal_id  TEXT COLLATE "C" NOT NULL REFERENCES principals (id),
    name          TEXT COLLATE "C" NOT NULL,
    public_id     TEXT COLLATE "C" NOT NULL,
    lookup        BYTEA UNIQUE,
    verifier      BYTEA,
    password_hash TEXT COLLATE "C" NOT NULL,
    weak          BIGINT NOT NULL,
    restriction   TEXT COLLATE "C" NOT NULL,
    limits        TEXT COLLATE "C" NOT NULL,
    audience_id   BIGINT NOT NULL,
    status        TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'disabled')),
    expires_at    BIGINT,
    revoked_at    BIGINT,
    secret_at     BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    created_by    TEXT COLLATE "C" NOT NULL
);
CREATE INDEX credentials_principal ON credentials (principal_id);
CREATE UNIQUE INDEX credentials_one_password ON credentials (principal_id) WHERE kind = 'password';
CREATE UNIQUE INDEX credentials_one_manager_key ON credentials (principal_id) WHERE kind = 'manager-key' AND revoked_at IS NULL;

CREATE TABLE audiences (
    id               BIGINT PRIMARY KEY,
    name             TEXT COLLATE "C" NOT NULL,
    kind             TEXT COLLATE "C" NOT NULL CHECK (kind IN ('portal', 'api')),
    url              TEXT COLLATE "C" NOT NULL,
    home             TEXT COLLATE "C" NOT NULL,
    lifetime_default BIGINT NOT NULL,
    lifetime_min     BIGINT NOT NULL,
    lifetime_max     BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL
);

-- Rows are kept in the order of their keys, which begin with the time where the wire shape allows it:
-- a group of commits then touches few pages.
CREATE TABLE login_tokens (
    id            BYTEA PRIMARY KEY,
    fingerprint   BYTEA NOT NULL,
    epoch         TEXT COLLATE "C" NOT NULL,
    audience_id   BIGINT NOT NULL,
    subject_id    TEXT COLLATE "C" NOT NULL,
    account_id    TEXT COLLATE "C" NOT NULL,
    actor_id      TEXT COLLATE "C" NOT NULL,
    credential_id BYTEA NOT NULL,
    parent_id     BYTEA,
    dialect       TEXT COLLATE "C" NOT NULL,
    reusable      BIGINT NOT NULL,
    slot          TEXT COLLATE "C",
    minted_at     BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    redeemed_at   BIGINT,
    redeemed_by   BYTEA,
    redeem_key    BYTEA,
    session_id    BYTEA,
    shown         BIGINT NOT NULL DEFAULT 0,
    absorbed      BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX login_tokens_slot ON login_tokens (slot) WHERE slot IS NOT NULL;

CREATE TABLE sessions (
    id              BYTEA PRIMARY KEY,
    fingerprint     BYTEA NOT NULL,
    subject_id      TEXT COLLATE "C" NOT NULL,
    organisation_id TEXT COLLATE "C" NOT NULL,
    account_id      TEXT COLLATE "C" NOT NULL,
    unit_id         TEXT COLLATE "C" NOT NULL,
    audience_id     BIGINT NOT NULL,
    actor_id        TEXT COLLATE "C" NOT NULL,
    credential_id   BYTEA NOT NULL,
    parent_id       BYTEA,
    login_token_id  BYTEA,
    dialect         TEXT COLLATE "C" NOT NULL,
    opened_at       BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    idle_lifetime   BIGINT NOT NULL,
    used_at         BIGINT NOT NULL,
    closed_at       BIGINT
);

CREATE TABLE events (
    id            BYTEA PRIMARY KEY,
    at            BIGINT NOT NULL,
    act           TEXT COLLATE "C" NOT NULL,
    outcome       TEXT COLLATE "C" NOT NULL,
    reason        TEXT COLLATE "C" NOT NULL,
    actor_id      TEXT COLLATE "C" NOT NULL,
    acting_for_id TEXT COLLATE "C" NOT NULL,
    credential_id BYTEA,
    subject_id    TEXT COLLATE "C" NOT NULL,
    tenant_id     TEXT COLLATE "C" NOT NULL,
    audience_id   BIGINT NOT NULL,
    session_id    BYTEA,
    login_token_id BYTEA,
    dialect       TEXT COLLATE "C" NOT NULL,
    request       TEXT COLLATE "C" NOT NULL,
    source        TEXT COLLATE "C" NOT NULL,
    count         BIGINT NOT NULL,
    detail        TEXT COLLATE "C" NOT NULL
);

-- What ended or changed facts, for every node to drop what it holds in memory.
CREATE TABLE feed (
    sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind     TEXT COLLATE "C" NOT NULL,
    key      TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL
);

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
