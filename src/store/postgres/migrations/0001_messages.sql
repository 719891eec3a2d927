-- The same tables, columns and indexes as in SQLite, with the types that Postgres has for them.
-- Words are stored as words.

-- Metadata of every message. Each row changes a few times and then never again: vacuum early, so
-- that what a claim reads stays short.
CREATE TABLE messages (
    seq              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id               uuid        NOT NULL UNIQUE,
    source           text        NOT NULL,
    channel          text        NOT NULL CHECK (channel IN ('email', 'sms')),
    status           text        NOT NULL CHECK (status IN ('queued', 'processing', 'sent', 'abandoned')),
    reason           text,
    lane             text        NOT NULL CHECK (lane IN ('codes', 'links', 'notices')),
    template_type    text        NOT NULL,
    locale           text        NOT NULL,
    locale_reason    text        NOT NULL,
    template_source  text        NOT NULL,
    recipient_masked text        NOT NULL,
    recipient_hash   bytea       NOT NULL,
    domain           text        NOT NULL,
    provider         text,
    send_count       integer     NOT NULL,
    attempts         integer     NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    due_at           timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    lease_node       uuid,
    dispatches       jsonb       NOT NULL,
    -- only work in hand belongs to a node, and an abandoned message says why
    CHECK ((status = 'processing') = (lease_node IS NOT NULL)),
    CHECK ((status = 'abandoned') = (reason IS NOT NULL))
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- Live rows only, so that a million finished messages cost a claim nothing. created_at rides
-- along so that depth and age are read from the index alone.
CREATE INDEX messages_due     ON messages (channel, lane, due_at, created_at) WHERE status = 'queued';
CREATE INDEX messages_expiry  ON messages (expires_at)                        WHERE status = 'queued';
CREATE INDEX messages_in_hand ON messages (channel, lane, created_at)         WHERE status = 'processing';

-- What an operator asks for: one recipient's mails, and what was given up.
CREATE INDEX messages_recipient ON messages (recipient_hash, id);
CREATE INDEX messages_abandoned ON messages (id) WHERE status = 'abandoned';

-- The sealed content stands apart, so that erasing it is cheap and rewrites no metadata.
CREATE TABLE contents (
    message       bigint      PRIMARY KEY REFERENCES messages (seq) ON DELETE CASCADE,
    sealed        bytea       NOT NULL,
    content_until timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0.02);

-- sealed bytes cannot be compressed: do not try
ALTER TABLE contents ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE INDEX contents_until ON contents (content_until) WHERE content_until IS NOT NULL;

-- Providers' replies, sealed: servers quote addresses. They live as long as the content.
CREATE TABLE replies (
    seq        bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message    bigint  NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
    send_count integer NOT NULL,
    sealed     bytea   NOT NULL
);

CREATE INDEX replies_message ON replies (message);

-- Which post was which message. Without a foreign key: it may outlive the message.
CREATE TABLE idempotency (
    source     text        NOT NULL,
    key        bytea       NOT NULL,
    message_id uuid        NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (source, key)
);

CREATE INDEX idempotency_expiry ON idempotency (expires_at);

CREATE TABLE webhook_ids (
    source     text        NOT NULL,
    id         text        NOT NULL,
    content    bytea       NOT NULL,
    message_id uuid        NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (source, id)
);

CREATE INDEX webhook_ids_expiry ON webhook_ids (expires_at);

-- Policy at intake.
CREATE TABLE suppressions (
    recipient_hash bytea       PRIMARY KEY,
    until          timestamptz NOT NULL
);

CREATE TABLE limits (
    recipient_hash bytea       NOT NULL,
    template_type  text        NOT NULL,
    blocked_until  timestamptz NOT NULL,
    PRIMARY KEY (recipient_hash, template_type)
);

-- Hash keys, themselves sealed.
CREATE TABLE keys (
    name   text  PRIMARY KEY,
    sealed bytea NOT NULL
);

-- Incarnations of running nodes.
CREATE TABLE nodes (
    node_id        uuid        PRIMARY KEY,
    started_at     timestamptz NOT NULL,
    alive_until    timestamptz NOT NULL,
    -- the clock was set forward, and this node moved what was accepted before this moment along
    shifted_before timestamptz
);

-- inbox://: mail kept readable on purpose.
CREATE TABLE inbox (
    seq         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id  uuid        NOT NULL UNIQUE,
    received_at timestamptz NOT NULL,
    raw         bytea       NOT NULL
);
