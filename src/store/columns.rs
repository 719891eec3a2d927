//! The columns of a message, in the order in which every database reads them.

/// Every column of a message, in its order.
macro_rules! message_columns {
    () => {
        "id, source, channel, status, reason, lane, template_type, locale, locale_reason, template_source, \
         recipient_masked, recipient_hash, domain, provider, send_count, attempts, created_at, updated_at, due_at, \
         expires_at, dispatches"
    };
}
pub(super) use message_columns;
