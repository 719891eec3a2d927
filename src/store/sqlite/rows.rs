//! Between rows and the words of the domain.

use crate::domain::{Channel, Lane, Message, MessageId, Reason, Status};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Row, RowIndex};
use uuid::Uuid;

pub(super) use crate::store::columns::message_columns;

/// The message of a row that begins with `message_columns`.
pub(super) fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let dispatches = row.get_ref(20)?.as_str()?;
    Ok(Message {
        id: MessageId(id(row, 0)?),
        source: row.get(1)?,
        channel: word(row, 2, Channel::parse)?,
        status: word(row, 3, Status::parse)?,
        reason: row.get_ref(4)?.as_str_or_null()?.map(|_word| word(row, 4, Reason::parse)).transpose()?,
        lane: word(row, 5, Lane::parse)?,
        template_type: row.get(6)?,
        locale: row.get(7)?,
        locale_reason: row.get(8)?,
        template_source: row.get(9)?,
        recipient_masked: row.get(10)?,
        recipient_hash: row.get(11)?,
        domain: row.get(12)?,
        provider: row.get(13)?,
        send_count: row.get(14)?,
        attempts: row.get(15)?,
        created_at: time(row, 16)?,
        updated_at: time(row, 17)?,
        due_at: time(row, 18)?,
        expires_at: time(row, 19)?,
        dispatches: serde_json::from_str(dispatches)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(20, Type::Text, Box::new(error)))?,
    })
}

/// A moment as it is stored.
pub(super) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// A stored moment.
pub(super) fn time(row: &Row<'_>, index: usize) -> rusqlite::Result<Timestamp> {
    let micros = row.get(index)?;
    Timestamp::from_microsecond(micros).map_err(|_range| rusqlite::Error::IntegralValueOutOfRange(index, micros))
}

/// A stored UUID.
pub(super) fn id(row: &Row<'_>, index: impl RowIndex) -> rusqlite::Result<Uuid> {
    row.get(index).map(Uuid::from_bytes)
}

/// A word of a closed list.
pub(super) fn word<T>(row: &Row<'_>, index: usize, parse: fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let unknown = || rusqlite::Error::InvalidColumnType(index, "a word of a newer postrider".to_owned(), Type::Text);
    parse(row.get_ref(index)?.as_str()?).ok_or_else(unknown)
}

/// A number of rows for LIMIT.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
