-- What was seen of identities, for security notices: keyed hashes only.
CREATE TABLE seen (
    identity  bytea       NOT NULL,
    kind      text        NOT NULL CHECK (kind IN ('device', 'place', 'method', 'welcome')),
    value     bytea       NOT NULL,
    last_seen timestamptz NOT NULL,
    PRIMARY KEY (identity, kind, value)
);

CREATE INDEX seen_last ON seen (last_seen);
