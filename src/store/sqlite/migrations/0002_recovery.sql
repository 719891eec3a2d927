-- Recoveries that admins issued. No address, no code: hashes and sealed bytes, as everywhere.
CREATE TABLE recoveries (
    id               BLOB    PRIMARY KEY,
    source           TEXT    NOT NULL,
    identity_id      TEXT    NOT NULL,
    flow             TEXT    NOT NULL CHECK (flow IN ('api', 'browser')),
    template_type    TEXT    NOT NULL,
    token            TEXT    NOT NULL,
    issued_at        INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    -- without a foreign key: it outlives its message
    message_id       BLOB    NOT NULL,
    recipient_hash   BLOB    NOT NULL,
    recipient_masked TEXT    NOT NULL,
    refused          TEXT,
    code_hash        BLOB,
    sealed           BLOB    NOT NULL,
    tries            INTEGER NOT NULL DEFAULT 0,
    used_at          INTEGER,
    withdrawn_at     INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX recoveries_identity  ON recoveries (identity_id, id);
CREATE INDEX recoveries_recipient ON recoveries (source, recipient_hash, id);
CREATE INDEX recoveries_expiry    ON recoveries (expires_at);

-- Who did what. Nothing changes a line; only its age removes it.
CREATE TABLE audit (
    id          BLOB    PRIMARY KEY,
    at          INTEGER NOT NULL,
    token       TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    outcome     TEXT    NOT NULL,
    source      TEXT,
    identity_id TEXT,
    recovery_id BLOB,
    message_id  BLOB,
    -- who, why and from where
    sealed      BLOB
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_at       ON audit (at);
CREATE INDEX audit_identity ON audit (identity_id, id) WHERE identity_id IS NOT NULL;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- Idempotency-Key of POST /admin/recoveries: reserved before Kratos is called.
CREATE TABLE recovery_keys (
    key         BLOB    PRIMARY KEY,
    request     BLOB    NOT NULL,
    recovery_id BLOB    NOT NULL,
    answered    INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX recovery_keys_expiry ON recovery_keys (expires_at);

-- Answers kept for two minutes, sealed, so that a lost response locks nobody out.
CREATE TABLE recovery_answers (
    key        BLOB    PRIMARY KEY,
    sealed     BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX recovery_answers_expiry ON recovery_answers (expires_at);
