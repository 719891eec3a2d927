-- A recipient is forgotten with the posts and webhook ids that led to the messages: found by these, and not by
-- a look at every post of the day. Ids grow, so a post adds to the end of an index.
CREATE INDEX idempotency_message ON idempotency (message_id);
CREATE INDEX webhook_ids_message ON webhook_ids (message_id);
