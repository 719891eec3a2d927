-- Times are INTEGER microseconds since 1970 UTC: half the bytes of a text, and they compare and
-- add without parsing. Ids are the 16 bytes of their UUID. Words are stored as words.

-- Metadata of every message. A rowid table: rows are ~450 bytes, too wide for WITHOUT ROWID,
-- whose inner pages would hold whole rows.
CREATE TABLE messages (
    seq              INTEGER PRIMARY KEY,
    id               BLOB    NOT NULL UNIQUE,
    source           TEXT    NOT NULL,
    channel          TEXT    NOT NULL CHECK (channel IN ('email', 'sms')),
    status           TEXT    NOT NULL CHECK (status IN ('queued', 'processing', 'sent', 'abandoned')),
    reason           TEXT,
    lane             TEXT    NOT NULL CHECK (lane IN ('codes', 'links', 'notices')),
    template_type    TEXT    NOT NULL,
    locale           TEXT    NOT NULL,
    locale_reason    TEXT    NOT NULL,
    template_source  TEXT    NOT NULL,
    recipient_masked TEXT    NOT NULL,
    recipient_hash   BLOB    NOT NULL,
    domain           TEXT    NOT NULL,
    provider         TEXT,
    send_count       INTEGER NOT NULL,
    attempts         INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    due_at           INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    lease_node       BLOB,
    dispatches       TEXT    NOT NULL,
    -- only work in hand belongs to a node, and an abandoned message says why
    CHECK ((status = 'processing') = (lease_node IS NOT NULL)),
    CHECK ((status = 'abandoned') = (reason IS NOT NULL))
) STRICT;

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
    message       INTEGER PRIMARY KEY REFERENCES messages (seq) ON DELETE CASCADE,
    sealed        BLOB    NOT NULL,
    content_until INTEGER
) STRICT;

CREATE INDEX contents_until ON contents (content_until) WHERE content_until IS NOT NULL;

-- Providers' replies, sealed: servers quote addresses. They live as long as the content.
CREATE TABLE replies (
    seq        INTEGER PRIMARY KEY,
    message    INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
    send_count INTEGER NOT NULL,
    sealed     BLOB    NOT NULL
) STRICT;

CREATE INDEX replies_message ON replies (message);

-- Which post was which message. Without a foreign key: it may outlive the message.
CREATE TABLE idempotency (
    source     TEXT    NOT NULL,
    key        BLOB    NOT NULL,
    message_id BLOB    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_expiry ON idempotency (expires_at);

CREATE TABLE webhook_ids (
    source     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    content    BLOB    NOT NULL,
    message_id BLOB    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_ids_expiry ON webhook_ids (expires_at);

-- Policy at intake.
CREATE TABLE suppressions (
    recipient_hash BLOB    PRIMARY KEY,
    until          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE limits (
    recipient_hash BLOB    NOT NULL,
    template_type  TEXT    NOT NULL,
    blocked_until  INTEGER NOT NULL,
    PRIMARY KEY (recipient_hash, template_type)
) STRICT, WITHOUT ROWID;

-- Hash keys, themselves sealed.
CREATE TABLE keys (
    name   TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Incarnations of running nodes.
CREATE TABLE nodes (
    node_id        BLOB    PRIMARY KEY,
    started_at     INTEGER NOT NULL,
    alive_until    INTEGER NOT NULL,
    -- the clock was set forward, and this node moved what was accepted before this moment along
    shifted_before INTEGER
) STRICT, WITHOUT ROWID;

-- inbox://: mail kept readable on purpose.
CREATE TABLE inbox (
    seq         INTEGER PRIMARY KEY,
    message_id  BLOB    NOT NULL UNIQUE,
    received_at INTEGER NOT NULL,
    raw         BLOB    NOT NULL
) STRICT;
