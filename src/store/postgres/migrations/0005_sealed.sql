-- A line of the audit log still says for ever what was done. Only its sealed part may be sealed anew,
-- when secrets are rotated, and lose what names a person who is to be forgotten.
DROP TRIGGER audit_is_append_only ON audit;
CREATE TRIGGER audit_is_append_only
    BEFORE UPDATE OF id, at, token, action, outcome, source, identity_id, recovery_id, message_id ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
