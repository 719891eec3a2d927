-- What was seen of identities, for security notices: keyed hashes only.
CREATE TABLE seen (
    identity  BLOB    NOT NULL,
    kind      TEXT    NOT NULL CHECK (kind IN ('device', 'place', 'method', 'welcome')),
    value     BLOB    NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (identity, kind, value)
) STRICT, WITHOUT ROWID;

CREATE INDEX seen_last ON seen (last_seen);
