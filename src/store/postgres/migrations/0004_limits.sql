-- How many mails of one type a recipient had: a row only for those who once had too many. Until then
-- the messages themselves are counted, so that an ordinary mail writes nothing here.
-- recent: when those of the last day went out or shall go out, oldest first. waiting: the message
-- whose turn that is. blocked_until is not read.
ALTER TABLE limits ADD COLUMN recent     timestamptz[] NOT NULL DEFAULT '{}';
ALTER TABLE limits ADD COLUMN waiting    uuid;
ALTER TABLE limits ADD COLUMN kept_until timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00';

CREATE INDEX limits_kept ON limits (kept_until);

-- Counts one recipient's mails of one type without a look at any other.
DROP INDEX messages_recipient;
CREATE INDEX messages_recipient ON messages (recipient_hash, template_type, id);

CREATE INDEX suppressions_until ON suppressions (until);
