-- The wall clock was set forward: which messages have followed it. Of a jump that several nodes see each
-- message is moved once, in small commits. (nodes.shifted_before is used no more.)
ALTER TABLE messages ADD COLUMN shifted_before timestamptz;
