-- How many mails of one type a recipient had: a row only for those who once had too many. Until then
-- the messages themselves are counted, so that an ordinary mail writes nothing here.
-- recent: when those of the last day went out or shall go out, 8 bytes each (big-endian
-- microseconds), oldest first. waiting: the message whose turn that is. blocked_until is not read.
ALTER TABLE limits ADD COLUMN recent BLOB NOT NULL DEFAULT x'';
ALTER TABLE limits ADD COLUMN waiting BLOB;
ALTER TABLE limits ADD COLUMN kept_until INTEGER NOT NULL DEFAULT 0;

CREATE INDEX limits_kept ON limits (kept_until);

-- Counts one recipient's mails of one type without a look at any other.
DROP INDEX messages_recipient;
CREATE INDEX messages_recipient ON messages (recipient_hash, template_type, id);

CREATE INDEX suppressions_until ON suppressions (until);
