-- Recoveries that admins issued. No address, no code: hashes and sealed bytes, as everywhere.
CREATE TABLE recoveries (
    id               uuid        PRIMARY KEY,
    source           text        NOT NULL,
    identity_id      text        NOT NULL,
    flow             text        NOT NULL CHECK (flow IN ('api', 'browser')),
    template_type    text        NOT NULL,
    token            text        NOT NULL,
    issued_at        timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    -- without a foreign key: it outlives its message
    message_id       uuid        NOT NULL,
    recipient_hash   bytea       NOT NULL,
    recipient_masked text        NOT NULL,
    refused          text,
    code_hash        bytea,
    sealed           bytea       NOT NULL,
    tries            integer     NOT NULL DEFAULT 0,
    used_at          timestamptz,
    withdrawn_at     timestamptz
);

CREATE INDEX recoveries_identity  ON recoveries (identity_id, id);
CREATE INDEX recoveries_recipient ON recoveries (source, recipient_hash, id);
CREATE INDEX recoveries_expiry    ON recoveries (expires_at);

-- Who did what. Nothing changes a line; only its age removes it.
CREATE TABLE audit (
    id          uuid        PRIMARY KEY,
    at          timestamptz NOT NULL,
    token       text        NOT NULL,
    action      text        NOT NULL,
    outcome     text        NOT NULL,
    source      text,
    identity_id text,
    recovery_id uuid,
    message_id  uuid,
    -- who, why and from where
    sealed      bytea
);

CREATE INDEX audit_at       ON audit (at);
CREATE INDEX audit_identity ON audit (identity_id, id) WHERE identity_id IS NOT NULL;

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END
$$;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();

-- Idempotency-Key of POST /admin/recoveries: reserved before Kratos is called.
CREATE TABLE recovery_keys (
    key         bytea       PRIMARY KEY,
    request     bytea       NOT NULL,
    recovery_id uuid        NOT NULL,
    answered    boolean     NOT NULL,
    expires_at  timestamptz NOT NULL
);

CREATE INDEX recovery_keys_expiry ON recovery_keys (expires_at);

-- Answers kept for two minutes, sealed, so that a lost response locks nobody out.
CREATE TABLE recovery_answers (
    key        bytea       PRIMARY KEY,
    sealed     bytea       NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX recovery_answers_expiry ON recovery_answers (expires_at);
